"""What an index was made from, so that it can be brought up to date as a whole."""

from __future__ import annotations

from pathlib import Path

from qa_bot.errors import IndexNotFound
from qa_bot.fetching.pages import KeptPages
from qa_bot.storage.layout import Layout
from qa_bot.storage.opening import hold_manifest


def remembered(index: Path) -> tuple[list[Path], list[str], list[Path]]:
    """(folders and files that are there, addresses, folders and files that have gone).

    All empty where there is no index. Kept pages come with their addresses, or as a
    folder where these are not known.

    Raises:
        IndexCorrupt, IndexTooNew: it cannot be read.
    """
    layout = Layout(index)
    try:
        held = hold_manifest(layout)
    except IndexNotFound:
        return [], [], []
    held.hold.release()
    roots = [Path(root.path) for root in held.manifest.roots]
    kept = layout.fetched.absolute()
    addresses = list(KeptPages(layout.fetched).addresses()) if kept in roots else []
    there = [root for root in roots if root.exists()]
    return there, addresses, [root for root in roots if not root.exists()]
