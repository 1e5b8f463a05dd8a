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
    from qa_bot.training.fits import best_threshold

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
    from qa_bot.training.fits import fit_ranking
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


@pytest.mark.parametrize("seed", range(5))
def test_run_time_arithmetic_is_what_scikit_learn_predicts(seed: int) -> None:
    """A made-up fit on made-up features: the same probability to 1e-9."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from qa_bot.answering.confidence import FEATURES, confidence
    from qa_bot.answering.fitted import Fitted
    from qa_bot.training import fits

    chance = np.random.default_rng(seed)
    table = chance.normal(3, 5, (200, len(FEATURES)))
    right = table[:, 0] - table[:, 2] + chance.normal(0, 4, 200) > 0
    weights = chance.uniform(0.5, 2, 200)
    slopes, intercept = fits.fit_logistic(table, list(right), list(weights), FEATURES)
    fitted = Fitted({}, slopes, intercept, 0.5, 0.0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=fits._SURE_C, max_iter=2000))
    model.fit(table, right, logisticregression__sample_weight=weights)
    for row, expected in zip(table, model.predict_proba(table)[:, 1], strict=True):
        features = dict(zip(FEATURES, map(float, row), strict=True))
        assert confidence(features, fitted) == pytest.approx(expected, abs=1e-9)


def test_a_setting_shows_what_reaches_it() -> None:
    from qa_bot.training.confidence_report import at_settings

    rows = [
        ("s", False, 0.9, True, 1.0, True),
        ("s", False, 0.6, False, 0.0, True),
        ("s", True, 0.5, False, 0.0, False),
        ("s", False, 0.2, True, 1.0, True),
    ]
    dial = {setting: (right, answered) for setting, right, answered in at_settings(rows, 10)}
    assert dial[0.0] == (0.5, 1.0)
    assert dial[0.5] == (0.3333, 0.6667)
    assert dial[0.6] == (0.5, 0.6667)
    assert dial[0.9] == (1.0, 0.3333)
    assert dial[1.0] == (1.0, 0.0)  # nothing is shown: the share right stays as it was


def test_every_figure_lies_in_its_interval() -> None:
    from qa_bot.training.confidence_report import report

    chance = random.Random(4)
    rows = []
    for _ in range(300):
        sure = chance.random()
        right = chance.random() < sure
        rows.append(("s", False, sure, right, float(right), True))
        rows.append(("s", True, sure / 3, False, 0.0, False))
    figures = report(rows, 0.4, draws=200)
    for name in ("coverage_at_80", "ceiling_at_80", "calibration_error", "of_ceiling_at_80"):
        low, high = figures[f"{name}_interval"]
        assert 0 <= low <= high <= 1
    low, high = figures["coverage_at_80_interval"]
    assert low <= figures["coverage_at_80"] <= high
    assert figures["of_ceiling_at_80"] == pytest.approx(
        figures["coverage_at_80"] / figures["ceiling_at_80"], abs=1e-3
    )


def test_typographic_quotes_are_no_part_of_an_answer() -> None:
    from qa_bot.training.observations import Observation, straight_quotes

    golds = tuple(map(straight_quotes, ["“Sesame Street”"]))
    seen = Observation("set", "fit", False, golds, (), ())
    assert seen.f1("Sesame Street") == 1.0
    assert seen.f1("‘Sesame Street’") == 1.0
    assert seen.f1("Sesame") < 1.0
    assert seen.holds("It is called Sesame Street.")
    assert not seen.holds("It is a street.")


def test_a_pattern_says_what_is_right() -> None:
    from qa_bot.training.observations import Observation

    seen = Observation("plain", "fit", False, (), (), (), pattern=r"\bten\b|\b10\b")
    assert [seen.f1(text) for text in ("Ten people", "10", "100", "often")] == [1.0, 1.0, 0.0, 0.0]
    assert seen.holds("There were 10 of them.")
    nothing = Observation("plain", "fit", True, (), (), ())
    assert nothing.f1("Ten") == 0.0
    assert not nothing.holds("Ten")


def test_every_beginning_of_a_spread_is_spread() -> None:
    from qa_bot.training.observations import _spread

    for count in (1, 7, 100):
        assert sorted(_spread(count)) == list(range(count))
    first = _spread(1000)[:100]
    assert all(6 <= sum(place // 100 == part for place in first) <= 14 for part in range(10))
