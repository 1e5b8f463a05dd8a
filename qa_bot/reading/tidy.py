"""A span's edges, put where a person would put them.

The model points at word pieces. A quote must not begin or end inside a word, a number or
a name, keeps its currency and its unit, carries neither half a pair of quotation marks or
brackets nor a trailing comma.
"""

from __future__ import annotations

import re
import unicodedata

from qa_bot.reading.names import keeps_stop, without_possessive
from qa_bot.reading.pairs import balance
from qa_bot.reading.uncut import CURRENCY, around, number_before
from qa_bot.reading.units import unit_end
from qa_bot.records import Span

_TRAILING = ",;:!?…-‑–—"
_LEADING = ",;:.!?…–—)]}»”"
_APOSTROPHES = "'’"
# .5  –3  –$3
_SIGNED = re.compile(rf"\.\d|–[{CURRENCY}]?\.?\d")
# These are words of their own: a span may end before them.
_CLITIC = re.compile(r"[’'](?:s|d|m|re|ll|ve)(?![^\W\d_])")


def tidy(text: str, span: Span, bounds: Span, question: str = "") -> Span:
    """``span`` with its edges put right, never outside ``bounds`` and never empty.

    ``text`` holds every code point of ``bounds``; offsets are its own. A number takes
    in the unit behind it unless ``question`` names that unit, a possessive's "'s" goes
    unless it asks whose. A span of nothing but
    punctuation comes back unchanged. What has been tidied stays as it is when it is
    tidied again, with the same bounds and question.
    """
    seen = [span]
    while True:
        span = _step(text, span, bounds, question)
        if span == seen[-1]:
            return span
        if span in seen:
            # Two rules undo each other: any of the circle would do, so always the same.
            return min(seen[seen.index(span) :])
        seen.append(span)


def _step(text: str, span: Span, bounds: Span, question: str) -> Span:
    start, end = _whole(text, span.start, span.end, bounds)
    end = _with_unit(text, start, end, bounds, question)
    start, end = _trim(text, start, end, bounds)
    end = without_possessive(text, start, end, question)
    if start < end:  # nothing is left of a span of punctuation
        start, end = balance(text, start, end, bounds)
        start, end = _trim(text, start, end, bounds)
    if not any(char.isalnum() for char in text[start:end]):
        return span
    return Span(start, end)


def _whole(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """Out to the borders of words, numbers and names, as far as ``bounds`` go."""
    while bounds.start < start < bounds.end and _inside_word(text, start):
        start -= 1
    if (found := around(text, start, leading=True)) is not None:
        start = max(bounds.start, found[0])
    while bounds.start < end < bounds.end and _inside_word(text, end):
        if _CLITIC.match(text, end):
            break
        end += 1
    if (found := around(text, end)) is not None:
        end = min(bounds.end, found[1])
    return start, end


def _wordlike(char: str) -> bool:
    # A combining mark belongs to the letter before it.
    return char.isalnum() or (ord(char) > 0x2FF and unicodedata.category(char)[0] == "M")


def _inside_word(text: str, place: int) -> bool:
    """Whether a cut at ``place`` would fall inside a word."""
    before, after = text[place - 1], text[place]
    if _wordlike(before):
        if _wordlike(after):
            return True
        return after in _APOSTROPHES and before.isalpha() and text[place + 1 : place + 2].isalpha()
    return before in _APOSTROPHES and after.isalpha() and text[max(0, place - 2)].isalpha()


def _with_unit(text: str, start: int, end: int, bounds: Span, question: str) -> int:
    """``end``, or the end of the unit that belongs to the number before it."""
    further = unit_end(text, end, bounds.end, question)
    if further == end:
        return end
    number = number_before(text, end)
    return further if number is not None and number >= start else end


def _hangs(char: str, marks: str) -> bool:
    # White space of any kind: a line may end in U+0085 too.
    return char.isspace() or char in marks


def _trim(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """Off with white space and hanging punctuation; a full stop goes unless it belongs
    to an abbreviation such as U.S. or Jr., and comes back where it does."""
    while start < end and _hangs(text[start], _LEADING) and not _SIGNED.match(text, start, end):
        start += 1
    while start < end:
        if text[end - 1] == ".":
            if keeps_stop(text, start, end - 1):
                break
        elif not _hangs(text[end - 1], _TRAILING):
            break
        end -= 1
    if start < end < bounds.end and text[end] == "." and keeps_stop(text, start, end):
        end += 1
    return start, end
