"""Vectors that need not be computed again: those of the index and of an interrupted run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np

from qa_bot.records import EmbedderFingerprint
from qa_bot.storage.arrays import FloatArray
from qa_bot.storage.dense import SegmentVectors
from qa_bot.storage.passages import FILE, PassageStore
from qa_bot.storage.rows import KEY_BYTES
from qa_bot.storage.vector_cache import VectorCache


def embed_keys(embedder: EmbedderFingerprint, texts: Sequence[str]) -> list[bytes]:
    """The key of each embedded string: the first 16 bytes of the sha256 of fingerprint,
    NUL and string. Equal keys, equal vectors, whatever the path of the article."""
    start = sha256(repr(embedder).encode("utf-8", "surrogatepass") + b"\0")
    keys = []
    for text in texts:
        digest = start.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        keys.append(digest.digest()[:KEY_BYTES])
    return keys


class VectorSource(Protocol):
    """A segment as far as its vectors are concerned."""

    @property
    def vectors(self) -> SegmentVectors:
        """Its vectors, by chunk id."""
        ...

    @property
    def passages(self) -> PassageStore:
        """Its chunks, with their embed keys."""
        ...


@dataclass(frozen=True, slots=True)
class OlderSegment:
    """What can still be used of a segment of an older schema: vectors that need not be
    computed again."""

    vectors: SegmentVectors
    passages: PassageStore

    @classmethod
    def open(cls, folder: Path) -> OlderSegment:
        """Open the files of a segment folder that :func:`check_files` has been over."""
        return cls(SegmentVectors(folder), PassageStore(folder / FILE))


class KnownVectors:
    """Looks a key up in the segments of the current generation, then in the cache."""

    def __init__(self, segments: Sequence[VectorSource], cache: VectorCache, dim: int) -> None:
        self._segments = [segment for segment in segments if segment.vectors.dim == dim]
        self._cache, self._dim = cache, dim
        self._places: dict[bytes, tuple[int, int]] = {}

    def missing(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys whose vector has to be computed."""
        left = {key for key in keys if key not in self._cache and key not in self._places}
        for place, segment in enumerate(self._segments):
            if not left:
                break
            found = segment.passages.ids_of_keys(sorted(left))
            self._places.update((key, (place, chunk)) for key, chunk in found.items())
            left.difference_update(found)
        return left

    def get(self, keys: Sequence[bytes]) -> FloatArray:
        """The vectors of keys that are not missing, float32 (len(keys), dim)."""
        vectors: FloatArray = np.empty((len(keys), self._dim), dtype=np.float32)
        cached = [row for row, key in enumerate(keys) if key in self._cache]
        if cached:
            vectors[cached] = self._cache.get([keys[row] for row in cached])
        others = [row for row, key in enumerate(keys) if key not in self._cache]
        for place, segment in enumerate(self._segments):
            rows = [row for row in others if self._places[keys[row]][0] == place]
            if rows:
                ids = np.array([self._places[keys[row]][1] for row in rows], dtype=np.int64)
                vectors[rows] = segment.vectors.vectors(ids)
        return vectors
