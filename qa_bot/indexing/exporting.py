"""The articles of an index as JSON Lines that index back to the same ids and texts."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from qa_bot.corpus.exported import exported_row
from qa_bot.protocols import Progress
from qa_bot.storage.files import storing, sync_file
from qa_bot.storage.snapshot import Snapshot


def exported_lines(snapshot: Snapshot) -> Iterator[str]:
    """A line of ASCII for each article, sorted by id, one article in memory at a time."""
    for summary in snapshot.articles():
        article = snapshot.article(summary.article_id)
        repeated = set(snapshot.repeated(article.article_id))  # found again where it is indexed
        own = tuple(span for span in article.masked if span not in repeated)
        row = exported_row(replace(article, masked=own))
        yield json.dumps(row, separators=(",", ":")) + "\n"


def export_articles(
    index: str | Path, out: str | Path | TextIO, progress: Progress | None = None
) -> int:
    """Write all articles of the index that serves to ``out``; returns how many.

    ``out``: a file (packed where its name ends in .gz), replaced when all is written;
    or an open stream of text. ``progress("exporting", done, total)``.

    Raises:
        IndexNotFound, IndexCorrupt, IndexTooNew, IndexMismatch: as in Snapshot.open.
        PublishError: the file cannot be written.
    """
    snapshot = Snapshot.open(Path(index))
    try:
        if isinstance(out, str | os.PathLike):
            return _to_file(snapshot, Path(out), progress)
        return _to_stream(snapshot, out, progress)
    finally:
        snapshot.close()


def _to_stream(snapshot: Snapshot, stream: TextIO, progress: Progress | None) -> int:
    done = 0
    for done, line in enumerate(exported_lines(snapshot), 1):
        stream.write(line)
        if progress:
            progress("exporting", done, snapshot.article_count)
    return done


def _to_file(snapshot: Snapshot, path: Path, progress: Progress | None) -> int:
    temporary = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    try:
        with storing(path):
            if path.name.lower().endswith(".gz"):
                with gzip.open(temporary, "wt", encoding="ascii") as stream:
                    done = _to_stream(snapshot, stream, progress)
            else:
                with open(temporary, "w", encoding="ascii") as stream:
                    done = _to_stream(snapshot, stream, progress)
            sync_file(temporary)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return done
