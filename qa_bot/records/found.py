"""What retrieval and reading find for a question."""

from __future__ import annotations

from dataclasses import dataclass

from qa_bot.records.articles import Passage, Span


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A retrieved passage. ``rank`` counts from 1.

    ``score`` is the fused score, ``dense`` the cosine (-1 to 1), ``lexical``
    BM25 (>= 0). ``span_score`` and ``null_score`` are the reader's logit sums
    for its best span and for "no answer"; None when the passage was not read.
    """

    passage: Passage
    score: float
    rank: int
    dense: float
    lexical: float
    span_score: float | None = None
    null_score: float | None = None
    best_span: str | None = None


@dataclass(frozen=True, slots=True)
class SpanCandidate:
    """A span proposed by the reader, in article offsets.

    ``score`` is start logit + end logit, ``null_score`` the same sum at the
    window's null position. ``score - null_score`` is the margin.
    """

    article_id: str
    chunk_id: str
    span: Span
    text: str
    score: float
    null_score: float

    @property
    def margin(self) -> float:
        """Reader score over null; above 0 the reader prefers to answer."""
        return self.score - self.null_score
