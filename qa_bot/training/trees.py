"""Grows the trees that stand beside the confidence's logistic function.

What a feature says depends on others (a low margin is worse where nothing else gives the
answer), which a weighted sum cannot tell. Small trees, few of them, and none that may say that
more of what speaks for an answer makes it less sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from qa_bot.answering.boosted import Boosted, Tree

FloatArray = npt.NDArray[np.float64]

RISING = ("margin", "rank_score", "log_share", "spans", "lexical_share")
FALLING = ("depth", "questions", "another_year", "echo")
"""Features that may only raise, or only lower, what a tree says. The others may do both."""
TREES, LEAVES, RATE, LEAST = 150, 8, 0.05, 20
"""Number of trees, leaves of each, shrinkage, and the least rows of a leaf."""


def grow(
    table: FloatArray, right: Sequence[bool], weights: Sequence[float], names: Sequence[str]
) -> Boosted:
    """Trees over features (n, len(names)) that tell right from wrong, by gradient boosting over
    histograms with monotonic constraints (scikit-learn's HistGradientBoostingClassifier)."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        learning_rate=RATE,
        min_samples_leaf=LEAST,
        l2_regularization=1.0,
        early_stopping=False,
        monotonic_cst=[(name in RISING) - (name in FALLING) for name in names],
        random_state=0,
    )
    model.fit(table, right, sample_weight=weights)
    # Trees and the start are private in scikit-learn; a test holds them to predict_proba.
    trees = tuple(_tree(each.nodes, 0, names) for (each,) in model._predictors)
    return Boosted(float(model._baseline_prediction.item()), trees)


def _tree(nodes: Any, place: int, names: Sequence[str]) -> Tree:
    node = nodes[place]
    if node["is_leaf"]:
        return float(node["value"])
    return (
        names[int(node["feature_idx"])],
        float(node["num_threshold"]),
        _tree(nodes, int(node["left"]), names),
        _tree(nodes, int(node["right"]), names),
    )
