"""PDF by pypdf: the text layer of each page, one article a file.

Pages are put together with a line's end, so that a sentence that runs over the page's end
stays one; where each page begins is kept. The running heads and feet that pypdf returns
among the lines are masked where they repeat.
"""

from __future__ import annotations

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa_bot.corpus.articles import Fields, build_article, clean
from qa_bot.corpus.extractors import KEY, extractor
from qa_bot.corpus.files import PACKED_FACTOR
from qa_bot.corpus.pages import page_field
from qa_bot.corpus.whole import WholeFileLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped, Span

MOST_PAGES = 5_000
PATIENCE_S = 120
"""A file that takes longer is given up: its pages are made to be slow, or broken."""

_EDGE_LINES = 2
_HYPHEN = re.compile(r"(?<=[a-z])[-\u00ad\u2010]\n(?=[a-z])")
_DIGITS = re.compile(r"\d+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[ \t\u00a0]+")
_FEW_LETTERS = 20
"""Fewer letters a page, on the average, are stamps and page numbers on pictures."""


@dataclass(frozen=True, slots=True)
class PdfLoader(WholeFileLoader):
    """One file, one article; a citation names the page."""

    factor = PACKED_FACTOR

    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """The file's article, or why there is none."""
        pages, fields, unread = _read(raw)
        if isinstance(pages, str):
            yield Skipped(file.shown, pages)
            return
        if unread:
            numbers = ", ".join(map(str, unread[:10])) + (" ..." if len(unread) > 10 else "")
            yield Notice(file.shown, f"these pages could not be read: {numbers}")
        text, starts, hidden = _joined(pages)
        yield build_article(
            text,
            article_id=article_id,
            location=file.location,
            encoding="utf-8",
            fields=Fields(
                title=fields["title"],
                author=fields["author"] or None,
                metadata={
                    **({"created": fields["created"]} if fields["created"] else {}),
                    **page_field(starts),
                    KEY: extractor("pypdf"),
                },
            ),
            hidden=hidden,
        )


def _read(raw: bytes) -> tuple[list[str] | str, dict[str, str], list[int]]:
    """(texts of the pages or why there are none, fields, numbers of unreadable pages)."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    fields = {"title": "", "author": "", "created": ""}
    began = time.monotonic()
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return "encrypted: a password is needed to read it", fields, []
        count = len(reader.pages)
        if count > MOST_PAGES:
            return f"{count} pages, above the limit of {MOST_PAGES}", fields, []
        fields = _fields(reader)
        pages: list[str] = []
        unread: list[int] = []
        for number in range(count):
            if time.monotonic() - began > PATIENCE_S:
                return f"takes longer than {PATIENCE_S} s to read", fields, []
            try:
                pages.append(_tidy(reader.pages[number].extract_text() or ""))
            except Exception:  # a broken page costs no other
                pages.append("")
                unread.append(number + 1)
    except Exception as error:  # pypdf meets damage that it has no error of its own for
        if b"/Encrypt" in raw:
            return f"encrypted, and cannot be read: {_why(error)}", fields, []
        return f"not a PDF that can be read: {_why(error)}", fields, []
    letters = sum(map(str.isalpha, "".join(pages)))
    if not letters or (letters < _FEW_LETTERS * count and _has_pictures(reader)):
        if len(unread) == count:
            return "none of its pages can be read", fields, []
        return "no text layer: its pages are pictures (scanned?), and need OCR first", fields, []
    return pages, fields, unread


def _fields(reader: Any) -> dict[str, str]:
    try:
        about = reader.metadata or {}
        created = getattr(about, "creation_date", None)
        return {
            "title": _title(about.get("/Title")),
            "author": _short(about.get("/Author")),
            "created": created.date().isoformat() if created else "",
        }
    except Exception:
        return {"title": "", "author": "", "created": ""}


def _title(value: object) -> str:
    """The title, unless it is what a word processor writes for want of one."""
    title = _short(value)
    made = re.match(r"(?:microsoft word|untitled|document\d*\Z|slide \d)", title, re.IGNORECASE)
    file_name = re.fullmatch(r"\S+\.\w{2,5}", title)
    return "" if made or file_name else title


def _short(value: object) -> str:
    return " ".join(clean(str(value)).split())[:300] if value is not None else ""


def _has_pictures(reader: Any) -> bool:
    try:
        for page in reader.pages[:3]:
            objects = page["/Resources"]["/XObject"]
            if any(objects[name].get("/Subtype") == "/Image" for name in objects):
                return True
    except Exception:
        pass
    return False


def _tidy(text: str) -> str:
    """A page's text: words broken at a line's end put together, lines trimmed."""
    text = clean(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _HYPHEN.sub("", re.sub(r"\n{3,}", "\n\n", "\n".join(lines))).strip("\n")


def _joined(pages: Sequence[str]) -> tuple[str, list[int], list[Span]]:
    """(text, where each page begins, the running heads and feet in it).

    Heads and feet stand between blank lines, so that no sentence takes them in.
    """
    lines = [page.split("\n") for page in pages]
    running = _running(lines)
    text, starts, hidden = "", [], []
    for page in lines:
        starts.append(len(text) + (1 if text else 0))
        for number, line in enumerate(page):
            near = number < _EDGE_LINES or number >= len(page) - _EDGE_LINES
            apart = near and _DIGITS.sub("#", line) in running
            if text:
                text += "\n\n" if apart and not text.endswith("\n\n") else "\n"
            if apart:
                hidden.append(Span(len(text), len(text) + len(line)))
            text += line + ("\n" if apart else "")
    return text, [min(start, len(text)) for start in starts], hidden


def _running(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """First and last lines that stand, numbers aside, on at least half of the pages."""
    counts: Counter[str] = Counter()
    for page in pages:
        near = {*page[:_EDGE_LINES], *page[-_EDGE_LINES:]}
        counts.update({_DIGITS.sub("#", line) for line in near if line.strip()})
    needed = max(3, len(pages) // 2)
    return frozenset(key for key, count in counts.items() if count >= needed)


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:120]
