"""Loaders in a process of their own, so that a file that hangs or crashes one costs itself only.

The process is started when the first such file turns up and ends with the run.
Text, Markdown and JSON Lines are read in place: nothing but our own code reads them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from qa_bot.corpus.apart import Found, load_safely
from qa_bot.records import Skipped

COMMAND = (sys.executable, "-m", "qa_bot.corpus.apart")
"""Starts the process; the number of its end of the pipe is added."""
_IN_PLACE = (".txt", ".md", ".markdown", ".jsonl", ".ndjson", ".jsonl.gz", ".csv", ".tsv")
_STARTING = 300.0
"""Importing the loaders may take a while on a busy machine (seconds)."""


class Loading:
    """Reads files, each with whatever protection it needs."""

    def __init__(self, *, max_file_mb: int, seconds: float, columns: str = "") -> None:
        """``seconds``: how long a loader may be silent; the others as in ``load_file``."""
        self._max_file_mb, self._seconds, self._columns = max_file_mb, seconds, columns
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def load(self, path: Path, label: str) -> Iterator[Found]:
        """The articles of a file, their ids beginning with ``label``. Never raises for what is
        in the file: a loader that fails, hangs or crashes ends with Skipped."""
        if path.name.lower().endswith(_IN_PLACE):
            yield from load_safely(path, label, self._max_file_mb, self._columns)
        else:
            yield from self._load_apart(path, label)

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None

    def _load_apart(self, path: Path, label: str) -> Iterator[Found]:
        try:
            pipe = self._pipe or self._start()
            pipe.send((path, label, self._max_file_mb, self._columns, self._seconds))
            while pipe.poll(self._seconds):
                found = pipe.recv()
                if found is None:
                    return
                yield found
            reason = f"its loader gave nothing for {self._seconds:g} s"
        except (EOFError, OSError):
            reason = f"it crashed its loader ({self._ending()})"
        self.close()
        yield Skipped(str(path), f"{reason}; it is tried again when it has changed")

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        number = theirs.fileno()
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [*COMMAND, str(number)], pass_fds=(number,), env=environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self._pipe = ours
        if not ours.poll(_STARTING):
            raise EOFError
        ours.recv()
        return ours

    def _ending(self) -> str:
        if self._process is None:
            return "it could not be started"
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(10)
            return signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return "it broke off"
