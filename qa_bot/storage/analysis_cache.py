"""Analyses made by a run that did not get to publish, so that the next goes on from them.

One SQLite file, committed every few seconds: a kill loses those. A damaged file is
begun anew, since everything in it can be made again.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from qa_bot.storage.files import storing

_SCHEMA = "CREATE TABLE IF NOT EXISTS found (key BLOB PRIMARY KEY, content BLOB, digest BLOB)"
_SECONDS = 2.0


class AnalysisCache:
    """Key -> the bytes of an analysis, on disk. For the holder of the writer lock."""

    def __init__(self, path: Path) -> None:
        """Open or begin the file.

        Raises:
            PublishError: it can be neither read nor made.
        """
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._flushed = time.monotonic()
        if path.exists():
            with storing(path):
                self._open()

    def get(self, key: bytes) -> bytes | None:
        """The content under ``key``; None where there is none, or not as it was written."""
        if self._connection is None:
            return None
        query = "SELECT content, digest FROM found WHERE key = ?"
        with suppress(sqlite3.Error):
            row: tuple[bytes, bytes] | None = self._connection.execute(query, (key,)).fetchone()
            if row and sha256(row[0]).digest() == row[1]:
                return row[0]
        return None

    def add(self, key: bytes, content: bytes) -> None:
        """Take in one; it reaches the file within seconds, or by :meth:`flush`."""
        with storing(self._path):
            connection = self._open() if self._connection is None else self._connection
            connection.execute(
                "INSERT OR REPLACE INTO found VALUES (?,?,?)",
                (key, content, sha256(content).digest()),
            )
        if time.monotonic() - self._flushed > _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        self._flushed = time.monotonic()
        if self._connection is not None:
            with storing(self._path):
                self._connection.commit()

    def close(self) -> None:
        """Close the file; what is waiting is written first."""
        if self._connection is not None:
            self.flush()
            self._connection.close()
            self._connection = None

    def clear(self) -> None:
        """Forget everything: it has been published."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._path.unlink(missing_ok=True)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _connected(self._path)
        except sqlite3.DatabaseError:
            self._path.unlink()
            self._connection = _connected(self._path)
        return self._connection


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
