"""Articles and chunks of one segment in one SQLite file.

An article's text is stored once; a chunk is a pair of offsets into it, so that it
cannot be anything but a slice (law 1). Read immutable, one connection a thread; written
by :mod:`qa_bot.storage.passage_writing`.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa_bot.records import Article
from qa_bot.storage.rows import (
    ChunkRow,
    StoredArticle,
    article_of,
    load,
    store,
)

FILE = "passages.sqlite"


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
