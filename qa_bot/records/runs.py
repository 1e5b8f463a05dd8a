"""What a run of indexing did, and what it was done with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EmbedderFingerprint:
    """What has to be the same for two vectors to be comparable.

    ``revision`` is the sha256 of the weights that are run; ``dim`` the vector
    length; ``max_tokens`` the encoder's window, special tokens included.
    """

    name: str
    revision: str
    dim: int
    max_tokens: int
    normalized: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file (or ``file#L12`` for a row) that was not indexed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark about a file that was indexed all the same."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of indexing did. The four tuples hold article ids, sorted.

    ``renamed`` maps the id of an article whose file was renamed, and which keeps its id,
    to where it lies now: the id that it would have as a new one. It counts in
    ``unchanged`` (or ``changed``) too. ``notices`` are remarks that cost nothing
    (a column that looks like a date and is not mapped, and the like).
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    chunks: int
    generation: int
    seconds: float
    embedded: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
