"""Feedback as an evaluation set that ``qa-bot eval`` reads.

Only what was called right is gold: the question as it stands alone, the shown answer,
and as context the article that it was cited from, if its quote still stands there.
Everything else (wrong answers, abstentions, quotes that have gone) is for a person to
look at, and goes to a second file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_bot.errors import QABotError
from qa_bot.journal.feedback import Feedback, feedback
from qa_bot.protocols import ArticleSource
from qa_bot.records import Article


@dataclass(frozen=True, slots=True)
class Exported:
    """What :func:`export_feedback` wrote: records of gold, records for review, and where."""

    gold: int
    review: int
    out: Path
    review_out: Path


def export_feedback(index: str | Path, snapshot: ArticleSource, out: str | Path) -> Exported:
    """Write the evaluation set to ``out`` and the rest beside it, ``<stem>.review.jsonl``.

    A line of ``out`` is ``{id, question, answers: [text], context, title}``. One question,
    called right with several answers in one article, is one record. A line of the other
    file is :meth:`Feedback.to_dict` with ``why``.

    Raises:
        JournalError: the journal cannot be read.
        QABotError: a file cannot be written.
    """
    out = Path(out)
    review_out = out.with_name(f"{out.name.removesuffix('.jsonl')}.review.jsonl")
    gold: dict[tuple[str, str], dict[str, Any]] = {}
    review = []
    for given in feedback(index):
        article, why = _standing(given, snapshot)
        if article is None:
            review.append({**given.to_dict(), "why": why})
            continue
        record = gold.setdefault(
            (" ".join(given.meant.casefold().split()), article.content_hash),
            {
                "id": given.digest[:16],
                "question": given.meant,
                "answers": [],
                "context": article.text,
                "title": article.title,
            },
        )
        if given.text not in record["answers"]:
            record["answers"].append(given.text)
    _write(out, list(gold.values()))
    _write(review_out, review)
    return Exported(len(gold), len(review), out, review_out)


def _standing(given: Feedback, snapshot: ArticleSource) -> tuple[Article | None, str]:
    """The article that the answer is gold for; None, and why, where there is none."""
    if given.verdict != "right":
        return None, f"called {given.verdict}"
    if given.text is None:
        return None, "an abstention that was called right; no article says so"
    for cited in given.citations:
        try:
            article = snapshot.article(cited.article_id)
        except KeyError:
            continue
        if article.content_hash == cited.content_hash:
            return article, ""
    return None, "called right, and the index no longer holds the article as it was"


def _write(path: Path, records: Sequence[dict[str, Any]]) -> None:
    try:
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    except OSError as error:
        raise QABotError(
            "the feedback cannot be written",
            where=path,
            found=error,
            mend="qa-bot feedback --export FILE with a FILE in a folder that is there",
        ) from error
