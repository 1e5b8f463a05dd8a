"""Who may write, and which generations are being read.

One writer at a time holds ``writer.lock`` (filelock, released by the system if
the process dies). Every reader holds a shared ``flock`` on the manifest it
opened, so that a writer in any process can tell which generations are in use.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from qa_bot.errors import IndexLocked, PublishError


@contextmanager
def writer_lock(index: Path) -> Iterator[None]:
    """Hold the right to write to ``index`` (made if it is not there) inside the block.

    Raises:
        IndexLocked: another process, or another thread of this one, holds it.
        PublishError: the folder cannot be written to.
    """
    pid_file = index / "writer.pid"
    lock = FileLock(index / "writer.lock", timeout=0)
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            "another process is writing to this index",
            where=index,
            expected="one writer at a time",
            found=_holder(pid_file),
            mend="wait until it is done, or stop it, then run the same command again",
        ) from None
    except OSError as error:
        raise PublishError(
            "the index folder cannot be written to",
            where=index,
            found=error,
            mend="correct its permissions, or choose another folder with --index",
        ) from error
    try:
        with suppress(OSError):  # only for the message above
            pid_file.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            pid_file.unlink(missing_ok=True)
        lock.release()


def _holder(pid_file: Path) -> str:
    with suppress(OSError, ValueError):
        return f"held by process {int(pid_file.read_text(encoding='ascii'))}"
    return "held by a process that did not leave its number"


class ReadHold:
    """A shared lock on one file, from ``__init__`` to :meth:`release` or garbage collection.

    Raises:
        FileNotFoundError: the file is not there, or was removed while the lock
            was waited for.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._finalizer = weakref.finalize(self, os.close, descriptor)
        with suppress(OSError):  # a file system without locks: see unread()
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        if os.fstat(descriptor).st_nlink == 0:
            self.release()
            raise FileNotFoundError(path)

    def release(self) -> None:
        """Let go; a second call does nothing."""
        self._finalizer()


@contextmanager
def unread(path: Path) -> Iterator[bool]:
    """Whether no reader holds ``path``; while the block runs, none can take it up.

    On a file system without locks nobody knows, and everything counts as being read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield True
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except OSError:
            free = False
        yield free
    finally:
        os.close(descriptor)
