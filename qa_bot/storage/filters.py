"""Which stored articles pass a :class:`~qa_bot.records.Filters`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from qa_bot.records import Filters

_SCHEME = re.compile(r"^[a-z]+://")


@dataclass(frozen=True, slots=True)
class StoredFields:
    """The fields of one stored article that a filter may look at.

    ``names`` are those by which its source may be asked for: see :func:`bare_source`.
    """

    number: int
    article_id: str
    names: frozenset[str]
    published: str | None
    fields: Mapping[str, str | None]

    COLUMNS: ClassVar = (
        "article",
        "article_id",
        "source",
        "url",
        "published",
        "title",
        "author",
        "metadata",
    )

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> StoredFields:
        """From the values of :attr:`COLUMNS`."""
        number, article_id, source, url, published, title, author, metadata = row
        own = {
            "source": source,
            "url": url,
            "published": published,
            "title": title,
            "author": author,
        }
        names = frozenset({bare_source(source or ""), _host(url)} - {""})
        return cls(number, article_id, names, published, {**own, **json.loads(metadata)})


def is_open(filters: Filters) -> bool:
    """Whether every article passes."""
    return not (
        filters.published_from
        or filters.published_until
        or filters.sources
        or filters.equals
        or filters.exclude_articles
    )


def passes(filters: Filters, article: StoredFields) -> bool:
    """Whether one article may be searched; :func:`matcher` says by what rules."""
    return matcher(filters)(article)


def matcher(filters: Filters) -> Callable[[StoredFields], bool]:
    """What says of an article whether it may be searched.

    Sources are compared without regard to case, with the publisher's name and
    with the host of the url (with or without ``www.``). ``equals`` looks at the
    metadata, and at title, author, source, url and published, and compares exactly.
    """
    first, last = filters.published_from or "", filters.published_until or "9999-12-31"
    dated = bool(filters.published_from or filters.published_until)
    wanted = frozenset(map(bare_source, filters.sources))
    excluded = frozenset(filters.exclude_articles)
    equals = tuple(filters.equals.items())

    def matches(article: StoredFields) -> bool:
        if article.article_id in excluded:
            return False
        if dated and not (
            filters.include_undated
            if article.published is None
            else first <= article.published <= last
        ):
            return False
        if wanted and wanted.isdisjoint(article.names):
            return False
        return all(article.fields.get(name) == value for name, value in equals)

    return matches


@lru_cache(maxsize=4096)  # there are few sources, each with many articles
def bare_source(name: str) -> str:
    """A publisher's name or host in one spelling: "https://www.BBC.com/" is "bbc.com"."""
    return _SCHEME.sub("", name.strip().casefold()).removeprefix("www.").rstrip("/")


def _host(url: str | None) -> str:
    try:
        return bare_source(urlsplit(url or "").hostname or "")
    except ValueError:  # "http://[" and the like
        return ""
