"""What a confidence is worth, on questions it was not fitted on: figures with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Row = tuple[str, bool, float, bool, float, bool]
"""(set, twin, confidence, right, F1, whether a right span was among the candidates)"""
Numbers = npt.NDArray[np.float64]

BINS = 10
GOALS = (80, 90, 95)
"""Accuracies, in percent, at which coverage is given."""
DRAWS = 1000
_SEED = 20240229


def report(rows: Sequence[Row], threshold: float, *, draws: int = DRAWS) -> dict[str, Any]:
    """Figures over questions and their twins, each with a bootstrap 95% interval where it
    is fitted to be reported: ``name`` and ``name_interval``.

    ``coverage_at_80``: the share of answerable questions shown when 80% of all that
    is shown, twins included, is right; ``ceiling_at_80`` the same for a perfect
    ranking of the same answers (El-Yaniv and Wiener 2010); ``of_ceiling_at_80`` the one
    as a share of the other. ``calibration_error``: see :func:`calibration_error`.
    """
    answerable = [row for row in rows if not row[1]]
    twins = [row for row in rows if row[1]]
    shown = [row for row in rows if row[2] >= threshold]
    figures: dict[str, Any] = {
        "questions": len(answerable),
        "twins": len(twins),
        "right_if_forced": _mean([row[3] for row in answerable]),
        "f1_forced": _mean([row[4] for row in answerable]),
        "right_span_among_candidates": _mean([row[5] for row in answerable]),
        "threshold": threshold,
        "answered": _mean([row[2] >= threshold for row in answerable]),
        "twins_refused": _mean([row[2] < threshold for row in twins]),
        "right_of_shown": _mean([row[3] for row in shown]),
    }
    drawn = _drawn(rows, draws)
    for name, statistic in _statistics().items():
        figures[name] = statistic(rows)
        low, high = np.quantile([statistic(each) for each in drawn], [0.025, 0.975])
        figures[f"{name}_interval"] = [round(float(low), 4), round(float(high), 4)]
    # (mean confidence, share right) of each bin, for the drawing on the page.
    figures["reliability"] = [[round(sure, 4), round(share, 4)] for _, sure, share in bins(rows)]
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in figures.items()}


def _statistics() -> dict[str, Callable[[Sequence[Row]], float]]:
    found: dict[str, Callable[[Sequence[Row]], float]] = {"calibration_error": calibration_error}
    for goal in GOALS:

        def reached(rows: Sequence[Row], goal: int = goal) -> float:
            return coverage(rows, goal / 100, perfect=False)

        def ceiling(rows: Sequence[Row], goal: int = goal) -> float:
            return coverage(rows, goal / 100, perfect=True)

        def share(rows: Sequence[Row], goal: int = goal) -> float:
            top = coverage(rows, goal / 100, perfect=True)
            return coverage(rows, goal / 100, perfect=False) / top if top else 0.0

        found[f"coverage_at_{goal}"] = reached
        found[f"ceiling_at_{goal}"] = ceiling
        found[f"of_ceiling_at_{goal}"] = share
    return found


def _drawn(rows: Sequence[Row], draws: int) -> list[list[Row]]:
    """Bootstrap draws. Questions and twins are drawn apart, as many as there are of each."""
    chance = np.random.default_rng(_SEED)
    kinds = [[row for row in rows if row[1] is twin] for twin in (False, True)]
    return [
        [kind[i] for kind in kinds for i in chance.integers(0, len(kind), len(kind))]
        for _ in range(draws)
    ]


def coverage(rows: Sequence[Row], accuracy: float, *, perfect: bool) -> float:
    """Largest share of answerable questions shown with at least ``accuracy`` of all
    that is shown right, going down by confidence (or by rightness, if ``perfect``)."""
    twin, right = _column(rows, 1), _column(rows, 3)
    # A perfect ranking shows wrong answers to real questions before it shows twins'.
    order = np.lexsort((twin, -right)) if perfect else np.argsort(-_column(rows, 2), kind="stable")
    good = np.flatnonzero(_running(right[order]) >= accuracy)
    answerable = 1 - twin
    total = answerable.sum()
    return float(answerable[order][: good[-1] + 1].sum() / total) if len(good) and total else 0.0


def risk_coverage(rows: Sequence[Row]) -> tuple[Numbers, Numbers]:
    """(share of answerable questions shown, share of all shown that is right), going down."""
    order = np.argsort(-_column(rows, 2), kind="stable")
    answerable = 1 - _column(rows, 1)[order]
    shown = np.cumsum(answerable) / max(1.0, answerable.sum())
    return shown, _running(_column(rows, 3)[order])


def at_settings(rows: Sequence[Row], steps: int = 100) -> list[list[float]]:
    """What each setting of ``min_confidence`` reaches: [setting, share right of all that is
    shown, share of the answerable questions shown], from 0 to 1 in equal steps.

    Where nothing is shown, the share right is that of the highest setting with something.
    """
    sure, twin, right = (_column(rows, place) for place in (2, 1, 3))
    found, reached = [], 0.0
    for step in range(steps + 1):
        setting = step / steps
        shown = sure >= setting
        reached = float(right[shown].mean()) if shown.any() else reached
        answered = float(shown[twin == 0].mean()) if (twin == 0).any() else 0.0
        found.append([setting, round(reached, 4), round(answered, 4)])
    return found


def calibration_error(rows: Sequence[Row]) -> float:
    """Expected calibration error (Naeini et al. 2015) over :data:`BINS` bins that are filled
    equally: the mean distance between confidence and share right, weighted by the bins."""
    return float(sum(share * abs(sure - right) for share, sure, right in bins(rows)))


def bins(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """(share of rows, mean confidence, share right) of each bin, by rising confidence."""
    sure, right = _column(rows, 2), _column(rows, 3)
    order = np.argsort(sure, kind="stable")
    return [
        (len(part) / len(order), float(sure[part].mean()), float(right[part].mean()))
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def _column(rows: Sequence[Row], place: int) -> Numbers:
    return np.fromiter((row[place] for row in rows), dtype=np.float64, count=len(rows))


def _running(right: Numbers) -> Numbers:
    """Share right of the first, the first two, ... of them."""
    return np.cumsum(right) / np.arange(1, len(right) + 1)


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
