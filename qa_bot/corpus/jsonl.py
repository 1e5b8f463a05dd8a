"""JSON Lines: one article a line, read as a stream.

A line that cannot be used is reported by its number; the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qa_bot.corpus.files import lines
from qa_bot.corpus.rows import Row, articles_of_rows
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped


@dataclass(frozen=True, slots=True)
class JsonlLoader:
    """Rows ``{"text": ..., "id", "title", "url", "published", "source", "author", ...}``.

    Without an id the url is the id; without both, the line number. Further
    fields become metadata. ``columns`` maps these names to others.
    """

    suffixes: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)

    def load(
        self, file: ArticleFile, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Skipped | Notice]:
        """The articles in the file's order; ``max_bytes`` bounds one row."""
        yield from articles_of_rows(
            _rows(file, max_bytes),
            file,
            article_id=article_id,
            encoding="utf-8",
            columns=self.columns,
        )


def _rows(file: ArticleFile, max_bytes: int) -> Iterator[Row]:
    with file.open() as stream:
        for number, raw in lines(stream, max_bytes):
            if isinstance(raw, str):
                yield number, raw
            elif raw.strip():
                yield number, _parse(raw)


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
    return record
