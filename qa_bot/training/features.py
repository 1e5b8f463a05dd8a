"""Examples to labelled windows to batches, with serving's own windows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_bot.protocols import ReadingPassage
from qa_bot.reading.windows import Window, WindowMaker, pad
from qa_bot.training.sets import Example

BATCHES_IN_A_POOL = 50
"""Windows are sorted by length inside so many batches at a time: little padding,
and still a random order."""


@dataclass(frozen=True, slots=True)
class LabelledWindow:
    """A window and its gold token positions in ``token_ids``; both 0 ([CLS]): no answer."""

    window: Window
    start: int
    end: int


def label(maker: WindowMaker, example: Example) -> list[LabelledWindow]:
    """The windows of one example. One that does not hold the whole answer is labelled
    as having none; an answer that windows cannot express leaves the example out."""
    passage = ReadingPassage("", "", example.context)
    windows = maker.windows(example.question, [passage])
    if example.start is None or example.end is None:
        return [LabelledWindow(window, 0, 0) for window in windows]
    labelled = [
        LabelledWindow(window, *_positions(window, example.start, example.end))
        for window in windows
    ]
    return labelled if any(item.end for item in labelled) else []


def _positions(window: Window, start: int, end: int) -> tuple[int, int]:
    """First and last token that overlap [start, end), if all of it is in the window."""
    inside = np.flatnonzero((window.ends > start) & (window.starts < end))
    if not len(inside):
        return 0, 0
    first, last = int(inside[0]), int(inside[-1])
    # A span that the window's edge or a segment's end cuts is no answer here.
    cut = window.starts[first] > start or window.ends[last] < end
    if cut or window.segments[first] != window.segments[last]:
        return 0, 0
    return first + window.context_start, last + window.context_start


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for one step: the three inputs of shape (n, longest), int64; ``starts``
    and ``ends`` of shape (n,), int64; ``answerable`` of shape (n, longest), bool: the
    positions a span may take (context tokens and [CLS])."""

    inputs: dict[str, npt.NDArray[np.int64]]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    answerable: npt.NDArray[np.bool_]

    @property
    def tokens(self) -> int:
        """Tokens without padding."""
        return int(self.inputs["attention_mask"].sum())


def to_batch(items: Sequence[LabelledWindow], *, multiple: int = 32) -> Batch:
    """``items`` as one :class:`Batch`, padded to a multiple of ``multiple`` tokens."""
    inputs = pad([item.window for item in items], multiple=multiple)
    answerable = np.zeros(inputs["input_ids"].shape, dtype=np.bool_)
    answerable[:, 0] = True
    for row, item in enumerate(items):
        begin = item.window.context_start
        answerable[row, begin : begin + len(item.window.starts)] = True
    return Batch(
        inputs,
        np.asarray([item.start for item in items], dtype=np.int64),
        np.asarray([item.end for item in items], dtype=np.int64),
        answerable,
    )


def batches(
    items: Sequence[LabelledWindow], *, size: int, seed: int, skip: int = 0
) -> Iterator[Batch]:
    """One pass over ``items`` in batches of ``size``, shuffled by ``seed``.

    ``skip`` leaves out the first batches, to go on where a run stopped. A last
    batch that is not full is dropped, so that shapes stay alike.
    """
    chance = random.Random(seed)
    order = list(range(len(items)))
    chance.shuffle(order)
    planned: list[list[int]] = []
    pool = size * BATCHES_IN_A_POOL
    for begin in range(0, len(order), pool):
        part = sorted(order[begin : begin + pool], key=lambda i: len(items[i].window.token_ids))
        chunks = [part[place : place + size] for place in range(0, len(part), size)]
        chance.shuffle(chunks)
        planned += [chunk for chunk in chunks if len(chunk) == size]
    for chunk in planned[skip:]:
        yield to_batch([items[index] for index in chunk])
