"""Which indexed folder has which label in article ids.

A folder keeps its label when it is indexed again under another spelling of its
path, and when it was moved or renamed as a whole: then its old place is gone and
most of its files lie in the new one. So its articles keep their ids.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_bot.errors import CorpusError
from qa_bot.storage.files import sha256_of
from qa_bot.storage.manifest import Root
from qa_bot.storage.sources import SourceEntry, SourceTable


@dataclass(frozen=True, slots=True)
class Target:
    """A folder (or file) to bring up to date. ``was`` is where it lay before, if elsewhere."""

    root: Root
    was: str | None = None


def existing_paths(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """``paths`` made absolute, each once.

    Raises:
        CorpusError: one does not exist.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    found: list[Path] = []
    for path in given:
        absolute = Path(os.path.abspath(Path(path).expanduser()))
        if not absolute.exists():
            raise CorpusError(
                "there is nothing to index at this path; the index is as it was",
                where=absolute,
                expected="a folder or a file",
                found="none",
                mend="check the path, for instance with: ls",
            )
        if not any(os.path.samefile(absolute, other) for other in found):
            found.append(absolute)
    return found


def find_targets(
    paths: Sequence[Path], known: Sequence[Root], sources: SourceTable
) -> tuple[list[Target], tuple[Root, ...]]:
    """What to read, and all roots as they will be after."""
    roots = {root.name: root for root in known}
    targets = []
    for path in paths:
        before = _known_root(path, list(roots.values()), sources)
        root = Root(before.name if before else _free(_label(path), roots), str(path))
        roots[root.name] = root
        targets.append(Target(root, before.path if before and before != root else None))
    return targets, tuple(sorted(roots.values(), key=lambda root: root.name))


def moved_notices(targets: Sequence[Target]) -> list[str]:
    """A remark for every folder that was renamed and is still called by its old name in ids."""
    return [
        f"{target.was} is now {target.root.path}; its articles keep their ids "
        f"({target.root.name}/...)"
        for target in targets
        if target.was and Path(target.was).name != Path(target.root.path).name
    ]


def overlap_notices(targets: Sequence[Target], roots: Sequence[Root]) -> list[str]:
    """A remark for every target that lies in another root, or the other way round."""
    notices = []
    for target in targets:
        for other in roots:
            if other.name != target.root.name:
                inner, outer = sorted(
                    (target.root.path, other.path), key=lambda path: len(Path(path).parts)
                )[::-1]
                if Path(inner).is_relative_to(outer):
                    notices.append(
                        f"{inner} lies in {outer}, which is indexed too: what it holds "
                        "is in the index twice"
                    )
    return sorted(set(notices))


def _known_root(path: Path, known: Sequence[Root], sources: SourceTable) -> Root | None:
    """The root that ``path`` is: the same place, or a place that has moved here."""
    for root in known:
        if root.path == str(path) or (
            os.path.exists(root.path) and os.path.samefile(root.path, path)
        ):
            return root
    for root in known:
        if not os.path.exists(root.path) and _has_moved(path, sources.files(root.name)):
            return root
    return None


def _has_moved(path: Path, entries: Mapping[str, SourceEntry]) -> bool:
    """Whether at least half of the files once indexed lie under ``path`` unchanged."""
    same = 0
    for relative, entry in entries.items():
        place = path / relative if path.is_dir() else path
        try:
            if place.stat().st_size == entry.size and sha256_of(place) == entry.sha256:
                same += 1
        except OSError:
            continue
    return bool(entries) and 2 * same >= len(entries)


def _label(path: Path) -> str:
    return path.name or "root"


def _free(label: str, taken: Mapping[str, Root]) -> str:
    """``label``, with a number where another root has it already."""
    name, number = label, 1
    while name in taken:
        number += 1
        name = f"{label}~{number}"
    return name
