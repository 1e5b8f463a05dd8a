"""What a confidence is worth, on questions it was not fitted on: figures and drawings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = tuple[str, bool, float, bool, float, bool]
"""(set, twin, confidence, right, F1, whether a right span was among the candidates)"""

BINS = 10


def report(rows: Sequence[Row], threshold: float) -> dict[str, Any]:
    """Figures over questions and their twins.

    ``coverage_at_80``: the share of answerable questions shown when 80% of all that
    is shown, twins included, is right; ``ceiling_at_80`` the same for a perfect
    ranking of the same answers (El-Yaniv and Wiener 2010). ``calibration_error``:
    mean distance between confidence and accuracy over ten equally filled bins.
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
        "calibration_error": calibration_error(rows),
    }
    for goal in (80, 90, 95):
        figures[f"coverage_at_{goal}"] = coverage(rows, goal / 100, perfect=False)
        figures[f"ceiling_at_{goal}"] = coverage(rows, goal / 100, perfect=True)
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in figures.items()}


def coverage(rows: Sequence[Row], accuracy: float, *, perfect: bool) -> float:
    """Largest share of answerable questions shown with at least ``accuracy`` of all
    that is shown right, going down by confidence (or by rightness, if ``perfect``)."""
    ranked = sorted(rows, key=lambda row: -(float(row[3]) if perfect else row[2]))
    # A perfect ranking shows wrong answers to real questions before it shows twins'.
    if perfect:
        ranked = sorted(ranked, key=lambda row: (not row[3], row[1]))
    right = np.cumsum([row[3] for row in ranked])
    shown = np.arange(1, len(ranked) + 1)
    real = np.cumsum([not row[1] for row in ranked])
    good = np.flatnonzero(right / shown >= accuracy)
    total = sum(not row[1] for row in rows)
    return float(real[good[-1]] / total) if len(good) and total else 0.0


def calibration_error(rows: Sequence[Row]) -> float:
    """Expected calibration error over ten equally filled bins (Naeini et al. 2015)."""
    return float(sum(share * abs(sure - right) for share, sure, right in _bins(rows)))


def _bins(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """(share of rows, mean confidence, share right) of each bin."""
    ranked = sorted(rows, key=lambda row: row[2])
    found = []
    for part in np.array_split(np.arange(len(ranked)), BINS):
        if len(part):
            members = [ranked[i] for i in part]
            found.append(
                (
                    len(part) / len(ranked),
                    _mean([m[2] for m in members]),
                    _mean([m[3] for m in members]),
                )
            )
    return found


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Writes confidence.png: reliability, and accuracy against coverage."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    names = ["all", *sorted({row[0] for row in rows})]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name in names:
        chosen = [row for row in rows if name in ("all", row[0])]
        strong = {"linewidth": 2.4, "color": "#1f3a5f"} if name == "all" else {"linewidth": 1.1}
        bins = _bins(chosen)
        left.plot(
            [b[1] for b in bins],
            [b[2] for b in bins],
            marker="o",
            markersize=3,
            label=name,
            **strong,
        )
        ranked = sorted(chosen, key=lambda row: -row[2])
        real = np.cumsum([not row[1] for row in ranked]) / max(1, sum(not r[1] for r in chosen))
        accuracy = np.cumsum([row[3] for row in ranked]) / np.arange(1, len(ranked) + 1)
        right.plot(real[20:], accuracy[20:], label=name, **strong)
    left.set(
        xlabel="confidence", ylabel="share right", title="Reliability", xlim=(0, 1), ylim=(0, 1)
    )
    right.set(
        xlabel="share of answerable questions shown",
        ylabel="share of shown right",
        title="Accuracy against coverage",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "confidence.png", dpi=110)
    plt.close(figure)


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
