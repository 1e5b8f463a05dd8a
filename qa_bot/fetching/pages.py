"""Fetched pages as files, so that a quote can be verified and indexing again needs no network.

    <folder>/<host>/<name>.html     the page as it came
    <folder>/<host>/.<name>.json    where from and when: see :class:`PageRecord`
    <folder>/.addresses.json        the addresses that were given, each a :class:`AddressRecord`

The name comes from the address alone, so the same address is the same file and,
once indexed, the same article id. Every file is replaced in one step.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from qa_bot.fetching.addresses import host_of
from qa_bot.storage.files import replace_durably, storing

_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_LONGEST_NAME = 80
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What is known of a kept page beside its content.

    ``url`` is the address it was asked for by, ``cited`` the one that its redirects led to
    (by which an article is cited), ``given`` the address that led to it
    (itself, a feed, a sitemap). ``modified`` and ``published`` are what that said of
    it. ``etag`` and ``last_modified`` are the server's validators. ``fetched_at`` is
    ISO in UTC.
    """

    url: str
    cited: str
    given: str
    file: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    modified: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """An address that was given: what it is, and its validators."""

    kind: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None


class KeptPages:
    """The folder of pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self, url: str) -> PageRecord | None:
        """What is known of the page of ``url``; None when it is not kept, or not whole."""
        found = _read_record(self._side(url))
        return found if found and (self._host(url) / found.file).is_file() else None

    def records(self) -> Iterator[PageRecord]:
        """Those of all pages, in the order of their places."""
        for side in sorted(self.folder.glob("*/.*.json")):
            found = _read_record(side)
            if found and (side.parent / found.file).is_file():
                yield found

    def file_of(self, record: PageRecord) -> Path:
        """Where a page is kept."""
        return self._host(record.url) / record.file

    def record_of(self, path: Path) -> PageRecord | None:
        """That of the page kept in the file ``path``."""
        found = _read_record(path.with_name(f".{path.stem}.json"))
        return found if found and found.file == path.name else None

    def keep(self, url: str, content: bytes, suffix: str, charset: str | None = None) -> str:
        """Put a page in its place; returns its file's name. The same bytes are left alone.

        ``charset`` is what the server said: it outranks what the page says of itself,
        so a page in another encoding than UTF-8 is kept as UTF-8 with a byte-order
        mark, which outranks both (HTML, 13.2.3.2).
        """
        path = self._host(url) / f"{_name(url)}{suffix}"
        if suffix == ".html":
            content = _self_describing(content, charset)
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_bytes() != content:
                replace_durably(path, content)
        return path.name

    def note(self, record: PageRecord) -> None:
        """Write a page's record, after its content; another file it had is removed."""
        before = _read_record(self._side(record.url))
        with storing(self.folder):
            replace_durably(self._side(record.url), _dump(asdict(record)))
            if before and before.file != record.file:
                (self._host(record.url) / before.file).unlink(missing_ok=True)

    def forget(self, url: str) -> None:
        """Remove a page and its record."""
        found = _read_record(self._side(url))
        with storing(self.folder):
            if found:
                (self._host(url) / found.file).unlink(missing_ok=True)
            self._side(url).unlink(missing_ok=True)

    def forget_file(self, path: Path) -> None:
        """Remove the page kept in ``path``, its record, and what it left of its folder."""
        with storing(path):
            path.unlink(missing_ok=True)
            path.with_name(f".{path.stem}.json").unlink(missing_ok=True)
            if path.parent != self.folder and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def addresses(self) -> dict[str, AddressRecord]:
        """The addresses given so far."""
        try:
            table = json.loads(self._addresses.read_bytes())
            return {url: AddressRecord(**fields) for url, fields in table.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def note_addresses(self, addresses: Mapping[str, AddressRecord]) -> None:
        """Write the table of addresses."""
        table = {url: asdict(record) for url, record in sorted(addresses.items())}
        with storing(self._addresses):
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_durably(self._addresses, _dump(table))

    @property
    def _addresses(self) -> Path:
        return self.folder / ".addresses.json"

    def _host(self, url: str) -> Path:
        return self.folder / (_UNSAFE.sub("_", host_of(url)).strip(".")[:100] or "_")

    def _side(self, url: str) -> Path:
        return self._host(url) / f".{_name(url)}.json"


def _name(url: str) -> str:
    """The address's path made fit for a file, and eight digits that tell addresses apart."""
    path = unquote(urlsplit(url).path).strip("/")
    stem = re.sub(r"(?i)\.(?:html?|php|aspx?|jsp)$", "", path)
    stem = _UNSAFE.sub("_", stem).strip("._-")[-_LONGEST_NAME:].strip("._-") or "index"
    return f"{stem}-{sha256(url.encode('ascii', 'replace')).hexdigest()[:8]}"


def _self_describing(content: bytes, charset: str | None) -> bytes:
    if charset is None or content.startswith((_UTF8_MARK, b"\xff\xfe", b"\xfe\xff")):
        return content
    try:
        text = content.decode(charset)
    except (LookupError, UnicodeError):
        return content
    encoded = text.encode("utf-8", "replace")
    return content if encoded == content else _UTF8_MARK + encoded


def _read_record(side: Path) -> PageRecord | None:
    try:
        record = PageRecord(**json.loads(side.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.file == os.path.basename(record.file) else None


def _dump(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, sort_keys=True, indent=1) + "\n").encode("ascii")
