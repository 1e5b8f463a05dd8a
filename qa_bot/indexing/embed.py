"""Vectors for the texts that have none yet, kept as they come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qa_bot.errors import ModelError
from qa_bot.protocols import Embedder, Progress
from qa_bot.storage.vector_cache import VectorCache

_BATCH = 128


def embed_missing(
    texts: Mapping[bytes, str], embedder: Embedder, cache: VectorCache, progress: Progress
) -> int:
    """Embed every text into ``cache`` under its key; returns how many.

    Long texts first, so that those of one batch are of one length and the time
    left is over- rather than underestimated. Whatever ends the run, an interrupt
    too, what was computed is in the cache's file.

    Raises:
        ModelError: the embedder gave something that is not unit vectors.
    """
    keys = sorted(texts, key=lambda key: (-len(texts[key]), key))
    try:
        for begin in range(0, len(keys), _BATCH):
            progress("embedding", begin, len(keys))
            batch = keys[begin : begin + _BATCH]
            vectors = embedder.embed([texts[key] for key in batch])
            _check(vectors, len(batch), embedder)
            cache.add(batch, vectors)
    finally:
        cache.flush()
    progress("embedding", len(keys), len(keys))
    return len(keys)


def _check(
    vectors: np.ndarray[tuple[int, ...], np.dtype[np.float32]], rows: int, embedder: Embedder
) -> None:
    fingerprint = embedder.fingerprint
    expected = (rows, fingerprint.dim)
    if vectors.shape != expected:
        raise ModelError(
            "the embedder gave another number of vectors, or of another length",
            where=fingerprint.name,
            expected=expected,
            found=vectors.shape,
            mend="choose another embedder, or correct this one",
        )
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.allclose(lengths, 1.0, atol=1e-3):  # false for nan too
        raise ModelError(
            "the embedder gave a vector that is not of length 1",
            where=fingerprint.name,
            expected="length 1",
            found=f"length {lengths[np.argmax(np.abs(lengths - 1.0))]}",
            mend="choose another embedder, or correct this one",
        )
