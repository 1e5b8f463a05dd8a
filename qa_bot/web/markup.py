"""Other people's text to HTML. Every string of the page that we did not write ourselves
passes through here, because the page sets its values as ``innerHTML``."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from qa_bot.links import is_web_address
from qa_bot.records import Span

__all__ = [
    "blocks",
    "byline",
    "date_in_words",
    "escaped",
    "highlighted",
    "is_web_address",
    "isolated",
    "link",
    "sendable",
    "shortened",
    "title_or_name",
]

# What no browser draws, and what cannot be sent to it: C0 controls but tab and newline,
# DEL and C1, and half a surrogate pair (a file may hold one, UTF-8 may not).
_UNBROKEN = 20  # code points
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BLANKS = re.compile(r"\s+")


def escaped(text: str) -> str:
    """``text`` as HTML text or a double-quoted attribute, line ends as ``\\n``.

    What cannot be shown becomes U+FFFD, one for one.
    """
    return html.escape(_UNSHOWABLE.sub("\ufffd", _LINE_END.sub("\n", text)), quote=True)


def sendable(value: Any) -> Any:
    """A JSON-ready value without the halves of surrogate pairs, which UTF-8 cannot carry.

    Each becomes U+FFFD, so offsets stay true.
    """
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [sendable(item) for item in value]
    if isinstance(value, dict):
        return {sendable(key): sendable(item) for key, item in value.items()}
    return value


def isolated(text: str, css_class: str = "") -> str:
    """``text`` on one line, in an element that keeps its writing direction to itself.

    Without it a right-to-left mark in a title would turn round what stands after it.
    """
    opening = f'<bdi class="{css_class}">' if css_class else "<bdi>"
    return f"{opening}{escaped(_BLANKS.sub(' ', text).strip())}</bdi>"


def shortened(text: str, limit: int) -> str:
    """``text`` on one line; beyond ``limit`` code points it ends in an ellipsis, after a word."""
    line = _BLANKS.sub(" ", text).strip()
    if len(line) <= limit:
        return line
    head = line[: limit + 1].rsplit(" ", 1)[0][:limit]
    return head.rstrip(" ,;:–—-") + "…"


def highlighted(
    text: str,
    window: Span,
    *,
    quote: Span | None = None,
    around: Span | None = None,
    passage: Span | None = None,
) -> str:
    """``text[window]``, escaped, ``quote`` in ``<mark>``, the rest of ``around`` in a pale span
    and the rest of ``passage`` in a paler one.

    All are offsets into ``text``. The elements do not nest, so each may run over the
    window's edge.
    """
    edges = {window.start, window.end}
    for span in (quote, around, passage):
        if span is not None:
            edges |= {edge for edge in (span.start, span.end) if window.start < edge < window.end}
    ordered = sorted(edges)
    pieces = []
    for start, end in itertools.pairwise(ordered):
        piece = escaped(text[start:end])
        if quote is not None and quote.start <= start and end <= quote.end:
            # A short quote is kept on one line: "five-hour" is not to be broken at its hyphen.
            whole = len(quote) <= _UNBROKEN and not any(map(str.isspace, quote.of(text)))
            opening = '<mark class="whole">' if whole else "<mark>"
            piece = f"{opening}{piece}</mark>"
        elif around is not None and around.start <= start and end <= around.end:
            piece = f'<span class="around">{piece}</span>'
        elif passage is not None and passage.start <= start and end <= passage.end:
            piece = f'<span class="passage">{piece}</span>'
        pieces.append(piece)
    return "".join(pieces)


def date_in_words(published: str) -> str:
    """``2023-09-14`` as ``14 September 2023``; anything else as it stands."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def link(url: str | None, label: str) -> str:
    """A link that opens elsewhere and tells nothing of this page; empty for other addresses."""
    if url is None or not is_web_address(url):
        return ""
    return (
        f'<a href="{escaped(url)}" target="_blank" rel="noopener noreferrer" '
        f'referrerpolicy="no-referrer">{escaped(label)}</a>'
    )


def byline(source: str | None, published: str | None, *more: str) -> str:
    """Source, date and ``more`` (HTML already), joined by dots; what is missing is left out."""
    parts = []
    if source:
        parts.append(isolated(source, "source"))
    if published:
        parts.append(f"<time>{escaped(date_in_words(published))}</time>")
    parts.extend(part for part in more if part)
    return ' <span class="dot" aria-hidden="true">·</span> '.join(parts)


def title_or_name(title: str, article_id: str) -> str:
    """``title``, or where there is none the name of its file."""
    name = article_id.rsplit("/", 1)[-1].strip()
    return title.strip() or name or "Untitled article"


def blocks(text: str, window: Span, *, wrapped_at: int = 100) -> Iterator[Span]:
    """The paragraphs of ``text[window]`` as they should be drawn, blank lines left out.

    A blank line ends a paragraph. So does the end of a line longer than
    ``wrapped_at``: some scrapes hold one paragraph a line, while the lines of
    hard-wrapped text and of verse are short and belong together.
    """
    start = end = -1
    previous_is_long = False
    for line in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|$)", text[window.start : window.end]):
        # Controls are drawn as U+FFFD, though Python counts some of them as white space.
        if not _UNSHOWABLE.sub("\ufffd", line.group()).strip():
            if start >= 0:
                yield Span(window.start + start, window.start + end)
            start = -1
            continue
        body = len(line.group().rstrip("\r\n"))
        is_long = body > wrapped_at
        if start >= 0 and (is_long or previous_is_long):
            yield Span(window.start + start, window.start + end)
            start = -1
        if start < 0:
            start = line.start()
        end = line.start() + body
        previous_is_long = is_long
    if start >= 0:
        yield Span(window.start + start, window.start + end)
