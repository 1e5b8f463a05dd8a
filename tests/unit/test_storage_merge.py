"""Which segments are merged."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.storage.merge import SegmentSize, to_merge

sizes = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=20).map(
    lambda pairs: [SegmentSize(f"s{n}", live, dead) for n, (live, dead) in enumerate(pairs)]
)


@given(sizes, st.integers(0, 500), st.integers(1, 10))
@settings(deadline=None)
def test_never_more_segments_than_wanted(
    segments: list[SegmentSize], new_chunks: int, most: int
) -> None:
    merged = to_merge(segments, new_chunks=new_chunks, most=most)
    rewritten = new_chunks or any(one.live for one in segments if one.name in merged)
    assert len(segments) - len(merged) + bool(rewritten) <= most


@given(sizes, st.integers(1, 500), st.integers(1, 10))
@settings(deadline=None)
def test_a_merged_segment_is_dying_or_no_larger_than_a_kept_one(
    segments: list[SegmentSize], new_chunks: int, most: int
) -> None:
    merged = to_merge(segments, new_chunks=new_chunks, most=most)
    kept = [one.live for one in segments if one.name not in merged]
    for one in segments:
        if one.name in merged:
            assert one.live <= one.dead or all(one.live <= live for live in kept)


def test_nothing_is_merged_without_need() -> None:
    segments = [SegmentSize("large", 900_000, 10), SegmentSize("small", 20, 0)]
    assert to_merge(segments, new_chunks=20, most=8) == set()


def test_the_ninth_segment_merges_the_small_ones_and_leaves_the_large() -> None:
    segments = [SegmentSize("large", 900_000, 0)]
    segments += [SegmentSize(f"s{number}", 20 + number, 0) for number in range(7)]
    assert to_merge(segments, new_chunks=20, most=8) == {"s0", "s1", "s2", "s3", "s4"}


def test_what_is_mostly_dead_is_written_anew_and_what_is_all_dead_is_dropped() -> None:
    segments = [SegmentSize("half", 10, 10), SegmentSize("dead", 0, 5), SegmentSize("ok", 10, 9)]
    assert to_merge(segments, new_chunks=0, most=8) == {"half", "dead"}
