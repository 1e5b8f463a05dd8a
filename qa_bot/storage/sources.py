"""Which files a generation was made from, so that an unchanged file is not parsed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from qa_bot.records import Skipped


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One file as it was when it was read.

    ``mtime_ns`` is 0 when the file was so young at reading that a later change
    could bear the same time stamp: then only the hash counts. ``skipped`` and
    ``notices`` are what its loader reported, to be reported again. ``label`` begins
    the ids of its articles; empty: ``<root's name>/<relative path>``, as for any file
    that was not renamed.
    """

    size: int
    mtime_ns: int
    sha256: str
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class RootSources:
    """The files of one root, by relative path.

    ``reading`` names the rules that they were read by (loaders, size limit);
    under other rules every file is read again. ``removed`` are the articles that were
    removed by hand and stay out: id to content hash.
    """

    reading: str
    files: Mapping[str, SourceEntry]
    removed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The files of all roots, by the root's name."""

    roots: Mapping[str, RootSources] = field(default_factory=dict)

    def files(self, root: str) -> Mapping[str, SourceEntry]:
        """The files of one root; none if it is not known."""
        return self.roots[root].files if root in self.roots else {}

    def to_bytes(self) -> bytes:
        """JSON, one spelling for one table."""
        record = {
            name: {
                "reading": root.reading,
                "files": {relative: _compact(entry) for relative, entry in root.files.items()},
                **({"removed": dict(root.removed)} if root.removed else {}),
            }
            for name, root in self.roots.items()
        }
        return (json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> SourceTable:
        """The inverse of :meth:`to_bytes`.

        Raises:
            ValueError: this is something else.
        """
        try:
            return cls(
                {
                    name: RootSources(
                        root["reading"],
                        {relative: _entry(fields) for relative, fields in root["files"].items()},
                        dict(root.get("removed", {})),
                    )
                    for name, root in json.loads(content).items()
                }
            )
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a table of sources: {error}") from None


def _compact(entry: SourceEntry) -> dict[str, Any]:
    return {key: value for key, value in asdict(entry).items() if value not in ((), "")}


def _entry(fields: Mapping[str, Any]) -> SourceEntry:
    return SourceEntry(
        size=fields["size"],
        mtime_ns=fields["mtime_ns"],
        sha256=fields.get("sha256", ""),  # empty: the file could not be read
        skipped=tuple(Skipped(**skipped) for skipped in fields.get("skipped", ())),
        notices=tuple(fields.get("notices", ())),
        label=fields.get("label", ""),
    )
