"""Batches against tables read row by row, and what a pass may and must hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_tables import random_tables

from qa_bot.training.sampling import (
    ALONE,
    AS_IT_STANDS,
    BATCHES_IN_A_POOL,
    CLS,
    SEP,
    Batch,
    Items,
    Sampler,
    TeacherLogits,
)
from qa_bot.training.tables import GOLD, NEGATIVE, UNKNOWN, VARIANTS, Tables

seeds = st.integers(0, 2**32 - 1)


def random_teacher(tables: Tables, seed: int) -> TeacherLogits:
    ptr = TeacherLogits.pointers(tables)
    values = np.random.default_rng(seed).normal(size=(int(ptr[-1]), 2)).astype(np.float16)
    return TeacherLogits(values, ptr)


def rows_of(items: Items) -> Iterator[tuple[int, int, int]]:
    yield from zip(
        items.question.tolist(), items.variant.tolist(), items.pair.tolist(), strict=True
    )


def owner(tables: Tables, pair: int) -> int:
    """The question whose pairs this one is among."""
    (found,) = [
        question
        for question in range(tables.questions)
        if tables.question_ptr_pairs[question] <= pair < tables.question_ptr_pairs[question + 1]
    ]
    return found


def test_a_teacher_says_something_of_the_first_token_and_each_of_the_piece() -> None:
    tables = random_tables(1)
    ptr = TeacherLogits.pointers(tables)
    lengths = [1 + len(tables.piece(int(piece))) for piece in tables.pair_piece]
    assert ptr[0] == 0
    assert np.diff(ptr).tolist() == lengths


@settings(max_examples=30)
@given(seeds, st.sampled_from([1, 4, 16]), st.booleans())
def test_a_batch_is_its_rows(seed: int, multiple: int, taught: bool) -> None:
    tables = random_tables(seed)
    teacher = random_teacher(tables, seed) if taught else None
    sampler = Sampler(tables, rows=8, teacher=teacher, multiple=multiple)
    chance = np.random.default_rng(seed)
    pairs = np.sort(chance.choice(len(tables.pair_piece), 6))
    questions = np.array([owner(tables, int(pair)) for pair in pairs])
    items = Items(questions, chance.integers(0, VARIANTS, len(pairs)), pairs)
    batch = sampler.assemble(items)

    expected = []
    for question, variant, pair in rows_of(items):
        asked = tables.question(question, variant).tolist()
        piece = tables.piece(int(tables.pair_piece[pair])).tolist()
        expected.append((asked, piece, pair, question))
    lengths = [len(asked) + len(piece) + 3 for asked, piece, _, _ in expected]
    assert sampler.lengths(items).tolist() == lengths
    longest = next(n for n in range(max(lengths), 10**6) if n % multiple == 0)
    assert batch.tokens == sum(lengths)
    assert batch.groups == len({*questions.tolist()})
    numbers = {question: number for number, question in enumerate(dict.fromkeys(questions))}
    for row, (asked, piece, pair, question) in enumerate(expected):
        padding = [0] * (longest - lengths[row])
        begin = len(asked) + 2
        ids = [CLS, *asked, SEP, *piece, SEP, *padding]
        assert batch.inputs["input_ids"][row].tolist() == ids
        mask = [1] * lengths[row] + padding
        assert batch.inputs["attention_mask"][row].tolist() == mask
        types = [0] * begin + [1] * (len(piece) + 1) + padding
        assert batch.inputs["token_type_ids"][row].tolist() == types
        allowed = [True] + [False] * (begin - 1) + [True] * len(piece)
        allowed += [False] * (longest - len(allowed))
        assert batch.allowed[row].tolist() == allowed
        kind = tables.pair_kind[pair]
        assert bool(batch.known[row]) == (kind in (GOLD, NEGATIVE))
        assert bool(batch.grouped[row]) == bool(tables.question_grouped[question])
        assert int(batch.group[row]) == numbers[question]
        place = (int(batch.starts[row]), int(batch.ends[row]))
        if kind == GOLD:
            first, last = int(tables.pair_start[pair]), int(tables.pair_end[pair])
            assert place == (begin + first, begin + last)
            assert ids[place[0] : place[1] + 1] == piece[first : last + 1]
        else:
            assert place == (0, 0)
        if teacher is None:
            assert batch.teacher is None
        else:
            assert batch.teacher is not None
            said = torch.from_numpy(teacher.values[teacher.ptr[pair] : teacher.ptr[pair + 1]])
            torch.testing.assert_close(batch.teacher[row][batch.allowed[row]], said)
    for name, tensor in batch.inputs.items():
        assert tensor.dtype == torch.int64, name
        assert tensor.shape == (len(expected), longest), name


@settings(max_examples=50)
@given(seeds, st.integers(0, 4))
def test_a_pass_asks_every_training_question_once(seed: int, others: int) -> None:
    tables = random_tables(seed)
    assume(not tables.question_held.all())
    items = Sampler(tables, rows=8, others=others).draw(np.random.default_rng(seed))
    drawn: dict[int, list[int]] = {}
    last = -1
    for question, variant, pair in rows_of(items):
        assert owner(tables, pair) == question
        assert not tables.question_held[question]
        assert 0 <= variant < VARIANTS
        assert question == last or question not in drawn, "rows of a question stand together"
        drawn.setdefault(question, []).append(pair)
        last = question
    for question in np.flatnonzero(~tables.question_held):
        begin, end = tables.question_ptr_pairs[question : question + 2]
        kinds = tables.pair_kind[begin:end]
        most = others if tables.question_grouped[question] else min(ALONE, others)
        pairs = drawn.get(int(question), [])
        assert len(set(pairs)) == len(pairs)
        golds = [pair for pair in pairs if tables.pair_kind[pair] == GOLD]
        assert len(golds) == min(1, int((kinds == GOLD).sum()))
        assert len(pairs) - len(golds) == min(most, int((kinds != GOLD).sum()))
    variants: dict[int, set[int]] = {}
    for question, variant, _ in rows_of(items):
        variants.setdefault(question, set()).add(variant)
    assert all(len(seen) == 1 for seen in variants.values())


def test_every_pair_is_drawn_at_some_time_and_alike_often() -> None:
    tables = random_tables(5, questions=6, held=0.0, grouped=1.0)
    sampler = Sampler(tables, rows=8, others=2)
    chance = np.random.default_rng(1)
    drawn = np.zeros(len(tables.pair_piece))
    for _ in range(600):
        drawn[sampler.draw(chance).pair] += 1
    for question in range(6):
        begin, end = tables.question_ptr_pairs[question : question + 2]
        for other in (False, True):
            like = begin + np.flatnonzero((tables.pair_kind[begin:end] != GOLD) == other)
            if len(like):
                share = min(len(like), 2 if other else 1) / len(like)
                np.testing.assert_allclose(drawn[like] / 600, share, atol=0.09)
    unknown = tables.pair_kind == UNKNOWN
    assert drawn[unknown].all()


def test_three_questions_of_four_are_asked_as_they_stand() -> None:
    tables = random_tables(6, questions=3000, held=0.0)
    items = Sampler(tables, rows=8).draw(np.random.default_rng(2))
    first = np.unique(items.question, return_index=True)[1]
    shares = np.bincount(items.variant[first], minlength=VARIANTS) / len(first)
    assert AS_IT_STANDS == 0.75
    np.testing.assert_allclose(shares, [0.75, 0.125, 0.125], atol=0.03)


def test_only_given_questions_are_drawn() -> None:
    tables = random_tables(7)
    items = Sampler(tables, rows=8, questions=np.array([2, 5])).draw(np.random.default_rng(1))
    assert set(items.question.tolist()) == {2, 5}


@settings(max_examples=40)
@given(seeds, st.sampled_from([2, 5, 8, 20]))
def test_a_plan_covers_every_row_once_and_splits_no_question(seed: int, rows: int) -> None:
    tables = random_tables(seed, questions=40, held=0.1)
    sampler = Sampler(tables, rows=rows, others=3)
    chance = np.random.default_rng(seed)
    items = sampler.draw(chance)
    batches = sampler.plan(items, chance)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(items.pair)))
    seen: set[int] = set()
    for batch in batches:
        questions = set(items.question[batch].tolist())
        assert not questions & seen
        seen |= questions
        assert len(batch) <= rows or len(questions) == 1
        # Rows of a question stay together, so that assemble counts it once.
        assert sampler.assemble(items.take(batch)).groups == len(questions)


def test_questions_of_a_batch_are_alike_in_length() -> None:
    tables = random_tables(8, questions=200, held=0.0, longest=60)
    sampler = Sampler(tables, rows=16)
    chance = np.random.default_rng(3)
    items = sampler.draw(chance)
    batches = sampler.plan(items, chance)
    assert len(items.pair) < 16 * BATCHES_IN_A_POOL, "all of it is one pool"
    lengths = sampler.lengths(items)
    spans = []
    for batch in batches:
        owners = items.question[batch]
        longest = [lengths[batch][owners == question].max() for question in set(owners.tolist())]
        spans.append((min(longest), max(longest)))
    spans.sort()
    for (_, high), (low, _) in pairwise(spans):
        assert high <= low
    order = [int(lengths[batch].max()) for batch in batches]
    assert order != sorted(order), "the batches themselves come in random order"


def same(one: Batch, other: Batch) -> bool:
    return all(torch.equal(one.inputs[name], other.inputs[name]) for name in one.inputs)


def test_a_seed_decides_a_pass() -> None:
    tables = random_tables(9, questions=30)
    sampler = Sampler(tables, rows=8)
    one, again, other = (list(sampler.batches(seed=seed)) for seed in (4, 4, 5))
    assert len(one) == len(again)
    assert all(same(a, b) for a, b in zip(one, again, strict=True))
    assert not all(
        a.allowed.shape == b.allowed.shape and same(a, b) for a, b in zip(one, other, strict=False)
    )
    assert sampler.batches_in_pass() == pytest.approx(len(one), abs=3)
