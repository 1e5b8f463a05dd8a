"""The setting of Kamath, Jia and Liang (2020): each question in its own context, all of them
answerable, exact match; which to answer, when half come from another domain than the reader's?

Theirs: BERT trained on SQuAD, a calibrator on half SQuAD and half of one other set, tested
on half SQuAD and half of yet another one. Here: SQuAD dev (report part) and as many of
NewsQA dev; the calibrator is a logistic function of the reader's own scores, fitted on
SQuAD's fit part alone, or also on the other folds of NewsQA (by article).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from qa_bot.evaluation.bootstrap import statistic_interval
from qa_bot.evaluation.datasets import EvalRecord, evenly_spaced, read_records, take_part
from qa_bot.evaluation.kept import Kept, code_digest
from qa_bot.evaluation.metrics import score_answer
from qa_bot.protocols import Reader, ReadingPassage
from qa_bot.training.fits import fit_logistic

Numbers = npt.NDArray[np.float64]

SCORES = ("margin", "score", "log_share", "lead", "log_words", "log_context")
MOST = 800
"""Questions of each of the three groups."""
_FOLDS = 5


def own_contexts(
    squad: Path, newsqa: Path, reader: Reader, scratch: Path, *, most: int = MOST
) -> dict[str, Any]:
    """Coverage of all questions at 80 and 90% exact match, with 95% intervals, by what ranks
    them. What the reader said is kept in ``scratch``."""
    records = read_records(squad)
    fit = _read(evenly_spaced(take_part(records, "fit", "title"), most), "fit", reader, scratch)
    known = _read(
        evenly_spaced(take_part(records, "report", "title"), most), "report", reader, scratch
    )
    other = _read(evenly_spaced(read_records(newsqa), most), "newsqa", reader, scratch)
    asked = [*known, *other]
    exact = np.asarray([row["exact"] for row in asked])
    rankings = {
        "margin": _table(asked)[:, SCORES.index("margin")],
        "softmax": _table(asked)[:, SCORES.index("log_share")],
        "calibrator_of_squad": _fitted(fit, asked),
        "calibrator_of_both": _both(fit, known, other),
    }
    return {
        "questions": {"squad": len(known), "newsqa": len(other)},
        "exact_match": float(exact.mean()),
        "ceiling_at_80": _coverage(exact, exact, np.ones(len(exact)), 0.8),
        "ceiling_at_90": _coverage(exact, exact, np.ones(len(exact)), 0.9),
        **{name: _figures(sure, exact) for name, sure in rankings.items()},
    }


def _figures(sure: Numbers, exact: Numbers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for goal in (80, 90):

        def reached(times: Numbers, goal: int = goal) -> float:
            return _coverage(sure, exact, times, goal / 100)

        found[f"coverage_at_{goal}"] = reached(np.ones(len(exact)))
        found[f"coverage_at_{goal}_interval"] = statistic_interval(len(exact), reached)
    return found


def _coverage(sure: Numbers, exact: Numbers, times: Numbers, accuracy: float) -> float:
    """Largest share of questions that can be answered with ``accuracy`` of them right;
    ``times`` says how often each counts."""
    order = np.argsort(-sure, kind="stable")
    shown = np.cumsum(times[order])
    right = np.cumsum((times * exact)[order])
    good = np.flatnonzero(right >= accuracy * np.maximum(shown, 1e-9))
    return float(shown[good[-1]] / shown[-1]) if len(good) else 0.0


def _fitted(rows: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> Numbers:
    right = [bool(row["exact"]) for row in rows]
    weights, intercept = fit_logistic(_table(rows), right, [1.0] * len(rows), SCORES)
    sure: Numbers = _table(asked) @ np.asarray([weights[name] for name in SCORES]) + intercept
    return sure


def _both(
    fit: Sequence[Mapping[str, Any]],
    known: Sequence[Mapping[str, Any]],
    other: Sequence[Mapping[str, Any]],
) -> Numbers:
    """Each fold of the other set, and as large a part of the known one, by what was fitted
    without it. The known set's questions count by the mean of the folds' fits."""
    apart: Numbers = np.zeros(len(other))
    together: list[Numbers] = []
    folds = GroupKFold(_FOLDS).split(other, groups=[row["article"] for row in other])
    for kept, left in folds:
        rows = [*fit, *(other[i] for i in kept)]
        apart[left] = _fitted(rows, [other[i] for i in left])
        together.append(_fitted(rows, known))
    return np.concatenate([np.mean(together, axis=0), apart])


def _table(rows: Sequence[Mapping[str, Any]]) -> Numbers:
    return np.asarray([[row[name] for name in SCORES] for row in rows], dtype=np.float64)


def _read(
    records: Sequence[EvalRecord], name: str, reader: Reader, scratch: Path
) -> list[dict[str, Any]]:
    depends = {
        "reader": reader.fingerprint,
        "records": [record.record_id for record in records],
        "code": code_digest("reading", "training/own_contexts.py"),
    }
    kept = Kept(scratch, f"own-{name}", depends)
    bar = tqdm(total=len(kept.missing(range(len(records)))), desc=f"own contexts: {name}")

    def ask(number: int) -> dict[str, Any]:
        return _scores(records[number], reader)

    kept.measure(range(len(records)), ask, workers=1, done=bar.update)
    bar.close()
    return [kept.rows[number] for number in range(len(records))]


def _scores(record: EvalRecord, reader: Reader) -> dict[str, Any]:
    context = record.context or ""
    (reading,) = reader.read(record.question, [ReadingPassage("", "", context)])
    found: dict[str, Any] = {"article": record.title or context, **dict.fromkeys(SCORES, 0.0)}
    if not reading.candidates:
        return {**found, "margin": -30.0, "exact": 0.0}
    best = reading.candidates[0]
    margins = [candidate.margin for candidate in reading.candidates]
    # "No answer" has the margin 0.
    whole = math.log(sum(math.exp(min(50.0, margin)) for margin in [*margins, 0.0]))
    return {
        **found,
        "margin": best.margin,
        "score": best.score,
        "log_share": best.margin - whole,
        "lead": best.margin - margins[1] if len(margins) > 1 else 10.0,
        "log_words": math.log1p(best.text.count(" ")),
        "log_context": math.log(len(context) + 1),
        "exact": score_answer(best.text, record.answers)[0],
    }
