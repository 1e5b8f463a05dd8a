"""Word files by python-docx: paragraphs, headings, lists and tables in the file's order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qa_bot.corpus.articles import Fields, build_article, clean
from qa_bot.corpus.extractors import KEY, extractor
from qa_bot.corpus.files import PACKED_FACTOR
from qa_bot.corpus.members import unpacked_too_large
from qa_bot.corpus.whole import WholeFileLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

_DEEPEST_TABLE = 8


@dataclass(frozen=True, slots=True)
class DocxLoader(WholeFileLoader):
    """One file, one article."""

    factor = PACKED_FACTOR

    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """The file's article, or why there is none."""
        found = _read(raw)
        if isinstance(found, str):
            yield Skipped(file.shown, found)
            return
        text, fields = found
        yield build_article(
            text,
            article_id=article_id,
            location=file.location,
            encoding="utf-8",
            fields=fields,
        )


def _read(raw: bytes) -> tuple[str, Fields] | str:
    """(text, fields), or why there is none."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return "encrypted, or an old .doc file by another name"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if too_large := unpacked_too_large(archive):
                return too_large
        import docx

        document = docx.Document(io.BytesIO(raw))
        text = clean(_text(document))
        fields = _fields(document.core_properties)
    except zipfile.BadZipFile:
        return "not a Word file: damaged, or another format by its name"
    except Exception as error:  # python-docx has no base of its own for what is malformed
        reason = (str(error) or type(error).__name__).split("\n")[0][:120]
        return f"not a Word file that can be read: {reason}"
    return (text, fields) if text.strip() else "holds no text"


def _text(document: Any) -> str:
    text = ""
    listed = False
    for line, is_item in _lines(document, 0):
        if text:
            text += "\n" if listed and is_item else "\n\n"
        text += line
        listed = is_item
    return text


def _lines(container: Any, depth: int) -> Iterator[tuple[str, bool]]:
    """(text, whether it is an item or a row) of what stands in a document or a cell."""
    from docx.table import Table

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            if depth < _DEEPEST_TABLE:
                yield from _rows(block, depth)
            continue
        line = "\n".join(filter(None, (" ".join(part.split()) for part in block.text.split("\n"))))
        if line:
            style = (block.style.name or "") if block.style is not None else ""
            is_item = style.startswith("List") or _is_numbered(block)
            yield (f"- {line}" if is_item else line), is_item


def _rows(table: Any, depth: int) -> Iterator[tuple[str, bool]]:
    for row in table.rows:
        cells: list[str] = []
        last = None
        for cell in row.cells:
            if cell._tc is last:  # merged cells are given once for each column
                continue
            last = cell._tc
            cells.append(" ".join(line for line, _ in _lines(cell, depth + 1)))
        line = " | ".join(cells)
        if line.strip(" |"):
            yield line, True


def _is_numbered(paragraph: Any) -> bool:
    properties = paragraph._p.pPr
    return properties is not None and properties.numPr is not None


def _fields(about: Any) -> Fields:
    """What the file says of itself; the day it was made is not the day it was published."""
    created = about.created.date().isoformat() if about.created else ""
    title = " ".join(clean(about.title or "").split())
    metadata = {"created": created} if created else {}
    return Fields(
        title="" if title.lower() in ("word document", "untitled") else title,
        author=" ".join(clean(about.author or "").split()) or None,
        metadata={**metadata, KEY: extractor("python-docx")},
    )
