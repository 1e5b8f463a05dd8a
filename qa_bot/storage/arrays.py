"""Sorted int64 ids, and the one rule for "best first" that every search shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

IdArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

NO_IDS: IdArray = np.zeros(0, dtype=np.int64)
NO_SCORES: FloatArray = np.zeros(0, dtype=np.float32)


def as_ids(ids: Sequence[int] | IdArray) -> IdArray:
    """``ids`` as a one-dimensional int64 array."""
    return np.asarray(ids, dtype=np.int64).reshape(-1)


def rows_of(ids: IdArray, wanted: IdArray) -> npt.NDArray[np.intp]:
    """The row of each wanted id in the ascending ``ids``, shape (len(wanted),); -1: not there."""
    if len(ids) == 0:
        return np.full(len(wanted), -1, dtype=np.intp)
    rows = np.searchsorted(ids, wanted)
    rows[rows == len(ids)] = 0
    rows[ids[rows] != wanted] = -1
    return rows


def row_mask(ids: IdArray, wanted: IdArray) -> BoolArray:
    """True for the rows of ascending ``ids`` that are in sorted ``wanted``, shape (len(ids),)."""
    return rows_of(wanted, ids) >= 0


def best(ids: IdArray, scores: FloatArray, k: int) -> tuple[IdArray, FloatArray]:
    """The ``k`` highest scores with their ids, highest first, equal scores by ascending id."""
    if k <= 0:
        return NO_IDS, NO_SCORES
    if len(scores) > 4 * k:  # keep everything that reaches the k-th score, ties included
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        keep = scores >= floor
        ids, scores = ids[keep], scores[keep]
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]
