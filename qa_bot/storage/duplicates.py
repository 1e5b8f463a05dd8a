"""Near-duplicate articles: which pairs there are, and the clusters that they make.

Each segment stores a row an article (:mod:`qa_bot.analysis.signatures`): the number of
its distinct shingles, then its MinHash. The share of equal MinHash values estimates the
Jaccard similarity of two shingle sets (Broder 1997); with the two sizes it gives their
containment too, the share of the smaller text that stands in the larger. Whether two
articles are a pair depends on their two rows alone, so that an update ends where a
rebuild does. Pairs are looked for by bands of the signature (Leskovec et al., Mining of
Massive Datasets, 3.4), and only where one of the two is new. A generation stores its pairs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SignatureArray = npt.NDArray[np.uint32]

SIGNATURES = "signatures.npy"
"""One a segment."""
DUPLICATES = "duplicates.json"
"""One a generation."""
PERMUTATIONS = 128
COLUMNS = 1 + PERMUTATIONS
"""Of a row: the number of distinct shingles, and the MinHash values."""
UNSIGNED: SignatureArray = np.zeros(COLUMNS, dtype=np.uint32)
"""The row of an article without shingles: in no pair."""
MIN_JACCARD = 0.4
"""A pair shares this part of all its shingles (estimated), and ..."""
MIN_CONTAINMENT = 0.75
"""... this part of the shorter text's. Measured by benchmarks/near_duplicates.py."""
MIN_SHINGLES = 20
"""Shorter texts say too little to tell a copy from a phrase that many use."""
_BANDS, _ROWS = 42, 3
"""A pair at the Jaccard threshold shares a band with probability 0.94, at 0.5 with 0.996."""


@dataclass(frozen=True, slots=True)
class DuplicatePairs:
    """All pairs of a generation, by article id, each sorted; ``rule`` made them."""

    pairs: tuple[tuple[str, str], ...] = ()
    rule: str = ""

    def to_bytes(self) -> bytes:
        """JSON, one spelling for one set of pairs."""
        record = {"rule": self.rule, "pairs": sorted(self.pairs)}
        return (json.dumps(record, separators=(",", ":")) + "\n").encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> DuplicatePairs:
        """The inverse of :meth:`to_bytes`.

        Raises:
            ValueError: this is something else.
        """
        try:
            record = json.loads(content)
            return cls(tuple((one, other) for one, other in record["pairs"]), record["rule"])
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a list of pairs: {error}") from None

    def without(self, gone: Collection[str]) -> Iterator[tuple[str, str]]:
        """The pairs of which neither is in ``gone``."""
        return (pair for pair in self.pairs if pair[0] not in gone and pair[1] not in gone)


@dataclass(frozen=True, slots=True)
class Signed:
    """Articles with their rows, uint32 (len(ids), COLUMNS)."""

    ids: Sequence[str]
    rows: SignatureArray


def as_signatures(rows: Sequence[SignatureArray]) -> SignatureArray:
    """Rows as one array, uint32 (len(rows), COLUMNS)."""
    return np.array(rows, dtype=np.uint32).reshape(len(rows), COLUMNS)


def find_pairs(new: Signed, old: Iterable[Signed]) -> set[tuple[str, str]]:
    """The near-duplicate pairs among ``new`` and between ``new`` and ``old``."""
    found: set[tuple[str, str]] = set()
    new = _long_enough(new)
    if not len(new.ids):
        return found
    keys = _band_keys(new.rows)
    for given in (new, *old):
        other = given if given is new else _long_enough(given)
        theirs = keys if other is new else _band_keys(other.rows)
        pairs: set[tuple[int, int]] = set()
        for band in range(_BANDS):
            pairs.update(_equal(keys[band], theirs[band]))
        if other is new:
            pairs = {(one, two) for one, two in pairs if one < two}
        if not pairs:
            continue
        chosen = np.array(sorted(pairs), dtype=np.int64)
        alike = are_near(new.rows[chosen[:, 0]], other.rows[chosen[:, 1]])
        for one, two in chosen[alike].tolist():
            first, second = sorted((new.ids[one], other.ids[two]))
            found.add((first, second))
    return found


def are_near(one: SignatureArray, other: SignatureArray) -> npt.NDArray[np.bool_]:
    """Whether row ``i`` of the one is a near-duplicate of row ``i`` of the other, bool (rows,)."""
    jaccard, containment = similarity(one, other)
    enough = np.minimum(one[:, 0], other[:, 0]) >= MIN_SHINGLES
    near: npt.NDArray[np.bool_] = (
        enough & (jaccard >= MIN_JACCARD) & (containment >= MIN_CONTAINMENT)
    )
    return near


def similarity(
    one: SignatureArray, other: SignatureArray
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Estimated Jaccard similarity and containment (0 to 1) of rows taken in pairs."""
    jaccard = (one[:, 1:] == other[:, 1:]).mean(axis=1)
    sizes, others = one[:, 0].astype(np.float64), other[:, 0].astype(np.float64)
    shared = jaccard * (sizes + others) / (1 + jaccard)
    smaller = np.maximum(1.0, np.minimum(sizes, others))
    return jaccard, np.minimum(1.0, shared / smaller)


def clusters(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Article id to all that are joined with it by pairs, itself included."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        first = groups.setdefault(one, {one})
        second = groups.setdefault(other, {other})
        if first is not second:
            small, large = sorted((first, second), key=len)
            large |= small
            for article_id in small:
                groups[article_id] = large
    frozen = {id(group): frozenset(group) for group in groups.values()}
    return {article_id: frozen[id(group)] for article_id, group in groups.items()}


def _long_enough(signed: Signed) -> Signed:
    """Those that can be in a pair at all."""
    chosen = np.flatnonzero(signed.rows[:, 0] >= MIN_SHINGLES)
    return Signed([signed.ids[row] for row in chosen.tolist()], signed.rows[chosen])


def _band_keys(rows: SignatureArray) -> npt.NDArray[np.uint64]:
    """A hash of each band of each row, uint64 (_BANDS, len(rows))."""
    values = rows[:, 1 : 1 + _BANDS * _ROWS].astype(np.uint64).reshape(len(rows), _BANDS, _ROWS)
    keys = np.zeros((len(rows), _BANDS), dtype=np.uint64)
    for row in range(_ROWS):  # FNV-1a's multiplication; a chance collision costs a comparison
        keys = (keys ^ values[:, :, row]) * np.uint64(0x100000001B3)
    return np.ascontiguousarray(keys.T)


def _equal(one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """All (i, j) with ``one[i] == other[j]``."""
    order = np.argsort(other, kind="stable")
    ranked = other[order]
    first = np.searchsorted(ranked, one, side="left")
    last = np.searchsorted(ranked, one, side="right")
    for place in np.flatnonzero(last > first).tolist():
        for match in order[first[place] : last[place]].tolist():
            yield place, match
