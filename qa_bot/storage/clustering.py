"""Near-duplicate articles to clusters: all that pairs lead to.

Candidates for a pair are articles that share a band of the signature (Leskovec et al., Mining
of Massive Datasets, 3.4). Only clusters are wanted, so two that are in one already are not
compared: a thousand copies of one text cost about a thousand comparisons, not half a million.
Which pairs were left out changes no cluster, and so the order of the articles does not either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from qa_bot.storage.duplicates import (
    COLUMNS,
    MIN_SHINGLES,
    SignatureArray,
    Signed,
    are_near,
)

_BANDS, _ROWS = 42, 3
"""A pair at the Jaccard threshold shares a band with probability 0.94, at 0.5 with 0.996."""
_IntArray = npt.NDArray[np.intp]


def find_clusters(
    new: Signed,
    old: Sequence[Signed] = (),
    known: Iterable[Collection[str]] = (),
) -> frozenset[frozenset[str]]:
    """The clusters of ``new`` and ``old`` together, each of two articles at least.

    Args:
        new: articles that were not there when ``known`` was found, or have changed since.
        old: the others.
        known: the clusters that were found before. One that has lost a member is found
            anew, since what joined the others may have gone with it.
    """
    everything = _joined_rows([new, *old])
    place = {article_id: row for row, article_id in enumerate(everything.ids)}
    is_new = np.zeros(len(place), dtype=np.bool_)
    is_new[: len(new.ids)] = True
    groups = _Groups(len(place))
    for cluster in known:
        rows = [place[one] for one in cluster if one in place and not is_new[place[one]]]
        if len(rows) == len(cluster):
            for row in rows[1:]:
                groups.join(rows[0], row)
        else:
            is_new[rows] = True
    long_enough = np.flatnonzero(everything.rows[:, 0] >= MIN_SHINGLES)
    if is_new[long_enough].any():
        distinct = _join_same_texts(everything.rows, long_enough, groups)
        _join_near(everything.rows, distinct, is_new, groups)
    return frozenset(
        frozenset(everything.ids[row] for row in members) for members in groups.of_several()
    )


class _Groups:
    """Which of ``count`` things are joined, by a label each; the smaller side takes the other's."""

    def __init__(self, count: int) -> None:
        self.labels: _IntArray = np.arange(count)
        self._members: dict[int, list[int]] = {}

    def join(self, one: int, other: int) -> None:
        first, second = int(self.labels[one]), int(self.labels[other])
        if first == second:
            return
        kept = self._members.setdefault(first, [first])
        lost = self._members.setdefault(second, [second])
        if len(kept) < len(lost):
            first, second, kept, lost = second, first, lost, kept
        self.labels[lost] = first
        kept += lost
        del self._members[second]

    def of_several(self) -> Iterable[list[int]]:
        return self._members.values()


def _joined_rows(several: Sequence[Signed]) -> Signed:
    ids = [article_id for one in several for article_id in one.ids]
    rows = [np.asarray(one.rows).reshape(-1, COLUMNS) for one in several]
    return Signed(ids, np.concatenate(rows))


def _join_same_texts(rows: SignatureArray, chosen: _IntArray, groups: _Groups) -> _IntArray:
    """Join rows of one text, which need no comparison; of rows that are the same to the day,
    one stands for all from here on."""
    texts: dict[bytes, int] = {}
    distinct: dict[bytes, int] = {}
    for row in chosen.tolist():
        groups.join(texts.setdefault(rows[row, :-1].tobytes(), row), row)
        distinct.setdefault(rows[row].tobytes(), row)
    return np.array(list(distinct.values()), dtype=np.intp)


def _join_near(
    rows: SignatureArray, chosen: _IntArray, is_new: npt.NDArray[np.bool_], groups: _Groups
) -> None:
    """Join the rows of ``chosen`` that are near; of two old ones that is known already."""
    for members in _candidates(rows, chosen, is_new):
        for place, first in enumerate(members.tolist()):
            labels = groups.labels[members]
            if (labels == labels[0]).all():
                break
            rest = members[place + 1 :]
            other = labels[place + 1 :] != labels[place]
            rest = rest[other & (is_new[rest] | is_new[first])]
            near = are_near(np.broadcast_to(rows[first], (len(rest), COLUMNS)), rows[rest])
            for row in rest[near].tolist():
                groups.join(first, row)


def _candidates(
    rows: SignatureArray, chosen: _IntArray, is_new: npt.NDArray[np.bool_]
) -> Iterator[_IntArray]:
    """Rows that share a band, a new one among them."""
    for keys in _band_keys(rows[chosen]):
        order = np.argsort(keys, kind="stable")
        ranked = keys[order]
        bounds = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1], True])
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            if end - start > 1:
                members = chosen[order[start:end]]
                if is_new[members].any():
                    yield members


def _band_keys(rows: SignatureArray) -> npt.NDArray[np.uint64]:
    """A hash of each band of each row, uint64 (_BANDS, len(rows))."""
    values = rows[:, 1 : 1 + _BANDS * _ROWS].astype(np.uint64).reshape(len(rows), _BANDS, _ROWS)
    keys = np.zeros((len(rows), _BANDS), dtype=np.uint64)
    for row in range(_ROWS):  # FNV-1a's multiplication; a chance collision costs a comparison
        keys = (keys ^ values[:, :, row]) * np.uint64(0x100000001B3)
    return np.ascontiguousarray(keys.T)
