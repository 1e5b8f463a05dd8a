"""Writing the vectors of a segment, block by block: see :mod:`qa_bot.storage.dense`."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from qa_bot.storage.arrays import FloatArray, IdArray
from qa_bot.storage.dense import faiss_library

FLAT_LIMIT = 200_000
"""Larger segments are searched approximately."""
_BLOCK = 8192


def write_vectors(
    folder: Path,
    ids: IdArray,
    blocks: Iterable[FloatArray],
    dim: int,
    *,
    flat_limit: int = FLAT_LIMIT,
) -> None:
    """Write unit vectors under ascending ids into ``folder``, one block in memory at a time.

    Args:
        ids: int64 (n,), ascending, each once.
        blocks: float32 (any, dim), rows of length 1; together n, in the order of the ids.
        flat_limit: more rows than this are indexed approximately.

    Raises:
        OSError: the files could not be written.
        ValueError: ids are not ascending, or a number is not finite.
    """
    if len(ids) > 1 and not (ids[1:] > ids[:-1]).all():
        raise ValueError("ids must be ascending, each once")
    rows = _checked_rows(blocks, len(ids), dim)
    if len(ids) > flat_limit:
        _write_approximate(folder, ids, rows, dim)
    else:
        _write_flat(folder / "dense.faiss", ids, rows, dim)


def _checked_rows(blocks: Iterable[FloatArray], rows: int, dim: int) -> Iterator[FloatArray]:
    done = 0
    for block in blocks:
        matrix = np.ascontiguousarray(block, dtype="<f4").reshape(-1, dim)
        if not np.isfinite(matrix).all():
            raise ValueError("a vector holds a number that is not finite")
        done += len(matrix)
        yield matrix
    if done != rows:
        raise ValueError(f"ids must be ascending, one a vector: {rows} ids for {done} vectors")


def _write_flat(path: Path, ids: IdArray, rows: Iterable[FloatArray], dim: int) -> None:
    """The file that FAISS itself writes for an IDMap2 over a flat index (its index_write.cpp).

    FAISS would hold all vectors for it, and has older files read for ever: its format is
    named by the first four bytes.
    """

    def header(name: bytes) -> bytes:
        trained, inner_product, unused = 1, 0, 1 << 20
        return name + struct.pack("<iqqqBi", dim, len(ids), unused, unused, trained, inner_product)

    with open(path, "wb") as stream:
        stream.write(header(b"IxM2") + header(b"IxFI") + struct.pack("<Q", len(ids) * dim))
        for block in rows:
            stream.write(block.data)
        stream.write(struct.pack("<Q", len(ids)))
        stream.write(np.ascontiguousarray(ids, dtype="<i8").data)


def _write_approximate(folder: Path, ids: IdArray, rows: Iterable[FloatArray], dim: int) -> None:
    """An IVF,SQ8 index over row numbers, trained on a fixed sample, on all processors; and the
    vectors, in full."""
    faiss, count = faiss_library(), len(ids)
    path = folder / "dense.vectors.npy"
    with open(path, "wb") as stream:
        shape = {"descr": "<f4", "fortran_order": False, "shape": (count, dim)}
        np.lib.format.write_array_header_1_0(stream, shape)
        for block in rows:
            stream.write(block.data)
    np.save(folder / "dense.ids.npy", ids)
    lists = max(1, min(int(4 * math.sqrt(count)), count // 39))  # FAISS wants 39 points a list
    index = faiss.index_factory(dim, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(0).permutation(count)[: 64 * lists]
    faiss.omp_set_num_threads(_processors())
    try:
        index.train(np.array(np.load(path, mmap_mode="r")[np.sort(sample)]))
        for begin in range(0, count, _BLOCK):  # opened anew, so that no page of it stays
            index.add(np.array(np.load(path, mmap_mode="r")[begin : begin + _BLOCK]))
    finally:
        faiss.omp_set_num_threads(1)
    try:
        faiss.write_index(index, str(folder / "dense.faiss"))
    except RuntimeError as error:  # how FAISS reports a failed fwrite
        raise OSError(f"dense.faiss: {error}") from error


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
