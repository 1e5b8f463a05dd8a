"""Asking servers within limits, and noting why a page was not had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from qa_bot.errors import FetchError
from qa_bot.fetching.addresses import host_of, normalised
from qa_bot.fetching.fetcher import Fetcher, Limits, NotFetched, Response, gunzipped
from qa_bot.fetching.pages import KeptPages
from qa_bot.records import Skipped

_FAILURES = 3
"""A host that did not answer so often in one run is not asked again in it."""
_GZIP = b"\x1f\x8b"


@dataclass
class Collected:
    """What became of the addresses. ``skipped`` are named by their address."""

    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Asking:
    """One run's requests. ``found`` is what became of them."""

    def __init__(
        self, pages: KeptPages, fetcher: Fetcher, limits: Limits, now: Callable[[], datetime]
    ) -> None:
        self._pages, self._fetcher, self._limits, self._now = pages, fetcher, limits, now
        self._failures: dict[str, int] = {}
        self.found = Collected()

    def get(
        self, address: str, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """What its server answers.

        Raises:
            NotFetched: nothing that can be kept, or its host has been silent too often.
        """
        host = host_of(address)
        if self._failures.get(host, 0) >= _FAILURES:
            raise NotFetched(f"{host} did not answer {_FAILURES} times", unreachable=True)
        try:
            answer = self._fetcher.get(address, etag=etag, last_modified=last_modified)
        except NotFetched as error:
            if error.unreachable:
                self._failures[host] = self._failures.get(host, 0) + 1
            raise
        self._failures[host] = 0
        return answer

    def unpacked(self, answer: Response) -> bytes:
        """The content, a ``.gz`` file unpacked."""
        content = answer.content or b""
        if content.startswith(_GZIP):
            content = gunzipped(content, self._limits.page_bytes)
        return content

    def skip(self, address: str, error: NotFetched) -> None:
        """Note why an address was not had; a page that is gone goes, any other stays."""
        try:
            before = self._pages.record(normalised(address))
        except FetchError:
            before = None
        reason = str(error)
        if before and error.gone:
            self._pages.forget(before.url)
            reason += "; it was removed"
        elif before:
            reason += f"; the copy of {before.fetched_at[:10]} stays"
        self.found.skipped.append(Skipped(address, reason))

    def time(self) -> str:
        """Now, as it is noted with a page."""
        return self._now().isoformat(timespec="seconds")
