"""The fits: known answers from definitions, and every threshold tried."""

from __future__ import annotations

import random

import pytest


@pytest.fixture
def rows() -> list[tuple[str, bool, float, bool, float, bool]]:
    """Ten questions and ten twins; confidences that are exactly right on average."""
    questions = [("s", False, 0.9 - 0.05 * n, n < 6, float(n < 6), True) for n in range(10)]
    twins = [("s", True, 0.42 - 0.04 * n, False, 0.0, False) for n in range(10)]
    return questions + twins


def test_coverage_is_counted_over_everything_shown(
    rows: list[tuple[str, bool, float, bool, float, bool]],
) -> None:
    from qa_bot.training.confidence_report import coverage

    # Six right ones first, then a wrong one: 6/7 > 0.8, 6/8 < 0.8.
    assert coverage(rows, 0.8, perfect=False) == 0.7
    assert coverage(rows, 1.0, perfect=False) == 0.6
    assert coverage(rows, 0.8, perfect=True) == 0.7
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert coverage(shuffled, 0.8, perfect=True) == 0.7


def test_calibration_error_of_what_is_exactly_calibrated_is_small() -> None:
    from qa_bot.training.confidence_report import calibration_error

    always = [("s", False, 0.75, n % 4 != 0, 1.0, True) for n in range(400)]
    assert calibration_error(always) == pytest.approx(0.0, abs=1e-9)
    boastful = [("s", False, 0.95, n % 4 != 0, 1.0, True) for n in range(400)]
    assert calibration_error(boastful) == pytest.approx(0.2, abs=1e-9)


def test_best_threshold_equals_trying_them_all() -> None:
    from qa_bot.training.calibrate import best_threshold

    chance = random.Random(7)
    for _ in range(50):
        values = [chance.random() for _ in range(12)]
        shown = [chance.choice([0.0, 0.5, 1.0]) for _ in values]
        refused = [chance.choice([0.0, 1.0]) for _ in values]

        def total(
            threshold: float,
            values: list[float] = values,
            shown: list[float] = shown,
            refused: list[float] = refused,
        ) -> float:
            return sum(
                s if v >= threshold else r for v, s, r in zip(values, shown, refused, strict=True)
            )

        found = best_threshold(values, shown, refused)
        assert total(found) == max(total(t) for t in [*values, 2.0])


def test_the_ranking_fit_learns_what_is_right() -> None:
    from qa_bot.answering.select import rank_spans
    from qa_bot.protocols import Reading
    from qa_bot.records import Chunk, Passage, ScoredPassage, Span, SpanCandidate
    from qa_bot.training.calibrate import fit_ranking
    from qa_bot.training.observations import Observation

    chance = random.Random(2)
    chunk = Chunk("00", "a", Span(0, 50), "x" * 50)

    def observation() -> Observation:
        # The reader's scores are noise; the right span is in the passage with the higher cosine.
        passages, readings = [], []
        for place, (text, dense) in enumerate((("right", 0.9), ("wrong", 0.2))):
            passage = Passage(chunk, "", None, None, None)
            passages.append(ScoredPassage(passage, 0.5, place + 1, dense, 1.0))
            noise = chance.gauss(0, 3)
            span = SpanCandidate("a", "00", Span(place * 9, place * 9 + 5), text, noise, 0.0)
            readings.append(Reading((span,), 0.0))
        return Observation("s", "fit", False, ("right",), tuple(passages), tuple(readings))

    seen = [observation() for _ in range(60)]
    weights = fit_ranking(seen)
    assert weights["dense"] > 1
    best = [rank_spans(o.readings, o.passages, weights)[0].candidate.text for o in seen]
    assert best.count("right") > 54
