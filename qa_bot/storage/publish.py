"""A new generation, in one step that either happens or does not.

    segment folder written and synced -> named -> generation folder written, synced,
    named -> read back and checked -> CURRENT replaced -> old generations swept away

Until CURRENT is replaced the old generation serves, whatever happens: a kill, a
full disk, a check that fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from qa_bot.errors import IndexError_, PublishError
from qa_bot.records import EmbedderFingerprint
from qa_bot.storage.duplicates import DUPLICATES, DuplicateClusters
from qa_bot.storage.files import sha256_of, storing, sync_folder, write_durably
from qa_bot.storage.generations import pointer_or_none, rollback, serving_generation, sweep
from qa_bot.storage.layout import NOT_YET, Layout, Pointer
from qa_bot.storage.manifest import (
    SCHEMA_VERSION,
    Counts,
    FileDigest,
    Manifest,
    Root,
    SegmentEntry,
)
from qa_bot.storage.opening import check_file, open_generation
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.writer import WrittenSegment

__all__ = ["Draft", "publish", "rollback", "serving_generation"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the next generation is to be: segments kept from ``base``, and at most one new."""

    parent: int | None
    embedder: EmbedderFingerprint
    chunking: str
    roots: tuple[Root, ...]
    sources: SourceTable
    counts: Counts
    base: Manifest | None = None
    kept: Sequence[SegmentEntry] = ()
    tombstones: Mapping[str, tuple[str, ...]] | None = None
    written: WrittenSegment | None = None
    analysis: str = ""
    duplicates: DuplicateClusters = field(default_factory=DuplicateClusters)


def publish(layout: Layout, draft: Draft) -> Manifest:
    """Make ``draft`` the generation that serves. Only for the holder of the writer lock.

    Raises:
        PublishError: it could not be written or does not read back as it should;
            nothing of it is left and the old generation serves.
    """
    before = pointer_or_none(layout)
    number = max([*layout.numbers(), before.generation if before else 0]) + 1
    known = draft.base.files if draft.base else {}
    made: list[Path] = []
    try:
        with storing(layout.index):
            if before is None and not layout.numbers():
                layout.write_pointer(NOT_YET)
            entries, files = _place_segments(layout, draft, number, made)
            manifest = _write_generation(layout, draft, number, entries, files, made)
        for name, digest in manifest.files.items():
            if name not in known:  # what older generations share is not hashed whole each time
                check_file(layout, name, digest, hashed=True)
        opened = open_generation(layout, number)
        for segment in opened.segments:
            segment.close()
        opened.hold.release()
        with storing(layout.current):
            content = layout.manifest(number).read_bytes()
            layout.write_pointer(Pointer(number, sha256(content).hexdigest()))
    except BaseException as error:
        _undo(layout, number, made)
        if isinstance(error, IndexError_) and not isinstance(error, PublishError):
            raise PublishError(
                "the new generation does not read back as it was written; the old one serves",
                where=layout.generation(number),
                found=error.what,
                mend="check the disk (dmesg, smartctl), then index again",
            ) from error
        raise
    sweep(layout)
    return manifest


def _place_segments(
    layout: Layout, draft: Draft, number: int, made: list[Path]
) -> tuple[tuple[SegmentEntry, ...], dict[str, FileDigest]]:
    """The entries and file digests of all segments; the new one gets its name."""
    files: dict[str, FileDigest] = {}
    entries = list(draft.kept)
    for entry in draft.kept:
        prefix = f"segments/{entry.name}/"
        base = draft.base.files if draft.base else {}
        files |= {name: digest for name, digest in base.items() if name.startswith(prefix)}
    if draft.written:
        name = f"{number:06d}-{os.urandom(4).hex()}"
        made.append(draft.written.folder)
        for path in sorted(draft.written.folder.iterdir()):
            files[f"segments/{name}/{path.name}"] = _digest(path)
        made.append(layout.segment(name))
        os.rename(draft.written.folder, layout.segment(name))
        sync_folder(layout.segments)
        entries.append(
            SegmentEntry(name, draft.written.articles, draft.written.chunks, draft.written.analyses)
        )
    return tuple(entries), files


def _write_generation(
    layout: Layout,
    draft: Draft,
    number: int,
    entries: tuple[SegmentEntry, ...],
    files: dict[str, FileDigest],
    made: list[Path],
) -> Manifest:
    folder = layout.temporary(layout.generations)
    made.append(folder)
    write_durably(folder / "sources.json", draft.sources.to_bytes())
    write_durably(folder / DUPLICATES, draft.duplicates.to_bytes())
    for name in ("sources.json", DUPLICATES):
        files[f"generations/{number}/{name}"] = _digest(folder / name)
    names = {entry.name for entry in entries}
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        generation=number,
        parent=draft.parent,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        embedder=draft.embedder,
        chunking=draft.chunking,
        roots=draft.roots,
        segments=entries,
        tombstones={
            name: tuple(sorted(dead))
            for name, dead in (draft.tombstones or {}).items()
            if dead and name in names
        },
        files=files,
        counts=draft.counts,
        analysis=draft.analysis,
    )
    write_durably(folder / "manifest.json", manifest.to_bytes())
    sync_folder(folder)
    made.append(layout.generation(number))
    os.rename(folder, layout.generation(number))
    sync_folder(layout.generations)
    sync_folder(layout.index)
    return manifest


def _undo(layout: Layout, number: int, made: Sequence[Path]) -> None:
    """Remove what a failed publication left, as far as the disk lets us."""
    now = pointer_or_none(layout)
    if now and now.generation == number:
        return  # interrupted when it was done: it serves
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


def _digest(path: Path) -> FileDigest:
    return FileDigest(sha256_of(path), path.stat().st_size)
