"""Quotation marks and brackets: both halves of a pair, or neither.

A half that misses its other takes it in where that stands right at the span's edge, or
near by in the same sentence; else it is left off.
"""

from __future__ import annotations

import re

from qa_bot.records import Span

_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}
_MARKS = frozenset('()[]{}“”«»"')
_SINGLE = frozenset("'‘’")
_REACH = 40
"""Code points within which the other half of a pair is looked for."""

_BORDER = re.compile(r"[.!?…][\"'”’»)\]]*\s|\n")
_CLIPPED = re.compile(r"[’'](?:\d|(?i:til|em|n|cause|round|twas)\b)")


def balance(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """``start`` and ``end`` moved so that the pairs between them are whole, within
    ``bounds``. Where several are broken, call it again until nothing moves."""
    inside = text[start:end]
    if _MARKS.isdisjoint(inside):
        if _SINGLE.isdisjoint(inside):
            return start, end
        return _mend_single(text, start, end, bounds)
    for opener, closer in _PAIRS.items():
        if opener in inside or closer in inside:
            start, end = _mend(text, start, end, bounds, opener, closer)
    if '"' in text[start:end]:
        start, end = _mend_straight(text, start, end, bounds)
    return _mend_single(text, start, end, bounds)


def _mend(
    text: str, start: int, end: int, bounds: Span, opener: str, closer: str
) -> tuple[int, int]:
    opened: list[int] = []
    for place in range(start, end):
        if text[place] == opener:
            opened.append(place)
        elif text[place] == closer:
            if not opened:
                return _without_opener(text, start, end, bounds, opener, place)
            opened.pop()
    if opened:
        return _without_closer(text, start, end, bounds, closer, opened[-1])
    return start, end


def _without_opener(
    text: str, start: int, end: int, bounds: Span, opener: str, place: int
) -> tuple[int, int]:
    """The pair is closed at ``place`` and was not opened."""
    if start > bounds.start and text[start - 1] == opener:
        return start - 1, end
    if not _worded(text, place + 1, end):
        return start, place
    if not _worded(text, start, place):
        return place + 1, end
    floor = max(bounds.start, start - _REACH)
    found = text.rfind(opener, floor, start)
    if found >= 0 and _plain(text[found + 1 : start]):
        return found, end
    return _longer(start, place, end)


def _without_closer(
    text: str, start: int, end: int, bounds: Span, closer: str, place: int
) -> tuple[int, int]:
    """The pair is opened at ``place`` and not closed."""
    if end < bounds.end and text[end] == closer:
        return start, end + 1
    if not _worded(text, start, place):
        return place + 1, end
    if not _worded(text, place + 1, end):
        return start, place
    found = text.find(closer, end, min(bounds.end, end + _REACH))
    if found >= 0 and _plain(text[end:found]):
        return start, found + 1
    return _longer(start, place, end)


def _longer(start: int, place: int, end: int) -> tuple[int, int]:
    """The longer of the two sides of ``place``."""
    return (place + 1, end) if end - place > place - start else (start, place)


def _mend_straight(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """Straight quotation marks, whose two halves look alike."""
    marks = [place for place in range(start, end) if text[place] == '"']
    before = start > bounds.start and text[start - 1] == '"'
    after = end < bounds.end and text[end] == '"'
    if len(marks) % 2 == 0:
        if marks and before and after and start not in marks and end - 1 not in marks:
            return start - 1, end + 1  # films like "A" and "B"
        return start, end
    if _opens(text, marks[-1], bounds):
        return _without_closer(text, start, end, bounds, '"', marks[-1])
    return _without_opener(text, start, end, bounds, '"', marks[0])


def _opens(text: str, place: int, bounds: Span) -> bool:
    before = text[place - 1] if place > bounds.start else " "
    return not (before.isalnum() or before in ".,!?…%)")


def _mend_single(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """Single quotation marks at the edges only: within, most are apostrophes."""
    if end - start < 2:
        return start, end
    first, last = text[start], text[end - 1]
    if "''" in (text[start : start + 2], text[end - 2 : end]):
        return start, end  # a double mark of another kind
    opened = first in "‘'" and not _CLIPPED.match(text, start)
    closed = last in "’'"
    if opened and not closed and not re.search(r"\w[’'](?!\w)", text[start + 1 : end]):
        if end < bounds.end and text[end] in "’'":
            return start, end + 1
        return start + 1, end
    if closed and not opened and not re.search(r"(?<!\w)[‘']\w", text[start : end - 1]):
        if start > bounds.start and text[start - 1] in "‘'":
            return start - 1, end
        return start, end - 1
    return start, end


def _plain(text: str) -> bool:
    """Whether ``text`` holds no sentence's end and no half of another pair."""
    return _MARKS.isdisjoint(text) and not _BORDER.search(text)


def _worded(text: str, start: int, end: int) -> bool:
    return any(char.isalnum() for char in text[start:end])
