"""The filter row of the page: what stands in its boxes, as Filters and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qa_bot.records import Filters
from qa_bot.retrieval.filters import checked, conditions
from qa_bot.web.markup import date_in_words, is_web_address

if TYPE_CHECKING:
    from qa_bot.storage.snapshot import ArticleSummary

MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What a question is limited to, and whether the newest answer leads."""

    filters: Filters = field(default_factory=Filters)
    newest_first: bool = False

    def in_words(self) -> str:
        """What the reply says it was limited to; empty without any limit."""
        filters = self.filters
        first, last = filters.published_from, filters.published_until
        parts = []
        if first:
            parts.append(f"from {date_in_words(first)}")
        if last:
            parts.append(f"until {date_in_words(last)}")
        if parts and filters.include_undated:
            parts.append("or undated")
        limits = [" ".join(parts)] if parts else []
        if filters.sources:
            limits.append(" or ".join(filters.sources))
        limits += [f"{key} = {value}" for key, value in filters.equals.items()]
        said = f"Only articles {', '.join(limits)}" if limits else ""
        if self.newest_first:
            said += "; newest first" if said else "Newest first"
        return said


def chosen(
    first: str | None,
    last: str | None,
    sources: str | None,
    where: str | None,
    undated: bool | None,
    newest: bool | None,
) -> Choice:
    """What stands in the boxes; an empty box limits nothing.

    ``sources`` and ``where`` may hold several names, or ``key=value`` pairs, parted by ";".

    Raises:
        QuestionError: a date or a condition cannot be read.
    """
    filters = Filters(
        published_from=(first or "").strip() or None,
        published_until=(last or "").strip() or None,
        sources=_parts(sources),
        equals=conditions(_parts(where)),
        include_undated=bool(undated),
    )
    return Choice(checked(filters), bool(newest))


def _parts(typed: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (typed or "").split(";") if part.strip())


def source_names(articles: Iterable[ArticleSummary]) -> list[str]:
    """Publishers to choose from, in order of the alphabet; an article without a named source
    counts by its address's host. Of very many, those with the most articles."""
    counted: Counter[str] = Counter()
    for article in articles:
        name = article.source or _host(article.url)
        if name:
            counted[name] += 1
    return sorted((name for name, _ in counted.most_common(MOST_SOURCES)), key=str.casefold)


def _host(url: str | None) -> str:
    if url is None or not is_web_address(url):
        return ""
    return (urlsplit(url).hostname or "").removeprefix("www.")
