"""What a bare quote would hide: that its sentence denies it, doubts it, asks it, or quotes it.

Nothing is parsed here: what governs which words was decided when indexing
(:mod:`qa_bot.analysis`), and a citation only looks up where its span lies.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from qa_bot.records import Article, ArticleAnalysis, Citation, Cue, Span

FLAGS = {
    "negation": "negated",
    "denial": "denied",
    "hedge": "hedged",
    "question": "question",
    "headline": "headline",
}
"""The flag of each kind of cue, in the order in which flags are listed."""
QUOTED = "quoted"
"""The flag of somebody's very words; who speaks is :attr:`Citation.speaker`."""
_MOST = 0.6
"""A span counts as governed when this share of it lies in the scope."""


def with_context(
    citation: Citation, article: Article, analysis: ArticleAnalysis | None
) -> Citation:
    """``citation`` with the flags and the speaker of its span; as it is without an analysis."""
    if analysis is None:
        return citation
    flags = (*citation.flags, *flags_of(analysis, citation.span))
    place = speaker_of(analysis, citation.span)
    speaker = None if place is None else place.of(article.text)
    return replace(citation, flags=flags, speaker=speaker)


def flags_of(analysis: ArticleAnalysis, span: Span) -> tuple[str, ...]:
    """What governs ``span``, each flag once.

    A span that holds the cue itself ("no deal", "may have fled") says so itself and is
    not flagged for it.
    """
    governed: defaultdict[tuple[str, Span], int] = defaultdict(int)
    for cue in analysis.cues:
        if cue.scope.overlaps(span) and (cue.kind == "headline" or not _holds(span, cue)):
            shared = min(cue.scope.end, span.end) - max(cue.scope.start, span.start)
            governed[cue.kind, cue.span] += shared
    kinds = {kind for (kind, _), shared in governed.items() if shared >= _MOST * len(span)}
    found = [flag for kind, flag in FLAGS.items() if kind in kinds]
    if any(speech.quoted and _inside(span, speech.span) for speech in analysis.speeches):
        found.append(QUOTED)
    return tuple(found)


def speaker_of(analysis: ArticleAnalysis, span: Span) -> Span | None:
    """Where the article names who says what ``span`` is part of; of several, the nearest."""
    around = [
        speech
        for speech in analysis.speeches
        if speech.speaker is not None
        and _inside(span, speech.span)
        and not speech.speaker.overlaps(span)
    ]
    nearest = min(around, key=lambda one: (len(one.span), one.span), default=None)
    return None if nearest is None else nearest.speaker


def _holds(span: Span, cue: Cue) -> bool:
    return span.overlaps(cue.span)


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
