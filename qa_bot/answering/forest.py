"""Boosted trees as plain numbers: what they say of a row of features, without scikit-learn.

Gradient boosting (Friedman 2001): a logit is a start value and one small addition from
each tree. The trees are grown in qa_bot.training.forests and kept in fitted.json.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree; every sequence has one entry for each node, the first of them the root.

    Attributes:
        feature: place of the feature that a node asks; -1 at a leaf.
        bound: at most this much goes left, more goes right; at a leaf the logit it adds.
        left: number of the node for "at most".
        right: number of the node for "more".
    """

    feature: tuple[int, ...]
    bound: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for what is no tree: children come after their node."""
        size = len(self.feature)
        if not size or {len(self.bound), len(self.left), len(self.right)} != {size}:
            raise ValueError("a tree's nodes are not whole")
        for node, feature in enumerate(self.feature):
            if feature >= 0 and not (
                node < self.left[node] < size and node < self.right[node] < size
            ):
                raise ValueError("a tree's node has no children after it")

    def value(self, row: Sequence[float]) -> float:
        """What the tree adds for a row of features."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            # As scikit-learn does it: "at most" goes left.
            node = self.left[node] if row[feature] <= self.bound[node] else self.right[node]
        return self.bound[node]


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees over the features of ``names``, in that order; ``start`` is a logit."""

    names: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def probability(self, features: Mapping[str, float]) -> float:
        """0 to 1, of features by name."""
        row = [features[name] for name in self.names]
        logit = self.start + math.fsum(tree.value(row) for tree in self.trees)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def to_record(self) -> dict[str, Any]:
        """JSON-ready, each tree as four lines of numbers; every number comes back as it was."""
        return {
            "names": list(self.names),
            "start": self.start,
            "trees": [
                [_line(tree.feature), _line(tree.bound), _line(tree.left), _line(tree.right)]
                for tree in self.trees
            ],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Forest:
        """The inverse of :meth:`to_record`.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is something else.
        """
        names = tuple(str(name) for name in record["names"])
        trees = tuple(
            Tree(
                tuple(map(int, feature.split())),
                tuple(map(float, bound.split())),
                tuple(map(int, left.split())),
                tuple(map(int, right.split())),
            )
            for feature, bound, left, right in record["trees"]
        )
        if any(max(tree.feature) >= len(names) for tree in trees):
            raise ValueError("a tree asks for a feature that has no name")
        return cls(names, float(record["start"]), trees)


def _line(numbers: Sequence[float]) -> str:
    return " ".join(map(repr, numbers))
