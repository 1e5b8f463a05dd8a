"""Progress bars with the time left, on stderr."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Bars:
    """A :data:`qa_bot.protocols.Progress` that draws one bar a stage.

    Used as a context, so that the last bar ends its line. Where ``total`` is 0
    the bar only counts.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if self._bar is None or stage != self._stage:
            self.close()
            self._stage = stage
            # Every second is enough, and a log file is not a terminal: every half minute there.
            interval = 0.2 if sys.stderr.isatty() else 30.0
            self._bar = tqdm(
                desc=stage, total=total or None, file=sys.stderr, mininterval=interval,
                dynamic_ncols=True, leave=True,
            )  # fmt: skip
        if total and self._bar.total != total:
            self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """End the bar's line, if one is drawn."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
