"""Tables to batches: for each question its passage and some that do not answer.

All of it is index arithmetic on tensors that lie where the model runs, so that a
fast device never waits for a slow interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from qa_bot.training.tables import GOLD, UNKNOWN, VARIANTS, Tables

CLS, SEP = 101, 102
BATCHES_IN_A_POOL = 50
"""Groups are sorted by length inside so many batches at a time: little padding, and
still a random draw of what meets in a batch."""
AS_IT_STANDS = 0.75
"""Share of questions that are not varied."""
ALONE = 1
"""Passages without the answer beside a question whose passages do not compare."""
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors for one step, n rows padded to the longest.

    Attributes:
        inputs: input_ids, attention_mask, token_type_ids; int64 (n, longest).
        allowed: bool (n, longest), the places a span may take and [CLS].
        starts, ends: int64 (n,), the answer's place; 0 ([CLS]): none.
        known: bool (n,), false where only a teacher can tell.
        group: int64 (n,), rows of one question share a number, counted from 0.
        grouped: bool (n,), whether the question's passages compare.
        groups: how many questions there are.
        tokens: without padding.
        teacher: float16 (n, longest, 2), the teacher's logits; None without one.
    """

    inputs: dict[str, torch.Tensor]
    allowed: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    known: torch.Tensor
    group: torch.Tensor
    grouped: torch.Tensor
    groups: int
    tokens: int
    teacher: torch.Tensor | None


@dataclass(frozen=True, slots=True)
class TeacherLogits:
    """What a teacher says of every pair: float16 (values, 2), for [CLS] and then each
    token of the piece; ``ptr`` (pairs + 1,) delimits the pairs."""

    values: npt.NDArray[np.float16]
    ptr: IntArray

    @staticmethod
    def pointers(tables: Tables) -> IntArray:
        """``ptr`` for ``tables``."""
        lengths = np.diff(tables.piece_ptr)[tables.pair_piece] + 1
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Items:
    """Rows to be read: three int64 arrays of one length. Rows of one question stand
    together."""

    question: IntArray
    variant: IntArray
    pair: IntArray

    def take(self, rows: IntArray) -> Items:
        """Some of the rows."""
        return Items(self.question[rows], self.variant[rows], self.pair[rows])


