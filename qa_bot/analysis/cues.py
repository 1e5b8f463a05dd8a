"""All cues of one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa_bot.analysis.clauses import Sentence
from qa_bot.analysis.denial import denials
from qa_bot.analysis.hedge import hedges
from qa_bot.analysis.negation import negations
from qa_bot.records import Cue, Span

_ASKED = re.compile(r"\?[\"'”’»)\]*_]*\Z")
_MARK = re.compile(r"\?+(?=[\"'”’»)\]*_]|\Z)")


def grammatical_cues(sentence: Sentence) -> Iterator[Cue]:
    """Negation, denial and doubt in a parsed sentence."""
    yield from negations(sentence)
    denied = list(denials(sentence))
    yield from denied
    for hedge in hedges(sentence):  # "denied claims that": the denial says more
        if not any(cue.kind == "denial" and _inside(hedge.span, cue.scope) for cue in denied):
            yield hedge


def questions(text: str, sentences: Sequence[Span], quotations: Sequence[Span]) -> Iterator[Cue]:
    """The sentences that ask. Inside a quotation only its own part from where the quotation
    or the sentence begins; the mark is the cue.

    Args:
        quotations: what stands between quotation marks, in order.
    """
    for sentence in sentences:
        words = sentence.of(text)
        for mark in _MARK.finditer(words):
            place = Span(sentence.start + mark.start(), sentence.start + mark.end())
            around = next((q for q in quotations if q.start < place.end <= q.end), None)
            start, end = sentence.start, place.start
            if around is not None:
                start = max(start, around.start)
                before = max(text.rfind(stop, start, end) for stop in (". ", "! ", "? "))
                start = before + 2 if before >= start else start
            elif not _ASKED.search(words):
                continue
            if start < end:
                yield Cue(sentence, "question", place, Span(start, end))


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
