"""Where paragraphs and sentences stand in a text, as spans into the text unchanged.

Nothing here alters, strips or joins text: every result is a span. The rules are
for news prose in English, plain or Markdown, one paragraph a line or hard-wrapped.
Each scan is one pass of regular expressions that cannot backtrack far, so the time
grows with the length of the text and with nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from qa_bot.records import Span

SPLITTER_VERSION = 1
"""Raised when a change here moves a sentence's end; part of the chunking fingerprint."""

_BYTE_ORDER_MARK = "\ufeff"

# The look-behind lets a run of stops be tried once only, at its first character.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++(?:\[\d{1,3}\])*+[\"'”’»›)\]}*_]*+(?=\s)|[。！？]++[」』”’）]*+"
)
_NEXT = re.compile(r"\s*([\"'“‘«‹(\[{*_¿¡]*+)(\w(?:[\w’'-]){0,40}|\S)")
_BLOCK = re.compile(r"#{1,6}\s|[-*+•·▪◦‣]\s|\d{1,3}[.)]\s|[>|]|```|~~~")
_COMPLETE = re.compile(r"[.!?…:;。！？][\"'”’»›)\]}*_]*\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}\Z")
_SAID = re.compile(
    r"(?:[A-Z][\w.’'-]{0,40}\s+){1,4}(?:said|says|asked|asks|wrote|writes|added|told|replied"
    r"|shouted|wondered|tweeted|cried|exclaimed)\b"
)

_OPENING = "\"'“‘«‹([{*_—–"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# What follows these is part of the same sentence, whatever its first letter.
_BEFORE_A_NAME = _words(
    "mr mrs ms mx messrs dr prof gen sen rep gov lt col sgt cpl capt cmdr adm maj pvt rev fr hon"
    " pres supt det insp amb sens reps drs profs vs v e.g i.e cf viz mt ft approx al"
)
_BEFORE_A_NUMBER = _words("no nos p pp vol fig figs ch art sec para op c ca")
_CALENDAR = _words(
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri"
)
# These end a sentence only where a word that usually opens one comes next.
_SOMETIMES = _words(
    "inc corp co cos ltd plc llc jr sr st ave blvd rd etc dept univ assn bros esq est ed eds ext"
    " ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb"
    " nev okla ore pa penn tenn tex va vt wash wis wyo ont que"
)
_OPENERS = _words(
    "The A An This That These Those It He She They We You I His Her Their Its Our My Your In On At"
    " By For From With As After Before While When Whether If But And Or So Yet However There Here"
    " What Who How Why Where Some Many Most Much Both Each Every According Meanwhile Since During"
    " Under Over Also Although Though Despite Because Not Nor Then Now Once Until Even All Any"
    " Another Such Still Instead Among Unlike Like Only Just Later Earlier To It's It’s He's"
    " He’s She's She’s That's That’s There's There’s We're We’re They're They’re I'm I’m Don't"
    " Don’t"
)
_NAMES_WITH_A_MARK = frozenset({"yahoo", "jeopardy", "wham"})


def paragraphs(text: str) -> list[Span]:
    """Runs of lines that are not blank and read on, trimmed; in order, disjoint.

    Where every line is a paragraph of its own, as in many scrapes, so it is here;
    hard-wrapped lines belong together. No sentence goes beyond its paragraph.
    """
    return [Span(start, end) for start, end in _paragraphs(text)]


def sentences(text: str) -> list[Span]:
    """The sentences of ``text``: in order, disjoint, trimmed of white space.

    They cover every code point that is not white space (a byte order mark at the
    beginning counts as white space). A blank line always ends one; a single line
    break does unless the line was plainly broken off in the middle of a sentence.
    """
    return list(_sentences(text))


def sentence_around(text: str, span: Span) -> Span:
    """The smallest run of whole sentences that covers ``span``.

    A span of white space alone gives the sentence after it (at the end of the
    text, the one before); a text without sentences gives the span itself.
    """
    found = _sentences(text)
    if not found:
        return span
    first = bisect_right(found, span.start, key=lambda sentence: sentence.end)
    last = bisect_left(found, max(span.end, span.start + 1), key=lambda s: s.start) - 1
    first = min(first, len(found) - 1)
    return Span(found[first].start, found[max(first, last)].end)


