"""What open questions are asked of: an index, and which of its articles are a question's own.

The distinct contexts of an evaluation file become articles, or a collection of
articles comes with questions that name the urls where their answer stands.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.errors import EvaluationError
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.models import Models
from qa_bot.indexing import build_index
from qa_bot.protocols import Progress
from qa_bot.records import Passage


@dataclass(frozen=True, slots=True)
class Collection:
    """An opened bot; ``is_own(number, passage)`` says whether the passage is of an
    article that belongs to the question of that number (from 0) in its file."""

    bot: QABot
    is_own: Callable[[int, Passage], bool]


def contexts_collection(
    records: Sequence[EvalRecord],
    folder: Path,
    settings: Settings,
    models: Models,
    progress: Progress | None,
) -> Collection:
    """The distinct contexts of ``records`` as articles. The index lies in ``folder`` and is
    brought up to date, so that a second run embeds nothing.

    Raises:
        EvaluationError: a record has no context, or one cannot be indexed.
    """
    require_contexts(records)
    folder.mkdir(parents=True, exist_ok=True)
    ids = write_contexts(records, folder / "contexts.jsonl")
    bot = _indexed(folder / "contexts.jsonl", folder / "index", settings, models, progress)

    def is_own(number: int, passage: Passage) -> bool:
        return passage.chunk.article_id.endswith(f"#{ids[records[number].context or '']}")

    return Collection(bot, is_own)


def news_collection(
    questions: Path,
    articles: Path,
    folder: Path,
    settings: Settings,
    models: Models,
    progress: Progress | None,
    *,
    index: Path | None = None,
) -> Collection:
    """A collection of ``articles`` (rows with ``id``); the rows of ``questions`` name in
    ``urls`` the articles that are listed for them. An ``index`` of these articles that is
    there already is asked as it is.

    Raises:
        EvaluationError: an article cannot be indexed.
    """
    if index is None:
        bot = _indexed(articles, folder / "index", settings, models, progress)
    else:
        bot = _opened(index, settings, models)
    opened = gzip.open if articles.suffix == ".gz" else open
    with opened(questions, "rt", encoding="utf-8") as lines:
        urls = [frozenset(json.loads(line).get("urls", ())) for line in lines if line.strip()]

    def is_own(number: int, passage: Passage) -> bool:
        return passage.chunk.article_id.partition("#")[2] in urls[number]

    return Collection(bot, is_own)


def require_contexts(records: Sequence[EvalRecord], *, mend: str | None = None) -> None:
    """Pass in silence when every record has a context.

    Raises:
        EvaluationError: one has none.
    """
    for record in records:
        if record.context is None:
            raise EvaluationError(
                "a record has no context",
                where=f"record {record.record_id}",
                expected="a context in every record, which is what is read",
                mend=mend,
            )


def write_contexts(records: Sequence[EvalRecord], path: Path) -> dict[str, str]:
    """Each distinct context as an article of a .jsonl file; context to the row's id."""
    rows: dict[str, str] = {}
    lines = []
    for record in records:
        context = record.context or ""
        if context in rows:
            continue
        rows[context] = f"context-{len(rows):06d}"
        # SQuAD's titles are page names, with underscores for spaces.
        title = {"title": record.title.replace("_", " ")} if record.title else {}
        lines.append(json.dumps({"id": rows[context], "text": context, **title}) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return rows


def _indexed(
    path: Path, index: Path, settings: Settings, models: Models, progress: Progress | None
) -> QABot:
    report = build_index(
        path, index, settings=settings, embedder=models.indexing_embedder, progress=progress
    )
    if report.skipped:
        raise EvaluationError(
            "an article could not be indexed",
            where=report.skipped[0].path,
            found=report.skipped[0].reason,
        )
    return _opened(index, settings, models)


def _opened(index: Path, settings: Settings, models: Models) -> QABot:
    return QABot.open(
        index,
        settings=replace(settings, index=str(index)),
        embedder=models.embedder,
        reader=models.reader,
        fitted=models.fitted,
    )
