"""Which stored articles pass a :class:`~qa_bot.records.Filters`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from qa_bot.records import Filters


@dataclass(frozen=True, slots=True)
class StoredFields:
    """The fields of one stored article that a filter may look at."""

    number: int
    article_id: str
    source: str | None
    url: str | None
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
        return cls(number, article_id, source, url, published, {**own, **json.loads(metadata)})


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
    """Whether one article may be searched.

    Sources are compared without regard to case, with the publisher's name and
    with the host of the url (with or without ``www.``). ``equals`` looks at the
    metadata, and at title, author, source, url and published.
    """
    if article.article_id in filters.exclude_articles:
        return False
    if filters.published_from or filters.published_until:
        if article.published is None:
            if not filters.include_undated:
                return False
        elif not (
            (filters.published_from or "") <= article.published
            and (filters.published_until is None or article.published <= filters.published_until)
        ):
            return False
    if filters.sources:
        wanted = {_bare(source) for source in filters.sources}
        if wanted.isdisjoint({_bare(article.source or ""), _host(article.url)} - {""}):
            return False
    return all(article.fields.get(name) == value for name, value in filters.equals.items())


def _host(url: str | None) -> str:
    try:
        return _bare(urlsplit(url or "").hostname or "")
    except ValueError:  # "http://[" and the like
        return ""


def _bare(name: str) -> str:
    return name.strip().casefold().removeprefix("www.")
