"""Two lists of scores to one.

Convex sum of min-max scores, as in Bruch, Gai and Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023. It keeps how much better one
passage is than the next, which reciprocal ranks throw away; on the passages of
SQuAD dev it finds more (docs/decisions/embedding.md).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating]
Fused = npt.NDArray[np.float64]


def convex(dense: Scores, lexical: Scores, weight: float) -> Fused:
    """``weight * minmax(dense) + (1 - weight) * minmax(lexical)``, float64 in [0, 1].

    Args:
        dense: cosines, shape (n,); higher is better.
        lexical: BM25 scores of the same passages, shape (n,); higher is better.
        weight: share of the dense scores, 0 to 1.

    Raises:
        ValueError: the shapes differ.
    """
    if dense.shape != lexical.shape:
        raise ValueError(f"dense has shape {dense.shape}, lexical {lexical.shape}")
    return weight * minmax(dense) + (1.0 - weight) * minmax(lexical)


def minmax(scores: Scores) -> Fused:
    """``scores`` moved and scaled to [0, 1], the best at 1. Shape (n,) to (n,).

    Scores that are all equal count as 1: a list that tells nothing apart, such as
    BM25 without a common term, must not move one passage against another.
    """
    if not len(scores):
        return np.zeros(0, dtype=np.float64)
    wide = scores.astype(np.float64)
    low, high = wide.min(), wide.max()
    if low == high:
        return np.ones_like(wide)
    scaled: Fused = (wide - low) / (high - low)
    return scaled
