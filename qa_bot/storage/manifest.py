"""What one generation consists of: a small JSON file that carries its own checksum.

The file is canonical (sorted keys, one spelling for every value), so that it can
be compared byte for byte with what its own content says it should be: no bit of
it can change unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from qa_bot.records import EmbedderFingerprint

SCHEMA_VERSION = 2
"""Version of everything below index/; raised when an older reader could not read it."""


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What a file must be: sha256 in hexadecimal, and its size."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment folder and how many articles and chunks it holds, dead ones included.

    ``analyses`` counts the articles that were analysed (:mod:`qa_bot.analysis`).
    """

    name: str
    articles: int
    chunks: int
    analyses: int = 0


@dataclass(frozen=True, slots=True)
class Root:
    """A folder (or file) that was indexed: its label in article ids, its absolute path."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Live articles and chunks of a generation."""

    articles: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation.

    ``parent`` is the generation it was made from. ``chunking`` is the chunker's
    fingerprint; ``analysis`` that of the grammar rules, "" where not all articles were
    analysed by one set of them. ``tombstones`` maps a segment's name to the ids of its articles
    that no longer count. ``files`` maps each path, relative to the index folder,
    to what it must be.
    """

    schema_version: int
    generation: int
    parent: int | None
    created_at: str
    embedder: EmbedderFingerprint
    chunking: str
    roots: tuple[Root, ...] = ()
    segments: tuple[SegmentEntry, ...] = ()
    tombstones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, FileDigest] = field(default_factory=dict)
    counts: Counts = Counts(0, 0)
    analysis: str = ""

    def to_bytes(self) -> bytes:
        """The canonical file: JSON with a last member ``checksum``."""
        record = asdict(self)
        record["checksum"] = _checksum(record)
        return (json.dumps(record, sort_keys=True, indent=1) + "\n").encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """The inverse of :meth:`to_bytes`. A newer or older schema is read as far as it goes:
        look at ``schema_version`` before anything else.

        Raises:
            ValueError: the checksum does not fit, or a field is missing.
        """
        try:
            record = json.loads(content)
            found = record.pop("checksum")
            expected = _checksum(record)
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError, AttributeError, TypeError):
            raise ValueError("not a manifest with a checksum") from None
        if found != expected:
            raise ValueError(f"the checksum should be {expected}, and is {found}")
        try:
            manifest = _from_record(record)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a field is missing or of the wrong kind: {error}") from None
        if manifest.schema_version == SCHEMA_VERSION and manifest.to_bytes() != content:
            raise ValueError("not in canonical form")
        return manifest


def _checksum(record: Mapping[str, Any]) -> str:
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _from_record(record: Mapping[str, Any]) -> Manifest:
    """A manifest from its JSON; what other schemas may lack has a default."""
    version = int(record["schema_version"])
    if version > SCHEMA_VERSION:  # its other fields may mean anything, but names are names
        nobody = EmbedderFingerprint("", "", 0, 0)
        segments = tuple(
            SegmentEntry(str(segment["name"]), 0, 0) for segment in record.get("segments", ())
        )
        number = int(record.get("generation", 0))
        return Manifest(version, number, None, "", nobody, "", segments=segments)
    return Manifest(
        schema_version=version,
        generation=int(record["generation"]),
        parent=record.get("parent"),
        created_at=record.get("created_at", ""),
        embedder=EmbedderFingerprint(**record["embedder"]),
        chunking=record.get("chunking", ""),
        roots=tuple(Root(**root) for root in record.get("roots", ())),
        segments=tuple(SegmentEntry(**segment) for segment in record["segments"]),
        tombstones={name: tuple(dead) for name, dead in record.get("tombstones", {}).items()},
        files={path: FileDigest(**digest) for path, digest in record["files"].items()},
        counts=Counts(**record.get("counts", {"articles": 0, "chunks": 0})),
        analysis=record.get("analysis", ""),
    )
