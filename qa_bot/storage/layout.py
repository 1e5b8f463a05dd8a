"""Where things lie inside an index folder, and the pointer file CURRENT."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from qa_bot.errors import IndexCorrupt, IndexNotFound
from qa_bot.storage.files import replace_durably

_POINTER = re.compile(rb"(0|[1-9][0-9]{0,17}) ([0-9a-f]{64})\n")
TEMPORARY = ".tmp-"
"""Begins the name of everything that is not yet, or no longer, part of an index."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of CURRENT: which generation serves, and the sha256 of its manifest."""

    generation: int
    manifest_sha256: str


NOT_YET = Pointer(0, "0" * 64)
"""Stands in CURRENT while the very first generation is written, so that a CURRENT that
was lost is not taken for an index that never was."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one index folder."""

    index: Path

    @property
    def current(self) -> Path:
        """The pointer file."""
        return self.index / "CURRENT"

    @property
    def segments(self) -> Path:
        """Folder of segment folders."""
        return self.index / "segments"

    @property
    def generations(self) -> Path:
        """Folder of generation folders."""
        return self.index / "generations"

    @property
    def uploads(self) -> Path:
        """Folder of uploaded files: the user's, never touched."""
        return self.index / "uploads"

    @property
    def fetched(self) -> Path:
        """Folder of pages fetched by address."""
        return self.index / "fetched"

    @property
    def vector_cache(self) -> Path:
        """Vectors of an interrupted run."""
        return self.index / "cache" / "vectors.bin"

    @property
    def analysis_cache(self) -> Path:
        """Analyses of an interrupted run."""
        return self.index / "cache" / "analyses.sqlite"

    def generation(self, number: int) -> Path:
        """Folder of one generation."""
        return self.generations / str(number)

    def manifest(self, number: int) -> Path:
        """Manifest of one generation."""
        return self.generation(number) / "manifest.json"

    def segment(self, name: str) -> Path:
        """Folder of one segment."""
        return self.segments / name

    def numbers(self) -> list[int]:
        """Numbers of all generations on disk, ascending."""
        if not self.generations.is_dir():
            return []
        names = (path.name for path in self.generations.iterdir())
        return sorted(int(name) for name in names if name.isascii() and name.isdigit())

    def read_pointer(self) -> Pointer:
        """Which generation serves.

        Raises:
            IndexNotFound: there is no index here.
            IndexCorrupt: CURRENT is there, but not what was written.
        """
        try:
            content = self.current.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if self.numbers():
                raise corrupt(self, self.current, "the pointer file", "none") from None
            raise self._not_found() from None
        except OSError as error:
            raise corrupt(self, self.current, "a readable pointer file", error) from error
        match = _POINTER.fullmatch(content)
        if match is None:
            raise corrupt(self, self.current, "'<generation> <sha256>'", repr(content[:80]))
        pointer = Pointer(int(match[1]), match[2].decode("ascii"))
        if pointer == NOT_YET:
            raise self._not_found()
        return pointer

    def _not_found(self) -> IndexNotFound:
        return IndexNotFound(
            "there is no index here",
            where=self.index,
            expected="a file CURRENT that names a generation",
            found="none",
            mend=f"qa-bot index PATH --index {self.index}",
        )

    def write_pointer(self, pointer: Pointer) -> None:
        """Replace CURRENT in one step."""
        line = f"{pointer.generation} {pointer.manifest_sha256}\n"
        replace_durably(self.current, line.encode("ascii"))

    def temporary(self, parent: Path) -> Path:
        """A fresh, empty, hidden folder under ``parent``."""
        parent.mkdir(parents=True, exist_ok=True)
        folder = parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(4).hex()}"
        folder.mkdir()
        return folder

    def sweep_temporary(self) -> None:
        """Remove what an interrupted writer left. Only for the holder of the writer lock."""
        for folder in (self.index, self.segments, self.generations):
            for left in folder.glob(f"{TEMPORARY}*"):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)


def corrupt(layout: Layout, path: Path, expected: object, found: object) -> IndexCorrupt:
    """The error for a file of the index that is not what it should be."""
    return IndexCorrupt(
        "the index is damaged",
        where=path,
        expected=expected,
        found=found,
        mend=f"qa-bot rollback --index {layout.index}, or build it anew: "
        f"qa-bot index PATH --fresh --index {layout.index}",
    )
