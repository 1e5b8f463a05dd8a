"""The lines of a text that are its title: they say in few words what the body says exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_bot.records import Span

_MARKED = re.compile(r"#{1,6}[ \t]+\S")
_UNDERLINE = re.compile(r"[=-]{3,}[ \t]*")
_CLOSED = re.compile(r"[.!…:;,][\"'”’)\]]*\Z")
_WORDS = re.compile(r"\w+")
_TOP = 12
_MOST_WORDS = 25


def title_lines(text: str, title: str) -> list[Span]:
    """The lines that repeat ``title``, and Markdown's headings: trimmed, in order.

    A title that was made from the article's first sentence, as of a text without a
    headline, ends with a full stop or an ellipsis there and is none.
    """
    found = []
    lines = list(_lines(text))
    wanted = _WORDS.findall(title.casefold())
    for place, line in enumerate(lines):
        words = line.of(text)
        if (
            _MARKED.match(words)
            or _is_underlined(text, line)
            or (
                place < _TOP
                and 1 < len(wanted) <= _MOST_WORDS
                and not _CLOSED.search(words)
                and _WORDS.findall(words.casefold()) == wanted
            )
        ):
            found.append(line)
    return found


def _is_underlined(text: str, line: Span) -> bool:
    """Whether a rule of = or - stands right below, as long as the line or nearly."""
    after = text[line.end : line.end + 2 + len(line)].lstrip(" \t").removeprefix("\r")
    if not after.startswith("\n"):
        return False
    rule = _UNDERLINE.match(after, 1)
    ends = (len(after), len(after[1:].split("\n")[0]) + 1)
    return rule is not None and rule.end() in ends and any(map(str.isalnum, line.of(text)))


def _lines(text: str) -> Iterator[Span]:
    """The lines that are not blank, trimmed."""
    position = 0
    for raw in text.splitlines(keepends=True):
        start, position = position, position + len(raw)
        body = raw.strip().strip("\ufeff").strip()
        if body:
            start += raw.index(body)
            yield Span(start, start + len(body))
