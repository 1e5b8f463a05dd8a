"""The reader in a given context: one question, one passage, nothing retrieved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qa_bot.evaluation.bootstrap import intervals
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.kept import Row
from qa_bot.evaluation.metrics import normalize_answer, score_answer
from qa_bot.evaluation.summary import Outcome, summarise
from qa_bot.protocols import Reader, ReadingPassage

WORDS = ("who", "what", "when", "where", "which", "why", "how many", "how")
"""Kinds of question, told by the first of these words in them; else "other"."""
LENGTHS = ((1, "1"), (2, "2"), (3, "3"), (5, "4–5"), (10, "6–10"))
"""Longest answer in words, and its label; longer ones are "11+"."""

_KIND = re.compile(r"\b(who|whom|whose|what|when|where|which|why|how (?:many|much)|how)\b")


def read_given(reader: Reader, record: EvalRecord) -> Row:
    """The best span and how far it beats "no answer" (``margin``, in logits; higher: surer)."""
    passage = ReadingPassage(record.record_id, record.record_id, record.context or "")
    (reading,) = reader.read(record.question, [passage], top_n=1)
    if not reading.candidates:
        return {"best": "", "margin": None}
    best = reading.candidates[0]
    return {"best": best.text, "margin": round(best.margin, 4)}


def given_figures(
    records: Sequence[EvalRecord], rows: Sequence[Mapping[str, Any]], *, threshold: float
) -> dict[str, Any]:
    """The figures of one set; with unanswerable records, abstention is on: an answer counts
    when its margin is above ``threshold``."""
    abstaining = any(not record.answerable for record in records)
    outcomes = [
        Outcome(row["best"], row["margin"] is not None and row["margin"] > threshold, 0.0)
        for row in rows
    ]
    figures = summarise(records, outcomes, abstaining=abstaining)
    figures = {key: value for key, value in figures.items() if not key.startswith("latency")}
    answerable = [i for i, record in enumerate(records) if record.answerable]
    scores = {i: score_answer(rows[i]["best"], records[i].answers)[1] for i in answerable}
    figures["abstention"] = "on" if abstaining else "off"
    figures["by_question_word"] = _by(records, scores, question_word, (*WORDS, "other"))
    figures["by_answer_length"] = _by(
        records, scores, answer_length, (*(label for _, label in LENGTHS), "11+")
    )
    if abstaining:
        figures["threshold"] = threshold
        figures["answerable_answered"], figures["unanswerable_refused"] = (
            _share([o.confident == wanted for r, o in zip(records, outcomes, strict=True)
                    if r.answerable == wanted])
            for wanted in (True, False)
        )  # fmt: skip
    return figures


def question_word(record: EvalRecord) -> str:
    """The kind of question: one of :data:`WORDS`, or "other"."""
    found = _KIND.search(record.question.lower())
    if found is None:
        return "other"
    word = found.group(1).replace("how much", "how many")
    return "who" if word in ("whom", "whose") else word


def answer_length(record: EvalRecord) -> str:
    """Words of the shortest gold answer, articles and punctuation aside, as a label."""
    counts = [len(normalize_answer(answer).split()) for answer in record.answers]
    words = min((count for count in counts if count), default=1)
    return next((label for most, label in LENGTHS if words <= most), "11+")


def _by(
    records: Sequence[EvalRecord],
    scores: Mapping[int, float],
    kind: Callable[[EvalRecord], str],
    labels: Sequence[str],
) -> list[dict[str, Any]]:
    """F1 (0 to 100) of each kind that occurs, with its interval."""
    found = []
    for label in labels:
        column = [score for i, score in scores.items() if kind(records[i]) == label]
        if column:
            found.append({"label": label, "n": len(column)} | _percent("f1", column))
    return found


def _percent(name: str, column: Sequence[float]) -> dict[str, Any]:
    spread = intervals({name: column})[name]
    return {
        name: round(100 * sum(column) / len(column), 3),
        "interval": None if spread is None else [round(100 * bound, 3) for bound in spread],
    }


def _share(column: Sequence[bool]) -> dict[str, Any]:
    """A share of questions, 0 to 100, with its interval and its count."""
    if not column:
        return {"n": 0, "share": None, "interval": None}
    return {"n": len(column)} | _percent("share", [float(value) for value in column])
