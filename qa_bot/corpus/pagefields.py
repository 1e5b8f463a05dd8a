"""Title, address, date, author and site name of a web page.

In the order in which sites are to be trusted: JSON-LD, OpenGraph and the other meta
elements, what stands on the page, and trafilatura's own findings last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from qa_bot.corpus.articles import Fields, host
from qa_bot.corpus.dates import parse_date
from qa_bot.corpus.jsonld import Linked

_DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "date.published",
    "publication_date",
    "publish-date",
    "publishdate",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "article.published",
    "originalpublicationdate",
    "date",
)
_AUTHOR_NAMES = ("author", "parsely-author", "sailthru.author", "dc.creator", "article:author")
_SITE_SEPARATOR = re.compile(r"\s+(?:[|»·•–—]|-{1,2}|::?)\s+")
_WORD = re.compile(r"\w+")
_BY = re.compile(r"\Aby\s+", re.IGNORECASE)
_LONGEST_TITLE = 300


def page_fields(root: Any, linked: Linked, found: Any, *, url: str | None) -> Fields:
    """The fields of the page.

    Args:
        root: its tree.
        linked: its JSON-LD.
        found: trafilatura's Document, or None.
        url: the address that it was fetched from, where that is known.
    """
    meta = _meta(root)
    address = _address(root, meta, linked, url)
    site = _short(meta.get("og:site_name")) or linked.publisher
    site = _site(site or _short(getattr(found, "sitename", None)))
    published = _published(root, meta, linked, found)
    author = linked.author or _author(meta) or _short(getattr(found, "author", None))
    section = linked.section or _short(meta.get("article:section"))
    language = _short(root.get("lang"))
    more = {"section": section, "page_language": language}
    return Fields(
        title=_title(root, meta, linked, found, site)[:_LONGEST_TITLE],
        url=address,
        published=published,
        source=site or (host(address) if address else None),
        author=_BY.sub("", author) or None,
        metadata={name: value for name, value in more.items() if value},
    )


def _meta(root: Any) -> dict[str, str]:
    """The meta elements by their lower-case names; the first of a name counts."""
    named: dict[str, str] = {}
    for element in root.iter("meta"):
        content = _short(element.get("content"))
        for key in ("property", "name", "itemprop"):
            name = (element.get(key) or "").strip().lower()
            if name and content:
                named.setdefault(name, content)
    return named


def _title(root: Any, meta: Mapping[str, str], linked: Linked, found: Any, site: str) -> str:
    """The headline as it stands on the page where that is plain, else as the page names it."""
    page_title = next((_short(title.text) for title in root.iter("title")), "")
    given = [meta.get("og:title", ""), linked.headline, meta.get("twitter:title", ""), page_title]
    named = [title for title in (_without_site(_short(one), site) for one in given) if title]
    headings = [_short(heading.text_content()) for heading in root.iter("h1")]
    for heading in filter(None, headings):
        if any(_alike(heading, title) for title in named):
            return heading
    if named:
        return named[0]
    own = _short(getattr(found, "title", None))
    return own or (headings[0] if len(headings) == 1 else "")


def _without_site(title: str, site: str) -> str:
    """``title`` without the site's name at its end (or beginning)."""
    parts = _SITE_SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    last = _SITE_SEPARATOR.split(title)[-1]
    if _key(last) in (_key(site), _key(site.removeprefix("The "))) or len(last.split()) <= 2:
        cut = title[: title.rindex(last)]
        shorter = re.sub(r"\s+(?:[|»·•–—:]|-{1,2}|::)\s*\Z", "", cut)
        if len(shorter.split()) >= 3:
            return shorter
    if site and _key(parts[0]) == _key(site):
        return title[len(parts[0]) :].lstrip(" |»·•–—-:")
    return title


def _alike(first: str, second: str) -> bool:
    """Whether the two share at least two thirds of the words of the shorter."""
    one, other = set(_WORD.findall(first.lower())), set(_WORD.findall(second.lower()))
    shorter = min(len(one), len(other))
    return shorter > 0 and 3 * len(one & other) >= 2 * shorter and max(len(one), len(other)) > 1


def _published(root: Any, meta: Mapping[str, str], linked: Linked, found: Any) -> str | None:
    written = [linked.published, *(meta.get(name, "") for name in _DATE_NAMES)]
    written += [
        element.get("datetime") or ""
        for element in root.iter("time")
        if element.get("pubdate") is not None or "publish" in (element.get("itemprop") or "")
    ]
    written.append(getattr(found, "date", None) or "")
    return next((day for day in map(parse_date, written) if day), None)


def _author(meta: Mapping[str, str]) -> str:
    named = (meta.get(name, "") for name in _AUTHOR_NAMES)
    return next((n for n in named if n and not n.startswith(("http:", "https:", "/", "@"))), "")


def _site(name: str) -> str:
    """A site's name; where it is an address, the host of it."""
    return (host(name) or name) if name.startswith(("http://", "https://")) else name


def _address(root: Any, meta: Mapping[str, str], linked: Linked, url: str | None) -> str | None:
    """The canonical address; one that names the site's front page only is not believed."""
    links = [link.get("href") or "" for link in root.iter("link") if link.get("rel") == "canonical"]
    for candidate in (*links, meta.get("og:url", ""), linked.url):
        try:
            full: str = urljoin(url or "", candidate.strip())
            parts = urlsplit(full)
        except ValueError:
            continue
        if candidate and parts.scheme in ("http", "https") and parts.hostname:
            is_front = parts.path in ("", "/") and not parts.query
            if not is_front:
                return full
    return url


def _short(text: object) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""


def _key(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))
