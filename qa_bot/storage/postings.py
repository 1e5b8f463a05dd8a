"""Writing the term statistics of a segment: which chunk holds which term how often.

On disk (all little numpy arrays, opened by memory map):

    lexical.terms.npy    uint8, the sorted terms as UTF-8, one after the other
    lexical.bounds.npy   int64 (terms + 1,), where each term's bytes begin
    lexical.starts.npy   int64 (terms + 1,), where each term's postings begin
    lexical.rows.npy     int32 (postings,), rows of chunks, ascending within a term
    lexical.counts.npy   uint16 (postings,), occurrences in that chunk
    lexical.lengths.npy  int32 (chunks,), terms in each chunk
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import IdArray, rows_of
from qa_bot.storage.terms import terms

NAMES = ("terms", "bounds", "starts", "rows", "counts", "lengths")
_MOST = np.iinfo(np.uint16).max
_TOKENS_HELD = 1 << 20


def lexical_file(folder: Path, name: str) -> Path:
    """The path of one of :data:`NAMES` in a segment's folder."""
    return folder / f"lexical.{name}.npy"


@dataclass(frozen=True, slots=True)
class Postings:
    """Term statistics of some chunks, in no particular order.

    ``numbers`` (int32), ``ids`` and ``counts`` have one element a posting;
    ``numbers`` index ``vocabulary``. ``chunk_ids`` and ``lengths`` have one
    element a chunk.
    """

    vocabulary: Sequence[str]
    numbers: npt.NDArray[np.int32]
    ids: IdArray
    counts: npt.NDArray[np.uint16]
    chunk_ids: IdArray
    lengths: npt.NDArray[np.int32]


class _Numbers(dict[str, int]):
    """Term to number, in the order in which terms turn up."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class PostingsWriter:
    """Collects term statistics, from texts or from another segment, and writes them once."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._blocks: list[Postings] = []
        self._tokens, self._lengths, self._chunk_ids = array("i"), array("i"), array("q")

    def add(self, chunk_id: int, text: str) -> None:
        """Index the text of one chunk."""
        found = terms(text)
        self._tokens.extend(map(self._numbers.__getitem__, found))
        self._lengths.append(len(found))
        self._chunk_ids.append(chunk_id)
        if len(self._tokens) > _TOKENS_HELD:
            self._count()

    def add_postings(self, postings: Postings) -> None:
        """Take over the statistics of chunks that were indexed before."""
        renumbered = np.fromiter(
            (self._numbers.setdefault(term, len(self._numbers)) for term in postings.vocabulary),
            dtype=np.int32,
            count=len(postings.vocabulary),
        )
        self._blocks.append(
            Postings(
                (),
                renumbered[postings.numbers],
                postings.ids,
                postings.counts,
                postings.chunk_ids,
                postings.lengths,
            )
        )

    def write(self, folder: Path, ids: IdArray) -> None:
        """Write the six files. ``ids`` are all chunk ids added, ascending."""
        self._count()
        blocks = self._blocks
        numbers = np.concatenate([block.numbers for block in blocks])
        rows = rows_of(ids, np.concatenate([block.ids for block in blocks])).astype(np.int32)
        counts = np.concatenate([block.counts for block in blocks])
        lengths = np.zeros(len(ids), dtype=np.int32)
        for block in blocks:
            lengths[rows_of(ids, block.chunk_ids)] = block.lengths

        used = np.unique(numbers)  # a term whose last chunk died is left behind
        spelled = list(self._numbers)
        vocabulary = sorted(
            (spelled[number].encode("utf-8", "surrogatepass"), number) for number in used.tolist()
        )
        rank = np.zeros(len(spelled), dtype=np.int32)
        for position, (_, number) in enumerate(vocabulary):
            rank[number] = position
        ranks = rank[numbers]
        order = np.lexsort((rows, ranks))
        bounds = np.cumsum([0, *(len(term) for term, _ in vocabulary)], dtype=np.int64)
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(np.bincount(ranks, minlength=len(vocabulary)), out=starts[1:])
        arrays: dict[str, npt.NDArray[Any]] = {
            "terms": np.frombuffer(b"".join(term for term, _ in vocabulary), dtype=np.uint8),
            "bounds": bounds,
            "starts": starts,
            "rows": rows[order],
            "counts": counts[order],
            "lengths": lengths,
        }
        for name in NAMES:
            np.save(lexical_file(folder, name), arrays[name])

    def _count(self) -> None:
        """Turn the tokens held into postings: one for each chunk and distinct term."""
        chunk_ids = np.array(self._chunk_ids, dtype=np.int64)
        lengths = np.array(self._lengths, dtype=np.int32)
        rows = np.repeat(np.arange(len(chunk_ids), dtype=np.int64), lengths)
        terms_known = max(1, len(self._numbers))
        pairs, counts = np.unique(
            rows * terms_known + np.array(self._tokens, dtype=np.int64), return_counts=True
        )
        rows, numbers = np.divmod(pairs, terms_known)
        self._blocks.append(
            Postings(
                (),
                numbers.astype(np.int32),
                chunk_ids[rows],
                np.minimum(counts, _MOST).astype(np.uint16),
                chunk_ids,
                lengths,
            )
        )
        for held in (self._tokens, self._lengths, self._chunk_ids):
            del held[:]
