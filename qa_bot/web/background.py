"""Long work in a thread of its own, watched from a generator of the page.

The work goes on when the browser that began it goes away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from qa_bot.protocols import Progress

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work has come: ``fraction`` of 1, or None where it is not known."""

    text: str
    fraction: float | None = None


class Background(Generic[Result]):
    """Starts ``work(progress)`` at once; ``clock`` gives seconds."""

    def __init__(
        self,
        work: Callable[[Progress], Result],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._step = Step("Starting")
        self._stage, self._began = "", 0.0
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(work,), name="indexing")
        self._thread.start()

    def _run(self, work: Callable[[Progress], Result]) -> None:
        try:
            self._result = work(self._report)
        except BaseException as error:  # handed to whoever asks for the result
            self._error = error
        with self._changed:
            self._changed.notify_all()

    def _report(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began = stage, now
        step = _step(stage, done, total, now - self._began)
        with self._changed:
            self._step = step
            self._changed.notify_all()

    def steps(self, *, every: float = 0.2) -> Iterator[Step]:
        """The newest step, at most one each ``every`` seconds, until the work is done."""
        shown: Step | None = None
        while self._thread.is_alive():
            with self._changed:
                if self._step == shown:
                    self._changed.wait(timeout=every)
                step = self._step
            if step != shown:
                shown = step
                yield step
            self._thread.join(timeout=every)

    def result(self) -> Result:
        """What the work returned, when it is done; raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set wherever _error is not


def _step(stage: str, done: int, total: int, elapsed: float) -> Step:
    name = stage[:1].upper() + stage[1:]
    if total <= 0:
        return Step(f"{name}: {done:,}" if done else name)
    text = f"{name}: {done:,} of {total:,}"
    if 0 < done < total and elapsed >= 1:
        text += f", {_duration(elapsed * (total - done) / done)} left"
    return Step(text, min(1.0, done / total))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"
