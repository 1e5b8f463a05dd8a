"""Articles and chunks of one segment in one SQLite file.

An article's text is stored once; a chunk is a pair of offsets into it, so that it
cannot be anything but a slice (law 1). Written without a journal into a folder
that nobody reads yet; read immutable, one connection a thread.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa_bot.records import Article, Span
from qa_bot.storage.rows import (
    ARTICLE_COLUMNS,
    ChunkRow,
    StoredArticle,
    article_of,
    article_row,
    load,
    remasked_row,
    store,
)

FILE = "passages.sqlite"
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
    """Writes the file: articles as they come, chunks sorted at the end."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / FILE)
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA
        )
        self._articles = 0
        self.analyses = 0
        self._chunks: list[tuple[Any, ...]] = []

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
        self._chunks.append(
            (
                row.chunk_id,
                row.article,
                row.start,
                row.end,
                store(row.heading),
                row.masked,
                int(row.boilerplate),
                row.embed_key,
            )
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
        self._chunks.sort()
        self._connection.executemany("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?)", self._chunks)
        self._connection.executescript(_INDEXES)
        self._connection.commit()
        self.close()

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()


def stored_articles(
    path: Path, dead: Collection[str], root_paths: Mapping[str, str]
) -> Iterator[tuple[int, str, str, Article]]:
    """(number, root name, relative path, article) of all live articles of a segment of any
    schema."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        cursor = connection.execute("SELECT * FROM articles")
        names = [column[0] for column in cursor.description]
        for number, values in enumerate(cursor):
            row = dict(zip(names, values, strict=True))
            article = article_of(row, root_paths)
            if article.article_id not in dead:
                root, _, relative = article.article_id.partition("/")
                root, relative = (
                    load(row.get("root")) or root,
                    load(row.get("relative")) or relative,
                )
                yield number, root, relative, article
    finally:
        connection.close()


class _Connection(sqlite3.Connection):
    """A connection that a WeakSet can hold: it goes with the thread that opened it."""


class PassageStore:
    """Reads one segment's file. Safe from many threads."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in list(self._open):
                connection.close()
        self._local = threading.local()

    def counts(self) -> tuple[int, int, int]:
        """Numbers of articles, chunks and analyses, dead ones included."""
        tables = ("articles", "chunks", "analyses")
        row = self._query("SELECT " + ", ".join(f"(SELECT count(*) FROM {t})" for t in tables))
        articles, chunks, analyses = next(row)
        return articles, chunks, analyses

    def stored(self) -> Iterator[StoredArticle]:
        """All articles without their texts, by number."""
        columns = "article, article_id, root, relative, content_hash, record_hash"
        for row in self._query(f"SELECT {columns} FROM articles ORDER BY article"):
            yield StoredArticle(row[0], *map(load, row[1:]))

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The given columns of all articles, by number; strings as they were."""
        for row in self._query(f"SELECT {', '.join(columns)} FROM articles ORDER BY article"):
            yield tuple(map(load, row))

    def raw_article(self, key: int) -> tuple[Any, ...]:
        """One article as stored, for :meth:`PassageWriter.carry_article`."""
        row: tuple[Any, ...] = next(self._query("SELECT * FROM articles WHERE article = ?", (key,)))
        return row

    def article(self, key: int, root_paths: Mapping[str, str]) -> Article:
        """Article number ``key``; its location is put together with its root's path."""
        cursor = self._connection().execute("SELECT * FROM articles WHERE article = ?", (key,))
        names = [column[0] for column in cursor.description]
        row = cursor.fetchone()
        if row is None:
            raise KeyError(key)
        return article_of(dict(zip(names, row, strict=True)), root_paths)

    def key_of(self, article_id: str) -> int | None:
        """The number of the article with that id, dead or alive."""
        query = "SELECT article FROM articles WHERE article_id = ?"
        row = next(self._query(query, (store(article_id),)), None)
        return None if row is None else int(row[0])

    def chunk_rows(self, ids: Sequence[int]) -> dict[int, ChunkRow]:
        """The stored rows of chunk ids that are here."""
        return {row.chunk_id: row for row in self._chunks("chunk_id", ids)}

    def chunk_rows_of(self, articles: Sequence[int]) -> Iterator[ChunkRow]:
        """The chunks of some articles."""
        yield from self._chunks("article", articles)

    def ids_of_keys(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For every embed key that is here, a chunk that bears it."""
        found: dict[bytes, int] = {}
        for part in _parts(keys):
            query = (
                "SELECT embed_key, min(chunk_id) FROM chunks "
                f"WHERE embed_key IN ({_marks(part)}) GROUP BY embed_key"
            )
            found.update(self._query(query, part))
        return found

    def raw_analysis(self, article: int) -> tuple[bytes, bytes] | None:
        """Key and content of an article's analysis; None where there is none."""
        query = "SELECT analysis_key, content FROM analyses WHERE article = ?"
        row: tuple[bytes, bytes] | None = next(self._query(query, (article,)), None)
        return row

    def analysis_of_key(self, key: bytes) -> bytes | None:
        """The content of an analysis made under that key; None where there is none."""
        query = "SELECT content FROM analyses WHERE analysis_key = ? LIMIT 1"
        row = next(self._query(query, (key,)), None)
        return None if row is None else row[0]

    def _chunks(self, column: str, values: Sequence[int]) -> Iterator[ChunkRow]:
        for part in _parts(values):
            query = f"SELECT * FROM chunks WHERE {column} IN ({_marks(part)})"
            for chunk_id, article, start, end, heading, masked, boilerplate, key in self._query(
                query, part
            ):
                yield ChunkRow(
                    chunk_id, article, start, end, load(heading), masked, bool(boilerplate), key
                )

    def _query(self, query: str, values: Iterable[Any] = ()) -> Iterator[Any]:
        return iter(self._connection().execute(query, tuple(values)))

    def _connection(self) -> sqlite3.Connection:
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._uri, uri=True, check_same_thread=False, factory=_Connection
            )
            self._local.connection = connection
            with self._lock:
                self._open.add(connection)
        return connection


def _parts(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """``values`` in parts that fit SQLite's limit on parameters."""
    return (values[begin : begin + size] for begin in range(0, len(values), size))


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
