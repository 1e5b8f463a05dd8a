"""Letting go of the text of removed articles wherever this program has put it."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from qa_bot.corpus.folder import SourceFile, load_file
from qa_bot.fetching.pages import KeptPages
from qa_bot.indexing.chosen import HoldingFile
from qa_bot.indexing.repacking import SUFFIXES, leave_out
from qa_bot.records import Article
from qa_bot.storage.files import replace_durably, storing
from qa_bot.storage.generations import sweep
from qa_bot.storage.layout import Layout

_ROWS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_NO_LIMIT_MB = 1 << 20


def forget_files(layout: Layout, files: Iterable[HoldingFile]) -> list[str]:
    """Remove the text from the files inside the index folder (uploads, fetched pages).

    A file all of whose articles are meant is removed; of a file of rows, the rows are
    emptied, so that the others keep their line numbers; an archive is written anew without
    the files that are meant.

    Returns:
        A remark for each file that still holds some of it.
    """
    notices = []
    pages = KeptPages(layout.fetched)
    for file in files:
        if not file.path.is_file():
            continue
        if not file.is_kept:
            notices.append(f"{file.path} lies outside the index and still holds the text")
        elif not file.others:
            with storing(file.path):
                if file.path.is_relative_to(pages.folder.absolute()):
                    pages.forget_file(file.path)
                else:
                    file.path.unlink()
        elif file.path.name.lower().endswith(_ROWS):
            _empty_rows(file)
        elif not _left_out(file):
            notices.append(
                f"{file.path} still holds the text, as {file.others} other articles lie in it; "
                "remove the file, or the others too"
            )
    return notices


def forget_generations(layout: Layout) -> list[str]:
    """Remove all generations but the one that serves, and what interrupted runs left.

    Returns:
        A remark if some are being read and stay for now.
    """
    with storing(layout.index):
        for left in (*layout.vector_cache.parent.glob("*"), layout.suggestions):
            left.unlink(missing_ok=True)
    read = sweep(layout, parent=False)
    if not read:
        return []
    numbers = ", ".join(map(str, read))
    return [
        f"generation {numbers} is being read by a program and still holds the text; it goes with "
        "the next run of qa-bot index or qa-bot remove after that program has moved on"
    ]


def forget_elsewhere(index: Path, article_ids: Sequence[str]) -> None:
    """What people asked and said about the articles."""
    from qa_bot.journal import forget_articles

    forget_articles(index, article_ids)


def _left_out(file: HoldingFile) -> bool:
    """Whether all that is meant could be left out of the archive that the file is."""
    if not file.path.name.lower().endswith(SUFFIXES):
        return False
    members = {name.removeprefix(f"{file.label}!") for name in file.articles}
    return leave_out(file.path, members) == members


def _empty_rows(file: HoldingFile) -> None:
    lines = set()
    source = SourceFile(file.path, file.label)
    for found in load_file(source, root_name="", max_file_mb=_NO_LIMIT_MB):
        if isinstance(found, Article) and found.article_id in file.articles:
            lines.add(int(found.location.rpartition("#L")[2]))
    with storing(file.path):
        packed = file.path.name.lower().endswith(".gz")
        raw = file.path.read_bytes()
        rows = (gzip.decompress(raw) if packed else raw).split(b"\n")
        kept = b"\n".join(b"" if n in lines else row for n, row in enumerate(rows, 1))
        replace_durably(file.path, gzip.compress(kept) if packed else kept)
