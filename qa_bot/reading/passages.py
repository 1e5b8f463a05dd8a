"""Retrieved passages as the reader is given them, and with what it made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa_bot.protocols import Reading, ReadingPassage
from qa_bot.records import ScoredPassage


def reading_passage(passage: ScoredPassage) -> ReadingPassage:
    """What the reader is given of a retrieved passage."""
    chunk = passage.passage.chunk
    return ReadingPassage(
        article_id=chunk.article_id,
        chunk_id=chunk.chunk_id,
        text=chunk.text,
        offset=chunk.span.start,
        # A last-resort chunk is nothing but masked text, and is read as it stands.
        masked=() if chunk.boilerplate else chunk.masked,
    )


def with_scores(
    passages: Sequence[ScoredPassage],
    read: Sequence[ScoredPassage],
    readings: Sequence[Reading],
) -> tuple[ScoredPassage, ...]:
    """The passages with what the reader made of those that it read."""
    best = {
        passage.rank: reading.candidates[0]
        for passage, reading in zip(read, readings, strict=True)
        if reading.candidates
    }
    return tuple(
        replace(
            passage,
            span_score=best[passage.rank].score,
            null_score=best[passage.rank].null_score,
            best_span=best[passage.rank].text,
        )
        if passage.rank in best
        else passage
        for passage in passages
    )
