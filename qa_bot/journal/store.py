"""The file that the journal is kept in: ``journal.sqlite`` in the index folder.

It is no part of a generation: indexing, rolling back and starting afresh leave it
alone. Every call opens it, does one short transaction and closes it, so that any
number of threads and processes may write at once (SQLite's write-ahead log,
https://sqlite.org/wal.html). ``secure_delete`` overwrites what is dropped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, overload

from qa_bot.errors import JournalError

FILE_NAME = "journal.sqlite"
VERSION = 1
"""Of the tables; stands in ``PRAGMA user_version``."""

PATIENCE = 5.0
"""Seconds that a reader or a person's verdict waits for another writer."""

_TABLES = """
CREATE TABLE IF NOT EXISTS gap (
    id INTEGER PRIMARY KEY, asked_at TEXT NOT NULL, question TEXT NOT NULL, understood TEXT,
    confidence REAL NOT NULL, reason TEXT, article_id TEXT, title TEXT, score REAL,
    encoder TEXT, vector BLOB);
CREATE INDEX IF NOT EXISTS gap_article ON gap (article_id);
CREATE TABLE IF NOT EXISTS verdict (
    digest TEXT PRIMARY KEY, given_at TEXT NOT NULL, question TEXT NOT NULL, understood TEXT,
    verdict TEXT NOT NULL, comment TEXT NOT NULL, answer TEXT, confidence REAL NOT NULL,
    citations TEXT NOT NULL, generation INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS verdict_article (
    digest TEXT NOT NULL REFERENCES verdict (digest) ON DELETE CASCADE,
    article_id TEXT NOT NULL, PRIMARY KEY (digest, article_id)) WITHOUT ROWID;
"""


class Journal:
    """The journal of one index. Holds no connection; safe from many threads and processes.

    Args:
        index: folder of the index.
        patience: seconds to wait for another writer.
    """

    def __init__(self, index: str | Path, *, patience: float = PATIENCE) -> None:
        self.path = Path(index) / FILE_NAME
        self._patience = patience

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end of the block; the file is made if need be.

        Raises:
            JournalError: it cannot be opened or written to, or is damaged.
        """
        with self._explained("written to"), closing(self._connect("rwc")) as connection:
            # One transaction from here on: two processes may make the tables at once.
            connection.execute("BEGIN IMMEDIATE")
            _make_tables(connection, self.path)
            yield connection
            connection.execute("COMMIT")

    def read(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of one SELECT; none where there is no file, and none is made.

        Raises:
            JournalError: it cannot be read or is damaged.
        """
        if not self.path.is_file():
            return []
        with self._explained("read"), closing(self._connect("rw")) as connection:
            if _version(connection) == 0:
                return []
            _check_version(connection, self.path)
            return connection.execute(query, values).fetchall()

    def forget_articles(self, article_ids: Iterable[str]) -> int:
        """Drop every record that names one of these articles; how many there were."""
        if not self.path.is_file():
            return 0
        named = json.dumps(sorted({storable(article_id) for article_id in article_ids}))
        these = "(SELECT value FROM json_each(?))"
        with self.writing() as connection:
            gaps = connection.execute(f"DELETE FROM gap WHERE article_id IN {these}", (named,))
            verdicts = connection.execute(
                "DELETE FROM verdict WHERE digest IN "
                f"(SELECT digest FROM verdict_article WHERE article_id IN {these})",
                (named,),
            )
            dropped = gaps.rowcount + verdicts.rowcount
        self._empty_log()
        return dropped

    def clear_gaps(self) -> int:
        """Drop all gaps; how many there were."""
        if not self.path.is_file():
            return 0
        with self.writing() as connection:
            dropped = connection.execute("DELETE FROM gap").rowcount
        self._empty_log()
        return dropped

    def remove(self) -> None:
        """Delete the file.

        Raises:
            JournalError: the folder does not allow it.
        """
        with self._explained("removed"):
            for end in ("", "-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def _empty_log(self) -> None:
        """The dropped words leave the write-ahead log too, once no reader needs it."""
        with self._explained("written to"), closing(self._connect("rw")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._patience,
            isolation_level=None,
        )
        connection.row_factory = sqlite3.Row
        try:
            if mode == "rwc":
                connection.execute("PRAGMA journal_mode = WAL")
                # A power cut may cost the last records, never the file.
                connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"the journal cannot be {verb}",
                where=self.path,
                expected="an SQLite file that no other program holds locked",
                found=error,
                mend="close what holds it; or, if it is damaged, remove it: the index needs "
                "nothing of it",
            ) from error


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """``text`` as SQLite takes it: half a surrogate pair, which a file's name or an article
    may hold, becomes a question mark."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def _make_tables(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == 0:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    _check_version(connection, path)


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    found = _version(connection)
    if found != VERSION:
        raise JournalError(
            "the journal was written by another version of qa_bot",
            where=path,
            expected=f"version {VERSION}",
            found=found,
            mend="use that version, or move the file away to begin a new one",
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
