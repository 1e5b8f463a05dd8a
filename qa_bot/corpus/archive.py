"""Archives (.zip, .tar, .tar.gz) and compressed files (.gz), walked without unpacking to disk.

Each member is read by the loader of its own format, one after the other. An archive inside
an archive is reported and not opened; so are encrypted members, links, names that lead out
of the archive, and whatever unpacks to more than the limits of members.py.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

from qa_bot.corpus.articles import clean
from qa_bot.corpus.files import DAMAGED, TooLarge, length, size
from qa_bot.corpus.members import (
    GZIP_BYTES,
    MEMBER_BYTES,
    MOST_MEMBERS,
    MOST_TIMES,
    TOTAL_BYTES,
    is_bomb,
    is_passed_over,
    limited,
    unsafe_name,
)
from qa_bot.protocols import ArticleFile, ArticleLoader
from qa_bot.records import Article, Notice, Skipped

Found = Article | Skipped | Notice
_OTHER_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")


def loader_of(name: str, loaders: Sequence[ArticleLoader]) -> ArticleLoader | None:
    """The loader with the longest suffix that ``name`` ends in, in any case."""
    lower = name.lower()
    fitting = [
        (len(suffix), loader)
        for loader in loaders
        for suffix in loader.suffixes
        if lower.endswith(suffix)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


@dataclass(frozen=True, slots=True)
class GzipLoader:
    """A compressed file of any format of ``inner``: ``.jsonl.gz`` and the like."""

    inner: tuple[ArticleLoader, ...]

    @property
    def suffixes(self) -> frozenset[str]:
        """Those of the formats inside, with ``.gz`` behind."""
        return frozenset(f"{suffix}.gz" for loader in self.inner for suffix in loader.suffixes)

    def load(self, file: ArticleFile, *, article_id: str, max_bytes: int) -> Iterator[Found]:
        """What the file inside holds; its article_ids are as if it were not compressed."""
        name = file.name[: -len(".gz")]
        loader = loader_of(name, self.inner)
        assert loader is not None  # its suffix says so

        def opened() -> BinaryIO:
            stream = file.open()
            most = max(GZIP_BYTES, MOST_TIMES * length(stream))
            return limited(cast(BinaryIO, _Gzip(stream)), most)

        inside = ArticleFile(name, file.shown, file.location, opened)
        yield from loader.load(inside, article_id=article_id, max_bytes=max_bytes)


class _Gzip(gzip.GzipFile):
    """A GzipFile that closes the stream below it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._below = stream

    def close(self) -> None:
        super().close()
        self._below.close()


@dataclass(frozen=True, slots=True)
class ZipLoader:
    """A zip archive: its members in the order of their names."""

    inner: tuple[ArticleLoader, ...]
    suffixes: frozenset[str] = frozenset({".zip"})

    def load(self, file: ArticleFile, *, article_id: str, max_bytes: int) -> Iterator[Found]:
        """What its members hold; their article_ids are ``<article_id>!<member>``."""
        with file.open() as stream:
            packed = length(stream)
            try:
                archive = zipfile.ZipFile(stream)
            except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
                yield Skipped(file.shown, f"not a zip archive that can be read: {error}")
                return
            with archive:
                yield from _or_empty(
                    self._members(archive, file, packed, article_id, max_bytes), file
                )

    def _members(
        self,
        archive: zipfile.ZipFile,
        file: ArticleFile,
        packed: int,
        article_id: str,
        max_bytes: int,
    ) -> Iterator[Found]:
        infos = sorted(archive.infolist(), key=lambda info: info.filename)
        left = max(TOTAL_BYTES, MOST_TIMES * packed)
        before = None
        for number, info in enumerate(infos):
            if number == MOST_MEMBERS:
                yield _too_many(file, len(infos))
                return
            if info.is_dir() or is_passed_over(info.filename):
                continue
            member = _Member(file, clean(info.filename), self.inner)
            if info.filename == before:
                yield member.skipped("a second member of the same name")
                continue
            before = info.filename
            if info.flag_bits & 1:
                yield member.skipped("encrypted: a password is needed to read it")
            elif is_bomb(info.compress_size, info.file_size):
                yield member.skipped(f"a compression bomb: it unpacks to {size(info.file_size)}")
            elif reason := member.refused(info.file_size):
                yield member.skipped(reason)
            elif info.file_size > left:
                yield Skipped(file.shown, "unpacks to too much; the rest of it is not read")
                return
            else:
                left -= info.file_size
                opened = partial(_open_member, archive, info)
                yield from member.load(opened, article_id, max_bytes)


