"""Looking ids up, and "best first, ties by id"."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.storage.arrays import as_ids, best, row_mask, rows_of

ids = st.lists(st.integers(0, 50), unique=True)


@given(ids, st.lists(st.integers(0, 50)))
@settings(deadline=None)
def test_rows_of_is_the_index_in_the_list(known: list[int], wanted: list[int]) -> None:
    known.sort()
    expected = [known.index(one) if one in known else -1 for one in wanted]
    assert rows_of(as_ids(known), as_ids(wanted)).tolist() == expected


@given(ids, ids)
@settings(deadline=None)
def test_row_mask_is_membership(known: list[int], wanted: list[int]) -> None:
    known.sort()
    wanted.sort()
    assert row_mask(as_ids(known), as_ids(wanted)).tolist() == [one in wanted for one in known]


@given(
    st.lists(
        st.tuples(st.integers(0, 10**12), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        unique_by=lambda pair: pair[0],
        max_size=60,
    ),
    st.integers(-1, 20),
)
@settings(deadline=None)
def test_best_is_the_head_of_the_sorted_list(pairs: list[tuple[int, float]], k: int) -> None:
    expected = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[: max(k, 0)]
    found = best(
        as_ids([one for one, _ in pairs]),
        np.array([score for _, score in pairs], dtype=np.float32),
        k,
    )
    assert list(zip(found[0].tolist(), found[1].tolist(), strict=True)) == expected
