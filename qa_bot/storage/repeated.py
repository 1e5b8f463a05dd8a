"""Sentences that repeat at the edge of the articles of one source: which are boilerplate.

Each segment stores a row an article (:mod:`qa_bot.indexing.edges`): its first and last
sentences that no pattern masks, each as a key over its source and its words. From the rows
of all live articles, and from which of them are copies, it follows what is masked, whatever
the order in which they came: so an update ends where a rebuild does. An article whose
masking changes is written anew, with others or alone (segments never change).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.records import Span
from qa_bot.storage.arrays import BoolArray

EDGES = "edges.npy"
"""One a segment."""
FIRST, LAST = 3, 4
"""Sentences of an article's beginning and end that are looked at."""
MIN_ARTICLES = 5
"""A sentence repeats that stands in as many articles of one source. Not a share: a new article
then changes only those that held the sentence before."""
MOST = 0.5
"""An article of which a larger part would be masked is itself what repeats: nothing is."""
RULE = 1
"""Raised when a change here or in the making of the rows masks other sentences."""

EdgeArray = npt.NDArray[np.void]
EDGE = np.dtype(
    [
        ("rule", "<u2"),  # 0: not known
        ("length", "<u4"),  # code points of all its sentences that no pattern masks
        ("keys", "<u8", FIRST + LAST),  # 0: no sentence, or one that says too little
        ("starts", "<u4", FIRST + LAST),
        ("ends", "<u4", FIRST + LAST),
        ("masked", "?", FIRST + LAST),  # whether it is masked in its segment for repeating
    ]
)


def unknown_edges(articles: int) -> EdgeArray:
    """Rows that say nothing, as articles indexed by an older version have them."""
    return np.zeros(articles, dtype=EDGE)


def read_edges(folder: Path, articles: int) -> EdgeArray:
    """The rows of a segment of ``articles``; where it was written without, such as say nothing.

    Raises:
        ValueError: their number is another one.
    """
    path = folder / EDGES
    if not path.exists():
        return unknown_edges(articles)
    rows: EdgeArray = np.load(path, mmap_mode="r")
    if len(rows) != articles:
        raise ValueError(f"edges of {articles} articles were expected, found {len(rows)}")
    return rows


def are_known(rows: EdgeArray) -> bool:
    """Whether all were made by the rule of today."""
    return rows.dtype == EDGE and bool((rows["rule"] == RULE).all())


def masked_spans(row: Any) -> tuple[Span, ...]:
    """The spans that are masked in an article because they repeat, in order."""
    return spans_of(row, row["masked"])


def spans_of(row: Any, chosen: Sequence[bool] | BoolArray) -> tuple[Span, ...]:
    """The spans of the ``chosen`` sentences of a row, in order."""
    places = zip(chosen, row["starts"].tolist(), row["ends"].tolist(), strict=True)
    return tuple(sorted(Span(start, end) for hide, start, end in places if hide))


def repeated(rows: EdgeArray, groups: npt.NDArray[np.intp]) -> BoolArray:
    """Which sentences are boilerplate, bool (articles, FIRST + LAST).

    ``groups``: a number an article, equal for copies of one text, which count as one article.
    What stands in :data:`MIN_ARTICLES` repeats. An article that repeats for the most part
    (:data:`MOST`) counts for nothing, and what still repeats without such is masked in the others.
    """
    keys: npt.NDArray[np.uint64] = rows["keys"]
    lengths = rows["ends"].astype(np.int64) - rows["starts"]
    chosen = _in_many(keys, groups, keys != 0)
    own = (lengths * chosen).sum(axis=1) <= MOST * rows["length"]
    return _in_many(keys, groups, (keys != 0) & own[:, None])


def _in_many(
    keys: npt.NDArray[np.uint64], groups: npt.NDArray[np.intp], counted: BoolArray
) -> BoolArray:
    """Those among ``counted`` whose key is in enough groups; all bool (articles, columns)."""
    found = np.zeros(keys.shape, dtype=np.bool_)
    owners = np.broadcast_to(groups[:, None], keys.shape)[counted]
    values = keys[counted]
    if not len(values):
        return found
    order = np.lexsort((owners, values))
    ranked, owner = values[order], owners[order]
    fresh = np.ones(len(ranked), dtype=np.bool_)  # the first of its key in its group
    fresh[1:] = (ranked[1:] != ranked[:-1]) | (owner[1:] != owner[:-1])
    names, counts = np.unique(ranked[fresh], return_counts=True)
    found[counted] = np.isin(values, names[counts >= MIN_ARTICLES])
    return found
