"""The convex sum of min-max scores, against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qa_bot.retrieval.fusion import convex, minmax

SCORES = arrays.arrays(
    np.float32,
    st.integers(1, 30),
    elements=st.floats(-(2.0**20), 2.0**20, width=32, allow_subnormal=False),
)


def f32(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_by_hand() -> None:
    # dense: (0.5-0.1)/(0.9-0.1) = 0.5; lexical: (2-0)/(8-0) = 0.25
    fused = convex(f32(0.1, 0.5, 0.9), f32(8, 2, 0), 0.75)
    assert fused == pytest.approx([0.25, 0.75 * 0.5 + 0.25 * 0.25, 0.75], abs=1e-6)


def test_a_list_that_is_all_equal_counts_as_one_and_moves_nothing() -> None:
    dense = f32(0.3, 0.2, 0.4)
    fused = convex(dense, np.zeros(3, dtype=np.float32), 0.5)
    assert np.argsort(fused).tolist() == np.argsort(dense).tolist()
    assert fused.max() == 1.0
    assert minmax(f32(7.5)) == [1.0]


def test_nothing_gives_nothing() -> None:
    assert convex(f32(), f32(), 0.5).shape == (0,)


def test_shapes_must_be_equal() -> None:
    with pytest.raises(ValueError, match=r"dense has shape \(2,\), lexical \(1,\)"):
        convex(f32(1, 2), f32(1), 0.5)


@given(SCORES)
def test_minmax_spans_zero_to_one_and_keeps_the_order(scores: np.ndarray) -> None:
    scaled = minmax(scores)
    assert scaled.max() == 1.0
    assert scaled.min() == (0.0 if scores.min() < scores.max() else 1.0)
    order = np.argsort(scores, kind="stable")
    assert (np.diff(scaled[order]) >= 0).all()


@given(SCORES, st.floats(-100, 100), st.floats(0.125, 64))
def test_minmax_does_not_see_scale_or_offset(
    scores: np.ndarray, offset: float, scale: float
) -> None:
    wide = scores.astype(np.float64)
    moved = wide * scale + offset
    if np.ptp(wide) > 1e-3:
        assert minmax(moved) == pytest.approx(minmax(wide), abs=1e-6)


@given(SCORES, st.data())
def test_weights_zero_and_one_are_the_single_lists(dense: np.ndarray, data: st.DataObject) -> None:
    lexical = data.draw(arrays.arrays(np.float32, dense.shape, elements=st.floats(0, 50, width=32)))
    assert convex(dense, lexical, 1.0).tolist() == minmax(dense).tolist()
    assert convex(dense, lexical, 0.0).tolist() == minmax(lexical).tolist()
    both = convex(dense, lexical, 0.5)
    assert ((both >= 0) & (both <= 1)).all()
