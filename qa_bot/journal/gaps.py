"""Questions that were not answered, kept where a person asked for it (setting ``gap_log``).

A gap is an abstention over the whole index. Small talk, and questions under a filter,
which may be answered by what was filtered out, are none.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_bot.journal.store import Journal, storable
from qa_bot.protocols import Embedder
from qa_bot.records import Answer, Filters

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_GAPS = 5000
"""Older ones make room."""

SHORT_PATIENCE = 0.2
"""Seconds that an answer waits at most for another writer of the journal."""

_SHOWN_ARTICLES = 3
_log = logging.getLogger(__name__)
_warned: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Closest:
    """The article whose passage came closest, with its fused retrieval score (0 to 1)."""

    article_id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Gap:
    """One question that was not answered.

    ``asked_at`` is UTC in ISO 8601; ``understood`` the stand-alone question where a
    follow-up was rewritten; ``confidence`` that of the best span that was not shown (0 to
    1). ``vector`` is the unit vector of what was understood, float32 (dim,), made by
    ``encoder``.
    """

    asked_at: str
    question: str
    understood: str | None
    confidence: float
    reason: str | None
    closest: Closest | None
    encoder: str | None
    vector: npt.NDArray[np.float32] | None

    @property
    def meant(self) -> str:
        """The question as it stands alone."""
        return self.understood or self.question


@dataclass(frozen=True, slots=True)
class GapGroup:
    """The same question, asked ``count`` times in one wording or several.

    ``question`` is the wording used most (of equals, the newest); ``wordings`` are all,
    newest first; ``first_asked`` and ``last_asked`` UTC in ISO 8601; ``confidence`` the
    highest of a span that was not shown; ``closest`` the articles that came closest, by
    score.
    """

    question: str
    count: int
    first_asked: str
    last_asked: str
    confidence: float
    wordings: tuple[str, ...]
    closest: tuple[Closest, ...]

    def to_dict(self) -> dict[str, Any]:
        """Of plain types, for JSON."""
        return {
            "question": self.question,
            "count": self.count,
            "first_asked": self.first_asked,
            "last_asked": self.last_asked,
            "confidence": round(self.confidence, 4),
            "wordings": list(self.wordings),
            "closest": [
                {"article_id": one.article_id, "title": one.title, "score": round(one.score, 4)}
                for one in self.closest
            ],
        }


def note_gap(
    index: str | Path, answer: Answer, embedder: Embedder, filters: Filters | None = None
) -> None:
    """Keep ``answer`` if it is a gap. Never raises: a journal that cannot be written costs
    a warning, once a process, and no answer."""
    path = Path(index)
    if (
        answer.status != "abstained"
        or not answer.passages
        or getattr(answer, "kind", None) == "talk"
        or (filters is not None and filters != Filters(include_undated=filters.include_undated))
    ):
        return
    try:
        add_gap(path, answer, embedder)
    except Exception as error:
        if path not in _warned:
            _warned.add(path)
            _log.warning("unanswered questions are not being kept: %s", error)


def add_gap(index: str | Path, answer: Answer, embedder: Embedder) -> None:
    """Keep an abstention.

    Raises:
        JournalError: the journal cannot be written.
    """
    best = answer.passages[0] if answer.passages else None
    meant = answer.rewritten_question or answer.question
    vector = embedder.embed_question(meant)
    row = (
        _now(),
        answer.question,
        answer.rewritten_question,
        answer.confidence,
        answer.reason,
        storable(best.passage.chunk.article_id) if best else None,
        storable(best.passage.title) if best else None,
        best.score if best else None,
        _encoder(embedder),
        vector.astype("<f4").tobytes(),
    )
    with Journal(index, patience=SHORT_PATIENCE).writing() as connection:
        connection.execute(
            "INSERT INTO gap (asked_at, question, understood, confidence, reason, article_id, "
            "title, score, encoder, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        connection.execute(
            "DELETE FROM gap WHERE id <= (SELECT id FROM gap ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (MOST_GAPS,),
        )


def kept_gaps(index: str | Path) -> tuple[Gap, ...]:
    """All gaps, oldest first; none where nothing was ever kept.

    Raises:
        JournalError: the journal cannot be read.
    """
    import numpy as np

    found = []
    for row in Journal(index).read("SELECT * FROM gap ORDER BY id"):
        closest = None
        if row["article_id"] is not None:
            closest = Closest(row["article_id"], row["title"] or "", float(row["score"]))
        vector = row["vector"]
        found.append(
            Gap(
                row["asked_at"],
                row["question"],
                row["understood"],
                float(row["confidence"]),
                row["reason"],
                closest,
                row["encoder"],
                None if vector is None else np.frombuffer(vector, dtype="<f4").astype(np.float32),
            )
        )
    return tuple(found)


def gaps(index: str | Path) -> tuple[GapGroup, ...]:
    """What people asked that the articles do not hold, last asked first.

    The same question in other words is one group (see :mod:`qa_bot.journal.grouping`).
    Opens no model.

    Raises:
        JournalError: the journal cannot be read.
    """
    from qa_bot.journal.grouping import group_questions

    kept = kept_gaps(index)
    places = group_questions(
        [gap.meant for gap in kept], [(gap.encoder, gap.vector) for gap in kept]
    )
    found = [_group([kept[place] for place in group]) for group in places]
    return tuple(sorted(found, key=lambda group: (group.last_asked, group.question), reverse=True))


def clear_gaps(index: str | Path) -> int:
    """Forget all gaps; how many there were.

    Raises:
        JournalError: the journal cannot be written.
    """
    return Journal(index).clear_gaps()


def _group(asked: list[Gap]) -> GapGroup:
    newest_first = [gap.meant for gap in reversed(asked)]
    wordings = tuple(dict.fromkeys(newest_first))
    closest: dict[str, Closest] = {}
    for gap in asked:
        one = gap.closest
        if one and (one.article_id not in closest or closest[one.article_id].score < one.score):
            closest[one.article_id] = one
    best = sorted(closest.values(), key=lambda one: (-one.score, one.article_id))
    return GapGroup(
        question=Counter(newest_first).most_common(1)[0][0],
        count=len(asked),
        first_asked=min(gap.asked_at for gap in asked),
        last_asked=max(gap.asked_at for gap in asked),
        confidence=max(gap.confidence for gap in asked),
        wordings=wordings,
        closest=tuple(best[:_SHOWN_ARTICLES]),
    )


def _encoder(embedder: Embedder) -> str:
    mark = embedder.fingerprint
    return f"{mark.name}/{mark.revision}/{mark.dim}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
