"""Every sha256, every count, every chunk a slice of its article: the whole index, read once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from qa_bot.records import Span
from qa_bot.storage.analyses import decode, furthest
from qa_bot.storage.layout import Layout, corrupt
from qa_bot.storage.opening import HASHED_AT_OPENING, check_file, open_generation
from qa_bot.storage.rows import ChunkRow
from qa_bot.storage.segment import Segment


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was read and found to be in order.

    ``articles`` and ``chunks`` include the dead ones that kept segments still hold.
    """

    generation: int
    files: int
    bytes: int
    articles: int
    chunks: int

    def __str__(self) -> str:
        return (
            f"generation {self.generation} is in order: the sha256 of {self.files:,} files "
            f"({self.bytes / 1e6:,.1f} MB), every count, and {self.chunks:,} chunks as slices "
            f"of {self.articles:,} articles"
        )


def verify_index(
    index: Path, progress: Callable[[str, int, int], None] | None = None
) -> VerifyReport:
    """Check the generation that serves, down to every chunk.

    ``progress(stage, done, total)`` is called with the stages "hashing" and "checking".

    Raises:
        IndexNotFound, IndexTooNew, IndexMismatch: as at opening.
        IndexCorrupt: something is wrong; it names the first and says how many there are.
    """
    layout = Layout(Path(index))
    opened = open_generation(layout)
    manifest = opened.manifest
    problems: list[tuple[Path, str]] = []
    try:
        for done, (name, digest) in enumerate(sorted(manifest.files.items()), 1):
            if digest.bytes > HASHED_AT_OPENING:  # the others were hashed at opening
                check_file(layout, name, digest, hashed=True)
            if progress:
                progress("hashing", done, len(manifest.files))
        total = sum(segment.entry.articles for segment in opened.segments)
        roots = {root.name: root.path for root in manifest.roots}
        done = 0
        for segment in opened.segments:
            for problem in _segment_problems(segment, roots):
                done += 1
                if problem:
                    problems.append((segment.folder, problem))
                if progress:
                    progress("checking", done, total)
    finally:
        for segment in opened.segments:
            segment.close()
        opened.hold.release()
    if problems:
        raise corrupt(
            layout,
            problems[0][0],
            "what was written",
            f"{problems[0][1]} ({len(problems)} such articles in all)",
        )
    return VerifyReport(
        manifest.generation,
        len(manifest.files),
        sum(d.bytes for d in manifest.files.values()),
        total,
        sum(segment.entry.chunks for segment in opened.segments),
    )


def _segment_problems(segment: Segment, roots: dict[str, str]) -> Iterator[str]:
    """What is wrong with each article and its chunks, "" where nothing is."""
    ids, owners = segment.ids, segment.owners
    for number in range(segment.entry.articles):
        try:
            article = segment.passages.article(number, roots)
            rows = list(segment.passages.chunk_rows_of([number]))
        except (KeyError, ValueError, TypeError, sqlite3.Error) as error:
            yield f"article {number} cannot be read: {error!r}"
            continue
        name = article.article_id
        found = sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
        if found != article.content_hash:
            yield f"{name}: the text's sha256 is {found}, not {article.content_hash}"
        elif any(span.end > len(article.text) for span in article.masked):
            yield f"{name}: a masked span lies outside the text"
        elif sorted(row.chunk_id for row in rows) != ids[owners == number].tolist():
            yield f"{name}: its chunks are not those of the vector index"
        elif problem := _analysis_problem(segment, number, len(article.text)):
            yield f"{name}: {problem}"
        elif wrong := [row for row in rows if not _is_slice(row, len(article.text))]:
            yield f"{name}: chunk {wrong[0].chunk_id:016x} is not a slice of the text"
        else:
            yield ""


def _analysis_problem(segment: Segment, number: int, length: int) -> str:
    """What is wrong with an article's analysis, "" where nothing is or there is none."""
    try:
        raw = segment.passages.raw_analysis(number)
        reach = 0 if raw is None else furthest(decode(raw[1]))
    except (ValueError, sqlite3.Error) as error:
        return f"its analysis cannot be read: {error!r}"
    return "its analysis reaches beyond the text" if reach > length else ""


def _is_slice(row: ChunkRow, length: int) -> bool:
    try:
        return len(Span(row.start, row.end)) > 0 and row.end <= length
    except ValueError:
        return False
