"""Which generation serves, going back to an earlier one, and removing what nobody needs."""

from __future__ import annotations

import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from qa_bot.errors import IndexCorrupt, IndexError_, IndexNotFound
from qa_bot.storage.files import storing
from qa_bot.storage.layout import Layout, Pointer
from qa_bot.storage.locks import unread, writer_lock
from qa_bot.storage.opening import hold_manifest, open_generation


def serving_generation(index: Path) -> int | None:
    """The number of the generation that serves; None where there is no index.

    Raises:
        IndexCorrupt: there is one, but its pointer file is damaged.
    """
    try:
        return Layout(Path(index)).read_pointer().generation
    except IndexNotFound:
        return None


def rollback(index: Path) -> int:
    """Let the generation before the current one serve again.

    Returns:
        The number of the generation that serves now.

    Raises:
        IndexNotFound: there is no index.
        IndexLocked: another process is writing.
        IndexCorrupt: there is no earlier generation that is whole.
    """
    layout = Layout(Path(index))
    if not layout.numbers():
        layout.read_pointer()  # raises
    with writer_lock(layout.index):
        tried: list[str] = []
        for number in _earlier(layout):
            try:
                opened = open_generation(layout, number, all_hashes=True)
            except IndexError_ as error:
                tried.append(f"generation {number}: {error.what}")
                continue
            for segment in opened.segments:
                segment.close()
            with storing(layout.current):
                content = layout.manifest(number).read_bytes()
                layout.write_pointer(Pointer(number, sha256(content).hexdigest()))
            opened.hold.release()
            return number
    raise IndexCorrupt(
        "there is no earlier generation to go back to",
        where=layout.index,
        expected="a whole generation before the current one",
        found="; ".join(tried) or "none",
        mend=f"build the index anew: qa-bot index PATH --fresh --index {layout.index}",
    )


def sweep(layout: Layout, *, parent: bool = True) -> list[int]:
    """Remove what no generation needs: all but the current one, its ``parent``, and those
    that a reader holds. What cannot be removed now is left for the next time.

    Returns:
        The numbers of the generations that are only left because they are being read.
    """
    read: list[int] = []
    with suppress(OSError, IndexError_):
        layout.sweep_temporary()
        held = hold_manifest(layout)
        keep = {held.manifest.generation, *([held.manifest.parent] if parent else ())}
        held.hold.release()
        needed: set[str] = set()
        for number in layout.numbers():
            path = layout.manifest(number)
            with unread(path) as free:
                if free and number not in keep:
                    path.unlink(missing_ok=True)
                    shutil.rmtree(layout.generation(number), ignore_errors=True)
                    continue
            if number not in keep:
                read.append(number)
            kept = hold_manifest(layout, number)
            needed.update(segment.name for segment in kept.manifest.segments)
            kept.hold.release()
        if layout.segments.is_dir():
            for folder in layout.segments.iterdir():
                if folder.name not in needed:
                    shutil.rmtree(folder, ignore_errors=True)
    return read


def _earlier(layout: Layout) -> list[int]:
    """Numbers to go back to, best first: the parent, else whatever is older."""
    numbers = layout.numbers()
    try:
        current = layout.read_pointer().generation
    except IndexError_:
        return numbers[::-1]
    older = [number for number in numbers if number < current][::-1]
    with suppress(IndexError_):
        held = hold_manifest(layout)
        held.hold.release()
        parent = held.manifest.parent
        return [number for number in older if parent is not None and number <= parent]
    return older


def pointer_or_none(layout: Layout) -> Pointer | None:
    """The pointer; None where there is none that can be read."""
    try:
        return layout.read_pointer()
    except IndexError_:
        return None
