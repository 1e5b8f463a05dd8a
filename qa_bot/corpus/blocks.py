"""An HTML tree to blocks: what stands on a page as a paragraph, heading, item or row.

The text of a block is what a reader sees of it, white space put together, so that the
words of a quote are the page's own; between two blocks stands a blank line (between the
items of a list and the rows of a table, a line's end), so that no sentence runs from a
caption or heading into a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Element = Any  # lxml has no types

_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2028\u2029]+")
_BLANK = re.compile(r"\n[ \t\u00a0]*\n\s*")
_BREAK, _PARAGRAPH_BREAK = "\n", "\n\n"


def _tags(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_UNSEEN = _tags(
    "script style noscript template head title meta link svg math canvas iframe object embed"
    " audio video select option textarea input button datalist map area"
)
_BLOCKS = _tags(
    "h1 h2 h3 h4 h5 h6 p div section article main header footer aside nav blockquote pre figure"
    " figcaption ul ol li dl dt dd table thead tbody tfoot caption tr form fieldset address"
    " details summary hr body html center hgroup menu"
)
_CELLS = frozenset(("td", "th"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page, or one line of it where the page itself breaks its lines.

    ``kind`` is the tag that made it: ``p``, ``h2``, ``li``, ``tr``, ``figcaption`` ...;
    ``place`` the tags and numbers of the elements it lies in, outermost first; ``linked``
    the share of its characters that are links (0 to 1); ``broken`` says that only a line
    break stands between it and the block before.
    """

    kind: str
    text: str
    place: tuple[int, ...]
    within: frozenset[str]
    linked: float
    style: tuple[str, ...] = ()
    broken: bool = False

    @property
    def words(self) -> list[str]:
        """Its words, as they stand."""
        return _WORD.findall(self.text)


class _Walk:
    """Gathers text between the edges of block elements."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.path: list[tuple[int, str]] = []
        self.styles: list[str] = []
        self.linked = self.links = 0
        self._count = 0

    def enter(self, element: Element) -> None:
        tag = element.tag
        self._count += 1
        self.styles.append(f"{tag}.{element.get('class') or ''}")
        self.path.append((self._count, tag))

    def text(self, piece: str) -> None:
        self.pieces.append(piece)
        if self.links:
            self.linked += len(piece.strip())

    def close(self) -> None:
        """End the block that is being gathered, if there is one."""
        raw, linked = "".join(self.pieces), self.linked
        self.pieces, self.linked = [], 0
        if not raw.strip():
            return
        tags = [tag for _, tag in self.path]
        kind = next((tag for tag in reversed(tags) if tag in _BLOCKS), "p")
        if "tr" in tags:
            kind = "tr"
        place = tuple(number for number, _ in self.path)
        style = tuple(self.styles[-3:])
        share = min(1.0, linked / max(1, len(raw.strip())))
        for part in _BLANK.split(raw):
            for number, line in enumerate(filter(None, map(_tidy, part.split("\n")))):
                found = Block(kind, line, place, frozenset(tags), share, style, number > 0)
                self.blocks.append(found)


def blocks(root: Element) -> list[Block]:
    """The blocks of the tree below ``root``, in the order of the page."""
    walk = _Walk()
    in_pre = 0
    for event, element in _events(root):
        tag = element.tag
        if event == "start":
            if tag == "br":
                walk.text(_BREAK)
            elif tag in _CELLS:
                if "".join(walk.pieces).strip():
                    walk.text(" | ")
                walk.enter(element)
            else:
                if tag in _BLOCKS and not _inside_cell(walk):
                    walk.close()
                elif tag in _BLOCKS and "".join(walk.pieces).strip(" |"):
                    walk.text(" ")
                walk.enter(element)
            in_pre += tag == "pre"
            walk.links += tag == "a"
            if element.text:
                walk.text(element.text if in_pre else _spaced(element.text))
        else:
            if tag != "br":
                if tag in _BLOCKS and (tag == "tr" or not _inside_cell(walk)):
                    walk.close()
                elif tag in _BLOCKS:
                    walk.text(" ")
                walk.path.pop()
                walk.styles.pop()
            in_pre -= tag == "pre"
            walk.links -= tag == "a"
            if element is not root and element.tail:
                walk.text(element.tail if in_pre else _spaced(element.tail))
    walk.close()
    return walk.blocks


def join(chosen: Sequence[Block]) -> str:
    """The text of an article made of these blocks: one item or row a line, else a blank line."""
    text = ""
    for index, block in enumerate(chosen):
        if index:
            before = chosen[index - 1]
            listed = block.kind == before.kind and block.kind in ("li", "tr", "dt", "dd")
            text += _BREAK if listed or block.broken else _PARAGRAPH_BREAK
        text += f"- {block.text}" if block.kind == "li" else block.text
    return text


def _events(root: Element) -> Iterator[tuple[str, Element]]:
    """("start" or "end", element) in the page's order, without recursion.

    Passed over: what is never seen, comments, and what the page hides.
    """
    stack: list[tuple[Element, Iterator[Element]]] = []
    yield "start", root
    stack.append((root, iter(root)))
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", element
        elif not isinstance(child.tag, str) or child.tag in _UNSEEN or _is_hidden(child):
            if child.tail:
                yield from _only_tail(child)
        else:
            yield "start", child
            stack.append((child, iter(child)))


class _Tail:
    """Stands for an element of which only the text behind it is seen."""

    __slots__ = ("tail", "text")
    tag = "span"

    def get(self, name: str) -> None:
        """It has no attributes."""

    def __init__(self, tail: str) -> None:
        self.tail, self.text = tail, None


def _only_tail(element: Element) -> Iterator[tuple[str, Element]]:
    tail = _Tail(element.tail)
    yield "start", tail
    yield "end", tail


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and bool(_HIDDEN_STYLE.search(style))


def _inside_cell(walk: _Walk) -> bool:
    return any(tag in _CELLS for _, tag in walk.path)


def _spaced(text: str) -> str:
    """Line ends of the source are white space like any other."""
    return text.replace("\n", " ")


def _tidy(line: str) -> str:
    """``line`` without white space at its ends or twice in a row."""
    return _SPACES.sub(" ", line).strip()
