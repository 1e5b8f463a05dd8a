"""JSON Lines: one article a line, read as a stream (also gzipped).

A line that cannot be used is reported by its number; the others go on.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from qa_bot.corpus.articles import build_article, clean, read_fields
from qa_bot.corpus.dates import looks_like_date
from qa_bot.records import Article, Notice, Skipped

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 20
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class JsonlLoader:
    """Rows ``{"text": ..., "id", "title", "url", "published", "source", "author", ...}``.

    Without an id the url is the id; without both, the line number. Further
    fields become metadata.
    """

    suffixes: frozenset[str]

    def load(
        self, path: Path, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Skipped | Notice]:
        """The articles in the file's order; ``max_bytes`` bounds one row."""
        seen: dict[str, int] = {}
        dates: dict[str, None] = {}
        packed = path.name.lower().endswith(".gz")
        with gzip.open(path) if packed else path.open("rb") as stream:
            for number, raw in _lines(stream, max_bytes):
                where = f"{path}#L{number}"
                if isinstance(raw, str):
                    yield Skipped(where if number else str(path), raw)
                    continue
                record = _parse(raw)
                if isinstance(record, str):
                    yield Skipped(where, record)
                    continue
                text = clean(cast(str, record.pop("text")))
                label = _label(record)
                if label and label in seen:
                    yield Skipped(where, f"the id {label!r} is that of line {seen[label]} too")
                    continue
                if label:
                    seen[label] = number
                fields = read_fields(record)
                if fields.unusable_date is not None:
                    yield Notice(where, f"its date is not one: {fields.unusable_date!r}")
                dates |= dict.fromkeys(k for k, v in fields.metadata.items() if looks_like_date(v))
                yield build_article(
                    text,
                    article_id=f"{article_id}#{label or f'L{number}'}",
                    location=f"{path.absolute()}#L{number}",
                    encoding="utf-8",
                    fields=fields,
                )
        if dates:
            yield Notice(
                str(path),
                "holds dates that are not read as the day of publication: "
                + ", ".join(sorted(dates))
                + "; name the right one 'published'",
            )


def _lines(stream: BinaryIO | gzip.GzipFile, max_bytes: int) -> Iterator[tuple[int, bytes | str]]:
    """(number from 1, line) of lines that are not blank; a str is why one was not read.

    Number 0 stands for the file as a whole.
    """
    number = 0
    while True:
        number += 1
        try:
            raw = stream.readline(max_bytes + 1)
            if len(raw) > max_bytes and not raw.endswith(b"\n"):
                while (piece := stream.readline(_PIECE)) and not piece.endswith(b"\n"):
                    pass
                yield number, f"longer than the limit of {max_bytes} bytes"
                continue
        except _DAMAGED as error:
            yield 0, f"its compression is damaged after line {number - 1}: {error}"
            return
        if not raw:
            return
        if number == 1:
            if raw.startswith(_WIDE_MARKS):
                yield 0, "UTF-16, where JSON Lines are UTF-8"
                return
            raw = raw.removeprefix(_UTF8_MARK)
        if raw.strip():
            yield number, raw


def _parse(raw: bytes) -> dict[str, object] | str:
    """The row, or why it cannot be used."""
    try:
        record = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return f"not valid UTF-8 at byte {error.start}"
    except (ValueError, RecursionError) as error:
        return f"not valid JSON: {error}"
    if not isinstance(record, dict):
        return f"not an object but {type(record).__name__}"
    text = record.get("text")
    if not isinstance(text, str):
        return "no field 'text'" if text is None else "its 'text' is not a string"
    if not text.removeprefix("\ufeff").strip():
        return "its 'text' is empty"
    return record


def _label(record: dict[str, object]) -> str:
    """The row's own id (taken out of the record) or its url, "" when it has neither."""
    given = record.pop("id", None)
    for value in (given, record.get("url")):
        if isinstance(value, str | int) and not isinstance(value, bool):
            label = clean(str(value)).strip()
            if label:
                return label
    return ""
