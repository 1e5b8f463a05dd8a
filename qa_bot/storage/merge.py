"""Which segments are written anew together with the next one.

Few segments keep a question quick; seldom touching the large ones keeps an update
cheap: when there are too many, the smallest go together until half as many are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """Live and dead chunks of a segment, as the next generation will see it."""

    name: str
    live: int
    dead: int


def to_merge(segments: Sequence[SegmentSize], *, new_chunks: int, most: int) -> set[str]:
    """Names of the segments whose live chunks go into the new one.

    A segment with no live chunk is named too (it is dropped), and one that is
    mostly dead. ``new_chunks`` is what will be added; ``most`` how many segments
    there may be.
    """
    merged = {segment.name for segment in segments if segment.live <= segment.dead}
    kept = sorted(
        (segment for segment in segments if segment.name not in merged),
        key=lambda segment: (segment.live, segment.name),
    )
    written = bool(new_chunks) or any(
        segment.live for segment in segments if segment.name in merged
    )
    if len(kept) + written > most:
        target = max(1, most // 2)
        surplus = len(kept) + 1 - target  # the merged ones become one
        merged.update(segment.name for segment in kept[:surplus])
    return merged
