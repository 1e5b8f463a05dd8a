"""Hashing and durable writing. A file counts as written once it and its folder are synced."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qa_bot.errors import PublishError

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal; read in blocks of one MiB."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """Force a file's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Force a folder's entries (names, renames) to the disk."""
    sync_file(path)


def sync_tree(folder: Path) -> None:
    """Sync every file of a folder, then its folders, deepest first."""
    for base, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(base, name))
        sync_folder(Path(base))


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file and sync it. The folder is the caller's to sync."""
    with open(path, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def replace_durably(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path`` in one step: readers see the old or the new.

    An error means that the old is there. If only the folder cannot be synced, the
    new is there, and a power cut may bring the old one back.
    """
    temporary = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    try:
        write_durably(temporary, content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    with suppress(OSError):
        sync_folder(path.parent)


@contextmanager
def storing(where: Path) -> Iterator[None]:
    """Turn a failed write inside the block (disk full, no permission) into a PublishError.

    Raises:
        PublishError: an OSError or a SQLite error came out of the block.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise PublishError(
            "the new generation could not be written; the old one goes on serving",
            where=where,
            expected="room and permission to write there",
            found=error,
            mend="free some disk space (df -h) or correct the permissions, then index again: "
            "vectors already computed are kept",
        ) from error
