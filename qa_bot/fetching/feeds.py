"""RSS and Atom by feedparser; an entry with its full text becomes a page of its own."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qa_bot.fetching.addresses import joined
from qa_bot.fetching.fetcher import NotFetched
from qa_bot.fetching.kinds import has_entities

_FULL = 600
"""A shorter text (in characters) is a teaser: the linked page is fetched instead."""
_TAG = re.compile(r"<[^>]*>")
_GOES_ON = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|(?:continue reading|read more|read the full)\b.{0,120})\W*\Z",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``page`` is a whole HTML page made of its full text, None without one.

    ``published`` and ``updated`` are ISO dates and times in UTC.
    """

    address: str
    title: str
    published: str | None
    updated: str | None
    page: bytes | None


def read_feed(content: bytes, address: str, content_type: str) -> list[Entry]:
    """The entries of a feed, in its order; those without an address are left out.

    Raises:
        NotFetched: it is no feed.
    """
    import feedparser

    if has_entities(content):
        raise NotFetched("its XML declares entities, which are not expanded")
    # A stream: given bytes or a string, feedparser would first try it as a file's name.
    found = feedparser.parse(
        io.BytesIO(content),
        response_headers={"content-location": address, "content-type": content_type},
    )
    if not found.entries and found.bozo:
        raise NotFetched(f"it is no feed: {found.get('bozo_exception')}")
    publisher = _text(found.feed.get("title"))
    return [_entry(entry, address, publisher) for entry in found.entries if entry.get("link")]


def _entry(entry: Any, base: str, publisher: str) -> Entry:
    address = joined(base, entry.link)
    title, published = _text(entry.get("title")), _time(entry.get("published_parsed"))
    # (Asked for by itself, feedparser would give the day of publication in its place.)
    updated = _time(entry.get("updated_parsed")) if "updated_parsed" in entry else None
    full = max((one.get("value") or "" for one in entry.get("content", ())), key=len, default="")
    page = None
    if _is_whole(full):
        fields = (
            ("og:title", title),
            ("og:url", address),
            ("og:site_name", publisher),
            ("og:type", "article"),
            ("article:published_time", published or updated or ""),
            ("author", _text(entry.get("author"))),
        )
        page = _page(title, address, fields, full)
    return Entry(address, title, published or updated, updated or published, page)


def _is_whole(markup: str) -> bool:
    """Whether a text is an article and not the beginning of one."""
    text = html.unescape(_TAG.sub(" ", markup)).strip()
    return len(text) >= _FULL and not _GOES_ON.search(text)


def _page(title: str, address: str, fields: tuple[tuple[str, str], ...], full: str) -> bytes:
    metas = "".join(
        f'<meta {"name" if name == "author" else "property"}="{name}" '
        f'content="{html.escape(value)}">\n'
        for name, value in fields
        if value
    )
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n"
        f'<link rel="canonical" href="{html.escape(address)}">\n{metas}</head>\n'
        f"<body><article><h1>{html.escape(title)}</h1>\n{full}\n</article></body></html>\n"
    ).encode("utf-8", "replace")


def _text(value: object) -> str:
    return " ".join(html.unescape(_TAG.sub("", str(value or ""))).split())


def _time(parsed: Any) -> str | None:
    """feedparser's nine numbers, in UTC, as an ISO date and time."""
    if not parsed:
        return None
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).isoformat()
    except (TypeError, ValueError):
        return None
