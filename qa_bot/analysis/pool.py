"""The processes that analyse, seen from the one that indexes.

Each is a fresh interpreter on two pipes (neither a fork, which threads of ONNX Runtime
and FAISS would not survive, nor multiprocessing's spawn, which runs a caller's script
again). A process ends when its pipe does, so that none outlives this one, however it ends.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from qa_bot.analysis.worker import unpack
from qa_bot.records import ArticleAnalysis, Span

CHARACTERS_A_WORKER = 200_000
"""Fewer are not worth another process, which takes a second to start."""
MOST_WORKERS = 8
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
_ENDED = "the process ended"


@dataclass(frozen=True, slots=True)
class Analysed:
    """What came of one article: its analysis, or why there is none."""

    key: bytes
    analysis: ArticleAnalysis | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    key: bytes
    line: bytes


class AnalysisPool:
    """Analyses articles in processes of its own. For one thread; a context.

    Args:
        workers: how many processes; they start at once, and load spaCy while this
            one does other work.
    """

    def __init__(self, workers: int = 1) -> None:
        self._requests: queue.Queue[_Request | None] = queue.Queue(maxsize=4 * workers)
        self._results: queue.Queue[Analysed] = queue.Queue()
        self._waiting = 0
        self._closing = False
        self._children = [_start() for _ in range(workers)]
        self.missing: str | None = None
        """Why nothing can be analysed, once a process has said so."""
        self._threads = [
            threading.Thread(target=self._serve, args=(place,), daemon=True)
            for place in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, key: bytes, text: str, sentences: Sequence[Span], title: str
    ) -> Iterator[Analysed]:
        """Ask for one article; yields what is done by now, of this and of earlier ones."""
        request = {"text": text, "title": title, "sentences": [[s.start, s.end] for s in sentences]}
        self._requests.put(_Request(key, json.dumps(request).encode("ascii") + b"\n"))
        self._waiting += 1
        while not self._results.empty():
            yield self._take()

    def finish(self) -> Iterator[Analysed]:
        """What is still to come."""
        while self._waiting:
            yield self._take()

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._closing = True
        for child in self._children:
            child.kill()
        for child in self._children:
            child.wait()
        with self._requests.mutex:
            self._requests.queue.clear()
            self._requests.not_full.notify_all()
        for _ in self._threads:
            self._requests.put(None)
        for thread in self._threads:
            thread.join()
        for child in self._children:
            for stream in (child.stdin, child.stdout):
                if stream:
                    _close(stream)

    def __enter__(self) -> AnalysisPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self) -> Analysed:
        result = self._results.get()
        self._waiting -= 1
        return result

    def _serve(self, place: int) -> None:
        """Hand requests to process ``place``, one at a time. A process that dies costs the
        article that it was reading; a new one takes its place, once or twice."""
        restarts, ready = 2, False
        while (request := self._requests.get()) is not None and not self._closing:
            if self.missing is not None:
                self._results.put(Analysed(request.key, None, self.missing))
                continue
            answer = _ask(self._children[place], request.line, ready)
            if missing := answer.get("missing"):
                self.missing = str(missing)
                self._results.put(Analysed(request.key, None, self.missing))
                continue
            ready = True
            if failed := answer.get("failed"):
                self._results.put(Analysed(request.key, None, str(failed)))
                if failed == _ENDED and not self._closing:
                    restarts -= 1
                    if restarts < 0:
                        self.missing = "the processes that analyse end without a word"
                    else:
                        self._children[place].kill()
                        self._children[place].wait()
                        self._children[place] = _start()
                        ready = False
                continue
            self._results.put(Analysed(request.key, unpack(answer)))


def workers_for(characters: int) -> int:
    """How many processes are worth starting for so much text."""
    most = min(MOST_WORKERS, len(os.sched_getaffinity(0)) if _has_affinity() else _cores())
    return max(1, min(most, characters // CHARACTERS_A_WORKER))


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")  # not on macOS


def _cores() -> int:
    return os.cpu_count() or 1


def _environment() -> dict[str, str]:
    """Of a process that analyses: this project can be imported there, and it keeps to one core."""
    root = str(Path(__file__).parents[2])
    inherited = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        **dict.fromkeys(_THREADS, "1"),  # the processes are the parallelism
        "PYTHONPATH": os.pathsep.join(filter(None, (root, inherited))),
        "PYTHONUTF8": "1",
    }


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "qa_bot.analysis.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )


def _ask(child: subprocess.Popen[bytes], line: bytes, ready: bool) -> dict[str, Any]:
    """The answer of a process; it says that it is ready before its first."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        if not ready:
            greeting = _answer(child.stdout.readline())
            if not greeting.get("ready"):
                return greeting
        child.stdin.write(line)
        child.stdin.flush()
        return _answer(child.stdout.readline())
    except (OSError, ValueError):
        return {"failed": _ENDED}


def _answer(line: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(line)
    return answer


def _close(stream: Any) -> None:
    with suppress(OSError):  # what was waiting in it goes nowhere any more
        stream.close()
