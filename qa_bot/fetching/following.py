"""What a feed or a sitemap leads to: the pages that are wanted, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa_bot.errors import FetchError
from qa_bot.fetching.addresses import joined, normalised, site_of
from qa_bot.fetching.asking import Asking
from qa_bot.fetching.feeds import read_feed
from qa_bot.fetching.fetcher import NotFetched, Response
from qa_bot.fetching.sitemaps import Listed, read_sitemap

_SITEMAPS = 50
"""How many sitemaps of one list are read at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that a feed or sitemap names. ``modified`` tells whether to ask for it again."""

    url: str
    given: str
    modified: str | None = None
    published: str | None = None
    page: bytes | None = None


class Following:
    """Reads what was fetched; ``wanted`` are the pages that it names, by address.

    Args:
        purged: addresses that are not wanted again.
    """

    def __init__(self, asking: Asking, purged: Collection[str]) -> None:
        self._asking, self._purged = asking, purged
        self.wanted: dict[str, Wanted] = {}

    def follow(self, kind: str, content: bytes, answer: Response, given: str) -> bool:
        """Note what ``content`` (a "feed", "sitemap" or "sitemaps") names; whether its server
        can be trusted to say when that has changed."""
        if kind == "feed":
            self._want(self._entries(content, answer, given))
            return True
        lists = [content] if kind == "sitemap" else self._sitemaps(content, answer.address)
        listed = list(self._listed(lists, answer.address, given))
        self._want(listed)
        # Its pages say for themselves whether they have changed, unless it says so.
        return kind == "sitemap" and all(one.modified for one in listed)

    def _entries(self, content: bytes, answer: Response, given: str) -> Iterator[Wanted]:
        for entry in read_feed(content, answer.address, answer.content_type):
            day = entry.published[:10] if entry.published else None
            yield Wanted(entry.address, given, entry.updated, day, entry.page)

    def _sitemaps(self, content: bytes, base: str) -> Iterator[bytes]:
        """The sitemaps of a list of them, newest first."""
        lists = _newest_first(read_sitemap(content))
        if len(lists) > _SITEMAPS:
            self._asking.found.notices.append(
                f"{base} lists {len(lists)} sitemaps; the newest {_SITEMAPS} are read"
            )
        for listed in lists[:_SITEMAPS]:
            try:
                address = self._of_site(joined(base, listed.address), base)
                yield self._asking.unpacked(self._asking.get(address))
            except NotFetched as error:
                self._asking.skip(listed.address, error)

    def _listed(self, lists: Iterable[bytes], base: str, given: str) -> Iterator[Wanted]:
        for content in lists:
            try:
                listed = read_sitemap(content)
            except NotFetched as error:
                self._asking.skip(given, error)
                continue
            for one in _newest_first(listed):
                try:
                    url = self._of_site(joined(base, one.address), base)
                except NotFetched as error:
                    self._asking.skip(one.address, error)
                    continue
                published = one.published[:10] if one.published else None
                yield Wanted(url, given, one.modified, published)

    def _of_site(self, address: str, base: str) -> str:
        """A sitemap speaks for its own site alone (sitemaps.org, "Sitemap file location")."""
        url = _normalised(address)
        if site_of(url) != site_of(base):
            raise NotFetched(f"it lies on another site than the sitemap that lists it ({base})")
        return url

    def _want(self, wanted: Iterable[Wanted]) -> None:
        for one in wanted:
            try:
                url = _normalised(one.url)
            except NotFetched as error:
                self._asking.skip(one.url, error)
                continue
            if url in self._purged:
                continue
            self.wanted.setdefault(url, replace(one, url=url))


def _normalised(address: str) -> str:
    try:
        return normalised(address)
    except FetchError as error:
        raise NotFetched(f"no web address: {error.found}") from None


def _newest_first(listed: Sequence[Listed]) -> list[Listed]:
    """By the day of the last change; those without one stay last, in their order."""
    return sorted(listed, key=lambda one: one.modified or "", reverse=True)