@dataclass(frozen=True, slots=True)
class TarLoader:
    """A tar archive, plain or compressed by gzip: its members in the order of the file."""

    inner: tuple[ArticleLoader, ...]
    suffixes: frozenset[str] = frozenset({".tar", ".tar.gz", ".tgz"})

    def load(self, file: ArticleFile, *, article_id: str, max_bytes: int) -> Iterator[Found]:
        """What its members hold; their article_ids are ``<article_id>!<member>``."""
        with file.open() as stream:
            most = max(TOTAL_BYTES, MOST_TIMES * length(stream))
            packed = not file.name.lower().endswith(".tar")
            unpacked = cast(BinaryIO, _Gzip(stream)) if packed else stream
            try:
                with tarfile.open(fileobj=limited(unpacked, most), mode="r|") as archive:
                    yield from _or_empty(self._members(archive, file, article_id, max_bytes), file)
            except TooLarge as error:
                yield Skipped(file.shown, f"{error}; the rest of it is not read")
            except (*DAMAGED, ValueError, OverflowError, MemoryError) as error:
                yield Skipped(file.shown, f"a damaged tar archive: {error}")

    def _members(
        self, archive: tarfile.TarFile, file: ArticleFile, article_id: str, max_bytes: int
    ) -> Iterator[Found]:
        seen: set[str] = set()
        number = 0
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all
            number += 1
            if number > MOST_MEMBERS:
                yield _too_many(file, None)
                return
            name = clean(info.name).removeprefix("./")
            if info.isdir() or is_passed_over(name):
                continue
            member = _Member(file, name, self.inner)
            if not info.isfile():
                yield member.skipped("a link or a device, not a file")
            elif name in seen:
                yield member.skipped("a second member of the same name")
            elif reason := member.refused(info.size):
                yield member.skipped(reason)
            else:
                seen.add(name)
                # The archive is a stream, of which nothing can be read a second time.
                raw = cast(BinaryIO, archive.extractfile(info)).read()
                yield from member.load(partial(io.BytesIO, raw), article_id, max_bytes)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return limited(cast(BinaryIO, archive.open(info)), MEMBER_BYTES)


class _Member:
    """One member of an archive."""

    def __init__(self, archive: ArticleFile, name: str, loaders: Sequence[ArticleLoader]) -> None:
        self._archive, self._name = archive, name
        self._loader = loader_of(name, loaders)

    def skipped(self, reason: str) -> Skipped:
        """A report on it."""
        return Skipped(f"{self._archive.shown}!{self._name}", reason)

    def refused(self, unpacked: int) -> str | None:
        """Why it is not read, None when it is."""
        if unsafe_name(self._name):
            return "its name leads out of the archive"
        if self._name.lower().endswith(_OTHER_ARCHIVES):
            return "an archive inside an archive is not opened; unpack it first"
        if self._loader is None:
            return "not a format that is read"
        if unpacked > MEMBER_BYTES:
            return f"{size(unpacked)}, above the limit of {size(MEMBER_BYTES)}"
        return None

    def load(
        self, opened: Callable[[], BinaryIO], article_id: str, max_bytes: int
    ) -> Iterator[Found]:
        """What it holds; ``opened`` gives its bytes, each time from the beginning."""
        assert self._loader is not None  # or it would have been refused
        file = ArticleFile(
            os.path.basename(self._name) or self._name,
            f"{self._archive.shown}!{self._name}",
            f"{self._archive.location}!{self._name}",
            opened,
        )
        label = f"{article_id}!{self._name}"
        try:
            yield from self._loader.load(file, article_id=label, max_bytes=max_bytes)
        except TooLarge as error:
            yield self.skipped(str(error))
        except (*DAMAGED, NotImplementedError, RuntimeError) as error:
            yield self.skipped(f"damaged in the archive: {error}")


def _or_empty(found: Iterator[Found], file: ArticleFile) -> Iterator[Found]:
    """``found``, or a word that there is nothing."""
    first = next(found, None)
    if first is None:
        yield Skipped(file.shown, "holds no file that is read")
    else:
        yield first
        yield from found


def _too_many(file: ArticleFile, count: int | None) -> Skipped:
    found = f"{count} members" if count else "more members"
    return Skipped(file.shown, f"{found} than the limit of {MOST_MEMBERS}; the rest is not read")
