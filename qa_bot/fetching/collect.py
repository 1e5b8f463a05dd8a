"""Addresses to kept pages: follow feeds and sitemaps, ask again only for what may have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from qa_bot.errors import FetchError, IndexLocked
from qa_bot.fetching.asking import Asking, Collected
from qa_bot.fetching.fetcher import Fetcher, Limits, NotFetched, Response
from qa_bot.fetching.following import Following, Wanted
from qa_bot.fetching.kinds import kind_of, suffix_of
from qa_bot.fetching.pages import AddressRecord, KeptPages, PageRecord
from qa_bot.protocols import Progress


def collect(
    folder: Path,
    given: Sequence[str],
    *,
    limits: Limits,
    progress: Progress,
    must_answer: bool = True,
    fetcher: Fetcher | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Collected:
    """Bring the kept pages of normalised addresses up to date in ``folder``.

    A page that its server says is gone (404, 410) is removed; one that cannot be
    had for another reason stays as it was, and is in ``skipped`` with the reason. What a feed or
    sitemap no longer names stays too. ``must_answer``: whether it is an error that no
    server at all can be reached. ``progress("fetching", done, total)``.

    Raises:
        FetchError: no server of ``given`` could be reached; nothing was changed.
        IndexLocked: another process is fetching into this folder.
        PublishError: the disk did not take it.
    """
    pages = KeptPages(folder)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            "another process is fetching for this index",
            where=folder,
            expected="one at a time",
            found="its lock is held",
            mend="wait until it is done, or stop it, then run the same command again",
        ) from None
    own = fetcher or Fetcher(limits)
    try:
        run = _Collecting(pages, own, limits, progress, now)
        run.all(given, must_answer)
        return run.found
    except FetchError:
        if is_new:
            lock.release()
            (folder / ".lock").unlink(missing_ok=True)
            folder.rmdir()
        raise
    finally:
        own.close()
        lock.release()


class _Collecting:
    """One run of :func:`collect`."""

    def __init__(
        self,
        pages: KeptPages,
        fetcher: Fetcher,
        limits: Limits,
        progress: Progress,
        now: Callable[[], datetime],
    ) -> None:
        self._pages, self._limits, self._progress = pages, limits, progress
        self._purged = pages.purged()
        self._asking = Asking(pages, fetcher, limits, now)
        self._following = Following(self._asking, self._purged)
        self.found = self._asking.found

    def all(self, given: Sequence[str], must_answer: bool) -> None:
        known = self._pages.addresses()
        answered: dict[str, AddressRecord] = {}
        silent: dict[str, str] = {}
        for done, address in enumerate(given):
            self._progress("fetching", done, len(given))
            try:
                answered[address] = self._open(address, known.get(address))
            except NotFetched as error:
                if error.unreachable:
                    silent[address] = str(error)
                self._asking.skip(address, error)
        if must_answer and silent and len(silent) == len(given):
            raise _nobody_answers(silent)
        complete = self._take(len(given))
        for address, record in answered.items():
            if not complete.get(address, True):  # or it would not be read again next time
                record = replace(record, etag=None, last_modified=None)
            known[address] = record
        self._pages.note_addresses(known)

    def _open(self, address: str, before: AddressRecord | None) -> AddressRecord:
        """Ask for an address that was given; its pages go to ``_wanted``."""
        if address in self._purged:
            raise NotFetched("its text was purged; --restore lets it be fetched again")
        page = self._pages.record(address)
        validators = page or before
        answer = self._asking.get(
            address,
            validators.etag if validators else None,
            validators.last_modified if validators else None,
        )
        if answer.content is None:
            if page:
                self._pages.note(replace(page, fetched_at=self._asking.time()))
            if before:
                return replace(before, fetched_at=self._asking.time())
            return AddressRecord("page", self._asking.time())
        content = self._asking.unpacked(answer)
        kind = kind_of(content, answer.content_type)
        if kind not in ("feed", "sitemap", "sitemaps"):
            self._keep(Wanted(address, address), replace(answer, content=content))
            return AddressRecord("page", self._asking.time())
        lasting = self._following.follow(kind, content, answer, address)
        validators_now = (answer.etag, answer.last_modified) if lasting else (None, None)
        return AddressRecord(kind, self._asking.time(), *validators_now)

    def _take(self, asked: int) -> dict[str, bool]:
        """Fetch the wanted pages; for each address given, whether all of its pages were had."""
        complete: dict[str, bool] = {}
        todo = [one for one in self._following.wanted.values() if not self._is_current(one)]
        if len(todo) > self._limits.pages:
            left = len(todo) - self._limits.pages
            self.found.notices.append(
                f"{left} pages more than fetch_pages ({self._limits.pages}) were listed; "
                "the same command takes the next ones"
            )
            complete |= {one.given: False for one in todo[self._limits.pages :]}
            todo = todo[: self._limits.pages]
        for done, one in enumerate(todo):
            self._progress("fetching", asked + done, asked + len(todo))
            try:
                self._take_one(one)
            except NotFetched as error:
                self._asking.skip(one.url, error)
                if not error.gone:
                    complete[one.given] = False
        self._progress("fetching", asked + len(todo), asked + len(todo))
        return complete

    def _take_one(self, one: Wanted) -> None:
        before = self._pages.record(one.url)
        if one.page is not None:
            self._keep(one, Response(one.url, one.page, "text/html"))
            return
        answer = self._asking.get(
            one.url, before.etag if before else None, before.last_modified if before else None
        )
        if answer.content is None and before:
            self._pages.note(replace(before, fetched_at=self._asking.time(), modified=one.modified))
        elif answer.content is not None:
            self._keep(one, replace(answer, content=self._asking.unpacked(answer)))

    def _is_current(self, one: Wanted) -> bool:
        """Whether the page is kept as its feed or sitemap says that it is now."""
        before = self._pages.record(one.url)
        return before is not None and one.modified is not None and one.modified == before.modified

    def _keep(self, one: Wanted, answer: Response) -> None:
        content = answer.content or b""
        kind = kind_of(content, answer.content_type)
        if kind not in ("page", "file"):
            what = {None: "not HTML", "feed": "a feed", "sitemap": "a sitemap"}.get(kind, kind)
            raise NotFetched(f"{what}: {answer.content_type or 'of no type'}")
        if not content.strip():
            raise NotFetched("empty")
        suffix = suffix_of(kind, answer.content_type)
        file = self._pages.keep(one.url, content, suffix, answer.charset)
        self._pages.note(
            PageRecord(
                url=one.url,
                cited=answer.address,
                given=one.given,
                file=file,
                fetched_at=self._asking.time(),
                etag=answer.etag,
                last_modified=answer.last_modified,
                modified=one.modified,
                published=one.published,
            )
        )


def _nobody_answers(silent: dict[str, str]) -> FetchError:
    address, reason = next(iter(silent.items()))
    others = f" (and {len(silent) - 1} more)" if len(silent) > 1 else ""
    return FetchError(
        "no server could be reached; nothing was changed, and the index goes on serving",
        where=f"{address}{others}",
        expected="an answer",
        found=reason,
        mend="check the network and the address, then run the same command again",
    )
