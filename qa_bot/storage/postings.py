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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import IdArray, rows_of
from qa_bot.storage.terms import terms

NAMES = ("terms", "bounds", "starts", "rows", "counts", "lengths")
_MOST = np.iinfo(np.uint16).max
_TOKENS_HELD = 1 << 20
_POSTINGS_HELD = 1 << 20
"""So many are sorted at a time, and those of one term more."""
_POSTING = np.dtype([("number", "<i4"), ("id", "<i8"), ("count", "<u2")])


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
    """Collects term statistics, from texts or from another segment, and writes them once.

    Postings wait in a file without a name, so that memory holds some bytes a chunk and
    some a term; :meth:`write` sorts them range of terms by range of terms.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where there is room for the postings that wait."""
        self._folder = folder
        self._numbers = _Numbers()
        self._waiting = _Waiting(folder)
        self._found = np.zeros(0, dtype=np.int64)  # postings of each term, by its number
        self._tokens, self._lengths, self._chunk_ids = array("i"), array("i"), array("q")
        self._counted = 0  # chunks whose tokens have become postings

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
        self._count()
        renumbered = np.fromiter(
            (self._numbers.setdefault(term, len(self._numbers)) for term in postings.vocabulary),
            dtype=np.int32,
            count=len(postings.vocabulary),
        )
        self._wait(renumbered[postings.numbers], postings.ids, postings.counts)
        self._lengths.frombytes(postings.lengths.astype(np.int32).tobytes())
        self._chunk_ids.frombytes(postings.chunk_ids.astype(np.int64).tobytes())
        self._counted = len(self._lengths)

    def write(self, folder: Path, ids: IdArray) -> None:
        """Write the six files. ``ids`` are all chunk ids added, ascending."""
        self._count()
        lengths = np.zeros(len(ids), dtype=np.int32)
        chunk_ids = np.array(self._chunk_ids, dtype=np.int64)
        lengths[rows_of(ids, chunk_ids)] = np.array(self._lengths, dtype=np.int32)

        used = np.flatnonzero(self._found)  # a term whose last chunk died is left behind
        spelled = list(self._numbers)
        vocabulary = sorted(
            (spelled[number].encode("utf-8", "surrogatepass"), number) for number in used.tolist()
        )
        rank = np.zeros(len(spelled), dtype=np.int32)
        numbers = [number for _, number in vocabulary]
        rank[numbers] = np.arange(len(numbers), dtype=np.int32)
        bounds = np.cumsum([0, *(len(term) for term, _ in vocabulary)], dtype=np.int64)
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(self._found[numbers], out=starts[1:])
        arrays: dict[str, npt.NDArray[Any]] = {
            "terms": np.frombuffer(b"".join(term for term, _ in vocabulary), dtype=np.uint8),
            "bounds": bounds,
            "starts": starts,
            "lengths": lengths,
        }
        for name, values in arrays.items():
            np.save(lexical_file(folder, name), values)
        with (
            _growing(lexical_file(folder, "rows"), "<i4", int(starts[-1])) as rows_file,
            _growing(lexical_file(folder, "counts"), "<u2", int(starts[-1])) as counts_file,
        ):
            for part in self._waiting.by_range(self._folder, rank, starts):
                ranks, rows = rank[part["number"]], rows_of(ids, part["id"])
                order = np.lexsort((rows, ranks))
                rows_file.write(rows[order].astype("<i4").data)
                counts_file.write(part["count"][order].data)
        self._waiting.close()

    def close(self) -> None:
        """Let go of the postings that wait, written or not."""
        self._waiting.close()

    def _count(self) -> None:
        """Turn the tokens held into postings: one for each chunk and distinct term."""
        chunk_ids = np.array(self._chunk_ids[self._counted :], dtype=np.int64)
        lengths = np.array(self._lengths[self._counted :], dtype=np.int32)
        rows = np.repeat(np.arange(len(chunk_ids), dtype=np.int64), lengths)
        terms_known = max(1, len(self._numbers))
        pairs, counts = np.unique(
            rows * terms_known + np.array(self._tokens, dtype=np.int64), return_counts=True
        )
        rows, numbers = np.divmod(pairs, terms_known)
        self._wait(numbers, chunk_ids[rows], np.minimum(counts, _MOST))
        del self._tokens[:]
        self._counted = len(self._chunk_ids)

    def _wait(
        self, numbers: npt.NDArray[Any], ids: IdArray, counts: npt.NDArray[np.integer[Any]]
    ) -> None:
        if len(self._found) < len(self._numbers):
            more = np.zeros(len(self._numbers) - len(self._found), dtype=np.int64)
            self._found = np.concatenate([self._found, more])
        self._found += np.bincount(numbers, minlength=len(self._found))
        self._waiting.add(numbers, ids, counts)


class _Waiting:
    """Postings in a file without a name, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._stream = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()

    def add(
        self, numbers: npt.NDArray[Any], ids: npt.NDArray[Any], counts: npt.NDArray[Any]
    ) -> None:
        records = np.empty(len(numbers), dtype=_POSTING)
        records["number"], records["id"], records["count"] = numbers, ids, counts
        self._stream.write(records.data)

    def by_range(
        self, folder: Path, rank: npt.NDArray[np.int32], starts: npt.NDArray[np.int64]
    ) -> Iterator[npt.NDArray[np.void]]:
        """All postings, in parts of whole terms: those of lower ranks first, unsorted in
        themselves. ``starts``: how many postings there are below each rank."""
        part_of = starts[:-1] // _POSTINGS_HELD  # of each rank
        parts = [_Waiting(folder) for _ in range(int(part_of[-1]) + 1 if len(part_of) else 0)]
        try:
            for records in self._read():
                place = part_of[rank[records["number"]]]
                order = np.argsort(place, kind="stable")
                cuts = np.searchsorted(place[order], np.arange(len(parts) + 1))
                for number, part in enumerate(parts):
                    part._stream.write(records[order[cuts[number] : cuts[number + 1]]].data)
            for part in parts:
                if found := list(part._read()):
                    yield np.concatenate(found)
                part.close()
        finally:
            for part in parts:
                part.close()

    def _read(self) -> Iterator[npt.NDArray[np.void]]:
        self._stream.seek(0)
        while content := self._stream.read(_TOKENS_HELD * _POSTING.itemsize):
            yield np.frombuffer(content, dtype=_POSTING)

    def close(self) -> None:
        self._stream.close()


@contextmanager
def _growing(path: Path, kind: str, length: int) -> Iterator[BinaryIO]:
    """A one-dimensional .npy file, to be filled in the order of its elements."""
    with open(path, "wb") as stream:
        shape = {"descr": kind, "fortran_order": False, "shape": (length,)}
        np.lib.format.write_array_header_1_0(stream, shape)
        yield stream
