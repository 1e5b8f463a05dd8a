"""The drawings of the evaluation page, as PNG.

Colours are those of Okabe and Ito (2008), which people with any kind of colour
blindness can tell apart; every series has its own marker or line as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.metrics import score_answer
from qa_bot.evaluation.opened import risk_coverage
from qa_bot.evaluation.suite import Measured

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
_SERIES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":"))
_INK = "#333333"
_STYLE = {
    "font.size": 10, "axes.titlesize": 11, "text.color": _INK,
    "axes.labelcolor": _INK, "axes.edgecolor": "#9a9a9a", "xtick.color": _INK,
    "ytick.color": _INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.axisbelow": True, "legend.frameon": False, "figure.facecolor": "white",
    "savefig.facecolor": "white",
}  # fmt: skip
_WIDE = (9.2, 3.9)
_FEW = 10
"""Fewer questions than this say nothing: they are left out of a drawing."""
SET_NAMES = {
    "squad_v1.1_dev": "SQuAD 1.1",
    "squad_v2.0_dev": "SQuAD 2.0",
    "nq_qed_dev": "Natural Questions",
    "newsqa_dev": "NewsQA",
    "questions_2022_2023": "news 2022–2023",
}


def draw_all(measured: Sequence[Measured], folder: Path) -> list[Path]:
    """Write the drawings that ``measured`` has the parts for; their paths.

    Raises:
        EvaluationError: matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise EvaluationError(
            "the drawings cannot be made",
            expected="matplotlib",
            found=error,
            mend="pip install 'qa-bot[train]'",
        ) from None
    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    given = [m for m in measured if m.part.kind == "given" and m.figures["abstention"] == "off"]
    abstaining = [m for m in measured if m.part.kind == "given" and m not in given]
    opened = [m for m in measured if m.part.kind == "open"]
    written = []
    if given:
        written.append(_questions(given, folder / "eval-questions.png"))
    if abstaining or opened:
        written.append(_margins(abstaining, opened, folder / "eval-null-margin.png"))
        written.append(_risk([*abstaining, *opened], folder / "eval-risk-coverage.png"))
    return written


@contextmanager
def _panels(path: Path, count: int, *, shared: bool = False) -> Iterator[Any]:
    """``count`` axes side by side, saved to ``path`` at the end. ``shared``: with one
    height, and the first one's legend above all."""
    from matplotlib import pyplot as plt

    with plt.rc_context(_STYLE):
        width = _WIDE[0] if count > 1 else 0.62 * _WIDE[0]
        figure, axes = plt.subplots(
            1, count, figsize=(width, _WIDE[1]), layout="constrained", squeeze=False, sharey=shared
        )
        for each in axes[0]:
            each.grid(axis="y", color="#ececec", linewidth=0.8)
        try:
            yield axes[0]
            if shared:
                handles, labels = axes[0][0].get_legend_handles_labels()
                figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
            figure.savefig(path, dpi=110)
        finally:
            plt.close(figure)


def _questions(measured: Sequence[Measured], path: Path) -> Path:
    """F1 by question word and by answer length, a dot with its interval for each set."""
    with _panels(path, 2, shared=True) as axes:
        for panel, key, label in zip(
            axes,
            ("by_question_word", "by_answer_length"),
            ("question word", "words of the shortest gold answer"),
            strict=True,
        ):
            order = _labels([m.figures[key] for m in measured])
            for place, one in enumerate(measured):
                colour, marker, _ = _SERIES[place % len(_SERIES)]
                rows = [row for row in one.figures[key] if row["n"] >= _FEW]
                f1 = np.array([row["f1"] for row in rows])
                spread = np.array([row["interval"] for row in rows]).reshape(-1, 2)
                shift = 0.2 * (place - (len(measured) - 1) / 2)
                panel.errorbar(
                    [order.index(row["label"]) + shift for row in rows], f1,
                    yerr=np.abs(spread.T - f1), fmt=marker, markersize=4.5, color=colour,
                    elinewidth=1.1, label=SET_NAMES[one.part.file],
                )  # fmt: skip
            panel.set(xlabel=label, xlim=(-0.6, len(order) - 0.4))
            panel.set_xticks(range(len(order)), order, rotation=30 if len(order) > 6 else 0)
        axes[0].set(ylabel="F1, read in a given context")
    return path


