"""Near-duplicate articles: when two are a pair, and the clusters of a generation.

Each segment stores a row an article (:mod:`qa_bot.analysis.signatures`): the number of
its distinct shingles, its MinHash, and the day it was published. The share of equal MinHash
values estimates the Jaccard similarity of two shingle sets (Broder 1997); with the two sizes
it gives their containment too, the share of the smaller text that stands in the larger. Whether
two articles are a pair depends on their two rows alone, so that an update ends where a
rebuild does. :mod:`qa_bot.storage.clustering` joins pairs to clusters; a generation stores these.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SignatureArray = npt.NDArray[np.uint32]

SIGNATURES = "signatures.npy"
"""One a segment."""
DUPLICATES = "duplicates.json"
"""One a generation."""
PERMUTATIONS = 128
COLUMNS = PERMUTATIONS + 2
"""Of a row: the number of distinct shingles, the MinHash values, and the day of publication
(1 is 1 January of year 1; 0 where it is not known)."""
UNSIGNED: SignatureArray = np.zeros(COLUMNS, dtype=np.uint32)
"""The row of an article without shingles: in no pair."""
MIN_JACCARD = 0.4
"""A pair shares this part of all its shingles (estimated), and ..."""
MIN_CONTAINMENT = 0.75
"""... this part of the shorter text's. Measured by benchmarks/near_duplicates.py."""
MOST_DAYS_APART = 60
"""A text is brought up to date, and taken over by other papers, within days. What shares its
words with one of another month is mostly the next of a series (a column, a yearly article), ..."""
MIN_JACCARD_APART = 0.7
"""... unless they share this part of all their shingles."""
MIN_SHINGLES = 20
"""Shorter texts say too little to tell a copy from a phrase that many use."""


@dataclass(frozen=True, slots=True)
class DuplicateClusters:
    """All clusters of a generation, two article ids each at least; ``rule`` made them."""

    clusters: frozenset[frozenset[str]] = frozenset()
    rule: str = ""

    def to_bytes(self) -> bytes:
        """JSON, one spelling for one set of clusters."""
        record = {"rule": self.rule, "clusters": sorted(map(sorted, self.clusters))}
        return (json.dumps(record, separators=(",", ":")) + "\n").encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> DuplicateClusters:
        """The inverse of :meth:`to_bytes`. Reads the pairs of an earlier rule as well.

        Raises:
            ValueError: this is something else.
        """
        try:
            record = json.loads(content)
            lists = record["clusters"] if "clusters" in record else joined(record["pairs"])
            return cls(frozenset(map(frozenset, lists)), record["rule"])
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a list of clusters: {error}") from None

    def by_article(self) -> dict[str, frozenset[str]]:
        """Article id to its cluster, for the articles that are in one."""
        return {article_id: cluster for cluster in self.clusters for article_id in cluster}


@dataclass(frozen=True, slots=True)
class Signed:
    """Articles with their rows, uint32 (len(ids), COLUMNS)."""

    ids: Sequence[str]
    rows: SignatureArray


def as_signatures(rows: Sequence[SignatureArray]) -> SignatureArray:
    """Rows as one array, uint32 (len(rows), COLUMNS)."""
    return np.array(rows, dtype=np.uint32).reshape(len(rows), COLUMNS)


def are_near(one: SignatureArray, other: SignatureArray) -> npt.NDArray[np.bool_]:
    """Whether row ``i`` of the one is a near-duplicate of row ``i`` of the other, bool (rows,)."""
    jaccard, containment = similarity(one, other)
    enough = np.minimum(one[:, 0], other[:, 0]) >= MIN_SHINGLES
    first, second = one[:, -1].astype(np.int64), other[:, -1].astype(np.int64)
    apart = (first > 0) & (second > 0) & (np.abs(first - second) > MOST_DAYS_APART)
    least = np.where(apart, MIN_JACCARD_APART, MIN_JACCARD)
    near: npt.NDArray[np.bool_] = enough & (jaccard >= least) & (containment >= MIN_CONTAINMENT)
    return near


def similarity(
    one: SignatureArray, other: SignatureArray
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Estimated Jaccard similarity and containment (0 to 1) of rows taken in pairs."""
    jaccard = (one[:, 1:-1] == other[:, 1:-1]).mean(axis=1)
    sizes, others = one[:, 0].astype(np.float64), other[:, 0].astype(np.float64)
    shared = jaccard * (sizes + others) / (1 + jaccard)
    smaller = np.maximum(1.0, np.minimum(sizes, others))
    return jaccard, np.minimum(1.0, shared / smaller)


def joined(pairs: Sequence[tuple[str, str]]) -> list[set[str]]:
    """The clusters that pairs make."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        first, second = groups.setdefault(one, {one}), groups.setdefault(other, {other})
        if first is not second:
            small, large = sorted((first, second), key=len)
            large |= small
            groups.update(dict.fromkeys(small, large))
    return list({id(group): group for group in groups.values()}.values())
