"""One evaluation: an evaluation file against a reader, its own contexts, or an index.

reader    each question is read in its own context; nothing is retrieved
contexts  the file's distinct contexts become a temporary index, asked openly
index     a given index is asked openly

Each question is asked once, with abstention off; whether the answer would have
been shown is told from its confidence, so that the figures with and without
abstention come from one run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from qa_bot.answering.fitted import fitted_path, load_fitted
from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.errors import EvaluationError, QuestionError
from qa_bot.evaluation.collection import require_contexts, write_contexts
from qa_bot.evaluation.datasets import (
    EvalRecord,
    Part,
    SplitBy,
    evenly_spaced,
    file_digest,
    read_records,
    take_part,
)
from qa_bot.evaluation.metrics import holds_answer
from qa_bot.evaluation.summary import Outcome, summarise
from qa_bot.indexing import build_index
from qa_bot.protocols import Progress, Reader, ReadingPassage
from qa_bot.reading.reader import open_reader
from qa_bot.records import Passage

Mode = Literal["index", "reader", "contexts"]

DEPTH = 20
"""Passages retrieved for each question: the deepest recall that is given."""

Ask = Callable[[EvalRecord], Outcome]
IsOwn = Callable[[EvalRecord, Passage], bool]


def evaluate(
    path: str | Path,
    *,
    mode: Mode = "index",
    settings: Settings | None = None,
    limit: int | None = None,
    part: Part = "all",
    split_by: SplitBy = "title",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The figures of ``path``, JSON-ready; see :mod:`qa_bot.evaluation.summary`.

    A file without unanswerable records is read with abstention off, otherwise
    with it on. ``part`` takes the fit or the report half by ``split_by``, then
    ``limit`` takes that many records, evenly spaced; in mode "contexts" the
    contexts of the whole file are searched all the same. ``settings`` default to
    those of the environment; its ``index`` is the one asked in mode "index".

    Raises:
        EvaluationError: the file cannot be used in this mode.
        QABotError: the index or the reader cannot be opened.
    """
    # Questions of an evaluation are nobody's, and no gap in the articles.
    settings = replace(settings or Settings.load(), gap_log=False)
    everything = read_records(path)
    records = evenly_spaced(take_part(everything, part, split_by), limit)
    if not records:
        raise EvaluationError(
            "no record is left to evaluate",
            where=path,
            found=f"part {part} by {split_by}",
            mend="--part all, or another --split-by",
        )
    abstaining = any(not record.answerable for record in records)
    with _asker(mode, everything, settings, progress) as (ask, calibrated):
        outcomes = []
        for done, record in enumerate(records):
            if progress:
                progress("questions", done, len(records))
            outcomes.append(_timed(ask, record))
        if progress:
            progress("questions", len(records), len(records))
    figures = summarise(records, outcomes, abstaining=abstaining)
    return figures | {
        "mode": mode,
        "abstention": "on" if abstaining else "off",
        "calibrated": calibrated,
        "part": part,
        "split_by": None if part == "all" else split_by,
        "file": Path(path).name,
        "file_sha256": file_digest(path),
    }


def _timed(ask: Ask, record: EvalRecord) -> Outcome:
    """What came of the question; one that cannot be asked counts as abstained."""
    try:
        return ask(record)
    except QuestionError:
        return Outcome(best="", confident=False, milliseconds=0.0, refused=True)


@contextmanager
def _asker(
    mode: Mode, records: Sequence[EvalRecord], settings: Settings, progress: Progress | None
) -> Iterator[tuple[Ask, bool]]:
    """How a question is asked in ``mode``, and whether the thresholds were fitted for the
    parts that answer. What it needs is opened and put away here."""
    if mode == "index":
        bot = QABot.open(settings.index, settings=settings)
        yield _index_asker(bot, _stands_in_context), not bot.uncalibrated
        return
    require_contexts(
        records,
        mend=f"leave out --{mode} and name an index that holds the articles: --index DIR",
    )
    if mode == "reader":
        fitted = load_fitted(fitted_path(settings.reader))
        reader = open_reader(settings)
        calibrated = fitted.fingerprints.get("reader") == reader.fingerprint
        yield _reader_asker(reader, fitted.reader_threshold), calibrated
        return
    with tempfile.TemporaryDirectory(prefix="qa_bot_eval_") as folder:
        rows = write_contexts(records, Path(folder) / "contexts.jsonl")
        index = Path(folder) / "index"
        report = build_index(
            Path(folder) / "contexts.jsonl", index, settings=settings, progress=progress
        )
        if report.skipped:
            raise EvaluationError(
                "a context could not be indexed",
                where=report.skipped[0].path,
                found=report.skipped[0].reason,
            )
        bot = QABot.open(index, settings=settings)

        def is_own(record: EvalRecord, passage: Passage) -> bool:
            return passage.chunk.article_id.endswith(f"#{rows[record.context or '']}")

        yield _index_asker(bot, is_own), not bot.uncalibrated
        bot.snapshot.close()


def _stands_in_context(record: EvalRecord, passage: Passage) -> bool:
    """Whether the passage is of the record's own context, in an index made elsewhere.

    Told from the texts, as nothing else is shared: one holds the other whole.
    """
    context, chunk = (record.context or "").strip(), passage.chunk.text.strip()
    return bool(chunk) and (chunk in context or context in chunk)


def _index_asker(bot: QABot, is_own: IsOwn) -> Ask:
    def ask(record: EvalRecord) -> Outcome:
        began = time.perf_counter()
        answer = bot.ask(record.question, top_k=DEPTH, min_confidence=0.0)
        milliseconds = (time.perf_counter() - began) * 1000
        passages = [scored.passage for scored in answer.passages]
        own = holds = None
        if record.context is not None:
            own = tuple(is_own(record, passage) for passage in passages)
        if record.answerable:
            holds = tuple(holds_answer(p.chunk.text, record.answers) for p in passages)
        return Outcome(
            best=answer.text or "",
            confident=answer.status == "answered" and answer.confidence >= bot.min_confidence,
            milliseconds=milliseconds,
            own=own,
            holds=holds,
        )

    return ask


def _reader_asker(reader: Reader, threshold: float) -> Ask:
    def ask(record: EvalRecord) -> Outcome:
        passage = ReadingPassage(record.record_id, record.record_id, record.context or "")
        began = time.perf_counter()
        (reading,) = reader.read(record.question, [passage], top_n=1)
        milliseconds = (time.perf_counter() - began) * 1000
        if not reading.candidates:
            return Outcome(best="", confident=False, milliseconds=milliseconds)
        best = reading.candidates[0]
        return Outcome(best.text, best.margin > threshold, milliseconds)

    return ask
