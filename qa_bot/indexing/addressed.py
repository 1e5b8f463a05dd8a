"""Addresses among the paths to index: fetched into index/fetched before anything else happens."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa_bot.config import Settings
from qa_bot.fetching.addresses import is_address, normalised
from qa_bot.protocols import Progress
from qa_bot.records import IndexReport, Skipped
from qa_bot.storage.layout import Layout


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What fetching adds to the report of a run."""

    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()

    def reported(self, report: IndexReport) -> IndexReport:
        """``report`` with what was not fetched, and why, before the rest."""
        return replace(
            report,
            skipped=(*self.skipped, *report.skipped),
            notices=(*self.notices, *report.notices),
        )


def split_given(
    given: str | Path | Sequence[str | Path],
) -> tuple[list[str | Path], list[str]]:
    """(paths, normalised addresses), each address once.

    Raises:
        FetchError: something is written as an address and is none that can be fetched.
    """
    several = [given] if isinstance(given, str | os.PathLike) else given
    paths = [one for one in several if not is_address(one)]
    addresses = [normalised(one) for one in several if isinstance(one, str) and is_address(one)]
    return paths, list(dict.fromkeys(addresses))


def fetch_given(
    addresses: Sequence[str],
    layout: Layout,
    settings: Settings,
    progress: Progress,
    *,
    fresh: bool = False,
) -> FetchReport:
    """Bring index/fetched up to date with ``addresses``; without any, nothing is done.

    With ``fresh``, pages that other addresses led to are forgotten.

    Raises:
        FetchError: no server of them can be reached; nothing was changed.
        IndexLocked: another process is fetching for this index.
    """
    if not addresses:
        return FetchReport()
    from qa_bot.fetching.collect import collect
    from qa_bot.fetching.fetcher import Limits
    from qa_bot.fetching.pages import KeptPages

    limits = Limits(
        pages=settings.fetch_pages,
        page_bytes=settings.fetch_page_mb * 1_000_000,
        total_bytes=settings.fetch_total_mb * 1_000_000,
        seconds=settings.fetch_seconds,
        pause=settings.fetch_pause,
        private=settings.fetch_private,
    )
    found = collect(layout.fetched, addresses, limits=limits, progress=progress)
    if fresh:
        pages = KeptPages(layout.fetched)
        for record in list(pages.records()):
            if record.given not in addresses:
                pages.forget(record.url)
        known = pages.addresses()
        pages.note_addresses({one: known[one] for one in addresses if one in known})
    return FetchReport(tuple(found.skipped), tuple(found.notices))
