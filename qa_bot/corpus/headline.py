"""The title of an article whose file does not name one.

A raw scrape may hold its headline below a menu and a picture, or not at all. The
title found here is metadata: the sentence that it came from stays quotable.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from qa_bot.corpus.text import paragraphs
from qa_bot.records import Span

MAX_CHARACTERS = 120
"""A title made from a first sentence is shortened to this, ellipsis included."""

_TOP = 12
"""A headline is looked for among this many paragraphs, and above the body's prose."""
_MIN_WORDS, _MAX_WORDS = 4, 25
_PROSE_WORDS = 20
_MIN_SUPPORT = 0.3
"""The share of a headline's content words that the body must repeat."""

_HEADING = re.compile(r"#[ \t]+(\S.*?)[ \t]*#*\Z")
_UNDERLINE = re.compile(r"={3,}\s*(?:\n|\Z)")
_CLOSED = re.compile(r"[.!…:;,][\"'”’)\]]*\Z")
_NOT_A_HEADLINE = re.compile(
    r"(?:[-*+•>|]|\d{1,3}[.)]|by |written by |published|updated|posted|last (?:modified|updated)"
    r"|https?:|www\.|special to |from (?:\S+ ){1,6}(?:staff|reports|services)\Z)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)|(?<!\w)[*_`]{1,3}|[*_`]{1,3}(?!\w)")
_COMMON_WORDS = (
    "a an the and or but if of to in on at by for from with as into over after before about than"
    " is are was were be been has have had do does did will would can could may might not no its"
    " it this that these those he she they we you his her their our your who what how why when"
    " where which while up out off new more says said"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def find_title(text: str, sentences: Sequence[Span], masked: Sequence[Span]) -> str:
    """The headline in ``text``, or its first sentence shortened at a word's end.

    A Markdown heading of the first level wins. Else the candidates are short
    paragraphs near the top, four to 25 words without a closing full stop, that
    are neither masked nor part of a picture's caption; the one whose content
    words the body repeats most is taken. "" when the text has no sentence.
    """
    hidden = frozenset(masked)
    headline = _marked_heading(text, sentences, hidden) or _best_headline(text, sentences, hidden)
    if headline:
        return headline
    open_ones = [s.of(text) for s in sentences if s not in hidden]
    complete = (s for s in open_ones[:_TOP] if _CLOSED.search(s) and len(s.split()) >= _MIN_WORDS)
    # A sentence that is nothing but markup names nothing.
    in_order = (*complete, *open_ones, *(s.of(text) for s in sentences))
    named = next(filter(None, map(_plain, in_order)), "") or " ".join("".join(in_order[:1]).split())
    return shorten(named)


def shorten(title: str, limit: int = MAX_CHARACTERS) -> str:
    """``title`` within ``limit`` code points, cut at a word's end with an ellipsis."""
    if len(title) <= limit:
        return title
    cut = title[:limit]
    space = cut.rfind(" ")
    return cut[: space if space > limit // 2 else limit - 1].rstrip(" ,;:–—-(") + "…"


def _plain(text: str) -> str:
    """``text`` on one line, without Markdown's markup."""
    return " ".join(_MARKUP.sub(r"\1", text).split())


def _marked_heading(text: str, sentences: Sequence[Span], hidden: frozenset[Span]) -> str:
    for sentence in sentences[: 4 * _TOP]:
        if sentence in hidden:
            continue
        line_start = max(text.rfind("\n", 0, sentence.start), text.rfind("\r", 0, sentence.start))
        heading = _HEADING.match(sentence.of(text))
        if heading and not text[line_start + 1 : sentence.start].strip("\ufeff \t"):
            return _plain(heading.group(1))
        after = text[sentence.end : sentence.end + 120].lstrip(" \t\r").removeprefix("\n")
        if _UNDERLINE.match(after.lstrip(" \t").replace("\r", "\n")):
            return _plain(text[line_start + 1 : sentence.end])
    return ""


def _best_headline(text: str, sentences: Sequence[Span], hidden: frozenset[Span]) -> str:
    candidates = list(_candidates(text, sentences, hidden))
    if not candidates:
        return ""
    counts = Counter(_stems(text))
    best, best_score = "", 0.0
    for candidate in candidates:
        own = Counter(_stems(candidate))
        repeated = [counts[stem] - times for stem, times in own.items()]
        support = sum(count > 0 for count in repeated) / max(1, len(own))
        score = support + sum(min(count, 5) for count in repeated) / 50
        if len(own) >= 2 and support >= _MIN_SUPPORT and score > best_score:
            best, best_score = candidate, score
    return best


def _stems(text: str) -> Iterator[str]:
    """Content words by their first five letters: enough to match trade with trading."""
    for word in _WORD.findall(text):
        lower = word.lower()
        if lower not in _COMMON:
            yield lower[:5]


def _candidates(text: str, sentences: Sequence[Span], hidden: frozenset[Span]) -> Iterator[str]:
    """Paragraphs near the top that could be headlines, from above the body's prose."""
    blocks = paragraphs(text)[: _TOP + 1]
    starts = [sentence.start for sentence in sentences]
    in_caption = [False] * len(blocks)
    prose = 0
    for index, block in enumerate(blocks):
        inside = sentences[bisect_left(starts, block.start) : bisect_left(starts, block.end)]
        credited = len(inside) > 1 and inside[-1] in hidden and inside[0] not in hidden
        if credited:  # the lines right above, its picture's description, belong to it
            at = index
            in_caption[at] = True
            while at > 0 and not _blank_between(text, blocks[at - 1], blocks[at]):
                at -= 1
                in_caption[at] = True
    for index, block in enumerate(blocks[:_TOP]):
        inside = sentences[bisect_left(starts, block.start) : bisect_left(starts, block.end)]
        if in_caption[index] or any(sentence in hidden for sentence in inside):
            continue
        line = block.of(text)
        words = len(line.split())
        if words >= _PROSE_WORDS and _CLOSED.search(line):
            prose += 1
            if prose == 2:
                return
        followed = index + 1 < len(blocks) and not in_caption[index + 1]
        if (
            followed
            and prose == 0
            and len(inside) <= 2
            and _MIN_WORDS <= words <= _MAX_WORDS
            and not _CLOSED.search(line)
            and not _NOT_A_HEADLINE.match(line)
            and sum(map(str.isalpha, line)) > len(line) / 2
        ):
            yield _plain(line)


def _blank_between(text: str, first: Span, second: Span) -> bool:
    gap = text[first.end : second.start].replace("\r\n", "\n").replace("\r", "\n")
    return gap.count("\n") > 1
