"""What stands between quotation marks, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_bot.records import Span

_CURLY = re.compile(r"“([^“”\n]+?)(?:”|(?=\n|\Z))")
_SINGLE = re.compile(r"(?<![\w’])‘([^‘\n]+?)’(?!\w)")
_GUILLEMETS = re.compile(r"«([^«»\n]+)»")
_STRAIGHT = re.compile(r"\"([^\"\n]+)\"")
_STRAIGHT_OPEN = re.compile(r"\A[ \t]*\"([^\"\n]+)\Z")


def quotations(text: str) -> list[Span]:
    """The quoted words without their marks: in order, disjoint, none beyond its line.

    A curly mark that is not closed on its line quotes to the line's end, as where a
    quotation goes on in the next paragraph. Straight marks are taken in pairs within a
    line, an odd one out only where it opens the line.
    """
    found = [match.span(1) for match in _CURLY.finditer(text)]
    found += [match.span(1) for match in _GUILLEMETS.finditer(text)]
    found += _straight(text)
    taken = sorted(found)
    found += [
        match.span(1)
        for match in _SINGLE.finditer(text)
        if not any(start <= match.start(1) and match.end(1) <= end for start, end in taken)
    ]
    disjoint: list[Span] = []
    for start, end in sorted(found):
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end and (not disjoint or disjoint[-1].end <= start):
            disjoint.append(Span(start, end))
    return disjoint


def _straight(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in text.splitlines(keepends=True):
        if '"' in line:
            body = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
            if body.count('"') == 1:
                matches = [_STRAIGHT_OPEN.match(body)]
            else:
                matches = list(_STRAIGHT.finditer(body))
            for match in matches:
                if match:
                    yield position + match.start(1), position + match.end(1)
        position += len(line)