class Sampler:
    """Draws batches from tables.

    Args:
        tables: the sets.
        rows: windows of a batch, about.
        others: passages without the answer beside each question's own.
        teacher: its logits, if there is one.
        multiple: windows are padded to a multiple of so many tokens.
        questions: rows of the questions to draw from; the training part by default.
        device: where the batches are made.
    """

    def __init__(
        self,
        tables: Tables,
        *,
        rows: int,
        others: int = 3,
        teacher: TeacherLogits | None = None,
        multiple: int = 16,
        questions: IntArray | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.tables, self.rows, self.others, self.multiple = tables, rows, others, multiple
        self.questions = np.flatnonzero(~tables.question_held) if questions is None else questions
        self.owners = np.repeat(np.arange(tables.questions), np.diff(tables.question_ptr_pairs))
        self._asked = np.diff(tables.question_ptr)
        self._read = np.diff(tables.piece_ptr)[tables.pair_piece]

        def move(array: npt.NDArray[np.generic], kind: torch.dtype = torch.int64) -> torch.Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device, kind)

        self._move = move
        self._question_ids = move(tables.question_ids.astype(np.int32), torch.int32)
        self._piece_ids = move(tables.piece_ids.astype(np.int32), torch.int32)
        self._values = None if teacher is None else move(teacher.values, torch.float16)
        self._values_ptr = None if teacher is None else teacher.ptr

    def lengths(self, items: Items) -> IntArray:
        """Tokens of each row."""
        asked = self._asked[items.question * VARIANTS + items.variant]
        lengths: IntArray = asked + self._read[items.pair] + 3
        return lengths

    def draw(self, chance: np.random.Generator) -> Items:
        """One pass: each question, in random order, with its pairs of this time."""
        tables = self.tables
        wanted = np.zeros(tables.questions, dtype=np.bool_)
        wanted[self.questions] = True
        pairs = np.flatnonzero(wanted[self.owners])
        owners = self.owners[pairs]
        other = tables.pair_kind[pairs] != GOLD
        # By question, then its answering pairs before the others, each in random order;
        # then the place of a pair among its like decides whether it is taken.
        order = np.lexsort((chance.random(len(pairs)), other, owners))
        pairs, owners, other = pairs[order], owners[order], other[order]
        like = owners * 2 + other
        first = np.flatnonzero(np.concatenate([[True], like[1:] != like[:-1]]))
        place = np.arange(len(like)) - np.repeat(first, np.diff([*first, len(like)]))
        beside = np.where(tables.question_grouped[owners], self.others, min(ALONE, self.others))
        taken = place < np.where(other, beside, 1)
        pairs, owners = pairs[taken], owners[taken]
        shuffled = chance.permutation(tables.questions)
        order = np.argsort(shuffled[owners], kind="stable")
        pairs, owners = pairs[order], owners[order]
        variants = np.where(
            chance.random(tables.questions) < AS_IT_STANDS,
            0,
            chance.integers(1, VARIANTS, tables.questions),
        )
        return Items(owners, variants[owners], pairs)

    def plan(self, items: Items, chance: np.random.Generator) -> list[IntArray]:
        """Rows of ``items`` for each batch: whole questions, alike in length."""
        lengths = self.lengths(items)
        first = np.flatnonzero(np.concatenate([[True], items.question[1:] != items.question[:-1]]))
        sizes = np.diff([*first, len(lengths)])
        longest = np.maximum.reduceat(lengths, first)
        pool = (np.cumsum(sizes) - sizes) // (self.rows * BATCHES_IN_A_POOL)
        planned: list[list[IntArray]] = []
        filled, now = 0, -1
        for group in np.lexsort((longest, pool)):
            if pool[group] != now or filled + sizes[group] > self.rows:
                planned.append([])
                filled, now = 0, int(pool[group])
            planned[-1].append(np.arange(first[group], first[group] + sizes[group]))
            filled += int(sizes[group])
        order = chance.permutation(len(planned))
        return [np.concatenate(planned[place]) for place in order]

    def batches(self, *, seed: int) -> Iterator[Batch]:
        """One pass in batches, drawn by ``seed``."""
        chance = np.random.default_rng(seed)
        items = self.draw(chance)
        for rows in self.plan(items, chance):
            yield self.assemble(items.take(rows))

    def batches_in_pass(self) -> int:
        """About how many batches a pass has."""
        chance = np.random.default_rng(0)
        return len(self.plan(self.draw(chance), chance))

    def assemble(self, items: Items) -> Batch:
        """``items`` as one batch."""
        tables, lengths = self.tables, self.lengths(items)
        longest = -(-int(lengths.max()) // self.multiple) * self.multiple
        asked = items.question * VARIANTS + items.variant
        piece = tables.pair_piece[items.pair].astype(np.int64)
        columns = [
            self._asked[asked] + 2,
            lengths - 1,
            tables.question_ptr[asked],
            tables.piece_ptr[piece],
            tables.pair_start[items.pair],
            tables.pair_end[items.pair],
            tables.pair_kind[items.pair],
            np.cumsum(np.concatenate([[0], items.question[1:] != items.question[:-1]])),
            tables.question_grouped[items.question],
            np.zeros_like(piece) if self._values_ptr is None else self._values_ptr[items.pair],
        ]
        table = self._move(np.stack([column.astype(np.int64) for column in columns]))
        begin, end, question_at, piece_at, start, last, kind, group, grouped, said_at = table
        place = torch.arange(longest, device=table.device)[None, :]
        inside = (place >= begin[:, None]) & (place < end[:, None])
        in_question = (place > 0) & (place < begin[:, None] - 1)
        from_question = (question_at[:, None] + place - 1).clamp(0, len(self._question_ids) - 1)
        offset = place - begin[:, None]
        from_piece = (piece_at[:, None] + offset).clamp(0, len(self._piece_ids) - 1)
        ids = torch.where(inside, self._piece_ids[from_piece], 0)
        ids = torch.where(in_question, self._question_ids[from_question], ids)
        ids = torch.where((place == begin[:, None] - 1) | (place == end[:, None]), SEP, ids)
        ids[:, 0] = CLS
        allowed = inside.clone()
        allowed[:, 0] = True
        said = None
        if self._values is not None:
            from_said = torch.where(inside, said_at[:, None] + 1 + offset, said_at[:, None])
            said = self._values[from_said]
        answered = start >= 0
        return Batch(
            inputs={
                "input_ids": ids.long(),
                "attention_mask": (place <= end[:, None]).long(),
                "token_type_ids": ((place >= begin[:, None]) & (place <= end[:, None])).long(),
            },
            allowed=allowed,
            starts=torch.where(answered, begin + start, 0),
            ends=torch.where(answered, begin + last, 0),
            known=kind != UNKNOWN,
            group=group,
            grouped=grouped.bool(),
            groups=int(columns[7][-1]) + 1,
            tokens=int(lengths.sum()),
            teacher=said,
        )
