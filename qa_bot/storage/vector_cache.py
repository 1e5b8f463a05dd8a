"""Vectors computed by a run that did not get to publish, so that the next goes on from them.

One append-only file of blocks: magic, number of vectors, dim, sha256 of the rest,
keys, float32 vectors. A block that was cut off by a kill, or that does not fit
its sha256, ends the file: it and what follows are dropped.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from qa_bot.storage.arrays import FloatArray
from qa_bot.storage.files import storing
from qa_bot.storage.rows import KEY_BYTES

_HEADER = struct.Struct("<4sII32s")
_MAGIC = b"QAV1"
_SECONDS = 2.0


class VectorCache:
    """Key -> vector, on disk. For the holder of the writer lock."""

    def __init__(self, path: Path, dim: int) -> None:
        """Open or begin the file; only vectors of length ``dim`` count.

        Raises:
            PublishError: it can be neither read nor made.
        """
        self._path, self._dim = path, dim
        self._places: dict[bytes, int] = {}
        self._waiting: dict[bytes, FloatArray] = {}
        self._flushed = time.monotonic()
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = open(path, "a+b")  # noqa: SIM115 - closed by close()
            self._read_blocks()

    def __contains__(self, key: bytes) -> bool:
        return key in self._places or key in self._waiting

    def __len__(self) -> int:
        return len(self._places) + len(self._waiting)

    def add(self, keys: Sequence[bytes], vectors: FloatArray) -> None:
        """Take in some vectors; they reach the file within seconds, or by :meth:`flush`."""
        for key, vector in zip(keys, vectors, strict=True):
            self._waiting[key] = vector
        if time.monotonic() - self._flushed > _SECONDS:
            self.flush()

    def get(self, keys: Sequence[bytes]) -> FloatArray:
        """The vectors of keys that are here, float32 (len(keys), dim).

        Raises:
            KeyError: a key is not here.
        """
        self.flush()
        vectors: FloatArray = np.empty((len(keys), self._dim), dtype=np.float32)
        with storing(self._path):
            for row, key in enumerate(keys):
                self._stream.seek(self._places[key])
                vectors[row] = np.frombuffer(self._stream.read(4 * self._dim), dtype="<f4")
        return vectors

    def flush(self) -> None:
        """Write what is waiting."""
        self._flushed = time.monotonic()
        if not self._waiting:
            return
        keys = list(self._waiting)
        matrix = np.stack([self._waiting[key] for key in keys]).astype("<f4")
        payload = b"".join(keys) + matrix.tobytes()
        header = _HEADER.pack(_MAGIC, len(keys), self._dim, _digest(len(keys), self._dim, payload))
        with storing(self._path):
            begin = self._stream.seek(0, 2)
            self._stream.write(header + payload)
            self._stream.flush()
        self._note(keys, begin)
        self._waiting.clear()

    def close(self) -> None:
        """Close the file; what is waiting is written first."""
        try:
            self.flush()
        finally:
            self._stream.close()

    def clear(self) -> None:
        """Forget everything: it has been published."""
        self._places.clear()
        self._waiting.clear()
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def _read_blocks(self) -> None:
        size = self._stream.seek(0, 2)
        position = self._stream.seek(0)
        while len(header := self._stream.read(_HEADER.size)) == _HEADER.size:
            magic, count, dim, digest = _HEADER.unpack(header)
            length = count * (KEY_BYTES + 4 * dim)
            if magic != _MAGIC or self._stream.tell() + length > size:
                break
            payload = self._stream.read(length)
            if _digest(count, dim, payload) != digest:
                break
            if dim == self._dim:
                keys = [payload[KEY_BYTES * row : KEY_BYTES * (row + 1)] for row in range(count)]
                self._note(keys, position)
            position = self._stream.tell()
        self._stream.truncate(position)

    def _note(self, keys: Sequence[bytes], begin: int) -> None:
        """Remember where the vectors of a block that begins at ``begin`` lie."""
        first = begin + _HEADER.size + len(keys) * KEY_BYTES
        for row, key in enumerate(keys):
            self._places[key] = first + 4 * self._dim * row


def _digest(count: int, dim: int, payload: bytes) -> bytes:
    return sha256(struct.pack("<II", count, dim) + payload).digest()
