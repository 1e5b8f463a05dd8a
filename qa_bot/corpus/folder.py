"""Which files of a folder are articles, and which loader reads each.

Whatever cannot be read is reported by name with a plain reason; nothing that lies
in a folder makes indexing stop.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qa_bot.corpus.archive import GzipLoader, TarLoader, ZipLoader, loader_of
from qa_bot.corpus.articles import clean
from qa_bot.corpus.columns import read_columns
from qa_bot.corpus.docx import DocxLoader
from qa_bot.corpus.epub import EpubLoader
from qa_bot.corpus.files import DAMAGED
from qa_bot.corpus.html import HtmlLoader
from qa_bot.corpus.jsonl import JsonlLoader
from qa_bot.corpus.language import foreign_notice
from qa_bot.corpus.pdf import PdfLoader
from qa_bot.corpus.plain import PlainLoader
from qa_bot.corpus.table import TableLoader
from qa_bot.errors import CorpusError
from qa_bot.protocols import ArticleFile, ArticleLoader
from qa_bot.records import Article, Notice, Skipped

__all__ = ["LOADERS", "Notice", "SourceFile", "load_file", "supported_suffixes", "walk"]


@lru_cache(maxsize=8)
def loaders(columns: str = "") -> tuple[ArticleLoader, ...]:
    """One for each format; a new format is a new entry.

    ``columns`` names the columns of tables and rows; see columns.py.
    """
    named = read_columns(columns)
    formats: tuple[ArticleLoader, ...] = (
        PlainLoader(frozenset({".txt"})),
        PlainLoader(frozenset({".md", ".markdown"}), front_matter=True),
        JsonlLoader(frozenset({".jsonl", ".ndjson"}), named),
        TableLoader(frozenset({".csv", ".tsv"}), named),
        HtmlLoader(frozenset({".html", ".htm", ".xhtml"})),
        PdfLoader(frozenset({".pdf"})),
        DocxLoader(frozenset({".docx"})),
        EpubLoader(frozenset({".epub"})),
    )
    return (*formats, GzipLoader(formats), ZipLoader(formats), TarLoader(formats))


LOADERS = loaders()
"""Those for columns of the usual names."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to load. ``relative`` is its posix path inside the root, or its own
    name where the root is the file itself."""

    path: Path
    relative: str


def supported_suffixes() -> frozenset[str]:
    """Every suffix that a loader reads, in lower case, with its full stop."""
    return frozenset().union(*(loader.suffixes for loader in LOADERS))


def walk(root: Path) -> Iterator[SourceFile | Skipped]:
    """The article files in ``root`` (a folder, walked to its depths, or one file).

    In the order of their paths. Hidden files and folders are passed over; what
    else is not an article is Skipped. Links to folders are followed once, unless
    they lead back into what is walked anyway.

    Raises:
        CorpusError: ``root`` does not exist.
    """
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise CorpusError(
            "there is nothing to index at this path",
            where=root,
            expected="a file or a folder",
            found=error.strerror,
            mend="check the path, for instance with: ls",
        ) from None
    if stat.S_ISDIR(mode):
        yield from _walk_folder(root, "", [os.path.realpath(root)])
    else:
        yield _sort_file(root, root.name)


def load_file(
    file: SourceFile, *, root_name: str, max_file_mb: int, columns: str = ""
) -> Iterator[Article | Skipped | Notice]:
    """The articles of ``file``, streamed. Bad content is Skipped, never raised.

    Their ids are ``<root_name>/<relative>`` (just the path where ``root_name`` is
    empty). A file of text, or a row of one, above ``max_file_mb`` megabytes
    (10**6 bytes) is Skipped. ``columns`` as in columns.py.

    Raises:
        ConfigError: ``columns`` cannot be understood.
    """
    article_id = f"{root_name}/{file.relative}" if root_name else file.relative
    checked = _sort_file(file.path, file.relative)
    if isinstance(checked, Skipped):
        yield checked
        return
    loader = loader_of(file.path.name, loaders(columns))
    assert loader is not None  # or it would have been Skipped
    try:
        for found in loader.load(
            ArticleFile.at(file.path), article_id=article_id, max_bytes=max_file_mb * 1_000_000
        ):
            yield found
            if isinstance(found, Article) and (
                remark := foreign_notice(found.location, found.text)
            ):
                yield remark
    except OSError as error:
        yield Skipped(_shown(file.path), _why(error))
    except DAMAGED as error:
        yield Skipped(_shown(file.path), f"damaged: {error}")


def _walk_folder(folder: Path, prefix: str, roots: list[str]) -> Iterator[SourceFile | Skipped]:
    """``roots`` are the real paths of the trees walked so far; links add to them."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        yield Skipped(_shown(folder), f"the folder cannot be read: {_why(error)}")
        return
    for name in names:
        path = folder / name
        if name.startswith("."):
            continue
        if not path.is_dir():
            yield _sort_file(path, prefix + name)
            continue
        if path.is_symlink():
            target = os.path.realpath(path)
            real_folder = os.path.realpath(folder)
            if _inside(real_folder, target):
                yield Skipped(_shown(path), "a symbolic link that leads back to a folder above it")
                continue
            if any(_inside(target, known) or _inside(known, target) for known in roots):
                yield Skipped(_shown(path), "a symbolic link to a folder that is read already")
                continue
            roots.append(target)
        if loader_of(name, LOADERS) is not None:
            yield Skipped(_shown(path), "a folder, in spite of its name; the files in it are read")
        yield from _walk_folder(path, f"{prefix}{name}/", roots)


def _sort_file(path: Path, relative: str) -> SourceFile | Skipped:
    """``path`` as a SourceFile, or why it is none."""
    if clean(str(path)) != str(path):
        return Skipped(_shown(path), "its name is not valid UTF-8")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.is_symlink() and isinstance(error, FileNotFoundError):
            return Skipped(_shown(path), "a symbolic link to nothing")
        return Skipped(_shown(path), _why(error))
    if stat.S_ISDIR(mode):
        return Skipped(_shown(path), "a folder, not a file")
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        return Skipped(_shown(path), "not a regular file")
    if loader_of(path.name, LOADERS) is None:
        plain = sorted(suffix for suffix in supported_suffixes() if not suffix.endswith(".gz"))
        known = f"{', '.join(plain)}; also with .gz behind"
        return Skipped(_shown(path), f"not a format that is read ({known})")
    return SourceFile(path, relative)


def _inside(path: str, folder: str) -> bool:
    """Whether the real ``path`` is ``folder`` or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _shown(path: Path) -> str:
    return clean(str(path))


def _why(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
