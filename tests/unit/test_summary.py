"""One table of figures from outcomes, by hand."""

import pytest

from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.summary import Outcome, summarise

RECORDS = [
    EvalRecord("1", "How long?", ("20 hours",), "c1"),
    EvalRecord("2", "Who?", ("Kim",), "c2"),
    EvalRecord("3", "Why?", (), "c3"),
    EvalRecord("4", "Where?", (), "c4"),
]
OUTCOMES = [
    # right and shown; own context second, an answer held third
    Outcome("20 hours", True, 10.0, (False, True, False), (False, False, True)),
    # half right (P 1/2, R 1: F1 2/3), but not sure enough to be shown
    Outcome("Kim Jong-un", False, 20.0, (False,) * 5 + (True,), (False,) * 5 + (True,)),
    # rightly not shown
    Outcome("because", False, 30.0, (False,) * 20 + (True,), None),
    # wrongly shown
    Outcome("there", True, 40.0, (True,), None),
]


def test_with_abstention():
    figures = summarise(RECORDS, OUTCOMES, abstaining=True)
    assert figures["n"] == 4
    assert figures["exact_match"] == 50.0  # the first and the third
    assert figures["f1"] == 50.0
    assert figures["f1_forced"] == pytest.approx(100 * (1 + 2 / 3) / 2, abs=1e-3)
    assert figures["answered"] == 0.5
    assert figures["recall_at_1"] == 0.25
    assert figures["recall_at_5"] == 0.5
    assert figures["recall_at_20"] == 0.75  # the 21st does not count
    assert figures["mrr_at_10"] == pytest.approx((1 / 2 + 1 / 6 + 0 + 1) / 4, abs=1e-5)
    assert figures["answer_recall_at_5"] == 0.5  # of the two answerable ones
    assert figures["answer_recall_at_20"] == 1.0
    assert figures["latency_ms"] == {"p50": 20.0, "p95": 40.0}
    assert figures["answerable"] == {"n": 2, "exact_match": 50.0, "f1": 50.0, "answered": 0.5}
    assert figures["unanswerable"] == {"n": 2, "exact_match": 50.0, "f1": 50.0, "answered": 0.5}


def test_without_abstention_what_is_not_sure_is_said_too():
    figures = summarise(RECORDS[:2], OUTCOMES[:2], abstaining=False)
    assert figures["exact_match"] == 50.0
    assert figures["f1"] == figures["f1_forced"] == pytest.approx(83.333, abs=1e-3)
    assert figures["answered"] == 1.0
    assert "unanswerable" not in figures


def test_what_cannot_be_told_is_null_and_what_cannot_be_asked_is_counted():
    outcomes = [Outcome("20 hours", True, 1.0), Outcome("", False, 0.0, refused=True)]
    figures = summarise(RECORDS[:2], outcomes, abstaining=False)
    for name in ("recall_at_1", "recall_at_20", "mrr_at_10", "answer_recall_at_5"):
        assert figures[name] is None
        assert figures["intervals"][name] is None
    assert figures["refused"] == 1
    assert figures["answered"] == 0.5
    assert figures["exact_match"] == 50.0


def test_intervals_are_in_the_unit_of_their_figure_and_hold_it():
    figures = summarise(RECORDS, OUTCOMES, abstaining=True)
    for name, pair in figures["intervals"].items():
        low, high = pair
        assert low <= figures[name] <= high
    assert figures["intervals"]["exact_match"][1] == 100.0
    assert figures["intervals"]["answered"][1] == 1.0


def test_every_record_needs_its_outcome():
    with pytest.raises(ValueError, match="4 records and 3 outcomes"):
        summarise(RECORDS, OUTCOMES[:3], abstaining=True)
    with pytest.raises(ValueError, match="0 records"):
        summarise([], [], abstaining=True)
