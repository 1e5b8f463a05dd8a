"""Taking articles out of an index, and, with ``purge``, every trace of their text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qa_bot.config import Settings
from qa_bot.errors import IndexNotFound
from qa_bot.indexing.base import Base, open_base
from qa_bot.indexing.chosen import Chosen, choose
from qa_bot.indexing.kept import Sight, kept_and_merged
from qa_bot.indexing.purging import forget_elsewhere, forget_files, forget_generations
from qa_bot.indexing.signatures import RULE
from qa_bot.protocols import Progress
from qa_bot.records import IndexReport
from qa_bot.storage.arrays import FloatArray
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import DuplicateClusters, Signed, as_signatures
from qa_bot.storage.layout import Layout
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.manifest import Counts, Manifest
from qa_bot.storage.opening import check_schema, read_duplicates
from qa_bot.storage.publish import Draft, publish
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.writer import SegmentWriter


def remove_articles(
    index: str | Path | None,
    ids: str | Path | Sequence[str | Path],
    purge: bool = False,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> IndexReport:
    """Take articles out of the index, in one new generation.

    An article whose file still lies on the disk stays out when its folder is indexed
    again, also when its file is renamed, until ``build_index(..., restore=True)`` or
    ``fresh=True``. A whole folder that was indexed is taken out by its path: then it is
    simply no longer part of the index.

    Args:
        index: folder of the index; None: that of the settings.
        ids: article ids; or paths of files or folders, whose articles are meant; or the
            web addresses of articles, or of feeds and sitemaps for all that they led to.
        purge: also let go of the text itself: the segments that held it are written anew,
            older generations, vectors of interrupted runs, pages and uploads kept inside
            the index folder are removed, gap log and feedback forget it. What lies
            outside the index folder is never touched. There is nothing to roll back to
            after that. A generation that another process has open goes when it is let
            go of; the report says so, and ``remove_articles(index, [], purge=True)`` ends it.
        settings: by default, from qa_bot.toml and the environment.
        progress: called with "removing", what is done and the total.

    Returns:
        ``removed`` holds the ids; ``unchanged`` is not listed.

    Raises:
        CorpusError: something of ``ids`` names no article; nothing was changed.
        IndexNotFound, IndexLocked, IndexCorrupt, IndexTooNew, IndexMismatch: as elsewhere.
        PublishError: the disk did not take it; the old generation serves.
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    layout = Layout(Path(settings.index if index is None else index))
    told = progress or (lambda stage, done, total: None)
    layout.read_pointer()  # raises where there is no index, before anything is made there
    with writer_lock(layout.index):
        layout.sweep_temporary()
        base = open_base(layout, fresh=False)
        if base is None:
            raise IndexNotFound("there is no index here", where=layout.index)
        try:
            check_schema(layout, base.manifest)
            chosen = choose(ids, base)
            told("removing", 0, 2)
            manifest = _without(base, chosen, purge) if chosen else base.manifest
        finally:
            base.close()
        told("removing", 1, 2)
        notices: list[str] = []
        if purge:
            notices += forget_files(layout, chosen.files)
            notices += forget_generations(layout)
            forget_elsewhere(layout.index, chosen.ids)
        told("removing", 2, 2)
    return IndexReport(
        added=(),
        changed=(),
        unchanged=(),
        removed=tuple(sorted(chosen.articles)),
        skipped=(),
        chunks=manifest.counts.chunks,
        generation=manifest.generation,
        seconds=time.monotonic() - started,
        notices=tuple(notices),
    )


def _without(base: Base, chosen: Chosen, purge: bool) -> Manifest:
    """Publish the generation without the chosen articles.

    With ``purge`` every segment that holds one of them, or any dead article (an earlier
    text of one of them, it may be), is written anew, so that no file holds a byte of them.
    """
    before = read_duplicates(base.layout, base.manifest)
    anew = {base.articles[name].segment for name in chosen.articles}
    anew |= {name for name, dead in base.manifest.tombstones.items() if dead}
    with (
        SegmentWriter(base.layout) as writer,
        kept_and_merged(
            base,
            chosen.articles,
            new_chunks=0,
            most=max(1, len(base.manifest.segments)),
            rewritten=anew if purge else (),
        ) as (kept, merged),
    ):
        for sight in merged:
            writer.carry(sight.opened)
        dim = base.manifest.embedder.dim
        written = writer.finish(_no_vectors, dim) if writer.articles else None
        draft = Draft(
            parent=base.manifest.generation,
            embedder=base.manifest.embedder,
            chunking=base.manifest.chunking,
            roots=tuple(root for root in base.manifest.roots if root.name not in chosen.roots),
            sources=_sources(base, chosen),
            counts=Counts(
                sum(one.opened.article_count for one in kept) + writer.articles,
                sum(one.opened.chunk_count for one in kept) + writer.chunks,
            ),
            base=base.manifest,
            kept=[one.opened.entry for one in kept],
            tombstones={one.opened.entry.name: one.dead for one in kept},
            written=written,
            analysis=base.manifest.analysis,
            duplicates=_clusters(before, chosen, [*kept, *merged]),
        )
        return publish(base.layout, draft)


def _clusters(
    before: DuplicateClusters, chosen: Chosen, stay: Sequence[Sight]
) -> DuplicateClusters:
    """The near-duplicates that are left; ``stay``: the segments."""
    if before.rule != RULE:  # rows of another kind: the next indexing makes them anew
        left = (cluster - chosen.articles.keys() for cluster in before.clusters)
        return DuplicateClusters(frozenset(one for one in left if len(one) > 1), before.rule)
    old = [Signed(*sight.opened.signed()) for sight in stay]
    return DuplicateClusters(
        find_clusters(Signed([], as_signatures([])), old, before.clusters), RULE
    )


def _sources(base: Base, chosen: Chosen) -> SourceTable:
    """The table of files, with the chosen articles noted as removed."""
    removed: dict[str, dict[str, str]] = {}
    for name in chosen.articles:
        known = base.articles[name]
        removed.setdefault(known.root, {})[name] = known.content_hash
    return SourceTable(
        {
            name: replace(root, removed={**root.removed, **removed.get(name, {})})
            for name, root in base.sources.roots.items()
            if name not in chosen.roots
        }
    )


def _no_vectors(keys: Sequence[bytes]) -> FloatArray:
    raise AssertionError(f"nothing new is written, and {len(keys)} vectors are wanted")