def _labels(tables: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """All labels with enough questions in some table, in the tables' own order."""
    from qa_bot.evaluation.given import LENGTHS, WORDS

    every = [*WORDS, "other", *(label for _, label in LENGTHS), "11+"]
    found = {row["label"] for table in tables for row in table if row["n"] >= _FEW}
    return [label for label in every if label in found]


def _margins(abstaining: Sequence[Measured], opened: Sequence[Measured], path: Path) -> Path:
    """How far the best span beats "no answer", with and without an answer to be found."""
    panels: list[tuple[str, list[float], list[float], float | None, str]] = []
    for one in abstaining:
        pairs = [
            (row["margin"], record.answerable)
            for row, record in zip(one.rows, one.records, strict=True)
            if row["margin"] is not None
        ]
        title = f"{SET_NAMES[one.part.file]}: questions"
        line = one.figures["threshold"]
        panels.append((title, *_split(pairs), line, "fitted threshold"))
    for one in opened:
        found = [(item[0], item[1]) for row in one.rows for item in row.get("read", ())]
        title = f"{SET_NAMES[one.part.file]}, open: passages read"
        line = one.figures["passages"].get("margin")
        panels.append((title, *_split(found), line, "keeps 80% of those with it"))
    panels = [panel for panel in panels if panel[1] or panel[2]][:2]
    with _panels(path, max(1, len(panels))) as axes:
        for axis, (title, with_answer, without, line, meaning) in zip(axes, panels, strict=False):
            bins = np.histogram_bin_edges([*with_answer, *without], bins=40)
            for values, colour, style, name in (
                (with_answer, BLUE, "-", "with the answer"),
                (without, ORANGE, "--", "without it"),
            ):
                if values:
                    shape = {"density": True, "bins": bins, "color": colour}
                    axis.hist(values, alpha=0.18, **shape)
                    axis.hist(
                        values, histtype="step", linestyle=style, linewidth=1.6, label=name, **shape
                    )
            if line is not None:
                axis.axvline(line, color=_INK, linewidth=1, linestyle=":", label=meaning)
            axis.set(title=title, xlabel="margin over “no answer”, logits", yticks=[])
            axis.legend(fontsize=8.5)
        axes[0].set(ylabel="share")
    return path


def _split(pairs: Sequence[tuple[float, bool]]) -> tuple[list[float], list[float]]:
    return [m for m, holds in pairs if holds], [m for m, holds in pairs if not holds]


def _risk(measured: Sequence[Measured], path: Path) -> Path:
    """Risk against coverage; a dot where the fitted threshold stands."""
    with _panels(path, 1) as (axis,):
        for place, one in enumerate(measured):
            colour, marker, line = _SERIES[place % len(_SERIES)]
            sure, f1 = _sure(one)
            coverage, risk = risk_coverage(sure, f1)
            kind = ", given context" if one.part.kind == "given" else ", open"
            # The first few questions jump about; they say nothing yet.
            steady = coverage * len(sure) >= min(_FEW, len(sure))
            axis.plot(
                coverage[steady], risk[steady], color=colour, linestyle=line, linewidth=1.7,
                label=SET_NAMES[one.part.file] + kind,
            )  # fmt: skip
            shown = float(np.mean(np.asarray(sure) >= one.figures["threshold"]))
            if shown:
                axis.plot(shown, np.interp(shown, coverage, risk), marker, color=colour)
        axis.set(
            xlabel="coverage: share of questions shown an answer",
            ylabel="risk: mean of 1 − F1 over those shown",
            xlim=(0, 1.01),
        )
        axis.set_ylim(bottom=0)
        axis.legend(fontsize=8.5)
    return path


def _sure(one: Measured) -> tuple[list[float], list[float]]:
    """How sure each best span is, and its F1 (0 to 1); no span at all is least sure."""
    pairs = []
    for record, row in zip(one.records, one.rows, strict=True):
        if one.part.kind == "given":
            sure, said = row["margin"], row["best"]
        else:
            sure, said = row.get("confidence"), row.get("said", {"all": ""})["all"]
        f1 = score_answer(said, record.answers)[1]
        pairs.append((-1e9 if sure is None else float(sure), f1))
    return [sure for sure, _ in pairs], [f1 for _, f1 in pairs]
