"""How a reader in training does on the held-out questions, in tokens.

Spans are compared as bags of token ids, so that this runs where the model runs,
without texts; the figures that are reported come from ``qa-bot eval``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from qa_bot.training.sampling import Batch, Items, Sampler
from qa_bot.training.tables import GOLD, NEGATIVE, Tables

MAX_ANSWER = 30
KEPT = 0.8
"""Share of the answering passages that stay above the margin of ``refused_at_80``."""


def best_spans(found: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(margin, first, last) of each row's best span: float32 and int64 of shape (n,).

    ``found`` are margins (n, longest, 2), as losses.margins gives them.
    """
    starts, ends = found[:, 1:, 0], found[:, 1:, 1]
    ends = torch.nn.functional.pad(ends, (0, MAX_ANSWER - 1), value=-1e4)
    band = starts[..., None] + ends.unfold(1, MAX_ANSWER, 1)
    margin, flat = band.flatten(1).max(dim=1)
    first = flat // MAX_ANSWER + 1
    return margin, first, first + flat % MAX_ANSWER


def token_f1(found: npt.NDArray[Any], gold: npt.NDArray[Any]) -> float:
    """F1 of two spans as bags of tokens."""
    same = sum((Counter(found.tolist()) & Counter(gold.tolist())).values())
    return 2 * same / (len(found) + len(gold)) if same else 0.0


def held_out_figures(
    tables: Tables,
    margins_of: Callable[[Batch], torch.Tensor],
    *,
    most: int = 1200,
    only: str | None = None,
    rows: int = 128,
    device: torch.device | str = "cpu",
) -> dict[str, float]:
    """Figures over at most ``most`` held-out questions whose passages compare (of one set, if
    ``only`` names it).

    ``exact`` and ``f1`` in the passage that answers; ``open_f1`` when the best margin
    over all of a question's passages decides; ``refused_at_80``: share of the passages
    without the answer that fall below the margin that :data:`KEPT` of the others reach.
    ``questions`` alone where none is held out.
    """
    wanted = tables.question_held & tables.question_grouped
    if only is not None:
        wanted = wanted & (tables.sets[tables.question_set] == only)
    usable = np.flatnonzero(wanted)
    usable = np.asarray([q for q in usable if _golds(tables, int(q)).size], dtype=np.int64)
    if not len(usable):
        return {"questions": 0}
    step = max(1, len(usable) // most)
    sampler = Sampler(tables, rows=rows, device=device)
    chosen = usable[::step][:most]
    asked = {int(question): _passages(tables, int(question)) for question in chosen}
    owners = np.concatenate([np.full(len(pairs), q) for q, pairs in asked.items()])
    everything = np.concatenate(list(asked.values()))
    answers: dict[int, tuple[float, npt.NDArray[Any]]] = {}
    for begin in range(0, len(everything), rows):
        pairs = everything[begin : begin + rows]
        items = Items(owners[begin : begin + rows], np.zeros_like(pairs), pairs)
        batch = sampler.assemble(items)
        margin, first, last = (part.cpu().numpy() for part in best_spans(margins_of(batch)))
        ids = batch.inputs["input_ids"].cpu().numpy()
        for row, pair in enumerate(pairs):
            answers[int(pair)] = (float(margin[row]), ids[row, first[row] : last[row] + 1])
    exact, inside, openly = [], [], []
    above: list[float] = []
    below: list[float] = []
    for question in chosen:
        pairs = asked[int(question)]
        gold = _gold_span(tables, int(pairs[0]))
        scores = [token_f1(answers[int(pair)][1], gold) for pair in pairs]
        best = max(range(len(pairs)), key=lambda place: answers[int(pairs[place])][0])
        exact.append(np.array_equal(answers[int(pairs[0])][1], gold))
        inside.append(scores[0])
        openly.append(scores[best])
        above.append(answers[int(pairs[0])][0])
        below += [answers[int(p)][0] for p in pairs if tables.pair_kind[p] == NEGATIVE]
    line = np.quantile(above, 1 - KEPT)
    return {
        "questions": len(chosen),
        "exact": round(100 * float(np.mean(exact)), 2),
        "f1": round(100 * float(np.mean(inside)), 2),
        "open_f1": round(100 * float(np.mean(openly)), 2),
        "refused_at_80": round(100 * float(np.mean(np.asarray(below) < line)), 2),
    }


def _golds(tables: Tables, question: int) -> npt.NDArray[np.int64]:
    begin, end = tables.question_ptr_pairs[question : question + 2]
    golds: npt.NDArray[np.int64] = begin + np.flatnonzero(tables.pair_kind[begin:end] == GOLD)
    return golds


def _passages(tables: Tables, question: int) -> npt.NDArray[np.int64]:
    """The first answering pair, then all that are not known to answer."""
    begin, end = tables.question_ptr_pairs[question : question + 2]
    others = begin + np.flatnonzero(tables.pair_kind[begin:end] != GOLD)
    return np.concatenate([_golds(tables, question)[:1], others])


def _gold_span(tables: Tables, pair: int) -> npt.NDArray[np.uint16]:
    piece = tables.piece(int(tables.pair_piece[pair]))
    return piece[tables.pair_start[pair] : tables.pair_end[pair] + 1]
