"""Figures of the parts, against their definitions worked out by hand or by brute force."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.given import answer_length, given_figures, question_word
from qa_bot.evaluation.opened import below_margin, open_figures, risk_coverage
from qa_bot.evaluation.searches import RANKINGS, reciprocal_ranks, search_figures
from qa_bot.evaluation.stages import LEFT_OUT


def record(question="Who?", *answers):
    return EvalRecord("1", question, answers, "context", "title")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who met whom?", "who"),
        ("To whom was it sold?", "who"),
        ("In what year did it end?", "what"),
        ("How much does it weigh?", "how many"),
        ("How did it end, and when?", "how"),
        ("Name the capital.", "other"),
        ("Whatever happened there?", "other"),
    ],
)
def test_the_first_question_word_tells_the_kind(question, kind):
    assert question_word(record(question)) == kind


@pytest.mark.parametrize(
    ("answers", "label"),
    [
        (("the bridge",), "1"),
        (("a b c d e f", "two words"), "2"),
        (("one two three four",), "4–5"),
        (("o " * 10,), "6–10"),
        (("o " * 11,), "11+"),
    ],
)
def test_the_shortest_answer_counts_without_articles(answers, label):
    assert answer_length(record("Who?", *answers)) == label


def test_without_unanswerable_questions_every_answer_counts():
    records = [record("Who?", "Anna Rossi"), record("When?", "1901"), record("Why?", "rain")]
    rows = [{"best": "Rossi", "margin": -9.0}, {"best": "1901", "margin": 3.0},
            {"best": "", "margin": None}]  # fmt: skip
    figures = given_figures(records, rows, threshold=1.0)
    assert figures["abstention"] == "off"
    assert figures["exact_match"] == pytest.approx(100 / 3, abs=1e-3)
    assert figures["f1"] == pytest.approx(100 * (2 / 3 + 1) / 3, abs=1e-3)
    by_word = {row["label"]: (row["n"], row["f1"]) for row in figures["by_question_word"]}
    assert by_word == {"who": (1, pytest.approx(66.667)), "when": (1, 100.0), "why": (1, 0.0)}
    assert [row["label"] for row in figures["by_answer_length"]] == ["1", "2"]


def test_with_unanswerable_questions_the_margin_decides():
    records = [record("Who?", "Anna"), record("When?", "1901"), record("Why?"), record("Where?")]
    margins = [2.0, 1.0, 0.0, 5.0]  # above 1.0: the first and the last
    rows = [{"best": best, "margin": m} for best, m in
            zip(["Anna", "1901", "rain", "Rome"], margins, strict=True)]  # fmt: skip
    figures = given_figures(records, rows, threshold=1.0)
    assert figures["abstention"] == "on"
    assert figures["exact_match"] == 50.0  # Anna shown, Why? refused
    assert figures["answerable_answered"]["share"] == 50.0
    assert figures["unanswerable_refused"] == {"n": 2, "share": 50.0, "interval": [0.0, 100.0]}


scored = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=20)


@given(scored)
def test_risk_is_the_mean_loss_of_all_that_are_as_sure(items):
    coverage, risk = risk_coverage([float(s) for s, _ in items], [f for _, f in items])
    levels = sorted({s for s, _ in items}, reverse=True)
    assert len(coverage) == len(levels)
    for level, covered, lost in zip(levels, coverage, risk, strict=True):
        shown = [f for s, f in items if s >= level]
        assert covered == pytest.approx(len(shown) / len(items))
        assert lost == pytest.approx(sum(1 - f for f in shown) / len(shown), abs=1e-9)


def test_risk_needs_a_score_for_each():
    with pytest.raises(ValueError, match="2 values and 1 scores"):
        risk_coverage([1.0, 2.0], [0.5])


passages = st.lists(
    st.lists(st.tuples(st.integers(-6, 6).map(float), st.booleans()), max_size=5),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(passages)
def test_the_margin_that_keeps_four_fifths_by_brute_force(read):
    flat = [item for question in read for item in question]
    holding = [margin for margin, holds in flat if holds]
    others = [margin for margin, holds in flat if not holds]
    found = below_margin(read)
    assert (found["with_answer"], found["without_answer"]) == (len(holding), len(others))
    if not holding or not others:
        assert "margin" not in found
        return
    keeping = [m for m in holding if sum(h >= m for h in holding) >= 0.8 * len(holding)]
    assert found["margin"] == max(keeping)
    below = 100 * sum(m < max(keeping) for m in others) / len(others)
    assert found["below"]["share"] == pytest.approx(below, abs=1e-3)
    low, high = found["below"]["interval"]
    assert 0 <= low <= high <= 100


def row(said, sure, **without):
    return {
        "said": {"all": said, **dict.fromkeys(LEFT_OUT, said), **without},
        "confidence": sure, "own": [False, True], "holds": [True, True],
        "read": [[1.5, True], [-2.0, False]], "reachable": 1.0,
    }  # fmt: skip


def test_open_figures_pair_each_question_with_itself():
    records = [record("Who?", "Anna Rossi"), record("When?", "1901"), record("Why?", "rain")]
    rows = [row("Anna Rossi", 0.9, dense="Rossi"), row("1902", 0.5), {"refused": True}]
    figures = open_figures(records, rows, threshold=0.5)
    assert figures["exact_match"] == pytest.approx(100 / 3, abs=1e-3)
    assert figures["shown"]["share"] == pytest.approx(200 / 3, abs=1e-3)
    assert figures["f1_of_shown"]["share"] == 50.0
    assert (figures["recall_at_1"], figures["refused"]) == (0.0, 1)
    assert figures["recall_at_5"] == pytest.approx(2 / 3, abs=1e-5)
    assert figures["reachable"] == pytest.approx(200 / 3, abs=1e-3)
    by_name = {entry["name"]: entry for entry in figures["left_out"]}
    assert list(by_name) == list(LEFT_OUT)
    assert by_name["dense"]["f1_difference"] == pytest.approx(-100 / 9, abs=1e-3)
    assert by_name["dense"]["exact_match_difference"] == pytest.approx(-100 / 3, abs=1e-3)
    assert by_name["dense"]["f1_interval"] == pytest.approx([-100 / 3, 0.0], abs=1e-3)
    assert by_name["bm25"]["f1_interval"] == [0.0, 0.0]
    assert figures["passages"]["margin"] == 1.5
    assert figures["passages"]["below"]["share"] == 100.0


ranked_ids = st.lists(st.integers(0, 30), unique=True, max_size=12)


@given(ranked_ids, ranked_ids)
def test_reciprocal_ranks_by_definition(one, other):
    lists = [np.array(ids, dtype=np.int64) for ids in (one, other)]
    total = {
        i: sum(1 / (61 + ids.index(i)) for ids in (one, other) if i in ids) for i in {*one, *other}
    }
    found = reciprocal_ranks(*lists).tolist()
    assert sorted(found) == sorted(total)
    for before, after in itertools.pairwise(found):
        close = math.isclose(total[before], total[after], abs_tol=1e-15)
        assert total[before] > total[after] or (close and before < after)


def test_ranks_to_recall_and_lead():
    served, behind = [1, 2, 0, 6], [2, 0, 0, 21]
    rows = [
        {"ranks": dict.fromkeys(RANKINGS, there) | {"convex": here}}
        for here, there in zip(served, behind, strict=True)
    ]
    figures = search_figures(rows)
    assert (figures["recall_at_1"], figures["recall_at_5"], figures["recall_at_20"]) == (
        0.25, 0.5, 0.75,
    )  # fmt: skip
    assert figures["mrr_at_10"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-5)
    dense = figures["rankings"]["dense"]["recall_at_5"]
    assert (dense["value"], dense["convex_ahead"]) == (0.25, 0.25)
    assert figures["rankings"]["convex"]["recall_at_5"]["convex_ahead_interval"] == [0.0, 0.0]
