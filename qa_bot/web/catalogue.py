"""The list of a generation's articles, read and sorted once, for the table and for programs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from qa_bot.storage.snapshot import ArticleSummary

COLUMNS = ("title", "source", "published", "characters")
"""What the table can be sorted by."""


@dataclass(frozen=True, slots=True)
class Order:
    """The column that a list is sorted by; programs have theirs by ``article_id``."""

    column: str = "title"
    descending: bool = False

    def clicked(self, column: str) -> Order:
        """After a click on a column's head: the same column turns round, dates start newest."""
        if column not in COLUMNS:
            return self
        if column == self.column:
            return Order(column, not self.descending)
        return Order(column, column in ("published", "characters"))


BY_ID = Order("article_id")


class Catalogue:
    """The summaries of one generation, and of each the words that are searched. Safe from many
    threads: what is not there yet is at worst made twice."""

    def __init__(self, articles: Iterable[ArticleSummary]) -> None:
        found = sorted(articles, key=lambda article: article.article_id)
        self.articles = tuple(found)
        self._entries = tuple((_searched(article), article) for article in found)
        self._sorted: dict[Order, Sequence[tuple[str, ArticleSummary]]] = {BY_ID: self._entries}

    def listed(
        self,
        wanted: str = "",
        order: Order = BY_ID,
        passes: Callable[[str], bool] | None = None,
    ) -> list[ArticleSummary]:
        """The articles that hold every word of ``wanted`` in title, source, date or id, sorted.

        Articles that lack the sorted column come last, either way round; ties go by id.

        Args:
            passes: whether an article of that id may be listed at all.
        """
        words = wanted.casefold().split()
        return [
            article
            for searched, article in self._in_order(order)
            if all(word in searched for word in words)
            and (passes is None or passes(article.article_id))
        ]

    def _in_order(self, order: Order) -> Sequence[tuple[str, ArticleSummary]]:
        made = self._sorted.get(order)
        if made is None:
            present = [e for e in self._entries if getattr(e[1], order.column)]
            absent = [e for e in self._entries if not getattr(e[1], order.column)]
            present.sort(key=lambda e: _key(e[1], order.column), reverse=order.descending)
            made = self._sorted[order] = (*present, *absent)
        return made


def _searched(article: ArticleSummary) -> str:
    parts = (article.title, article.source or "", article.published or "", article.article_id)
    return " ".join(parts).casefold()


def _key(article: ArticleSummary, column: str) -> str | int:
    value = getattr(article, column)
    return value.casefold() if isinstance(value, str) else int(value)


_catalogues: WeakKeyDictionary[Any, Catalogue] = WeakKeyDictionary()
_making = threading.Lock()


def catalogue_of(snapshot: Any) -> Catalogue:
    """The catalogue of an opened generation, kept as long as that is open."""
    with _making:
        made = _catalogues.get(snapshot)
        if made is None:
            made = _catalogues[snapshot] = Catalogue(snapshot.articles())
        return made
