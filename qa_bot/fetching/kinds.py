"""What an address gave: a page, a sitemap, a list of sitemaps, a feed; told by the content."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["page", "sitemap", "sitemaps", "feed", "file"]

_SKIPPED = re.compile(rb"(?s)(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)+", re.I)
_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_ROOTS: dict[bytes, Kind] = {
    b"urlset": "sitemap",
    b"sitemapindex": "sitemaps",
    b"rss": "feed",
    b"feed": "feed",
    b"rdf": "feed",
}
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_LOOKED_AT = 4096


def kind_of(content: bytes, content_type: str) -> Kind | None:
    """By the first element, as servers name XML in many ways; None for what is not read."""
    head = content[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    skipped = _SKIPPED.match(head)
    tag = _TAG.match(head, skipped.end() if skipped else 0)
    name = tag.group(1).lower() if tag else b""
    if name in _ROOTS:
        return _ROOTS[name]
    if content_type in _HTML or (name in (b"html", b"head", b"body") and "xml" not in content_type):
        return "page"
    return "file" if content_type in _SUFFIXES else None


def suffix_of(kind: Kind, content_type: str) -> str:
    """The suffix of the file that a page is kept in."""
    return ".html" if kind == "page" else _SUFFIXES[content_type]


def has_entities(content: bytes) -> bool:
    """Whether XML declares entities of its own, which are never expanded here."""
    return b"<!ENTITY" in content.replace(b"\0", b"")
