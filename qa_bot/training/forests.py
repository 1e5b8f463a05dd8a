"""Growing the boosted trees of the confidence, and judging rows by fits that never saw them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold

from qa_bot.answering.forest import Forest, Tree

FloatArray = npt.NDArray[np.float64]
Item = TypeVar("Item")

RISING: Mapping[str, int] = {
    "margin": 1,
    "rank_score": 1,
    "log_share": 1,
    "spans": 1,
    "lexical_gap": 1,
    "lexical_share": 1,
    "topic_in_title": 1,
    "unknown": -1,
    "questions": -1,
}
"""Features that an answer can only gain by (1), or lose by (-1): the trees keep to it, so that
more of what speaks for an answer never makes it less sure. The others are free."""

_TREES = {
    "max_iter": 100,
    "learning_rate": 0.05,
    "max_leaf_nodes": 10,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "max_features": 0.5,
    "early_stopping": False,
    "random_state": 0,
}


def fit_forest(
    table: FloatArray, right: Sequence[bool], weights: Sequence[float], names: Sequence[str]
) -> Forest:
    """Boosted trees over features (n, len(names)): the probability of ``right``."""
    model = HistGradientBoostingClassifier(
        monotonic_cst=[RISING.get(name, 0) for name in names], **_TREES
    )
    model.fit(table, np.asarray(right), sample_weight=np.asarray(weights))
    # scikit-learn shows its trees nowhere else; a test compares ours with its predictions.
    trees = tuple(_tree(stage[0].nodes) for stage in model._predictors)
    return Forest(tuple(names), float(model._baseline_prediction.item()), trees)


def _tree(nodes: npt.NDArray[np.void]) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist()),
        bound=tuple(np.where(leaf, nodes["value"], nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, 0, nodes["left"]).astype(int).tolist()),
        right=tuple(np.where(leaf, 0, nodes["right"]).astype(int).tolist()),
    )


def cross_fitted(
    items: Sequence[Item],
    group: Callable[[Item], str],
    fit: Callable[[Sequence[Item]], Callable[[Item], float]],
    *,
    folds: int = 10,
) -> list[float]:
    """What each item is worth by a fit that saw nothing of its group.

    Trees know the rows that they were grown on: a threshold chosen on those rows would
    be too high.
    """
    found = [math.nan] * len(items)
    groups = [group(item) for item in items]
    for kept, left in GroupKFold(min(folds, len(set(groups)))).split(items, groups=groups):
        judge = fit([items[i] for i in kept])
        for i in left:
            found[i] = judge(items[i])
    return found
