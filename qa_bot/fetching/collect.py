"""Addresses to kept pages: follow feeds and sitemaps, ask again only for what may have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from qa_bot.errors import FetchError, IndexLocked
from qa_bot.fetching.addresses import host_of, joined, normalised, site_of
from qa_bot.fetching.feeds import read_feed
from qa_bot.fetching.fetcher import Fetcher, Limits, NotFetched, Response, gunzipped
from qa_bot.fetching.kinds import kind_of, suffix_of
from qa_bot.fetching.pages import AddressRecord, KeptPages, PageRecord
from qa_bot.fetching.sitemaps import Listed, read_sitemap
from qa_bot.protocols import Progress
from qa_bot.records import Skipped

_SITEMAPS = 50
"""How many sitemaps of one list are read at most."""
_FAILURES = 3
"""A host that did not answer so often in one run is not asked again in it."""
_GZIP = b"\x1f\x8b"


@dataclass
class Collected:
    """What became of the addresses. ``skipped`` are named by their address."""

    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A page that a feed or sitemap names. ``modified`` tells whether to ask for it again."""

    url: str
    given: str
    modified: str | None = None
    published: str | None = None
    page: bytes | None = None


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
        self._pages, self._fetcher, self._limits = pages, fetcher, limits
        self._progress, self._now = progress, now
        self._failures: dict[str, int] = {}
        self._wanted: dict[str, _Wanted] = {}
        self.found = Collected()

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
                self._skip(address, error)
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
        page = self._pages.record(address)
        validators = page or before
        answer = self._get(
            address,
            validators.etag if validators else None,
            validators.last_modified if validators else None,
        )
        if answer.content is None:
            if page:
                self._pages.note(replace(page, fetched_at=self._time()))
            if before:
                return replace(before, fetched_at=self._time())
            return AddressRecord("page", self._time())
        content = self._unpacked(answer)
        kind = kind_of(content, answer.content_type)
        lasting = True
        if kind == "feed":
            self._want(self._entries(content, answer, address))
        elif kind in ("sitemap", "sitemaps"):
            lists = [content] if kind == "sitemap" else self._sitemaps(content, answer.address)
            listed = list(self._listed(lists, answer.address, address))
            # Its pages say for themselves whether they have changed, unless it says so.
            lasting = kind == "sitemap" and all(one.modified for one in listed)
            self._want(listed)
        else:
            self._keep(_Wanted(address, address), replace(answer, content=content))
            return AddressRecord("page", self._time())
        validators_now = (answer.etag, answer.last_modified) if lasting else (None, None)
        return AddressRecord(kind, self._time(), *validators_now)

    def _entries(self, content: bytes, answer: Response, given: str) -> Iterator[_Wanted]:
        for entry in read_feed(content, answer.address, answer.content_type):
            day = entry.published[:10] if entry.published else None
            yield _Wanted(entry.address, given, entry.updated, day, entry.page)

    def _sitemaps(self, content: bytes, base: str) -> Iterator[bytes]:
        """The sitemaps of a list of them, newest first."""
        lists = _newest_first(read_sitemap(content))
        if len(lists) > _SITEMAPS:
            self.found.notices.append(
                f"{base} lists {len(lists)} sitemaps; the newest {_SITEMAPS} are read"
            )
        for listed in lists[:_SITEMAPS]:
            try:
                address = self._of_site(joined(base, listed.address), base)
                yield self._unpacked(self._get(address))
            except NotFetched as error:
                self._skip(listed.address, error)

    def _listed(self, lists: Iterable[bytes], base: str, given: str) -> Iterator[_Wanted]:
        for content in lists:
            try:
                listed = read_sitemap(content)
            except NotFetched as error:
                self._skip(given, error)
                continue
            for one in _newest_first(listed):
                try:
                    url = self._of_site(joined(base, one.address), base)
                except NotFetched as error:
                    self._skip(one.address, error)
                    continue
                published = one.published[:10] if one.published else None
                yield _Wanted(url, given, one.modified, published)

    def _of_site(self, address: str, base: str) -> str:
        """A sitemap speaks for its own site alone (sitemaps.org, "Sitemap file location")."""
        url = _normalised(address)
        if site_of(url) != site_of(base):
            raise NotFetched(f"it lies on another site than the sitemap that lists it ({base})")
        return url

    def _want(self, wanted: Iterable[_Wanted]) -> None:
        for one in wanted:
            try:
                url = _normalised(one.url)
            except NotFetched as error:
                self._skip(one.url, error)
                continue
            self._wanted.setdefault(url, replace(one, url=url))

    def _take(self, asked: int) -> dict[str, bool]:
        """Fetch the wanted pages; for each address given, whether all of its pages were had."""
        complete: dict[str, bool] = {}
        todo = [one for one in self._wanted.values() if not self._is_current(one)]
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
                self._skip(one.url, error)
                if not error.gone:
                    complete[one.given] = False
        self._progress("fetching", asked + len(todo), asked + len(todo))
        return complete

    def _take_one(self, one: _Wanted) -> None:
        before = self._pages.record(one.url)
        if one.page is not None:
            self._keep(one, Response(one.url, one.page, "text/html"))
            return
        answer = self._get(
            one.url, before.etag if before else None, before.last_modified if before else None
        )
        if answer.content is None and before:
            self._pages.note(replace(before, fetched_at=self._time(), modified=one.modified))
        elif answer.content is not None:
            self._keep(one, replace(answer, content=self._unpacked(answer)))

    def _is_current(self, one: _Wanted) -> bool:
        """Whether the page is kept as its feed or sitemap says that it is now."""
        before = self._pages.record(one.url)
        return before is not None and one.modified is not None and one.modified == before.modified

    def _keep(self, one: _Wanted, answer: Response) -> None:
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
                fetched_at=self._time(),
                etag=answer.etag,
                last_modified=answer.last_modified,
                modified=one.modified,
                published=one.published,
            )
        )

    def _get(
        self, address: str, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
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

    def _unpacked(self, answer: Response) -> bytes:
        """The content, a ``.gz`` file unpacked."""
        content = answer.content or b""
        if content.startswith(_GZIP):
            content = gunzipped(content, self._limits.page_bytes)
        return content

    def _skip(self, address: str, error: NotFetched) -> None:
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

    def _time(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _normalised(address: str) -> str:
    try:
        return normalised(address)
    except FetchError as error:
        raise NotFetched(f"no web address: {error.found}") from None


def _newest_first(listed: Sequence[Listed]) -> list[Listed]:
    """By the day of the last change; those without one stay last, in their order."""
    return sorted(listed, key=lambda one: one.modified or "", reverse=True)


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
