"""An article's analysis as bytes, and back.

    int32 numbers of entities, speeches, cues
    int32 (entities, 3)  start, end, kind
    int32 (speeches, 5)  start, end, start and end of the speaker (-1: none), quoted
    int32 (cues, 7)      start and end of sentence, words and scope, kind

Little-endian, compressed by zlib. The sha256 over its SQLite file guards it.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from qa_bot.records import CUE_KINDS, ArticleAnalysis, Cue, Entity, Span, Speech

ENTITY_KINDS = (
    *("CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP"),
    *("ORDINAL", "ORG", "PERCENT", "PERSON", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"),
)
"""spaCy's types in the order of their numbers in a file: only ever add to the end."""
_CUE_KINDS = CUE_KINDS
_HEAD = struct.Struct("<3i")
_WIDTHS = (3, 5, 7)


def encode(analysis: ArticleAnalysis) -> bytes:
    """The bytes of an analysis.

    Raises:
        ValueError: a kind that has no number.
    """
    entities = [
        (one.span.start, one.span.end, ENTITY_KINDS.index(one.kind)) for one in analysis.entities
    ]
    speeches = [
        (
            one.span.start,
            one.span.end,
            *((one.speaker.start, one.speaker.end) if one.speaker is not None else (-1, -1)),
            int(one.quoted),
        )
        for one in analysis.speeches
    ]
    cues = [
        (
            *(one.sentence.start, one.sentence.end, one.span.start, one.span.end),
            *(one.scope.start, one.scope.end, _CUE_KINDS.index(one.kind)),
        )
        for one in analysis.cues
    ]
    head = _HEAD.pack(len(entities), len(speeches), len(cues))
    numbers = [number for rows in (entities, speeches, cues) for row in rows for number in row]
    return zlib.compress(head + np.array(numbers, dtype="<i4").tobytes())


def decode(content: bytes) -> ArticleAnalysis:
    """The inverse of :func:`encode`.

    Raises:
        ValueError: these are other bytes.
    """
    try:
        plain = zlib.decompress(content)
        counts = _HEAD.unpack_from(plain)
        numbers = np.frombuffer(plain, dtype="<i4", offset=_HEAD.size)
        parts = np.split(numbers, np.cumsum([c * w for c, w in zip(counts, _WIDTHS, strict=True)]))
        if len(parts[-1]):
            raise ValueError("it is too long")
        entities, speeches, cues = (
            part.reshape(count, width).tolist()
            for part, count, width in zip(parts, counts, _WIDTHS, strict=False)
        )
        return ArticleAnalysis(
            tuple(Entity(Span(start, end), ENTITY_KINDS[kind]) for start, end, kind in entities),
            tuple(
                Speech(Span(start, end), None if first < 0 else Span(first, last), bool(quoted))
                for start, end, first, last, quoted in speeches
            ),
            tuple(
                Cue(Span(*row[:2]), _CUE_KINDS[row[6]], Span(*row[2:4]), Span(*row[4:6]))
                for row in cues
            ),
        )
    except (zlib.error, struct.error, IndexError) as error:
        raise ValueError(f"not an analysis: {error}") from None


def furthest(analysis: ArticleAnalysis) -> int:
    """The end of the span that reaches furthest into the text."""
    ends = [one.span.end for one in analysis.entities]
    ends += [
        span.end
        for one in analysis.speeches
        for span in (one.span, one.speaker)
        if span is not None
    ]
    ends += [span.end for one in analysis.cues for span in (one.sentence, one.span, one.scope)]
    return max(ends, default=0)
