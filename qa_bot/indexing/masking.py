"""Which articles are masked otherwise in the next generation, as other sentences repeat.

It is worked out anew in each run, from the edges of all live articles: some numbers an
article, no text. Only those whose masking changes are then written, chunked and embedded
anew; so an index ends where a rebuild does, whatever came and went between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import BoolArray
from qa_bot.storage.duplicates import DuplicateClusters
from qa_bot.storage.repeated import EdgeArray, repeated
from qa_bot.storage.segment import Segment
from qa_bot.storage.writer import SegmentWriter


@dataclass(frozen=True, slots=True)
class Masking:
    """What changes. ``new``: of the articles of this run, by number, those with repeated
    sentences; ``old``: articles of the index (segment, number, id) that are to be written anew."""

    new: Sequence[tuple[int, BoolArray]]
    old: Sequence[tuple[Segment, int, str, BoolArray]]

    def __bool__(self) -> bool:
        return bool(self.new or self.old)

    def write(self, writer: SegmentWriter) -> set[str]:
        """Mask the new articles in ``writer`` and write the old ones there anew; their ids."""
        for number, chosen in self.new:
            writer.mask(number, chosen)
        for segment, number, _, chosen in self.old:
            writer.carry_article(segment, number, chosen)
        return {article_id for _, _, article_id, _ in self.old}


def changed_masking(
    ids: Sequence[str],
    edges: EdgeArray,
    segments: Sequence[Segment],
    gone: Collection[str],
    duplicates: DuplicateClusters,
) -> Masking:
    """What has to be masked otherwise than it is.

    Args:
        ids, edges: of the new articles, by number.
        segments: those of the generation that is added to.
        gone: ids of their articles that no longer count.
        duplicates: the near-duplicates of the next generation; they count as one article.
    """
    owners: list[tuple[Segment, int, str]] = []
    parts = [edges]
    for segment in segments:
        live = [one for one in segment.live_articles() if one.article_id not in gone]
        owners += [(segment, one.number, one.article_id) for one in live]
        parts.append(segment.edges[[one.number for one in live]])
    rows = np.concatenate(parts)
    chosen = repeated(rows, _groups([*ids, *(name for _, _, name in owners)], duplicates))
    changed = (chosen != rows["masked"]).any(axis=1)
    return Masking(
        [(row, chosen[row]) for row in np.flatnonzero(changed[: len(ids)]).tolist()],
        [
            (*owners[row], chosen[len(ids) + row])
            for row in np.flatnonzero(changed[len(ids) :]).tolist()
        ],
    )


def _groups(ids: Sequence[str], duplicates: DuplicateClusters) -> npt.NDArray[np.intp]:
    """A number an article, equal for near-duplicates."""
    joined = duplicates.by_article()
    numbers: dict[object, int] = {}
    found = [numbers.setdefault(joined.get(name, name), len(numbers)) for name in ids]
    return np.array(found, dtype=np.intp)
