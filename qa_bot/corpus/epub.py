"""EPUB by zipfile and lxml: one article a chapter, in the order of the book.

A chapter is what the book's spine lists: one XHTML file. A citation then names the chapter,
and its location is ``<book>!<file of the chapter>``.
https://www.w3.org/TR/epub-33/ (container, package document, spine).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from qa_bot.corpus.articles import Fields, build_article, clean
from qa_bot.corpus.blocks import blocks, join
from qa_bot.corpus.dates import parse_date
from qa_bot.corpus.decoding import Undecodable
from qa_bot.corpus.extractors import KEY, extractor
from qa_bot.corpus.files import PACKED_FACTOR
from qa_bot.corpus.markup import decode_markup, parse_page, parse_xml
from qa_bot.corpus.members import unpacked_too_large, unsafe_name
from qa_bot.corpus.whole import WholeFileLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

_CONTAINER = "META-INF/container.xml"
_MOST_CHAPTERS = 5_000
_PAGE_TYPES = ("application/xhtml+xml", "text/html", "application/html+xml")


class _NotABook(ValueError):
    """The message says why."""


@dataclass(frozen=True, slots=True)
class EpubLoader(WholeFileLoader):
    """Books; one file, an article a chapter."""

    factor = PACKED_FACTOR

    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """The chapters in the book's order; their article_ids are ``<article_id>!<file>``."""
        found = False
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                if too_large := unpacked_too_large(archive):
                    raise _NotABook(too_large)
                for item in _chapters(archive, file, article_id):
                    found = found or isinstance(item, Article)
                    yield item
                if not found:
                    raise _NotABook("no chapter of the book holds text")
        except _NotABook as reason:
            yield Skipped(file.shown, str(reason))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            yield Skipped(file.shown, f"not a book that can be read: {error}")


def _chapters(
    archive: zipfile.ZipFile, file: ArticleFile, article_id: str
) -> Iterator[Article | Skipped]:
    package_name = _package_name(archive)
    package = _xml(archive, package_name)
    book = _fields(package)
    locked = _locked(archive)
    for number, name in enumerate(_spine(package, package_name), 1):
        shown = f"{file.shown}!{name}"
        if number > _MOST_CHAPTERS:
            yield Skipped(file.shown, f"more than {_MOST_CHAPTERS} chapters; the rest is not read")
            return
        if name in locked:
            raise _NotABook("encrypted: its chapters are locked (DRM)")
        if unsafe_name(name):
            yield Skipped(shown, "its name leads out of the book")
            continue
        try:
            page, encoding = decode_markup(archive.read(name))
        except KeyError:
            yield Skipped(shown, "named in the book's contents, and not there")
            continue
        except (Undecodable, zipfile.BadZipFile, zlib.error) as reason:
            yield Skipped(shown, str(reason))
            continue
        root = parse_page(page)
        text = (
            ""
            if root is None
            else clean(join([block for block in blocks(root) if "nav" not in block.within]))
        )
        if not text.strip():  # a cover
            continue
        yield build_article(
            text,
            article_id=f"{article_id}!{name}",
            location=f"{file.location}!{name}",
            encoding=encoding,
            fields=replace(book, title=_title(root, book.title, number)),
        )


def _package_name(archive: zipfile.ZipFile) -> str:
    for element in _xml(archive, _CONTAINER).iter():
        if _tag(element) == "rootfile" and element.get("full-path"):
            return str(element.get("full-path"))
    raise _NotABook("not a book: its container names no package")


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        return parse_xml(archive.read(name))
    except KeyError:
        raise _NotABook(f"not a book: it holds no {name}") from None
    except ValueError as error:
        raise _NotABook(f"not a book that can be read: {name}: {error}") from None


def _spine(package: Any, package_name: str) -> Iterator[str]:
    """The names of the chapters' files in the archive, each once."""
    folder = posixpath.dirname(package_name)
    files: dict[str, str] = {}
    order: list[str] = []
    for element in package.iter():
        if _tag(element) == "item" and element.get("media-type") in _PAGE_TYPES:
            is_contents = "nav" in (element.get("properties") or "").split()
            if not is_contents:
                files[element.get("id") or ""] = element.get("href") or ""
        elif _tag(element) == "itemref":
            order.append(element.get("idref") or "")
    for idref in dict.fromkeys(order):
        if files.get(idref):
            href = unquote(files[idref].split("#")[0])
            yield posixpath.normpath(posixpath.join(folder, href))


def _fields(package: Any) -> Fields:
    found: dict[str, list[str]] = {}
    for element in package.iter():
        if isinstance(element.tag, str) and "purl.org/dc/" in element.tag:
            value = " ".join((element.text or "").split())
            if value:
                found.setdefault(_tag(element), []).append(clean(value))
    title = found.get("title", [""])[0]
    more = {"book": title, "page_language": found.get("language", [""])[0]}
    return Fields(
        title=title,
        author=", ".join(found.get("creator", [])) or None,
        published=next((day for day in map(parse_date, found.get("date", [])) if day), None),
        source=found.get("publisher", [None])[0],
        metadata={
            **{name: value for name, value in more.items() if value},
            KEY: extractor("lxml"),
        },
    )


def _locked(archive: zipfile.ZipFile) -> frozenset[str]:
    """The files that are encrypted; fonts often are, and do not matter."""
    try:
        tree = parse_xml(archive.read("META-INF/encryption.xml"))
    except (KeyError, ValueError):
        return frozenset()
    return frozenset(
        unquote(element.get("URI") or "")
        for element in tree.iter()
        if _tag(element) == "CipherReference"
    )


def _title(root: Any, book: str, number: int) -> str:
    """The chapter's own heading with the book's title behind it."""
    heading = ""
    for tag in ("h1", "h2", "h3", "title"):
        for element in root.iter(tag):
            heading = heading or " ".join(clean(element.text_content()).split())
    heading = heading[:200] or f"Chapter {number}"
    return f"{heading} ({book})" if book and book.lower() != heading.lower() else heading


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
