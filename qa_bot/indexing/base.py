"""What the index holds before a run: the generation that serves, whatever its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from qa_bot.errors import IndexCorrupt, IndexError_, IndexNotFound
from qa_bot.records import Article
from qa_bot.storage.layout import Layout
from qa_bot.storage.locks import ReadHold
from qa_bot.storage.manifest import SCHEMA_VERSION, Manifest
from qa_bot.storage.opening import (
    check_files,
    check_schema,
    hold_manifest,
    open_generation,
    read_sources,
)
from qa_bot.storage.passages import FILE, stored_articles
from qa_bot.storage.repeated import are_known, masked_spans, read_edges
from qa_bot.storage.reuse import OlderSegment
from qa_bot.storage.rows import record_hash
from qa_bot.storage.segment import Segment
from qa_bot.storage.sources import SourceTable

_SAME_VECTORS_SINCE = 1
"""The schema since which vectors, chunks and embed keys are stored as they are now."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article of the index: where it lies, and what decides whether it has changed."""

    segment: str
    root: str
    relative: str
    content_hash: str
    record_hash: str


@dataclass(frozen=True, slots=True)
class Base:
    """A generation to start from. When its schema is older ``segments`` is empty, and
    ``older`` holds what vectors there are to take over."""

    layout: Layout
    manifest: Manifest
    segments: tuple[Segment, ...]
    sources: SourceTable
    articles: Mapping[str, KnownArticle]
    hold: ReadHold
    older: tuple[OlderSegment, ...] = ()

    @property
    def is_older(self) -> bool:
        """Whether only its articles can be read."""
        return self.manifest.schema_version < SCHEMA_VERSION

    @property
    def knows_edges(self) -> bool:
        """Whether the sentences at the edge of all articles are known, to find what repeats."""
        return all(are_known(segment.edges) for segment in self.segments)

    def stored(self, root_paths: Mapping[str, str]) -> Iterator[tuple[KnownArticle, Article]]:
        """All live articles with their texts, as their loaders masked them; locations begin
        with ``root_paths``."""
        for _, _, _, article in _as_loaded(self.layout, self.manifest, root_paths):
            yield self.articles[article.article_id], article

    def close(self) -> None:
        """Let go of it."""
        for segment in self.segments:
            segment.close()
        for older in self.older:
            older.passages.close()
        self.hold.release()


def open_base(layout: Layout, *, fresh: bool) -> Base | None:
    """The generation that serves; None where there is none.

    With ``fresh`` it is only wanted for its vectors, and one that cannot be read
    counts as none.

    Raises:
        IndexCorrupt, IndexTooNew: it is damaged, or newer than this program.
    """
    try:
        held = hold_manifest(layout)
    except IndexNotFound:
        return None
    except IndexError_:
        if fresh:
            return None
        raise
    try:
        if held.manifest.schema_version < SCHEMA_VERSION:
            return _open_older(layout, held.manifest, held.hold)
        check_schema(layout, held.manifest)
        opened = open_generation(layout, held.manifest.generation)
        held.hold.release()
        articles = {
            article.article_id: KnownArticle(
                segment.entry.name,
                article.root,
                article.relative,
                article.content_hash,
                article.record_hash,
            )
            for segment in opened.segments
            for article in segment.live_articles()
        }
        sources = read_sources(layout, opened.manifest)
        return Base(layout, opened.manifest, opened.segments, sources, articles, opened.hold)
    except IndexError_:
        held.hold.release()
        if fresh:
            return None
        raise


def _open_older(layout: Layout, manifest: Manifest, hold: ReadHold) -> Base:
    """An index of an older schema: its articles are all that is trusted."""
    check_files(layout, manifest)
    articles = {}
    paths = {root.name: root.path for root in manifest.roots}
    for segment, root, relative, article in _as_loaded(layout, manifest, paths):
        articles[article.article_id] = KnownArticle(
            segment, root, relative, article.content_hash, record_hash(article)
        )
    try:
        sources = read_sources(layout, manifest)
    except IndexCorrupt:  # it had none, or another kind: every file is read again
        sources = SourceTable()
    older: tuple[OlderSegment, ...] = ()
    if manifest.schema_version >= _SAME_VECTORS_SINCE:
        older = tuple(OlderSegment.open(layout.segment(one.name)) for one in manifest.segments)
    return Base(layout, manifest, (), sources, articles, hold, older)


def _as_loaded(
    layout: Layout, manifest: Manifest, root_paths: Mapping[str, str]
) -> Iterator[tuple[str, str, str, Article]]:
    """(segment, root, relative path, article) of all live articles, without what was masked
    because it repeats."""
    for entry in manifest.segments:
        folder = layout.segment(entry.name)
        dead = frozenset(manifest.tombstones.get(entry.name, ()))
        edges = read_edges(folder, entry.articles)
        for number, root, relative, article in stored_articles(folder / FILE, dead, root_paths):
            repeated = set(masked_spans(edges[number]))
            own = tuple(span for span in article.masked if span not in repeated)
            yield entry.name, root, relative, replace(article, masked=own)
