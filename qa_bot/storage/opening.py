"""Opening one generation and checking it: nothing that changed on disk is read as if it had not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from qa_bot.errors import IndexCorrupt, IndexMismatch, IndexTooNew
from qa_bot.storage.duplicates import DUPLICATES, DuplicateClusters
from qa_bot.storage.files import sha256_of
from qa_bot.storage.layout import Layout, corrupt
from qa_bot.storage.locks import ReadHold
from qa_bot.storage.manifest import SCHEMA_VERSION, FileDigest, Manifest
from qa_bot.storage.segment import Segment
from qa_bot.storage.sources import SourceTable

HASHED_AT_OPENING = 64 * 1024 * 1024
"""Larger files are hashed by ``verify`` alone (bytes)."""
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class HeldManifest:
    """A manifest that was read and is held, so that its files stay."""

    layout: Layout
    manifest: Manifest
    hold: ReadHold


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """A checked generation with its segments."""

    layout: Layout
    manifest: Manifest
    segments: tuple[Segment, ...]
    hold: ReadHold


def hold_manifest(layout: Layout, number: int | None = None) -> HeldManifest:
    """Read and hold the manifest of a generation; by default, of the one that serves.

    Its schema may be an older or newer one.

    Raises:
        IndexNotFound, IndexCorrupt: as in :meth:`Snapshot.open`.
    """
    for attempt in range(_ATTEMPTS):
        pointer = layout.read_pointer() if number is None else None
        wanted = pointer.generation if pointer else number or 0
        path = layout.manifest(wanted)
        try:
            hold = ReadHold(path)
            content = path.read_bytes()
        except FileNotFoundError:
            # A writer may have swept it away after CURRENT was read: look again.
            if attempt + 1 < _ATTEMPTS and pointer and layout.read_pointer() != pointer:
                continue
            raise corrupt(layout, path, "a manifest", "none") from None
        except OSError as error:
            raise corrupt(layout, path, "a readable manifest", error) from error
        found = sha256(content).hexdigest()
        if pointer and found != pointer.manifest_sha256:
            hold.release()
            raise corrupt(layout, path, f"sha256 {pointer.manifest_sha256}", found)
        try:
            manifest = Manifest.from_bytes(content)
        except ValueError as error:
            hold.release()
            raise corrupt(layout, path, "a manifest", error) from None
        return HeldManifest(layout, manifest, hold)
    raise corrupt(layout, layout.current, "a generation that stays", "new ones all the time")


def open_generation(
    layout: Layout, number: int | None = None, *, all_hashes: bool = False
) -> OpenGeneration:
    """Open and check a generation; by default, the one that serves.

    Raises:
        as :meth:`~qa_bot.storage.snapshot.Snapshot.open`.
    """
    held = hold_manifest(layout, number)
    try:
        check_schema(layout, held.manifest)
        return _open(held, all_hashes)
    except BaseException:
        held.hold.release()
        raise


def check_schema(layout: Layout, manifest: Manifest) -> None:
    """Whether this version can read what the manifest names.

    Raises:
        IndexTooNew, IndexMismatch: it cannot.
    """
    found = manifest.schema_version
    if found > SCHEMA_VERSION:
        raise IndexTooNew(
            "the index was written by a newer qa_bot",
            where=layout.index,
            expected=f"schema {SCHEMA_VERSION} or older",
            found=f"schema {found}",
            mend="pip install --upgrade qa-bot, or build it anew: "
            f"qa-bot index PATH --fresh --index {layout.index}",
        )
    if found < SCHEMA_VERSION:
        raise IndexMismatch(
            "the index was written by an older qa_bot",
            where=layout.index,
            expected=f"schema {SCHEMA_VERSION}",
            found=f"schema {found}",
            mend=f"{mend_command(layout, manifest)} (rebuilds it from its stored articles)",
        )


def check_files(
    layout: Layout,
    manifest: Manifest,
    *,
    all_hashes: bool = False,
    checked: Callable[[int, int], None] | None = None,
) -> None:
    """Size of every file of a generation, and sha256 of those up to 64 MB (or all).

    ``checked(done, total)`` is called after each file.

    Raises:
        IndexCorrupt: a file is missing or another one.
    """
    for done, (name, digest) in enumerate(sorted(manifest.files.items()), 1):
        check_file(layout, name, digest, hashed=all_hashes or digest.bytes <= HASHED_AT_OPENING)
        if checked:
            checked(done, len(manifest.files))


def check_file(layout: Layout, name: str, digest: FileDigest, *, hashed: bool) -> None:
    """Size, and sha256 if ``hashed``, of one file.

    Raises:
        IndexCorrupt: it is missing or another one.
    """
    path = layout.index / name
    try:
        size = path.stat().st_size
        if size != digest.bytes:
            raise corrupt(layout, path, f"{digest.bytes} bytes", f"{size} bytes")
        if hashed and (found := sha256_of(path)) != digest.sha256:
            raise corrupt(layout, path, f"sha256 {digest.sha256}", found)
    except FileNotFoundError:
        raise corrupt(layout, path, f"{digest.bytes} bytes", "no such file") from None
    except OSError as error:
        raise corrupt(layout, path, "a readable file", error) from error


def read_sources(layout: Layout, manifest: Manifest) -> SourceTable:
    """The table of files that a generation was made from.

    Raises:
        IndexCorrupt: it is not what the manifest says.
    """
    path = layout.generation(manifest.generation) / "sources.json"
    name = path.relative_to(layout.index).as_posix()
    if name not in manifest.files:
        raise corrupt(layout, path, "an entry in the manifest", "none")
    check_file(layout, name, manifest.files[name], hashed=True)
    try:
        return SourceTable.from_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise corrupt(layout, path, "a table of sources", error) from error


def read_duplicates(layout: Layout, manifest: Manifest) -> DuplicateClusters:
    """The near-duplicate clusters of a generation.

    Raises:
        IndexCorrupt: they are not what the manifest says.
    """
    path = layout.generation(manifest.generation) / DUPLICATES
    name = path.relative_to(layout.index).as_posix()
    if name not in manifest.files:
        raise corrupt(layout, path, "an entry in the manifest", "none")
    check_file(layout, name, manifest.files[name], hashed=True)
    try:
        return DuplicateClusters.from_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise corrupt(layout, path, "a list of near-duplicates", error) from error


def mend_command(layout: Layout, manifest: Manifest) -> str:
    """The command that indexes again; any folder of the index will do."""
    paths = [root.path for root in manifest.roots if Path(root.path).exists()]
    return f"qa-bot index {paths[0] if paths else 'PATH'} --index {layout.index}"


def _open(held: HeldManifest, all_hashes: bool) -> OpenGeneration:
    layout, manifest = held.layout, held.manifest
    check_files(layout, manifest, all_hashes=all_hashes)
    segments: list[Segment] = []
    try:
        for entry in manifest.segments:
            folder = layout.segment(entry.name)
            try:
                segments.append(Segment(folder, entry, manifest.tombstones.get(entry.name, ())))
            except (ValueError, OSError, sqlite3.Error, EOFError) as error:
                raise corrupt(layout, folder, "a segment as the manifest says", error) from error
        found = (
            sum(segment.article_count for segment in segments),
            sum(segment.chunk_count for segment in segments),
        )
        expected = (manifest.counts.articles, manifest.counts.chunks)
        if found != expected:
            raise corrupt(
                layout,
                layout.manifest(manifest.generation),
                "{} articles and {} chunks".format(*expected),
                "{} articles and {} chunks".format(*found),
            )
    except IndexCorrupt:
        for segment in segments:
            segment.close()
        raise
    return OpenGeneration(layout, manifest, tuple(segments), held.hold)
