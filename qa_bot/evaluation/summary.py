"""From what was answered, question by question, to one table of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa_bot.evaluation.bootstrap import intervals
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.metrics import percentile, recall_at, reciprocal_rank, score_answer

PERCENT = frozenset({"exact_match", "f1", "f1_forced"})
"""Measures given as 0 to 100, as SQuAD does; all others are 0 to 1."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    ``best`` is the best span, shown or not (empty: there was none);
    ``confident`` says whether it is good enough to be shown. ``own`` and
    ``holds`` say of each retrieved passage, best first, whether it is of the
    record's own context and whether it holds a gold answer; None where that
    cannot be told. ``refused`` marks a question that cannot be asked at all
    (too long, say): it counts as abstained.
    """

    best: str
    confident: bool
    milliseconds: float
    own: tuple[bool, ...] | None = None
    holds: tuple[bool, ...] | None = None
    refused: bool = False


def summarise(
    records: Sequence[EvalRecord], outcomes: Sequence[Outcome], *, abstaining: bool
) -> dict[str, Any]:
    """The figures of one run; one outcome a record, in the same order.

    With ``abstaining``, an outcome that is not confident counts as "no answer".
    A measure that applies to no record is None.

    Raises:
        ValueError: there are no records, or not as many outcomes.
    """
    if not records or len(records) != len(outcomes):
        raise ValueError(f"{len(records)} records and {len(outcomes)} outcomes")
    columns = _columns(records, outcomes, abstaining)
    spread = intervals(columns)
    figures: dict[str, Any] = {"n": len(records)}
    figures |= {name: _mean(name, column) for name, column in columns.items()}
    times = [outcome.milliseconds for outcome in outcomes]
    figures["latency_ms"] = {
        "p50": round(percentile(times, 0.50), 2),
        "p95": round(percentile(times, 0.95), 2),
    }
    figures["intervals"] = {
        name: None if pair is None else [_scaled(name, bound) for bound in pair]
        for name, pair in spread.items()
    }
    figures["refused"] = sum(outcome.refused for outcome in outcomes)
    if any(not record.answerable for record in records):
        for kind, wanted in (("answerable", True), ("unanswerable", False)):
            rows = [i for i, record in enumerate(records) if record.answerable == wanted]
            figures[kind] = {"n": len(rows)} | {
                name: _mean(name, [columns[name][row] for row in rows])
                for name in ("exact_match", "f1", "answered")
            }
    return figures


def _columns(
    records: Sequence[EvalRecord], outcomes: Sequence[Outcome], abstaining: bool
) -> dict[str, list[float | None]]:
    """One value a record for each measure, 0 to 1; None where it does not apply."""
    columns: dict[str, list[float | None]] = {
        name: []
        for name in (
            "exact_match", "f1", "f1_forced", "answered",
            "recall_at_1", "recall_at_5", "recall_at_20", "mrr_at_10",
            "answer_recall_at_5", "answer_recall_at_20",
        )
    }  # fmt: skip
    for record, outcome in zip(records, outcomes, strict=True):
        said = outcome.best if outcome.confident or not abstaining else ""
        exact, f1 = score_answer(said, record.answers)
        forced = score_answer(outcome.best, record.answers)[1] if record.answerable else None
        columns["exact_match"].append(exact)
        columns["f1"].append(f1)
        columns["f1_forced"].append(forced)
        columns["answered"].append(float(bool(said)))
        own, holds = outcome.own, outcome.holds
        for k in (1, 5, 20):
            columns[f"recall_at_{k}"].append(None if own is None else recall_at(own, k))
        columns["mrr_at_10"].append(None if own is None else reciprocal_rank(own, 10))
        for k in (5, 20):
            columns[f"answer_recall_at_{k}"].append(None if holds is None else recall_at(holds, k))
    return columns


def _mean(name: str, column: Sequence[float | None]) -> float | None:
    values = [value for value in column if value is not None]
    return _scaled(name, sum(values) / len(values)) if values else None


def _scaled(name: str, value: float) -> float:
    return round(100 * value, 3) if name in PERCENT else round(value, 5)
