"""From new articles in a writer to the next generation: compared, chunked, embedded, published."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, closing, nullcontext

from qa_bot.chunking import Chunker, searchable_text
from qa_bot.indexing.analyse import ArticleAnalyses
from qa_bot.indexing.base import Base
from qa_bot.indexing.edges import edges
from qa_bot.indexing.embed import MissingTexts, embed_missing
from qa_bot.indexing.kept import Sight, kept_and_merged
from qa_bot.indexing.masking import Masking, changed_masking
from qa_bot.indexing.signatures import RULE, signature
from qa_bot.protocols import Embedder, Progress
from qa_bot.records import Article
from qa_bot.storage.analysis_cache import AnalysisCache
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import DuplicateClusters, Signed
from qa_bot.storage.layout import Layout
from qa_bot.storage.manifest import Counts, Manifest, Root
from qa_bot.storage.opening import read_duplicates
from qa_bot.storage.publish import Draft, publish
from qa_bot.storage.reuse import KnownVectors, embed_keys
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.vector_cache import VectorCache
from qa_bot.storage.writer import SegmentWriter

_ARTICLES_AT_A_TIME = 256


def add_article(writer: SegmentWriter, article: Article, root: Root, relative: str) -> None:
    """Store a new article with all that is compared with other articles."""
    number = writer.add_article(article, root, relative)
    writer.add_signature(number, signature(article))
    writer.add_edges(number, edges(article))


class NextGeneration:
    """What is made of one run's new articles. ``notices`` are what is to be told of it.

    Args:
        last: the generation that serves, for its vectors, its analyses and its number.
        base: the one that is added to; None where nothing of it stays as it is.
        analysis: the rules to analyse by, "" for not at all.
        most: how many segments there may be.
    """

    def __init__(
        self,
        layout: Layout,
        last: Base | None,
        base: Base | None,
        *,
        embedder: Embedder,
        chunker: Chunker,
        analysis: str,
        most: int,
        progress: Progress,
    ) -> None:
        self._layout, self._last, self._base = layout, last, base
        self._embedder, self._encoder = embedder, embedder.fingerprint
        self._chunker, self._analysis = chunker, analysis
        self._most, self._progress = most, progress
        self.notices: list[str] = []

    def compare(
        self, writer: SegmentWriter, gone: Collection[str], *, same: bool
    ) -> tuple[DuplicateClusters, Masking]:
        """Its near-duplicates, and what has to be masked otherwise, as other sentences repeat.

        ``gone``: ids of ``base`` that no longer count; ``same``: nothing has come or gone.
        """
        ids, rows = writer.signed()
        duplicates = self._duplicates(Signed(ids, rows), gone, same)
        segments = self._base.segments if self._base else ()
        return duplicates, changed_masking(ids, writer.edges(), segments, gone, duplicates)

    def publish(
        self,
        writer: SegmentWriter,
        gone: Collection[str],
        *,
        roots: tuple[Root, ...],
        sources: SourceTable,
        duplicates: DuplicateClusters,
    ) -> tuple[Manifest, int]:
        """Make it the one that serves; its manifest, and how many texts were embedded for it."""
        last = self._last
        known = last.segments if last else ()
        with (
            closing(VectorCache(self._layout.vector_cache, self._encoder.dim)) as cache,
            closing(AnalysisCache(self._layout.analysis_cache)) as analysis_cache,
            closing(ArticleAnalyses(known, analysis_cache)) as analyses,
        ):
            vectors = KnownVectors(known or (last.older if last else ()), cache, self._encoder.dim)
            with MissingTexts(self._layout.vector_cache.parent) as missing:
                self._chunk(writer, vectors, analyses, missing)
                embedded = embed_missing(missing, self._embedder, cache, self._progress)
            analyses.write(writer, self._progress)
            self.notices += analyses.notices
            self._progress("writing", 0, 2)
            with self._segments(gone, writer.chunks) as (kept, merged):
                added = writer.articles
                for sight in merged:
                    writer.carry(sight.opened)
                written = writer.finish(vectors.get, self._encoder.dim) if writer.articles else None
                self._progress("writing", 1, 2)
                draft = Draft(
                    parent=last.manifest.generation if last else None,
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

    def _duplicates(self, new: Signed, gone: Collection[str], same: bool) -> DuplicateClusters:
        if self._base is None:
            return DuplicateClusters(find_clusters(new), RULE)
        before = read_duplicates(self._layout, self._base.manifest)
        if same:  # most likely nothing is published
            return before
        old = [_without(Signed(*segment.signed()), gone) for segment in self._base.segments]
        return DuplicateClusters(find_clusters(new, old, before.clusters), RULE)

    def _segments(
        self, gone: Collection[str], new_chunks: int
    ) -> AbstractContextManager[tuple[list[Sight], list[Sight]]]:
        """The segments that are kept, and those that go into the new one."""
        if self._base is None:
            return nullcontext(([], []))
        return kept_and_merged(self._base, gone, new_chunks=new_chunks, most=self._most)

    def _analysed_by(self, added: int) -> str:
        """The rules that all its articles were analysed by, "" if not all."""
        if self._analysis or self._base is None or added:
            return self._analysis
        return self._base.manifest.analysis

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


def _without(signed: Signed, gone: Collection[str]) -> Signed:
    stays = [row for row, name in enumerate(signed.ids) if name not in gone]
    return Signed([signed.ids[row] for row in stays], signed.rows[stays])
