"""The enumeration around a span: "A, B and C" is quoted whole.

A sentence is cut at its commas and at "and" and "or". A run of pieces is an
enumeration when its last joint is an "and" or "or" (with or without the comma before it)
and no inner piece says something of its own, that is, holds a verb or begins a clause.
The first piece begins, and the last ends, where a verb, a preposition or a sign parts it
from the rest of the sentence. A piece that only repeats the question is no item: "What were
the two forms?" asks of "two forms, A and B" for A and B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa_bot.answering.echoes import repeats
from qa_bot.answering.words import FINITE_VERBS, vocabulary
from qa_bot.records import Span

_LONGEST_ITEM = 12
"""Words; a longer piece is a clause."""
_JOINT = re.compile(
    r"\s*[,;]\s+(?:and|or|nor|as well as|plus|along with)\s+(?:also\s+)?|\s*[,;]\s+"
    r"|\s+(?:and|or|nor|as well as|&)\s+"
)
_FINAL = re.compile(r"\b(?:and|or|nor|as well as|plus|along with)\b|&")
_WORD = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*'?")
_VERBS = FINITE_VERBS | vocabulary(
    "confirmed included includes include known called appeared remain remained remains joined"
    " killed followed reported it's he's she's they're isn't wasn't aren't weren't don't doesn't"
    " didn't won't can't couldn't hasn't haven't according"
)
_OPENING = vocabulary(
    "who whom whose which that when where while because although though if whether but so since"
    " after before until unless he she it they we i you there this these those"
)
_BEFORE_FIRST = vocabulary(
    "in on at to for from with by of as into onto over under about against between among through"
    " during without within across including include includes included like both either named"
    " called than per via versus are is was were be been has have had and or nor that if when"
)
_AFTER_LAST = vocabulary(
    "in on at to for from with by as into onto over under about against between among through"
    " during without within across including before after since until while when where who whom"
    " whose which that because although though if but than via so both all each also"
)
_DETERMINERS = vocabulary("a an the his her its their our my your some any two three all other")
_STOPS = re.compile(r"[:;()\[\]—–]|\s-\s|\.\s|[.?!]\Z|[.?!][\"”’']\Z|[\"”](?=\s+(?:[a-z]|[-–—]))")


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    final: bool
    """Whether an "and" or "or" stands before it."""


def enumeration_around(
    text: str, span: Span, sentence: Span, asked: frozenset[str] = frozenset()
) -> Span | None:
    """The whole enumeration of which ``span`` is a part, inside ``sentence``; None where it
    stands in none. Offsets are those of ``text``; the result covers ``span``. ``asked`` are
    the question's terms (:mod:`qa_bot.answering.echoes`); empty: every piece may be an item."""
    pieces = _pieces(text, sentence)
    touched = [i for i, p in enumerate(pieces) if p.start < span.end and span.start < p.end]
    if not touched:
        return None
    first, last = touched[0], touched[-1]
    start, end = span.start, span.end
    # Rightwards: to the piece behind the final joint.
    stop = last
    while stop + 1 < len(pieces) and not (pieces[stop].final and stop > 0):
        if stop > last and _is_clause(text, pieces[stop]):
            return _own(pieces, first, last, span)
        if _parts(text, pieces[stop].start if stop > last else span.end, pieces[stop].end):
            return _own(pieces, first, last, span)
        stop += 1
        if pieces[stop].final:
            break
    if not pieces[stop].final or stop == 0:
        return _own(pieces, first, last, span)
    if stop > last or pieces[stop].final:
        tail = _item_end(text, pieces[stop])
        if stop > last and repeats(text[pieces[stop].start : tail], asked):
            return _own(pieces, first, last, span)
        end = max(end, tail)
    # Leftwards: as long as the pieces are items.
    begin = first
    while (
        begin > 0
        and not _leads_in(text, pieces[first].start, span.start)
        and not _parts(text, pieces[begin].start, max(span.start, pieces[begin].start))
    ):
        before = pieces[begin - 1]
        if begin < first and _is_clause(text, pieces[begin]):
            break
        if pieces[begin].final and begin != stop:
            break
        head = _item_start(text, before)
        if head is None or (begin == 1 and _introduces(text, before, head)):
            break
        if repeats(text[head : before.end], asked):
            break
        begin, start = begin - 1, head
        if head > before.start:
            break
    if begin == stop:
        return None
    if begin + 1 == stop and "," in text[pieces[begin].end : pieces[stop].start]:
        return None  # two clauses, or an afterthought: "He met Lund, and Moe left"
    return Span(min(start, span.start), max(end, span.end))


