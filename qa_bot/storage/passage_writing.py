"""Writing the articles and chunks of one segment into its SQLite file.

Without a journal, into a folder that nobody reads yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from qa_bot.records import Article, Span
from qa_bot.storage.passages import FILE
from qa_bot.storage.rows import (
    ARTICLE_COLUMNS,
    ChunkRow,
    article_of,
    article_row,
    remasked_row,
    store,
)

_SCHEMA = """
CREATE TABLE articles (
    article INTEGER PRIMARY KEY,      -- 0, 1, 2, ... within the segment
    article_id NOT NULL UNIQUE, root NOT NULL, relative NOT NULL,
    title NOT NULL, text BLOB NOT NULL, characters INTEGER NOT NULL,
    source, location NOT NULL, in_root INTEGER NOT NULL, url, author, published,
    encoding NOT NULL, metadata NOT NULL, content_hash NOT NULL, masked NOT NULL,
    record_hash NOT NULL
);
CREATE TABLE chunks (
    chunk_id INTEGER PRIMARY KEY, article INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    heading NOT NULL, masked NOT NULL, boilerplate INTEGER NOT NULL, embed_key BLOB NOT NULL
);
CREATE TABLE analyses (
    article INTEGER PRIMARY KEY,      -- none for an article that was not analysed
    analysis_key BLOB NOT NULL, content BLOB NOT NULL
);
"""
_INDEXES = """
CREATE INDEX chunks_of_article ON chunks (article);
CREATE INDEX chunks_of_key ON chunks (embed_key);
CREATE INDEX analyses_of_key ON analyses (analysis_key);
"""


class PassageWriter:
    """Writes the file: articles as they come; chunks wait in a file beside it to be sorted."""

    def __init__(self, folder: Path) -> None:
        self._waiting = folder / "waiting.sqlite"
        self._connection = sqlite3.connect(folder / FILE)
        self._connection.execute("ATTACH DATABASE ? AS waiting", (str(self._waiting),))
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "PRAGMA waiting.journal_mode = OFF; PRAGMA waiting.synchronous = OFF;" + _SCHEMA
        )
        self._connection.execute("CREATE TABLE waiting.chunks AS SELECT * FROM main.chunks")
        self._articles = 0
        self.analyses = 0

    def add_article(self, article: Article, *, root: str, root_path: str, relative: str) -> int:
        """Store one article; returns its number. ``root_path`` is cut off its location."""
        number = self._articles
        row = article_row(number, article, root=root, root_path=root_path, relative=relative)
        return self.carry_article(row)

    def carry_article(self, row: Sequence[Any]) -> int:
        """Store an article as another segment stored it; returns its number here."""
        number = self._articles
        self._connection.execute(
            f"INSERT INTO articles VALUES ({','.join('?' * len(ARTICLE_COLUMNS))})",
            (number, *row[1:]),
        )
        self._articles += 1
        return number

    def mask(self, number: int, spans: Collection[Span]) -> None:
        """Mask more of an article that was written before."""
        query = "SELECT * FROM articles WHERE article = ?"
        row = self._connection.execute(query, (number,)).fetchone()
        masked = remasked_row(row, (), spans)[ARTICLE_COLUMNS.index("masked")]
        self._connection.execute(
            "UPDATE articles SET masked = ? WHERE article = ?", (masked, number)
        )

    def add_chunk(self, row: ChunkRow) -> None:
        """Note one chunk; it is written by :meth:`finish`."""
        self._connection.execute(
            "INSERT INTO waiting.chunks VALUES (?,?,?,?,?,?,?,?)",
            (
                row.chunk_id,
                row.article,
                row.start,
                row.end,
                store(row.heading),
                row.masked,
                int(row.boilerplate),
                row.embed_key,
            ),
        )

    def add_analysis(self, article: int, key: bytes, content: bytes) -> None:
        """Store what :mod:`qa_bot.storage.analyses` made of an article's analysis."""
        self._connection.execute("INSERT INTO analyses VALUES (?,?,?)", (article, key, content))
        self.analyses += 1

    def articles(self, first: int = 0) -> Iterator[tuple[int, Article]]:
        """The articles written so far, from number ``first``; locations are left relative."""
        for number in range(first, self._articles):
            row = self._connection.execute(
                "SELECT * FROM articles WHERE article = ?", (number,)
            ).fetchone()
            yield number, article_of(dict(zip(ARTICLE_COLUMNS, row, strict=True)), {})

    def finish(self) -> None:
        """Write the chunks and close."""
        self._connection.execute(
            "INSERT INTO main.chunks SELECT * FROM waiting.chunks ORDER BY chunk_id"
        )
        self._connection.executescript(_INDEXES)
        self._connection.commit()
        self.close()
        self._waiting.unlink()

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()
