"""Dense vectors of one segment: exact up to 200,000 chunks, IVF with rescoring beyond.

FAISS finds candidates; their scores are then computed one row at a time from the
stored float32 vectors, so that a chunk's score does not depend on which segment
it lies in, on its row there, or on how it was found.

On disk: ``dense.faiss``, a flat index under an IDMap2, rows in ascending order of
id; for a large segment an ``IVF,SQ8`` index over row numbers, with
``dense.vectors.npy`` (float32) and ``dense.ids.npy`` beside it. All are opened by
memory map.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import (
    NO_IDS,
    NO_SCORES,
    BoolArray,
    FloatArray,
    IdArray,
    best,
    row_mask,
    rows_of,
)

_EXACT_SHARE = 0.05
"""When a filter leaves less than this share of the rows, those are scored one by one."""
_PROBES = 128
_SLACK = 16
_ROUNDING = 1e-5
_BLOCK = 8192


@cache
def faiss_library() -> Any:
    """FAISS on one thread: one question cannot use more, and many are asked at once."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss


class SegmentVectors:
    """A :class:`~qa_bot.protocols.VectorIndex` over the files of one segment."""

    def __init__(self, folder: Path) -> None:
        """Open what :func:`write_vectors` wrote.

        Raises:
            ValueError: the files are not such an index.
        """
        faiss = faiss_library()
        path, vectors = str(folder / "dense.faiss"), folder / "dense.vectors.npy"
        self._approximate = vectors.exists()
        try:
            if self._approximate:
                self._index = faiss.read_index(path, faiss.IO_FLAG_MMAP)
                self._matrix: FloatArray = np.load(vectors, mmap_mode="r")
                self.ids: IdArray = np.load(folder / "dense.ids.npy", mmap_mode="r")
            else:
                self._outer = faiss.read_index(path, faiss.IO_FLAG_MMAP_IFC)  # owns the memory
                self._index = faiss.downcast_index(self._outer.index)
                self.ids = faiss.vector_to_array(self._outer.id_map)
                shape = (self._index.ntotal, self._index.d)
                self._matrix = (
                    faiss.rev_swig_ptr(self._index.get_xb(), shape[0] * shape[1]).reshape(shape)
                    if shape[0]
                    else np.zeros(shape, dtype=np.float32)
                )
        except (RuntimeError, AttributeError, OSError) as error:
            raise ValueError(f"not a vector index: {error}") from error
        if not len(self.ids) == len(self._matrix) == self._index.ntotal:
            raise ValueError(f"{len(self.ids)} ids for {len(self._matrix)} vectors")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def search(
        self,
        vector: FloatArray,
        k: int,
        *,
        exclude: IdArray | None = None,
        only: IdArray | None = None,
    ) -> tuple[IdArray, FloatArray]:
        """The ``min(k, allowed)`` best ids and cosines, best first, ties by id.

        ``vector`` float32 (dim,). ``exclude`` and ``only``: sorted int64 arrays.
        With ``only``, k results come back whenever k of them exist.
        """
        allowed = self._allowed(exclude, only)
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, count)
        if k <= 0:
            return NO_IDS, NO_SCORES
        vector = self._checked(vector)
        if allowed is not None and (count <= k + _SLACK or count < _EXACT_SHARE * len(self)):
            rows = np.flatnonzero(allowed)
        else:
            rows = self._candidates(vector, k, count, allowed)
        return best(self.ids[rows], self._exact(vector, rows), k)

    def score(self, vector: FloatArray, ids: IdArray) -> FloatArray:
        """Cosine of each id, float32 (len(ids),); nan for an id not here."""
        rows = rows_of(self.ids, ids)
        scores = np.full(len(ids), np.nan, dtype=np.float32)
        here = rows >= 0
        scores[here] = self._exact(self._checked(vector), rows[here])
        return scores

    def vectors(self, ids: IdArray) -> FloatArray:
        """The stored vectors, bit for bit, float32 (len(ids), dim).

        Raises:
            KeyError: an id is not here.
        """
        rows = rows_of(self.ids, ids)
        if (rows < 0).any():
            raise KeyError(int(ids[rows < 0][0]))
        return np.array(self._matrix[rows], dtype=np.float32)

    def _allowed(self, exclude: IdArray | None, only: IdArray | None) -> BoolArray | None:
        """Which rows may be found; None: all."""
        allowed = None if only is None else row_mask(self.ids, only)
        if exclude is not None and len(exclude):
            kept = ~row_mask(self.ids, exclude)
            allowed = kept if allowed is None else allowed & kept
        return allowed

    def _checked(self, vector: FloatArray) -> FloatArray:
        vector = np.ascontiguousarray(vector, dtype=np.float32).reshape(-1)
        if len(vector) != self.dim:
            raise ValueError(f"a vector of {self.dim} numbers is needed, found {len(vector)}")
        return vector

    def _exact(self, vector: FloatArray, rows: npt.NDArray[np.intp]) -> FloatArray:
        """Dot products row by row: the same bits wherever a row lies."""
        scores = np.empty(len(rows), dtype=np.float32)
        for begin in range(0, len(rows), _BLOCK):
            block = rows[begin : begin + _BLOCK]
            scores[begin : begin + _BLOCK] = np.vecdot(self._matrix[block], vector)
        return scores

    def _candidates(
        self, vector: FloatArray, k: int, count: int, allowed: BoolArray | None
    ) -> npt.NDArray[np.intp]:
        """Rows that hold the k best: all ties with the k-th, within rounding, included."""
        wanted = min(count, (4 * k if self._approximate else k) + _SLACK)
        probes = _PROBES
        while True:
            scores, rows = self._index.search(
                vector[None, :], wanted, params=self._parameters(allowed, probes)
            )
            found: npt.NDArray[np.intp] = rows[0][rows[0] >= 0].astype(np.intp)
            if self._approximate:
                if len(found) >= k or probes >= self._index.nlist:
                    return found
                probes = self._index.nlist  # a filter emptied the nearest lists: look in all
            elif wanted == count or scores[0][wanted - 1] < scores[0][k - 1] - _ROUNDING:
                return found
            else:
                wanted = min(count, 2 * wanted)

    def _parameters(self, allowed: BoolArray | None, probes: int) -> Any:
        faiss = faiss_library()
        selector = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self._approximate:
            return faiss.SearchParametersIVF(sel=selector, nprobe=min(probes, self._index.nlist))
        return faiss.SearchParameters(sel=selector)
