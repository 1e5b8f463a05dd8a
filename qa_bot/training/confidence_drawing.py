"""confidence.png: the reliability diagram, accuracy against coverage, and the dial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qa_bot.training.confidence_report import Row, at_settings, bins, coverage, risk_coverage

_SHOWN_FROM = 20
"""Answers before the curve begins: the share right of the first few means nothing."""


def draw(rows: Sequence[Row], folder: Path, threshold: float) -> None:
    """Writes confidence.png into ``folder``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    names = ["all", *sorted({row[0] for row in rows})]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name in names:
        chosen = [row for row in rows if name in ("all", row[0])]
        strong = {"linewidth": 2.4, "color": "#1f3a5f"} if name == "all" else {"linewidth": 1.1}
        binned = bins(chosen)
        left.plot(
            [sure for _, sure, _ in binned],
            [share for *_, share in binned],
            marker="o",
            markersize=3,
            label=name,
            **strong,
        )
        shown, accuracy = risk_coverage(chosen)
        (line,) = middle.plot(shown[_SHOWN_FROM:], accuracy[_SHOWN_FROM:], label=name, **strong)
        for goal in (0.8, 0.9):
            place = coverage(chosen, goal, perfect=True)
            middle.plot([place], [goal], "^", color=line.get_color(), markersize=6)
    dial = at_settings(rows)
    settings = [setting for setting, *_ in dial]
    right.plot(settings, [each[1] for each in dial], color="#1f3a5f", linewidth=2.4)
    right.plot(settings, [each[2] for each in dial], color="#b5651d", linewidth=2.4)
    right.axvline(threshold, color="0.6", linewidth=1, linestyle="--")
    right.legend(["right of what is shown", "answered", "the default"], frameon=False)
    limits = {"xlim": (0, 1), "ylim": (0, 1.02)}
    left.set(xlabel="confidence", ylabel="share right", title="Reliability", **limits)
    middle.set(
        xlabel="share of answerable questions shown",
        ylabel="share of all shown that is right",
        title="Accuracy against coverage (triangles: ceilings)",
        **limits,
    )
    right.set(xlabel="min_confidence", title="The dial, over all sets", **limits)
    middle.legend(frameon=False, loc="lower left")
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "confidence.png", dpi=110)
    plt.close(figure)
