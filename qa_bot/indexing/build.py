"""build_index: folders and addresses in, one new generation out, nothing in between to be seen."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from pathlib import Path

from qa_bot.chunking import Chunker, searchable_text
from qa_bot.config import Settings
from qa_bot.indexing.addressed import fetch_given, split_given
from qa_bot.indexing.analyse import ArticleAnalyses, wanted_rules
from qa_bot.indexing.base import Base, open_base
from qa_bot.indexing.edges import edges
from qa_bot.indexing.embed import MissingTexts, embed_missing
from qa_bot.indexing.isolated import Loading
from qa_bot.indexing.kept import Sight, kept_and_merged
from qa_bot.indexing.masking import Masking, changed_masking
from qa_bot.indexing.reading import Difference, FolderReader, reading_rules
from qa_bot.indexing.roots import (
    Target,
    existing_paths,
    find_targets,
    moved_notices,
    overlap_notices,
)
from qa_bot.indexing.signatures import RULE, signature
from qa_bot.protocols import Embedder, Progress
from qa_bot.records import Article, IndexReport
from qa_bot.storage.analysis_cache import AnalysisCache
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import DuplicateClusters, Signed
from qa_bot.storage.layout import Layout
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.manifest import Counts, Manifest, Root
from qa_bot.storage.opening import read_duplicates
from qa_bot.storage.publish import Draft, publish
from qa_bot.storage.reuse import KnownVectors, embed_keys
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.vector_cache import VectorCache
from qa_bot.storage.writer import SegmentWriter

_ARTICLES_AT_A_TIME = 256


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
        self._embedder, self._encoder = embedder, embedder.fingerprint
        self._chunker = Chunker(
            max_tokens=settings.chunk_tokens,
            overlap=settings.chunk_overlap,
            encoder_limit=self._encoder.max_tokens,
            count_encoder_tokens=embedder.count_tokens,
        )
        self._analysis, self._unable = wanted_rules(settings)
        self._last = base  # the generation that serves, for its vectors and its number
        self._base = None if fresh else base  # the one to be added to
        self._anew = self._base is not None and (
            self._base.is_older
            or self._base.manifest.embedder != self._encoder
            or self._base.manifest.chunking != self._chunker.fingerprint
            or not self._base.knows_edges
            or self._analysis not in ("", self._base.manifest.analysis)
            or read_duplicates(layout, self._base.manifest).rule != RULE
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
            if self._anew:
                self._add_stored(writer, found, roots)
            duplicates = self._duplicates(writer, found)
            masking = self._masking(writer, found, duplicates)
            if base and self._is_current(found, roots) and not masking:
                manifest, embedded = base.manifest, 0
            else:
                sources = reader.sources(roots)
                manifest, embedded = self._publish(
                    writer, found, roots, sources, duplicates, masking
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
            notices=tuple(found.notices),
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
            reader.read(targets, partial(_add, writer))
        return reader

    def _is_current(self, found: Difference, roots: tuple[Root, ...]) -> bool:
        """Whether the generation that serves is what this run would make."""
        assert self._base is not None
        return found.is_empty and not self._anew and roots == self._base.manifest.roots

    def _publish(
        self,
        writer: SegmentWriter,
        found: Difference,
        roots: tuple[Root, ...],
        sources: SourceTable,
        duplicates: DuplicateClusters,
        masking: Masking,
    ) -> tuple[Manifest, int]:
        """The next generation, and how many texts were embedded for it."""
        gone = found.outdated | masking.write(writer)
        known = self._last.segments if self._last else ()
        with (
            closing(VectorCache(self._layout.vector_cache, self._encoder.dim)) as cache,
            closing(AnalysisCache(self._layout.analysis_cache)) as analysis_cache,
            closing(ArticleAnalyses(known, analysis_cache)) as analyses,
            MissingTexts(self._layout.vector_cache.parent) as missing,
        ):
            older = self._last.older if self._last else ()
            vectors = KnownVectors(known or older, cache, self._encoder.dim)
            self._chunk(writer, vectors, analyses, missing)
            embedded = embed_missing(missing, self._embedder, cache, self._progress)
            analyses.write(writer, self._progress)
            found.notices += analyses.notices
            self._progress("writing", 0, 2)
            with self._segments(gone, writer.chunks) as (kept, merged):
                added = writer.articles
                for sight in merged:
                    writer.carry(sight.opened)
                written = writer.finish(vectors.get, self._encoder.dim) if writer.articles else None
                self._progress("writing", 1, 2)
                draft = Draft(
                    parent=self._last.manifest.generation if self._last else None,
                    embedder=self._encoder,
                    chunking=self._chunker.fingerprint,
                    roots=roots,
                    sources=sources,
                    counts=Counts(
                        sum(one.opened.article_count for one in kept) + writer.articles,
                        sum(one.opened.chunk_count for one in kept) + writer.chunks,
                    ),
                    base=self._base.manifest if self._base else None,
                    kept=[one.opened.entry for one in kept],
                    tombstones={one.opened.entry.name: one.dead for one in kept},
                    written=written,
                    analysis=self._analysed_by(added),
                    duplicates=duplicates,
                )
                manifest = publish(self._layout, draft)
            cache.clear()
            analysis_cache.clear()
        self._progress("writing", 2, 2)
        return manifest, embedded

    def _analysed_by(self, added: int) -> str:
        """The rules that all articles of the next generation were analysed by, "" if not all."""
        if self._analysis or self._base is None or self._anew or added:
            return self._analysis
        return self._base.manifest.analysis

    def _duplicates(self, writer: SegmentWriter, found: Difference) -> DuplicateClusters:
        """The near-duplicates of the next generation."""
        new = Signed(*writer.signed())
        if self._base is None or self._anew:
            return DuplicateClusters(find_clusters(new), RULE)
        before = read_duplicates(self._layout, self._base.manifest)
        if found.is_empty:  # most likely nothing is published
            return before
        gone = found.outdated
        old = [_without(Signed(*segment.signed()), gone) for segment in self._base.segments]
        return DuplicateClusters(find_clusters(new, old, before.clusters), RULE)

    def _masking(
        self, writer: SegmentWriter, found: Difference, duplicates: DuplicateClusters
    ) -> Masking:
        """What has to be masked otherwise than it is, as other sentences repeat."""
        segments = self._base.segments if self._base and not self._anew else ()
        ids, _ = writer.signed()
        return changed_masking(ids, writer.edges(), segments, found.outdated, duplicates)

    def _segments(
        self, gone: Collection[str], new_chunks: int
    ) -> AbstractContextManager[tuple[list[Sight], list[Sight]]]:
        """The segments that are kept, and those that go into the new one."""
        if self._base is None or self._anew:
            return nullcontext(([], []))
        return kept_and_merged(
            self._base, gone, new_chunks=new_chunks, most=self._settings.max_segments
        )

    def _add_stored(
        self, writer: SegmentWriter, found: Difference, roots: tuple[Root, ...]
    ) -> None:
        """All articles that stay as they are, from the index itself."""
        assert self._base is not None
        by_name = {root.name: root for root in roots}
        gone = found.outdated
        for known, article in self._base.stored({root.name: root.path for root in roots}):
            if article.article_id not in gone:
                root = by_name.get(known.root, Root(known.root, ""))
                _add(writer, article, root, known.relative)

    def _chunk(
        self,
        writer: SegmentWriter,
        vectors: KnownVectors,
        analyses: ArticleAnalyses,
        missing: MissingTexts,
    ) -> None:
        """Chunk the new articles, and announce them to ``analyses``; the texts that
        have no vector go to ``missing``."""
        fresh: dict[bytes, str] = {}
        total = writer.articles
        for done, (number, article) in enumerate(writer.added(), 1):
            chunks = self._chunker.chunk(article)
            texts = [searchable_text(chunk, article.title) for chunk in chunks]
            keys = embed_keys(self._encoder, texts)
            writer.add_chunks(number, chunks, texts, keys)
            if self._analysis:
                analyses.expect(number, article, writer.characters)
            fresh.update(zip(keys, texts, strict=True))
            if done % _ARTICLES_AT_A_TIME == 0 or done == total:
                for key in vectors.missing(list(fresh)):
                    missing.add(key, fresh[key])
                fresh.clear()
            self._progress("chunking", done, total)


def _add(writer: SegmentWriter, article: Article, root: Root, relative: str) -> None:
    """Store a new article with all that is compared with other articles."""
    number = writer.add_article(article, root, relative)
    writer.add_signature(number, signature(article))
    writer.add_edges(number, edges(article))


def _without(signed: Signed, gone: Collection[str]) -> Signed:
    stays = [row for row, name in enumerate(signed.ids) if name not in gone]
    return Signed([signed.ids[row] for row in stays], signed.rows[stays])


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is wanted."""
