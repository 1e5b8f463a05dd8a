"""Boosted trees as plain numbers: what their sum says of named features.

Trees are grown by scikit-learn when the confidence is fitted (qa_bot.training.trees); at run
time they are nested tuples, and scikit-learn is not needed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

Tree = float | tuple[str, float, "Tree", "Tree"]
"""A leaf's value; or a feature, a number, and the trees below: the first where the feature is
at most the number, the second where it is more."""


@dataclass(frozen=True, slots=True)
class Boosted:
    """A sum of trees (Friedman 2001): ``start`` plus what each of them says, in log-odds."""

    start: float
    trees: tuple[Tree, ...]

    def logit(self, features: Mapping[str, float]) -> float:
        """Log-odds (higher: surer) that an answer with these features, one number for each
        name, is right."""
        total = self.start
        for tree in self.trees:
            while isinstance(tree, tuple):
                name, most, below, above = tree
                tree = below if features[name] <= most else above
            total += tree
        return total

    def as_record(self) -> dict[str, Any]:
        """JSON-ready: ``start``, and ``trees`` as nested lists."""
        return {"start": self.start, "trees": list(self.trees)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any], names: Container[str]) -> Boosted:
        """What :meth:`as_record` gave, trees over features of ``names``.

        Raises:
            KeyError, TypeError, ValueError: it is no such record, or names another feature.
        """

        def tree(found: Any) -> Tree:
            if not isinstance(found, list):
                return float(found)
            name, most, below, above = found
            if name not in names:
                raise ValueError(f"a tree asks for {name!r}, which is no feature")
            return name, float(most), tree(below), tree(above)

        return cls(float(record["start"]), tuple(tree(each) for each in record["trees"]))
