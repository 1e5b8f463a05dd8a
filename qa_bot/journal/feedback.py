"""What people said of the answers they were shown.

One verdict an answer: who changes their mind replaces the earlier one. An answer is
known by the digest of what was shown; the same question over a newer generation of
the index is another answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from qa_bot.errors import JournalError, QuestionError
from qa_bot.journal.store import Journal, storable
from qa_bot.records import Answer, Citation, Span

Verdict = Literal["right", "wrong", "wrong source", "outdated"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MOST_COMMENT = 2000
"""Code points of a comment that are kept."""


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a quote stood: offsets into the article whose text has ``content_hash``."""

    article_id: str
    span: Span
    content_hash: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict. ``text`` is what was shown, None for an abstention; ``given_at`` UTC in
    ISO 8601; ``understood`` the stand-alone question where a follow-up was rewritten."""

    digest: str
    question: str
    understood: str | None
    verdict: Verdict
    text: str | None
    confidence: float
    citations: tuple[Cited, ...]
    generation: int
    given_at: str
    comment: str = ""

    @property
    def meant(self) -> str:
        """The question as it stands alone."""
        return self.understood or self.question

    def to_dict(self) -> dict[str, Any]:
        """Of plain types, for JSON."""
        return {
            "digest": self.digest,
            "question": self.question,
            "understood": self.understood,
            "verdict": self.verdict,
            "text": self.text,
            "confidence": self.confidence,
            "citations": [_plain(cited) for cited in self.citations],
            "generation": self.generation,
            "given_at": self.given_at,
            "comment": self.comment,
        }


def answer_digest(answer: Answer) -> str:
    """sha256 of what a person was shown: question, answer, citations, generation.

    Neither timings nor scores count, so that an answer has one digest wherever it is made.
    """
    shown = {
        "question": answer.question,
        "understood": answer.rewritten_question,
        "text": answer.text,
        "citations": [_plain(cited) for cited in map(_cited, answer.citations)],
        "generation": answer.generation,
    }
    line = json.dumps(shown, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(line.encode("ascii")).hexdigest()


def add_feedback(
    index: str | Path, answer: Answer, verdict: Verdict, comment: str = ""
) -> Feedback:
    """Keep a verdict on ``answer``; an earlier one on the same answer is replaced.

    Raises:
        QuestionError: the verdict is none of :data:`VERDICTS`.
        JournalError: the journal cannot be written.
    """
    if verdict not in VERDICTS:
        raise QuestionError(
            "no such verdict", expected=", ".join(VERDICTS), found=repr(verdict)[:80]
        )
    given = Feedback(
        digest=answer_digest(answer),
        question=answer.question,
        understood=answer.rewritten_question,
        verdict=verdict,
        text=answer.text,
        confidence=answer.confidence,
        citations=tuple(map(_cited, answer.citations)),
        generation=answer.generation,
        given_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        comment=storable(comment)[:MOST_COMMENT],
    )
    with Journal(index).writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO verdict (digest, given_at, question, understood, verdict, "
            "comment, answer, confidence, citations, generation) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                given.digest,
                given.given_at,
                given.question,
                given.understood,
                given.verdict,
                given.comment,
                storable(given.text),
                given.confidence,
                json.dumps([_plain(cited) for cited in given.citations]),
                given.generation,
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO verdict_article VALUES (?, ?)",
            [(given.digest, cited.article_id) for cited in given.citations],
        )
    return given


def feedback(index: str | Path) -> tuple[Feedback, ...]:
    """All verdicts, oldest first; none where nothing was ever kept.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = Journal(index).read("SELECT * FROM verdict ORDER BY given_at, digest")
    try:
        return tuple(
            Feedback(
                digest=row["digest"],
                question=row["question"],
                understood=row["understood"],
                verdict=row["verdict"],
                text=row["answer"],
                confidence=float(row["confidence"]),
                citations=tuple(_read_cited(row["citations"])),
                generation=int(row["generation"]),
                given_at=row["given_at"],
                comment=row["comment"],
            )
            for row in rows
        )
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(
            "a verdict in the journal cannot be read",
            where=Journal(index).path,
            found=error,
            mend="remove the file; the index needs nothing of it",
        ) from error


def _cited(citation: Citation) -> Cited:
    return Cited(storable(citation.article_id), citation.span, citation.content_hash)


def _plain(cited: Cited) -> dict[str, Any]:
    return {
        "article_id": cited.article_id,
        "start": cited.span.start,
        "end": cited.span.end,
        "content_hash": cited.content_hash,
    }


def _read_cited(line: str) -> Iterator[Cited]:
    for one in json.loads(line):
        yield Cited(one["article_id"], Span(one["start"], one["end"]), one["content_hash"])
