"""Two answers that were read as one: a span from the first to the second is parted.

A span's score is the sum of a start and an end logit. Where two places answer equally well
("... from the University of Birmingham, and his partner ..., of the University of Odesa"),
the start of the one and the end of the other may make the best sum. Such a span is put
behind its parts; where several things are asked for it is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa_bot.answering.kinds import asks_for_several
from qa_bot.protocols import Reading
from qa_bot.records import SpanCandidate

WITHIN = 1.5
"""Logits by which each part may score below the whole."""
_BETWEEN = re.compile(r"[,;:(—–]")
_WORD = re.compile(r"[^\W_]+")
_JOINING = frozenset({"and", "or", "the", "a", "an"})


def part_unions(question: str, readings: Sequence[Reading]) -> list[Reading]:
    """``readings`` with each union of two of its own candidates scored just below both."""
    if asks_for_several(question):
        return list(readings)
    return [replace(r, candidates=_parted(r.candidates)) for r in readings]


def _parted(candidates: tuple[SpanCandidate, ...]) -> tuple[SpanCandidate, ...]:
    if not candidates:
        return candidates
    whole = candidates[0]
    close = [c for c in candidates[1:] if whole.score - c.score <= WITHIN]
    firsts = [c for c in close if c.span.start == whole.span.start]
    seconds = [c for c in close if c.span.end == whole.span.end]
    parts = [
        (one, other)
        for one in firsts
        for other in seconds
        if one.span.end <= other.span.start and _are_two(whole, one, other)
    ]
    if not parts:
        return candidates
    least = min(min(one.score, other.score) for one, other in parts)
    moved = replace(whole, score=least - 0.01)
    return tuple(sorted((*candidates[1:], moved), key=lambda c: -c.margin))


def _are_two(whole: SpanCandidate, one: SpanCandidate, other: SpanCandidate) -> bool:
    """Whether the parts are two names or numbers with more between them than a list has."""
    if not all(part.text[:1].isupper() or part.text[:1].isdigit() for part in (one, other)):
        return False
    start = whole.span.start
    between = whole.text[one.span.end - start : other.span.start - start]
    words = [word for word in _WORD.findall(between) if word.casefold() not in _JOINING]
    return bool(_BETWEEN.search(between)) and len(words) > 1
