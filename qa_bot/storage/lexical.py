"""Reading the term statistics of one segment, without its dead chunks.

Why own postings and not FTS5, bm25s or tantivy: docs/decisions/lexical-index.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import NO_IDS, FloatArray, IdArray, row_mask
from qa_bot.storage.postings import NAMES, Postings, PostingsWriter, lexical_file
from qa_bot.storage.terms import terms

__all__ = ["SegmentTerms", "build_terms", "terms"]


class SegmentTerms:
    """A :class:`~qa_bot.protocols.LexicalIndex` over memory-mapped postings.

    Chunks in ``exclude`` are as if they had never been indexed: they count
    neither in lengths nor in document frequencies.
    """

    def __init__(self, folder: Path, ids: IdArray, *, exclude: IdArray = NO_IDS) -> None:
        """``ids``: the segment's chunk ids, ascending; row r of the postings is ``ids[r]``.

        Raises:
            ValueError: the files do not fit one another or ``ids``.
        """
        arrays: dict[str, Any] = {
            name: np.load(lexical_file(folder, name), mmap_mode="r") for name in NAMES
        }
        self._vocabulary: bytes = arrays["terms"].tobytes()
        self._bounds, self._starts = arrays["bounds"], arrays["starts"]
        self._rows, self._counts = arrays["rows"], arrays["counts"]
        self._lengths: npt.NDArray[np.int32] = arrays["lengths"]
        self._ids = ids
        if not (
            len(self._lengths) == len(ids)
            and len(self._bounds) == len(self._starts)
            and int(self._bounds[-1]) == len(self._vocabulary)
            and int(self._starts[-1]) == len(self._rows) == len(self._counts)
        ):
            raise ValueError("the lexical files do not fit one another")
        self._dead = row_mask(ids, exclude) if len(exclude) else None
        alive = self._lengths if self._dead is None else self._lengths[~self._dead]
        self._live, self._total = len(alive), int(alive.sum(dtype=np.int64))

    def __len__(self) -> int:
        return self._live

    @property
    def total_terms(self) -> int:
        """Sum of the lengths of all live chunks, in terms."""
        return self._total

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """Live chunks that hold each (stemmed) term."""
        return [len(self._postings(term)[0]) for term in terms]

    def term_counts(self, terms: Sequence[str]) -> tuple[IdArray, FloatArray, FloatArray]:
        """(ids, lengths, counts) of the live chunks that hold any of the terms.

        Shapes (m,), (m,), (m, len(terms)); ids ascending.
        """
        found = [self._postings(term) for term in terms]
        held = np.zeros(len(self._ids), dtype=np.bool_)
        for rows, _ in found:
            held[rows] = True
        union = np.flatnonzero(held)
        places = np.cumsum(held) - 1  # row of the segment -> row of the result
        counts = np.zeros((len(union), len(terms)), dtype=np.float32)
        for column, (rows, occurrences) in enumerate(found):
            counts[places[rows], column] = occurrences
        return self._ids[union], self._lengths[union].astype(np.float32), counts

    def postings(self) -> Postings:
        """Everything about the live chunks, to be merged into another segment."""
        sizes = np.diff(self._starts)
        numbers = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        rows, counts = np.asarray(self._rows), np.asarray(self._counts)
        ids, lengths = self._ids, np.asarray(self._lengths)
        if self._dead is not None:
            keep = ~self._dead[rows]
            numbers, rows, counts = numbers[keep], rows[keep], counts[keep]
            ids, lengths = ids[~self._dead], lengths[~self._dead]
        vocabulary = [
            self._term(number).decode("utf-8", "surrogatepass") for number in range(len(sizes))
        ]
        return Postings(vocabulary, numbers, self._ids[rows], counts, ids, lengths)

    def _term(self, number: int) -> bytes:
        return self._vocabulary[int(self._bounds[number]) : int(self._bounds[number + 1])]

    def _postings(self, term: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Rows and counts of the live chunks that hold ``term``; a binary search."""
        wanted = term.encode("utf-8", "surrogatepass")
        low, high = 0, len(self._bounds) - 1
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(self._bounds) - 1 or self._term(low) != wanted:
            return self._rows[:0], self._counts[:0]
        span = slice(int(self._starts[low]), int(self._starts[low + 1]))
        rows, counts = self._rows[span], self._counts[span]
        if self._dead is not None:
            keep = ~self._dead[rows]
            rows, counts = rows[keep], counts[keep]
        return rows, counts


def build_terms(folder: Path, ids: IdArray, texts: Sequence[str]) -> SegmentTerms:
    """Index ``texts`` under the ascending ``ids`` in ``folder`` and open the result."""
    writer = PostingsWriter(folder)
    for chunk_id, text in zip(ids.tolist(), texts, strict=True):
        writer.add(chunk_id, text)
    writer.write(folder, ids)
    return SegmentTerms(folder, ids)
