"""The loaders as a process: files in, articles out. Started by :mod:`qa_bot.indexing.isolated`."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from qa_bot.corpus.folder import SourceFile, load_file
from qa_bot.errors import ConfigError
from qa_bot.records import Article, Notice, Skipped

Found = Article | Skipped | Notice


def load_safely(path: Path, label: str, max_file_mb: int, columns: str) -> Iterator[Found]:
    """``load_file`` with ids that begin with ``label``; a loader that fails ends with Skipped.

    Raises:
        ConfigError: ``columns`` cannot be understood.
    """
    file = SourceFile(path, label)
    try:
        yield from load_file(file, root_name="", max_file_mb=max_file_mb, columns=columns)
    except ConfigError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        reason = f"its loader failed: {type(error).__name__}: {said}".rstrip(": ")
        yield Skipped(str(path), f"{reason}; it is tried again when it has changed")


def serve(number: int) -> None:
    """The process: files in, articles out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    pipe = Connection(number)
    pipe.send("ready")
    with suppress(EOFError, OSError):
        while True:
            path, label, max_file_mb, columns, seconds = pipe.recv()
            _limit_cpu(seconds)
            for found in load_safely(path, label, max_file_mb, columns):
                pipe.send(found)
                _limit_cpu(seconds)
            pipe.send(None)


def _limit_cpu(seconds: float) -> None:
    """Twice ``seconds`` more, so that a loader that hangs ends even when nobody waits for it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + 2 * seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    serve(int(sys.argv[1]))
