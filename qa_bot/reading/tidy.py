"""A span's edges, put where a person would put them.

The model points at word pieces; a quote must not begin or end inside a word or a
number, must keep its currency sign and its unit sign, and must not carry half a
pair of quotation marks or brackets, or a trailing comma.
"""

from __future__ import annotations

import unicodedata

from qa_bot.records import Span

_CURRENCY = "$£€¥₹₽₩"
_UNITS = "%‰°"
_TRAILING = " \t\r\n,;:!?…-–—"
_LEADING = " \t\r\n,;:.!?…–—)]}»”"
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}
_IN_NUMBER = ".,:/"


def tidy(text: str, span: Span, bounds: Span) -> Span:
    """``span`` with its edges put right, never outside ``bounds`` and never empty.

    ``text`` holds every code point of ``bounds``; offsets are its own. A span of
    nothing but punctuation comes back unchanged.
    """
    start, end = span.start, span.end
    while _inside_word(text, start, bounds):
        start -= 1
    while _inside_word(text, end, bounds):
        end += 1
    if bounds.start < start < end and text[start - 1] in _CURRENCY and text[start].isdigit():
        start -= 1
    if start < end < bounds.end and text[end] in _UNITS and text[end - 1].isdigit():
        end += 1
    start, end = _trim(text, start, end)
    start, end = _balance(text, start, end, bounds)
    start, end = _trim(text, start, end)
    if not any(char.isalnum() for char in text[start:end]):
        return span
    return Span(start, end)


def _wordlike(char: str) -> bool:
    # A combining mark belongs to the letter before it.
    return char.isalnum() or (ord(char) > 0x2FF and unicodedata.category(char)[0] == "M")


def _inside_word(text: str, place: int, bounds: Span) -> bool:
    """Whether a cut at ``place`` would fall inside a word or a number."""
    if not bounds.start < place < bounds.end:
        return False
    before, after = text[place - 1], text[place]
    if _wordlike(before) and _wordlike(after):
        return True
    # 21.1, 4,945, 7:30, 24/7: such a sign between two digits belongs to the number.
    if before.isdigit() and after in _IN_NUMBER:
        return place + 1 < bounds.end and text[place + 1].isdigit()
    if after.isdigit() and before in _IN_NUMBER:
        return place - 2 >= bounds.start and text[place - 2].isdigit()
    return False


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Off with white space and hanging punctuation; a full stop goes unless it ends
    an abbreviation such as U.S. or Jr. in the middle of a sentence."""
    while start < end and text[start] in _LEADING and not _signed(text, start, end):
        start += 1
    while start < end and text[end - 1] in _TRAILING:
        end -= 1
    if start < end and text[end - 1] == "." and not _abbreviation(text, start, end):
        end -= 1
    return start, end


def _signed(text: str, start: int, end: int) -> bool:
    """Whether the text at ``start`` is a number such as .5 or –3."""
    return text[start] in ".–" and start + 1 < end and text[start + 1].isdigit()


def _abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the full stop before ``end`` belongs to the word before it."""
    stem = text[start : end - 1].rsplit(None, 1)[-1:]
    if not stem:
        return False
    return "." in stem[0] or (len(stem[0]) <= 3 and stem[0][:1].isupper() and stem[0].isalpha())


def _balance(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """Takes in the missing half of a pair that stands right at the edge, else drops
    the half that is there if it stands at the other edge."""
    inside = text[start:end]
    for opener, closer in _PAIRS.items():
        surplus = inside.count(opener) - inside.count(closer)
        if surplus == 1:
            if end < bounds.end and text[end] == closer:
                end += 1
            elif inside.startswith(opener):
                start += 1
        elif surplus == -1:
            if start > bounds.start and text[start - 1] == opener:
                start -= 1
            elif inside.endswith(closer):
                end -= 1
    return _balance_straight(text, start, end, bounds)


def _balance_straight(text: str, start: int, end: int, bounds: Span) -> tuple[int, int]:
    """The same for straight quotation marks, whose two halves look alike."""
    inside = text[start:end]
    before = start > bounds.start and text[start - 1] == '"'
    after = end < bounds.end and text[end] == '"'
    if inside.count('"') % 2:
        if after and not inside.endswith('"'):
            end += 1
        elif before and not inside.startswith('"'):
            start -= 1
        elif inside.startswith('"'):
            start += 1
        elif inside.endswith('"'):
            end -= 1
    elif '"' in inside and before and after:
        return start - 1, end + 1
    return start, end
