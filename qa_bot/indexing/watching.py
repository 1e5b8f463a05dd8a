"""Keeping an index up to date while its folders change."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from watchfiles import watch as changes

from qa_bot.errors import IndexLocked, PublishError, QABotError
from qa_bot.records import IndexReport

_QUIET_MS = 500
"""Files that change more often than this are waited for ..."""
_PATIENCE_MS = 10_000
"""... but not longer than this."""
_TICK_MS = 2_000
"""How often folders that have gone, and what failed, are looked at again."""

Told = Callable[[IndexReport | QABotError | str], None]
"""Is given the report of every run that did something, every error, and every remark."""


def watch(
    paths: Sequence[Path],
    index: Path,
    build: Callable[[Sequence[Path]], IndexReport],
    told: Told,
    *,
    stop: Event | None = None,
) -> None:
    """Call ``build`` with those of ``paths`` that are there, within seconds and then whenever
    something in them has changed, until ``stop`` is set or Ctrl-C.

    An error is told and does not end it: what could not be written, or was being written by
    another process, is tried again, anything else when something changes. A folder that
    has gone is told, and its articles stay; when it is back it is read again.
    """
    stop = stop or Event()
    own = _Own(index)
    pending = True
    gone: set[Path] = set()
    while not stop.is_set():
        there = [path for path in paths if path.exists()]
        for path in sorted(set(paths) - set(there) - gone):
            told(f"{path} is gone; its articles stay in the index")
        gone = set(paths) - set(there)
        if not there:
            stop.wait(_TICK_MS / 1000)
            pending = True
            continue
        steps = changes(
            *there, watch_filter=own, debounce=_PATIENCE_MS, step=_QUIET_MS, stop_event=stop,
            rust_timeout=_TICK_MS, yield_on_timeout=True, ignore_permission_denied=True,
        )  # fmt: skip
        # The first step begins the watch, so that from the first run on no change is missed.
        for changed in steps:
            if [path for path in paths if path.exists()] != there:
                pending = True
                break
            if changed or pending:
                pending = _run(build, there, told)


def _run(build: Callable[[Sequence[Path]], IndexReport], there: Sequence[Path], told: Told) -> bool:
    """One run; whether it has to be tried again though nothing changes."""
    try:
        report = build(there)
    except QABotError as error:
        told(error)
        return isinstance(error, IndexLocked | PublishError)
    if report.added or report.changed or report.removed or report.renamed or report.embedded:
        told(report)
    return False


class _Own:
    """Passes changes of articles: nothing hidden, and nothing that indexing itself writes."""

    def __init__(self, index: Path) -> None:
        self._index = os.path.realpath(index) + os.sep
        self._kept = tuple(self._index + name + os.sep for name in ("uploads", "fetched"))

    def __call__(self, change: object, path: str) -> bool:
        if os.path.basename(path).startswith("."):
            return False
        real = os.path.realpath(path) + os.sep
        return not real.startswith(self._index) or real.startswith(self._kept)