@lru_cache(maxsize=8)  # one answer asks several times about the same article
def _sentences(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in _paragraphs(text):
        begin = start
        for match in _END.finditer(text, start, end):
            after = _NEXT.match(text, match.end(), end)
            if after is not None and _ends_sentence(text, start, match, after):
                found.append(Span(begin, match.end()))
                begin = after.start(1)
        found.append(Span(begin, end))
    return tuple(found)


def _blocks(text: str) -> Iterator[list[tuple[int, int]]]:
    """The trimmed (start, end) of each line, in runs between blank lines."""
    lines: list[tuple[int, int]] = []
    position = 0
    for raw in text.splitlines(keepends=True):
        start, position = position, position + len(raw)
        if start == 0 and raw[0] == _BYTE_ORDER_MARK:
            start, raw = 1, raw[1:]
        body = raw.strip()
        if body:
            start += len(raw) - len(raw.lstrip())
            lines.append((start, start + len(body)))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    blocks = list(_blocks(text))
    width = _wrap_width(text, blocks)
    for lines in blocks:
        start = lines[0][0]
        for line, following in pairwise(lines):
            if not _continues(text, line, following, width):
                yield start, line[1]
                start = following[0]
        yield start, lines[-1][1]


def _wrap_width(text: str, blocks: list[list[tuple[int, int]]]) -> int:
    """The column at which ``text`` was hard-wrapped, 0 when it was not.

    In wrapped text nearly every line is broken where its next word would have
    passed the margin, and many of the breaks fall before a lower-case word.
    """
    breaks = [pair for lines in blocks for pair in pairwise(lines)]
    if len(breaks) < 2:
        return 0
    lengths = sorted(end - start for (start, end), _ in breaks)
    width = lengths[(len(lengths) - 1) * 19 // 20]
    if not 40 <= width <= 120:
        return 0
    full = sum(_is_full(text, line, following, width) for line, following in breaks)
    inside = sum(text[following[0]].islower() for _, following in breaks)
    return width if full >= 0.8 * len(breaks) and inside >= 0.3 * len(breaks) else 0


def _is_full(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    word = text[following[0] : min(following[1], following[0] + width)].split(None, 1)[0]
    return line[1] - line[0] + 1 + len(word) > width


def _continues(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """Whether the break between two lines of a paragraph may be inside a sentence."""
    if _BLOCK.match(text, *following) or text.startswith(("#", "|"), line[0]):
        return False
    if not (_has_word(text, line) and _has_word(text, following)):
        return False  # a rule, a table's ruler, a heading's underline
    if width and _is_full(text, line, following, width):
        return True
    if not text[following[0]].islower() or _COMPLETE.search(
        text[max(line[0], line[1] - 8) : line[1]]
    ):
        return False
    return line[1] - line[0] >= 40 or text[line[1] - 1] == ","


def _has_word(text: str, line: tuple[int, int]) -> bool:
    return any(map(str.isalnum, text[line[0] : line[1]]))


def _ends_sentence(text: str, paragraph: int, match: re.Match[str], after: re.Match[str]) -> bool:
    """Whether the stop found by _END, with ``after`` behind it, ends a sentence."""
    mark, word = match.group(), after.group(2)
    first = word[0]
    if first in ",;:.…!?)]}%" or (first.islower() and not word[1:2].isupper()):
        return False
    before = text[max(paragraph, match.start() - 24) : match.start()]
    token = before.split()[-1] if before and not before[-1].isspace() else ""
    if mark[0] in "!?":
        if token.lower().lstrip(_OPENING) in _NAMES_WITH_A_MARK:
            return word in _OPENERS
        quoted = mark[-1] in "\"'”’»" and not after.group(1)
        return not (quoted and _SAID.match(text, after.start(2)))
    if mark[0] == "…" or mark.startswith(".."):
        return first.isupper() or not first.isalpha()
    if mark[0] != ".":
        return True
    is_item = match.start() - paragraph == len(token) and token.isdigit()
    return not is_item and not _is_abbreviation(token.lstrip(_OPENING), text, after)


def _is_abbreviation(token: str, text: str, after: re.Match[str]) -> bool:
    """Whether the full stop behind ``token`` belongs to it and ends nothing."""
    token = re.split(r"[-–—/]", token)[-1]
    lower, word = token.lower(), after.group(2)
    if lower in _BEFORE_A_NAME:
        return True
    if lower in _BEFORE_A_NUMBER and word[0].isdigit():
        return True
    dated = lower in _CALENDAR and token[:1].isupper()
    if dated and word[0].isdigit():
        return True
    initial = len(token) == 1 and token.isupper()
    if not (dated or initial or lower in _SOMETIMES or _DOTTED.match(token)):
        return False
    return word not in _OPENERS or text[after.end() : after.end() + 1] == "."