def _own(pieces: list[_Piece], first: int, last: int, span: Span) -> Span | None:
    """``span`` itself if it holds a joint with "and" or "or", and so is an enumeration."""
    return span if any(pieces[i].final for i in range(first + 1, last + 1)) else None


def _pieces(text: str, sentence: Span) -> list[_Piece]:
    pieces: list[_Piece] = []
    start, final = sentence.start, False
    for joint in _JOINT.finditer(text, sentence.start, sentence.end):
        if joint.start() > start:
            pieces.append(_Piece(start, joint.start(), final))
            final = False
        start, final = joint.end(), final or bool(_FINAL.search(joint.group()))
    if start < sentence.end:
        pieces.append(_Piece(start, sentence.end, final))
    return pieces


def _parts(text: str, start: int, end: int) -> bool:
    """Whether something between the two places ends an enumeration."""
    if _STOPS.search(text, start, end):
        return True
    words = _WORD.findall(text[start:end].casefold())
    if not words:
        return False
    return words[0] in _AFTER_LAST - {"with"} or not _VERBS.isdisjoint(words)


def _leads_in(text: str, start: int, end: int) -> bool:
    """Whether the words of a piece before the span are more than its determiner, or, before a
    name, its description: then what stands before the piece is no item of the list."""
    words = _WORD.findall(text[start:end].casefold())
    if not _BEFORE_FIRST.isdisjoint(words) or not _VERBS.isdisjoint(words):
        return True
    named = text[end : end + 1].isupper()
    return not named and not _DETERMINERS.issuperset(words)


def _introduces(text: str, piece: _Piece, head: int) -> bool:
    """Whether the sentence begins with a preposition and what hangs on it: "In Norway, ..."."""
    words = _WORD.findall(text[piece.start : head])
    return len(words) == 1 and words[0].casefold() in _BEFORE_FIRST


def _is_clause(text: str, piece: _Piece) -> bool:
    words = _WORD.findall(text[piece.start : piece.end].casefold())
    return (
        not words
        or len(words) > _LONGEST_ITEM
        or words[0] in _OPENING
        or not _VERBS.isdisjoint(words)
        or _STOPS.search(text, piece.start, piece.end) is not None
    )


def _item_end(text: str, piece: _Piece) -> int:
    """Where the item at the beginning of the last piece ends."""
    stop = _STOPS.search(text, piece.start, piece.end)
    end = stop.start() if stop else piece.end
    for place, word in enumerate(_WORD.finditer(text, piece.start, end)):
        lowered = word.group().casefold()
        if place and (lowered in _AFTER_LAST or lowered in _VERBS or lowered in _OPENING):
            end = word.start()
            break
    return piece.start + len(text[piece.start : end].rstrip(" ,;:—–-"))


def _item_start(text: str, piece: _Piece) -> int | None:
    """Where the item at the end of a piece begins; None where the piece has none. The start
    of the piece, if all of it is the item."""
    begin = piece.start
    for stop in _STOPS.finditer(text, piece.start, piece.end):
        begin = stop.end()
    words = list(_WORD.finditer(text, begin, piece.end))
    for word in words:
        lowered = word.group().casefold()
        if (
            lowered in _VERBS
            or lowered in _OPENING
            or (lowered in _BEFORE_FIRST and lowered not in ("of", "the"))
        ):
            begin = word.end()
    begin += len(text[begin : piece.end]) - len(text[begin : piece.end].lstrip(" ,;:—–-"))
    if begin >= piece.end or len(_WORD.findall(text[begin : piece.end])) > _LONGEST_ITEM:
        return None
    return begin
