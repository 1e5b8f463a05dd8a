"""The figures of a run: spans by brute force, shares counted one question at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_tables import VOCABULARY, random_tables

from qa_bot.training.losses import margins
from qa_bot.training.sampling import Batch
from qa_bot.training.tables import GOLD, NEGATIVE, Tables
from qa_bot.training.watch import KEPT, MAX_ANSWER, best_spans, held_out_figures, token_f1


def brute_force(found: np.ndarray) -> tuple[float, int, int]:
    """The best of all spans of 1 to MAX_ANSWER places after the first, one by one."""
    return max(
        (float(found[first, 0] + found[last, 1]), first, last)
        for first in range(1, len(found))
        for last in range(first, min(first + MAX_ANSWER, len(found)))
    )


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 70))
def test_best_spans_are_those_of_brute_force(seed: int, longest: int) -> None:
    # Sixteenths, so that sums are exact; distinct ones, so that no two spans tie often.
    chance = np.random.default_rng(seed)
    found = chance.permutation(3 * longest * 2).reshape(3, longest, 2).astype(np.float32) ** 2 / 16
    margin, first, last = best_spans(torch.from_numpy(found))
    for row in range(3):
        value, _, _ = brute_force(found[row])
        assert float(margin[row]) == value
        begin, end = int(first[row]), int(last[row])
        assert 1 <= begin <= end < min(begin + MAX_ANSWER, longest)
        assert found[row, begin, 0] + found[row, end, 1] == value


def test_a_span_is_never_longer_than_an_answer_nor_runs_backwards() -> None:
    found = torch.full((1, 60, 2), -5.0)
    found[0, 5, 0] = found[0, 5 + MAX_ANSWER, 1] = 9.0
    margin, first, last = best_spans(found)
    assert (margin.item(), last.item() - first.item() < MAX_ANSWER) == (4.0, True)
    found[0, 4 + MAX_ANSWER, 1] = 8.0
    assert [part.item() for part in best_spans(found)] == [17.0, 5, 4 + MAX_ANSWER]


tokens = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(tokens, tokens)
def test_f1_is_the_harmonic_mean(one: list[int], other: list[int]) -> None:
    left = list(other)
    shared = 0
    for token in one:
        if token in left:
            left.remove(token)
            shared += 1
    found = token_f1(np.array(one), np.array(other))
    if shared == 0:
        assert found == 0
    else:
        precision, recall = shared / len(one), shared / len(other)
        assert found == pytest.approx(2 * precision * recall / (precision + recall))


PER_PLACE = 0.01
Scorer = Callable[[Batch], torch.Tensor]


def perfect(batch: Batch) -> torch.Tensor:
    """Sure of every answer, and sure that there is none where there is none."""
    logits = torch.full((*batch.allowed.shape, 2), -9.0)
    rows = torch.arange(len(logits))
    logits[:, 0] = 0
    logits[rows, batch.starts, 0] = torch.where(batch.starts > 0, 9.0, 0.0)
    logits[rows, batch.ends, 1] = torch.where(batch.ends > 0, 9.0, 0.0)
    return margins(logits, batch.allowed)


def by_words(seed: int) -> Scorer:
    """Random logits that each token id brings along, so that a row's do not depend on the
    batch that it is in; a little more for each place in the piece, so that no spans tie."""
    table = torch.from_numpy(np.random.default_rng(seed).normal(size=(VOCABULARY, 2))).float()

    def score(batch: Batch) -> torch.Tensor:
        place = (batch.allowed.cumsum(dim=1) - 1) * batch.allowed
        logits = table[batch.inputs["input_ids"]] + PER_PLACE * place[..., None]
        return margins(logits, batch.allowed)

    return score


def crossing(batch: Batch) -> torch.Tensor:
    """Right inside each answering passage, but surer of the others."""
    found = perfect(batch)
    wrong = (batch.starts == 0)[:, None, None] & batch.allowed[..., None]
    wrong[:, 0] = False
    return torch.where(wrong, torch.tensor(20.0), found)


def counted_one_by_one(tables: Tables, seed: int) -> dict[str, float]:
    """The figures of :func:`by_words`, from their definitions."""
    table = np.random.default_rng(seed).normal(size=(VOCABULARY, 2)).astype(np.float32)
    exact, inside, openly, above, below = [], [], [], [], []
    for question in range(tables.questions):
        begin, end = tables.question_ptr_pairs[question : question + 2]
        pairs = range(begin, end)
        golds = [pair for pair in pairs if tables.pair_kind[pair] == GOLD]
        if not (golds and tables.question_held[question] and tables.question_grouped[question]):
            continue
        said = {}
        for pair in (golds[0], *(p for p in pairs if tables.pair_kind[p] != GOLD)):
            piece = tables.piece(int(tables.pair_piece[pair])).astype(int)
            places = np.arange(len(piece) + 1, dtype=np.float32)[:, None]
            logits = np.concatenate([table[[101]], table[piece]]) + np.float32(PER_PLACE) * places
            value, first, last = brute_force(logits - logits[0])
            said[pair] = (value, piece[first - 1 : last].tolist())
        piece = tables.piece(int(tables.pair_piece[golds[0]])).astype(int).tolist()
        gold = piece[tables.pair_start[golds[0]] : tables.pair_end[golds[0]] + 1]

        def f1(span: list[int], gold: list[int] = gold) -> float:
            same = sum((Counter(span) & Counter(gold)).values())
            return 2 * same / (len(span) + len(gold))

        own = said[golds[0]]
        exact.append(own[1] == gold)
        inside.append(f1(own[1]))
        openly.append(f1(max(said.values(), key=lambda item: item[0])[1]))
        above.append(own[0])
        below += [value for p, (value, _) in said.items() if tables.pair_kind[p] == NEGATIVE]
    # The value below which a fifth of the answering passages lie, between two of them.
    above.sort()
    place = (1 - KEPT) * (len(above) - 1)
    low = above[int(place)]
    line = low + (above[min(int(place) + 1, len(above) - 1)] - low) * (place - int(place))
    return {
        "questions": len(above),
        "exact": round(100 * sum(exact) / len(exact), 2),
        "f1": round(100 * sum(inside) / len(inside), 2),
        "open_f1": round(100 * sum(openly) / len(openly), 2),
        "refused_at_80": round(100 * sum(value < line for value in below) / len(below), 2),
    }


@pytest.fixture(scope="module")
def tables() -> Tables:
    return random_tables(11, questions=400, held=0.5, longest=50)


def test_a_perfect_scorer_has_all(tables: Tables) -> None:
    found = held_out_figures(tables, perfect)
    assert found.pop("questions") > 50
    # Answers of more tokens than MAX_ANSWER cannot be found whole.
    assert found.pop("exact") > 85
    assert found.pop("f1") > 98
    assert found.pop("open_f1") > 98
    assert found == {"refused_at_80": 100.0}


def test_a_random_scorer_is_as_bad_as_it_is(tables: Tables) -> None:
    found = held_out_figures(tables, by_words(3))
    assert found == pytest.approx(counted_one_by_one(tables, 3), abs=0.011)
    assert found["exact"] < 20
    assert found["refused_at_80"] == pytest.approx(20, abs=8)


def test_a_sure_wrong_passage_costs_the_open_figure_alone(tables: Tables) -> None:
    found, right = held_out_figures(tables, crossing), held_out_figures(tables, perfect)
    assert found["exact"] == right["exact"]
    assert found["f1"] == right["f1"]
    assert found["open_f1"] < 30
    assert found["refused_at_80"] == 0


def test_batches_do_not_change_the_figures(tables: Tables) -> None:
    whole = held_out_figures(tables, by_words(4), rows=10**6)
    assert held_out_figures(tables, by_words(4), rows=7) == whole


def test_at_most_so_many_questions_are_asked(tables: Tables) -> None:
    assert held_out_figures(tables, by_words(4), most=20)["questions"] == 20


def test_without_held_out_questions_there_are_no_figures() -> None:
    assert held_out_figures(random_tables(1, held=0.0), perfect) == {"questions": 0}
