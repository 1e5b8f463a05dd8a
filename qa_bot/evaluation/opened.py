"""From what was said to open questions to figures: answers, stages, passages, risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.evaluation.bootstrap import intervals, paired_difference, statistic_interval
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.metrics import score_answer
from qa_bot.evaluation.stages import LEFT_OUT, as_columns
from qa_bot.evaluation.summary import Outcome, summarise

FloatArray = npt.NDArray[np.float64]

KEEP = 0.8
"""Share of the passages with the answer that the margin of :func:`below_margin` keeps."""


def open_figures(
    records: Sequence[EvalRecord], rows: Sequence[Mapping[str, Any]], *, threshold: float
) -> dict[str, Any]:
    """The figures of one open part. Made to answer: exact match, F1, recall; with
    abstention at ``threshold``: how much is shown and how good it is; without each
    stage: the difference, question by question."""
    refused = [bool(row.get("refused")) for row in rows]
    outcomes = [
        Outcome("", False, 0.0, own=(), holds=(), refused=True)
        if gone
        else Outcome(
            best=row["said"]["all"],
            confident=row["confidence"] >= threshold,
            milliseconds=0.0,
            own=tuple(row["own"]),
            holds=tuple(row["holds"]),
        )
        for row, gone in zip(rows, refused, strict=True)
    ]
    figures = summarise(records, outcomes, abstaining=False)
    figures = {key: value for key, value in figures.items() if not key.startswith("latency")}
    reachable = {"reachable": [row.get("reachable", 0.0) for row in rows]}
    figures["reachable"] = _scaled(sum(reachable["reachable"]) / len(rows))
    figures["intervals"]["reachable"] = _pair(intervals(reachable)["reachable"])
    figures["threshold"] = threshold
    figures |= _shown(records, outcomes)
    figures["left_out"] = _left_out(records, rows)
    figures["passages"] = below_margin([row.get("read", []) for row in rows])
    return figures


def _shown(records: Sequence[EvalRecord], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Share of questions shown an answer, and the F1 of what is shown, both 0 to 100."""
    shown = np.array([o.confident for o in outcomes], dtype=np.float64)
    f1 = np.array(
        [score_answer(o.best, r.answers)[1] for r, o in zip(records, outcomes, strict=True)]
    )

    def share(times: FloatArray) -> float:
        return float(times @ shown / times.sum())

    def quality(times: FloatArray) -> float:
        total = float(times @ shown)
        return float(times @ (shown * f1)) / total if total else float("nan")

    return {"shown": _estimate(len(shown), share), "f1_of_shown": _estimate(len(shown), quality)}


def _left_out(
    records: Sequence[EvalRecord], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    columns = as_columns(rows, records)
    found = []
    for name in LEFT_OUT:
        entry: dict[str, Any] = {"name": name}
        for place, measure in enumerate(("exact_match", "f1")):
            changed = [pair[place] for pair in columns[name]]
            base = [pair[place] for pair in columns["all"]]
            difference, spread = paired_difference(changed, base)
            entry[measure] = _scaled(sum(changed) / len(changed))
            entry[f"{measure}_difference"] = _scaled(difference)
            entry[f"{measure}_interval"] = _pair(spread)
        found.append(entry)
    return found


def below_margin(read: Sequence[Sequence[Sequence[Any]]]) -> dict[str, Any]:
    """How well the margin tells passages with the answer from those without it.

    ``read`` holds for each question its passages as (margin, holds the answer). The
    margin that keeps :data:`KEEP` of the passages with the answer, and the share of
    the others that fall below it (0 to 100; the interval draws questions, and finds
    the margin anew in each draw).
    """
    question = np.array([i for i, passages in enumerate(read) for _ in passages], dtype=np.int64)
    margin = np.array([item[0] for passages in read for item in passages], dtype=np.float64)
    holds = np.array([item[1] for passages in read for item in passages], dtype=bool)
    up = np.argsort(margin, kind="stable")
    question, margin, holds = question[up], margin[up], holds[up]

    def cut(weight: FloatArray) -> float:
        """The largest margin that at least KEEP of the passages with the answer reach."""
        reached = np.cumsum(weight[::-1])[::-1]  # weight at or above each
        good = np.flatnonzero(reached >= KEEP * reached[0])
        return float(margin[holds][good[-1]])

    def below(times: FloatArray) -> float:
        weight = times[question]
        if not weight[holds].sum() or not weight[~holds].sum():
            return float("nan")
        others = margin[~holds] < cut(weight[holds])
        return float(weight[~holds] @ others / weight[~holds].sum())

    if not holds.any() or holds.all():
        return {"with_answer": int(holds.sum()), "without_answer": int((~holds).sum())}
    return {
        "with_answer": int(holds.sum()),
        "without_answer": int((~holds).sum()),
        "margin": round(cut(np.ones(int(holds.sum()))), 4),
        "below": _estimate(len(read), below),
    }


def risk_coverage(sure: Sequence[float], f1: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """(coverage, risk), 0 to 1, going down by ``sure``; equal values are shown together.

    Coverage is the share of all questions shown an answer, risk the mean of 1 - F1 over
    what is shown (the selective risk of El-Yaniv and Wiener 2010 with that loss).

    Raises:
        ValueError: the two differ in length.
    """
    if len(sure) != len(f1):
        raise ValueError(f"{len(sure)} values and {len(f1)} scores")
    order = np.argsort(-np.asarray(sure, dtype=np.float64), kind="stable")
    ranked = np.asarray(sure, dtype=np.float64)[order]
    lost = 1 - np.asarray(f1, dtype=np.float64)[order]
    count = np.arange(1, len(ranked) + 1)
    last = np.append(ranked[1:] != ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
    return (count / max(1, len(ranked)))[last], (np.cumsum(lost) / count)[last]


def _estimate(n: int, statistic: Any) -> dict[str, Any]:
    value = statistic(np.ones(n))
    return {
        "share": None if np.isnan(value) else _scaled(value),
        "interval": _pair(statistic_interval(n, statistic)),
    }


def _scaled(value: float) -> float:
    return round(100 * value, 3)


def _pair(spread: tuple[float, float] | None) -> list[float] | None:
    return None if spread is None else [_scaled(bound) for bound in spread]
