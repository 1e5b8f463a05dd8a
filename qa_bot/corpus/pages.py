"""Where the pages of a paged article begin, kept with it so that a citation names its page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

KEY = "page_starts"
"""The metadata field: the offset at which each page begins, in order, with commas between."""


def page_field(starts: Sequence[int]) -> dict[str, str]:
    """The metadata of an article whose pages begin at ``starts`` (ascending offsets)."""
    return {KEY: ",".join(map(str, starts))}


def page_at(metadata: Mapping[str, str], offset: int) -> int | None:
    """The number (from 1) of the page that ``offset`` lies on; None for an unpaged article."""
    written = metadata.get(KEY)
    if not written:
        return None
    try:
        starts = [int(start) for start in written.split(",")]
    except ValueError:  # a field of the same name that some file brought along
        return None
    return max(1, bisect_right(starts, offset))
