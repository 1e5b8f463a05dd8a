"""build_index: folders and addresses in, one new generation out, nothing in between to be seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from qa_bot.chunking import Chunker
from qa_bot.config import Settings
from qa_bot.indexing.addressed import fetch_given, split_given
from qa_bot.indexing.analyse import wanted_rules
from qa_bot.indexing.base import Base, open_base
from qa_bot.indexing.generation import NextGeneration, add_article
from qa_bot.indexing.isolated import Loading
from qa_bot.indexing.reading import FolderReader, reading_rules
from qa_bot.indexing.roots import (
    Target,
    existing_paths,
    find_targets,
    moved_notices,
    overlap_notices,
)
from qa_bot.indexing.signatures import RULE
from qa_bot.protocols import Embedder, Progress
from qa_bot.records import IndexReport
from qa_bot.storage.layout import Layout
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.manifest import Root
from qa_bot.storage.opening import read_duplicates
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.writer import SegmentWriter


def build_index(
    paths: str | Path | Sequence[str | Path],
    index: str | Path | None = None,
    fresh: bool = False,
    *,
    settings: Settings | None = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    restore: bool = False,
) -> IndexReport:
    """Bring each of ``paths`` (folders, files, web addresses) up to date in the index.

    New, changed and vanished articles; other folders in the index stay. A renamed file
    keeps its article's id. The address of a page, a sitemap or a feed is fetched first:
    the pages are kept in index/fetched, which is then indexed like any folder. When
    nothing has changed, no new generation is made. When the index was made with
    another embedder, other chunking, without the analysis that is wanted or by an older
    qa_bot, all its stored articles are chunked, embedded and analysed anew (with no paths
    at all, only that happens); vectors and analyses that still fit are taken over.

    Args:
        paths: one path or address, or several; an address begins with http:// or https://.
        index: folder of the index; by default ``settings.index``.
        fresh: start over with ``paths`` alone.
        settings: by default, from qa_bot.toml and the environment.
        embedder: by default, the one that the settings name.
        progress: called with "fetching", "reading", "chunking", "embedding", "analysing" or
            "writing", what is done and the total of that stage.
        restore: let articles of ``paths`` in again that were taken out by remove_articles.

    Returns:
        What was done. A file that could not be read, and a page that could not be
        fetched, is in ``skipped`` with the reason.

    Raises:
        CorpusError: a path does not exist; nothing was changed.
        FetchError: an address is none, or no server of those given can be reached; nothing
            was changed.
        IndexLocked: another process is writing to the index.
        IndexCorrupt, IndexTooNew: the index cannot be added to (``fresh`` can).
        PublishError: the disk did not take it; the old generation serves.
        ModelError: the embedder cannot be opened or fails.
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    places, addresses = split_given(paths)
    targets = existing_paths(places)
    layout = Layout(Path(settings.index if index is None else index))
    collected = fetch_given(
        addresses, layout, settings, progress or _silent, fresh=fresh, restore=restore
    )
    if addresses:
        targets = existing_paths([*targets, layout.fetched])
    with writer_lock(layout.index):
        layout.sweep_temporary()
        if embedder is None:
            from qa_bot.embedding import open_embedder

            embedder = open_embedder(settings)
        base = open_base(layout, fresh=fresh)
        try:
            run = _Run(layout, base, settings, embedder, progress or _silent, fresh)
            return collected.reported(run.build(targets, started, restore=restore))
        finally:
            if base:
                base.close()


class _Run:
    """One run of build_index, from the generation that serves to the next."""

    def __init__(
        self,
        layout: Layout,
        base: Base | None,
        settings: Settings,
        embedder: Embedder,
        progress: Progress,
        fresh: bool,
    ) -> None:
        self._layout, self._settings, self._progress = layout, settings, progress
        chunker = Chunker(
            max_tokens=settings.chunk_tokens,
            overlap=settings.chunk_overlap,
            encoder_limit=embedder.fingerprint.max_tokens,
            count_encoder_tokens=embedder.count_tokens,
        )
        analysis, self._unable = wanted_rules(settings)
        self._base = None if fresh else base  # the one to be added to
        self._anew = self._base is not None and (
            self._base.is_older
            or self._base.manifest.embedder != embedder.fingerprint
            or self._base.manifest.chunking != chunker.fingerprint
            or not self._base.knows_edges
            or analysis not in ("", self._base.manifest.analysis)
            or read_duplicates(layout, self._base.manifest).rule != RULE
        )
        self._next = NextGeneration(
            layout,
            base,
            None if self._anew else self._base,
            embedder=embedder,
            chunker=chunker,
            analysis=analysis,
            most=settings.max_segments,
            progress=progress,
        )

    def build(self, paths: Sequence[Path], started: float, *, restore: bool) -> IndexReport:
        base = self._base
        sources = base.sources if base else SourceTable()
        targets, roots = find_targets(paths, base.manifest.roots if base else (), sources)
        with SegmentWriter(self._layout) as writer:
            reader = self._read(targets, sources, writer, restore)
            found = reader.difference
            found.notices += [*overlap_notices(targets, roots), *moved_notices(targets)]
            if self._unable:
                found.notices.append(f"articles are indexed without analysis: {self._unable}")
            gone = found.outdated
            if base and self._anew:
                _add_stored(base, writer, gone, roots)
            duplicates, masking = self._next.compare(writer, gone, same=found.is_empty)
            same = found.is_empty and not self._anew and not masking
            if base and same and roots == base.manifest.roots:
                manifest, embedded = base.manifest, 0
            else:
                manifest, embedded = self._next.publish(
                    writer,
                    gone | masking.write(writer),
                    roots=roots,
                    sources=reader.sources(roots),
                    duplicates=duplicates,
                )
        return IndexReport(
            added=tuple(sorted(found.added)),
            changed=tuple(sorted(found.changed)),
            unchanged=tuple(sorted(found.unchanged)),
            removed=tuple(sorted(found.removed)),
            skipped=tuple(found.skipped),
            chunks=manifest.counts.chunks,
            generation=manifest.generation,
            seconds=time.monotonic() - started,
            embedded=embedded,
            renamed=found.moved,
            notices=(*found.notices, *self._next.notices),
        )

    def _read(
        self, targets: Sequence[Target], sources: SourceTable, writer: SegmentWriter, restore: bool
    ) -> FolderReader:
        loading = Loading(
            max_file_mb=self._settings.max_file_mb,
            seconds=self._settings.load_seconds,
            columns=self._settings.columns,
        )
        with closing(loading):
            reader = FolderReader(
                self._base.articles if self._base else {},
                sources,
                layout=self._layout,
                loading=loading,
                rules=reading_rules(self._settings.max_file_mb, self._settings.columns),
                restore=restore,
                progress=self._progress,
            )
            reader.read(targets, partial(add_article, writer))
        return reader


def _add_stored(base: Base, writer: SegmentWriter, gone: set[str], roots: tuple[Root, ...]) -> None:
    """All articles that stay as they are, from the index itself."""
    by_name = {root.name: root for root in roots}
    for known, article in base.stored({root.name: root.path for root in roots}):
        if article.article_id not in gone:
            root = by_name.get(known.root, Root(known.root, ""))
            add_article(writer, article, root, known.relative)


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is wanted."""
