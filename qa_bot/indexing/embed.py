"""Vectors for the texts that have none yet, kept as they come."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from qa_bot.errors import ModelError
from qa_bot.protocols import Embedder, Progress
from qa_bot.storage.files import storing
from qa_bot.storage.vector_cache import VectorCache

_BATCH = 128


class MissingTexts:
    """The texts of a run that have no vector yet, each under its key, once.

    They lie in a file that has no name, so that memory holds some bytes a text and not
    the text. A context, as the file has to be closed.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where there is room for them; made if need be.

        Raises:
            PublishError: it cannot be written to.
        """
        self._folder = folder
        self._places: dict[bytes, int] = {}
        self._begins, self._lengths = array("q"), array("q")
        self._end = 0
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__

    def __len__(self) -> int:
        return len(self._places)

    def add(self, key: bytes, text: str) -> None:
        """Take in one text; one that is here already is left alone."""
        if key in self._places:
            return
        content = text.encode("utf-8", "surrogatepass")
        with storing(self._folder):
            self._stream.write(content)
        self._places[key] = len(self._begins)
        self._begins.append(self._end)
        self._lengths.append(len(content))
        self._end += len(content)

    def longest_first(self) -> list[bytes]:
        """All keys: of longer texts first (in bytes), ties by key."""
        return sorted(self._places, key=lambda key: (-self._lengths[self._places[key]], key))

    def texts(self, keys: Sequence[bytes]) -> list[str]:
        """The texts of some keys."""
        found = []
        for key in keys:
            place = self._places[key]
            self._stream.seek(self._begins[place])
            found.append(self._stream.read(self._lengths[place]))
        return [content.decode("utf-8", "surrogatepass") for content in found]

    def __enter__(self) -> MissingTexts:
        return self

    def __exit__(self, *error: object) -> None:
        self._places.clear()
        self._stream.close()


def embed_missing(
    missing: MissingTexts, embedder: Embedder, cache: VectorCache, progress: Progress
) -> int:
    """Embed every text into ``cache`` under its key; returns how many.

    Long texts first, so that those of one batch are of one length and the time
    left is over- rather than underestimated. Every batch is in the cache's file before the
    next is begun, so whatever ends the run, a kill too, costs one batch at most.

    Raises:
        ModelError: the embedder gave something that is not unit vectors.
    """
    keys = missing.longest_first()
    for begin in range(0, len(keys), _BATCH):
        progress("embedding", begin, len(keys))
        batch = keys[begin : begin + _BATCH]
        vectors = embedder.embed(missing.texts(batch))
        _check(vectors, len(batch), embedder)
        cache.add(batch, vectors)
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
