"""The segments of the current generation as the next one will see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from qa_bot.indexing.base import Base
from qa_bot.storage.files import storing
from qa_bot.storage.merge import SegmentSize, to_merge
from qa_bot.storage.segment import Segment


@dataclass(frozen=True, slots=True)
class Sight:
    """A segment opened without the articles in ``dead`` (ids, sorted)."""

    opened: Segment
    dead: tuple[str, ...]

    @property
    def name(self) -> str:
        """The segment's name."""
        return self.opened.entry.name


@contextmanager
def kept_and_merged(
    base: Base,
    gone: Collection[str],
    *,
    new_chunks: int,
    most: int,
    rewritten: Collection[str] = (),
) -> Iterator[tuple[list[Sight], list[Sight]]]:
    """Those that stay as they are, and those whose live part is written anew.

    ``gone``: ids of articles of ``base`` that no longer count; ``most``: how many
    segments there may be, the new one of ``new_chunks`` chunks included; ``rewritten``:
    names of segments that must not stay as they are.
    """
    dead: dict[str, set[str]] = {name: set(ids) for name, ids in base.manifest.tombstones.items()}
    for article_id in gone:
        dead.setdefault(base.articles[article_id].segment, set()).add(article_id)
    sights: list[Sight] = []
    try:
        for entry in base.manifest.segments:
            names = tuple(sorted(dead.get(entry.name, ())))
            folder = base.layout.segment(entry.name)
            with storing(folder):
                sights.append(Sight(Segment(folder, entry, names), names))
        sizes = [
            SegmentSize(sight.name, sight.opened.chunk_count, len(sight.opened.dead_ids))
            for sight in sights
        ]
        merged = to_merge(sizes, new_chunks=new_chunks, most=most) | set(rewritten)
        yield (
            [sight for sight in sights if sight.name not in merged],
            [sight for sight in sights if sight.name in merged],
        )
    finally:
        for sight in sights:
            sight.opened.close()
