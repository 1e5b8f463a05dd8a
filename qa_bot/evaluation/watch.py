"""How far the evaluation is, on stderr, with the time left over all parts."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Bar:
    """One bar over all questions that are left, each weighed by what it costs.

    A :class:`qa_bot.evaluation.suite.Watch`. Used as a context, so that its line ends.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._left: dict[str, tuple[int, float]] = {}
        self._done: dict[str, int] = {}
        self._stage = ""
        self._stage_bar: Any = None

    def plan(self, left: dict[str, tuple[int, float]]) -> None:
        """Questions left of each part, and what one costs (in any unit)."""
        self._left = left
        self._done = dict.fromkeys(left, 0)
        total = sum(count * cost for count, cost in left.values())
        if total:
            self._bar = self._new(
                "evaluation",
                total,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}, left: {remaining}",
            )

    def question(self, part: str) -> None:
        """One question of ``part`` is done."""
        self._end_stage()
        count, cost = self._left[part]
        self._done[part] += 1
        if self._bar is not None:
            self._bar.set_description_str(f"{part} {self._done[part]}/{count}", refresh=False)
            self._bar.update(cost)

    def stage(self, stage: str, done: int, total: int) -> None:
        """A stage of indexing, in a bar of its own."""
        if stage != self._stage:
            self._end_stage()
            self._stage = stage
            self._stage_bar = self._new(f"index: {stage}", total or None)
        self._stage_bar.total = total or None
        self._stage_bar.update(done - self._stage_bar.n)

    def _new(self, name: str, total: float | None, **shape: Any) -> Any:
        from tqdm import tqdm

        # A log file is not a terminal: a line every half minute is enough there.
        interval = 0.2 if sys.stderr.isatty() else 30.0
        return tqdm(desc=name, total=total, file=sys.stderr, mininterval=interval, **shape)

    def _end_stage(self) -> None:
        if self._stage_bar is not None:
            self._stage_bar.close()
            self._stage_bar, self._stage = None, ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_stage()
        if self._bar is not None:
            self._bar.close()
