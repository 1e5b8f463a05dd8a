"""The clause around a span: a reason or a manner is told by more than a few words.

A span that answers "why" or "how" is widened inside its sentence: to the right as far
as the clause goes, to the left to the connective that makes it a reason or a manner
("because", "by", "after"). A span with neither a connective nor a verb takes the
clause that it stands in, from the last connective of it on. Words at the clause's edges that
only repeat the question are left off. Boundaries are signs, and commas with a word behind
them that begins something new; no parser is used.
"""

from __future__ import annotations

import re
from typing import Literal

from qa_bot.answering.echoes import repeats
from qa_bot.answering.words import FINITE_VERBS
from qa_bot.records import Span
from qa_bot.storage.terms import terms

_REASONS = (
    r"because(?: of)?|due(?: in part| largely| partly| mainly)? to|owing to|thanks(?: in part)? to"
    r"|as (?:a|the) (?:result|consequence) of"
    r"|in (?:order|response|protest|retaliation|exchange|return) "
    r"(?:to|of|for|over|against)|on (?:suspicion|charges|grounds) (?:of|that)|so that|so as to"
    r"|caused by|prompted by|triggered by|driven by|fuell?ed by|citing|given|amid|following|after"
    r"|since|as|for|over|to|out of|from|if|when|with|by"
)
_MANNERS = (
    r"by(?: means of)?|through|via|using|with(?: the help of)?|without|thanks to|after|when|while"
    r"|as|in|on|from|out of|at|to|because of|due to|under|against"
)
_ADJACENT = {
    kind: re.compile(
        rf"(?<![\w’'-])(?P<word>{words})\s+(?:(?:a|an|the|his|her|its|their|our|new|[\w-]+ing"
        r"|(?:series|lack|number|combination|wave|threat|fears?|concerns?) (?:of|over|about|that))"
        r"\s+){0,3}[\"“‘']?\Z",
        re.IGNORECASE,
    )
    for kind, words in (("why", _REASONS), ("how", _MANNERS))
}
_BEGINS = {
    kind: re.compile(rf"[\"“‘']?(?:{words})\b", re.IGNORECASE)
    for kind, words in (("why", _REASONS), ("how", _MANNERS))
}
_FARTHER = {
    "why": re.compile(r"\b(?:because|since|due to|owing to|thanks to|so that|in order to)\s", re.I),
    "how": re.compile(r"\bby\s+\w+ing\s", re.I),
}
"""Connectives that speak of a reason or a manner wherever they stand before the span."""
_SAID = (
    r"(?:said|says|told|adds?|added|wrote|writes|tweeted|reported|reports|explained|according to"
    r"|announced|noted|notes|argued|warned|claimed)\b"
)
_BOUNDARY = re.compile(
    r"\s*[;:—]\s*|\s+[–-]{1,2}\s+|\s*\(|\)\s*"
    rf"|[,.!?]?[”\"]?,?[”\"]?\s+(?:(?:[A-Z][\w.’'-]+|the|a|an|he|she|they|it|who)\s+)"
    rf"(?:[\w.’'-]+\s+){{0,4}}?(?<=\s){_SAID}|,[”\"]?\s+{_SAID}"
    r"|,\s+(?:but|yet|which|who|whose|whom|where|although|though|while|whereas|however|meaning|so"
    r"|(?:and|or)\s+(?:he|she|it|they|we|you|i|there|this|that|the|a|an|his|her|its|their|[A-Z]\w+)"
    r"(?=\s+[\w’'-]+))\b"
)
_SENTENCE_SIGNS = " \t\r\n\u00a0,;:–—-"
_OPENS = re.compile(
    r"[\"“‘']?(?:(?:But|And|So|Yet|Or|Just|Only|Mainly|Partly)\s+)?(?:[\w’'-]+,\s+)?[\"“‘']?"
)
_COMMA = re.compile(r",(?!\s+(?:not|rather|and|or|but|as well as)\b)")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_ASKED_FOR = frozenset(terms("reason cause way"))
"""What a "why" or a "how" says without saying it."""
_BARE = 4
"""A span of fewer words that holds no verb and follows no connective is not yet a reason."""


def clause_around(
    text: str,
    span: Span,
    sentence: Span,
    kind: Literal["why", "how"],
    asked: frozenset[str] = frozenset(),
) -> Span:
    """The clause that gives the reason or the manner, around ``span`` inside ``sentence``.

    Offsets are those of ``text``. The result covers ``span`` and never leaves ``sentence``.
    ``asked`` are the question's terms (:mod:`qa_bot.answering.echoes`); empty: nothing is left off.
    """
    known = asked | _ASKED_FOR if asked else asked
    if any(char.isdigit() for char in span.of(text)) and len(span.of(text).split()) < _BARE:
        return span  # a number is neither a reason nor a manner: the question meant a number
    first, last = _clause(text, span, sentence)
    end = last
    start = span.start
    if not _BEGINS[kind].match(text, span.start, span.end):
        before = _ADJACENT[kind].search(text, first, span.start)
        if before is not None:
            start = before.start("word")
        elif not _says_something(text[span.start : span.end]):
            farther = [m.start() for m in _FARTHER[kind].finditer(text, first, span.start)]
            start = farther[-1] if farther else first
            if not farther and repeats(text[first : span.start], known):
                start = span.start
    if _OPENS.fullmatch(text, first, start) and _BEGINS[kind].match(text, start, end):
        # "Because it rained, they stayed": what follows the comma is what had the reason.
        comma = _COMMA.search(text, span.end, end)
        end = comma.start() if comma else end
    behind = text[span.end : end]
    if repeats(behind, known) and FINITE_VERBS.isdisjoint(_WORD.findall(behind.casefold())):
        end = span.end
    return Span(start, max(span.end, end))


def _clause(text: str, span: Span, sentence: Span) -> tuple[int, int]:
    """Where the clause around ``span`` begins and ends, without signs at its edges."""
    first, last = sentence.start, sentence.end
    for boundary in _BOUNDARY.finditer(text, sentence.start, sentence.end):
        if boundary.end() <= span.start:
            first = boundary.end() if text[boundary.end() - 1].isspace() else boundary.start()
        elif boundary.start() >= span.end:
            last = boundary.start()
            break
    while first < span.start and text[first] in _SENTENCE_SIGNS:
        first += 1
    while last > span.end and (text[last - 1] in _SENTENCE_SIGNS or text[last - 1] in ".!?"):
        last -= 1
    return first, last


def _says_something(words: str) -> bool:
    found = _WORD.findall(words.casefold())
    if not FINITE_VERBS.isdisjoint(found):
        return True
    return len(found) >= _BARE and any(word.endswith(("ed", "ing")) for word in found)
