"""One opened generation: everything that answering a question needs from the index.

A snapshot never changes and holds its generation by a shared lock, so that a
question asked of it is answered from it, whatever is published meanwhile. All of
it may be used from many threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from qa_bot.errors import IndexMismatch
from qa_bot.records import Article, ArticleAnalysis, EmbedderFingerprint, Filters, Passage, Span
from qa_bot.storage.arrays import (
    NO_IDS,
    NO_SCORES,
    BoolArray,
    FloatArray,
    IdArray,
    as_ids,
    best,
    row_mask,
    rows_of,
)
from qa_bot.storage.bm25 import Bm25
from qa_bot.storage.filters import is_open, matcher
from qa_bot.storage.layout import Layout
from qa_bot.storage.library import ArticleSummary, Library
from qa_bot.storage.opening import OpenGeneration, mend_command, open_generation, read_duplicates
from qa_bot.storage.segment import Segment

__all__ = ["ArticleSummary", "Snapshot"]


class Snapshot:
    """One generation, open for reading. Scores: higher is better, ties by chunk id."""

    def __init__(self, opened: OpenGeneration) -> None:
        """Use :meth:`open`."""
        self._layout, self.manifest = opened.layout, opened.manifest
        self._segments, self._hold = opened.segments, opened.hold
        roots = {root.name: root.path for root in opened.manifest.roots}
        self._library = Library(opened.segments, roots)
        # One question searches, then scores what the other search found: the same work.
        # (Not a bound method: that would be a cycle, and keep a snapshot alive for a while.)
        self._scored = lru_cache(maxsize=4)(partial(_score, opened.segments))
        # A person asks several questions with one setting of the filters.
        self._latest_allowed: tuple[Filters, IdArray] | None = None
        self._clusters = read_duplicates(opened.layout, opened.manifest).by_article()

    @classmethod
    def open(cls, index: Path, *, verify: bool = False) -> Snapshot:
        """Open the generation that serves now.

        Checks the manifest's checksum, every size and count, and the sha256 of
        files up to 64 MB; with ``verify``, of all files.

        Raises:
            IndexNotFound: there is no index at ``index``.
            IndexCorrupt: a file is missing or not what it was when written.
            IndexTooNew: written by a newer qa_bot.
            IndexMismatch: written by an older one; indexing again brings it up to date.
        """
        opened = open_generation(Layout(Path(index)), all_hashes=verify)
        try:
            return cls(opened)
        except BaseException:
            opened.hold.release()
            raise

    @property
    def index(self) -> Path:
        """The index folder."""
        return self._layout.index

    @property
    def generation(self) -> int:
        """The number of the opened generation."""
        return self.manifest.generation

    @property
    def article_count(self) -> int:
        """Articles that can be found."""
        return self.manifest.counts.articles

    @property
    def chunk_count(self) -> int:
        """Chunks that can be found."""
        return self.manifest.counts.chunks

    @property
    def segments(self) -> Sequence[Segment]:
        """The opened segments, in the manifest's order."""
        return self._segments

    def check_embedder(self, fingerprint: EmbedderFingerprint) -> None:
        """Whether questions embedded so can be compared with this index.

        Raises:
            IndexMismatch: the index was made with another embedder.
        """
        if fingerprint != self.manifest.embedder:
            raise IndexMismatch(
                "the index was made with another embedder",
                where=self.index,
                expected=_described(self.manifest.embedder),
                found=_described(fingerprint),
                mend=f"{mend_command(self._layout, self.manifest)} (embeds the stored articles "
                "anew), or set the embedder back",
            )

    def article(self, article_id: str) -> Article:
        """The stored article.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        return self._library.article(article_id)

    def analysis(self, article_id: str) -> ArticleAnalysis | None:
        """Names, speeches and cues of an article; None where it was indexed without.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        return self._library.analysis(article_id)

    def repeated(self, article_id: str) -> tuple[Span, ...]:
        """Those of an article's masked sentences that are masked because they repeat in others
        of its source (:mod:`qa_bot.storage.repeated`), in order.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        return self._library.repeated(article_id)

    @property
    def has_near_duplicates(self) -> bool:
        """Whether any two articles are near-duplicates."""
        return bool(self._clusters)

    def near_duplicates(self, article_id: str) -> frozenset[str]:
        """The ids of the articles with nearly the text of this one, itself included."""
        return self._clusters.get(article_id) or frozenset((article_id,))

    def articles(self) -> Iterator[ArticleSummary]:
        """All articles, sorted by id."""
        return self._library.articles()

    def passages(self, chunk_ids: Sequence[int] | IdArray) -> list[Passage]:
        """The passages of some chunks, in the order given.

        Raises:
            KeyError: a chunk is not in this generation.
        """
        return self._library.passages(as_ids(chunk_ids))

    def search_dense(
        self, vector: FloatArray, k: int, *, allowed: IdArray | None = None
    ) -> tuple[IdArray, FloatArray]:
        """The ``k`` chunks nearest to ``vector`` (float32 (dim,)): ids and cosines.

        ``allowed``: sorted ids that may be found; None: all.
        """
        found = [
            segment.vectors.search(vector, k, exclude=segment.dead_ids, only=allowed)
            for segment in self._segments
        ]
        return _merged(found, k)

    def search_lexical(
        self, terms: Sequence[str], k: int, *, allowed: IdArray | None = None
    ) -> tuple[IdArray, FloatArray]:
        """The ``k`` chunks with the highest BM25 for stemmed ``terms``: ids and scores > 0."""
        found = []
        for ids, scores in self._scored(tuple(terms)):
            keep = slice(None) if allowed is None else row_mask(ids, allowed)
            found.append(best(ids[keep], scores[keep], k))
        return _merged(found, k)

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """How many chunks of the generation hold each (stemmed) term."""
        counts = [segment.terms.document_frequency(terms) for segment in self._segments]
        return [sum(column) for column in zip(*counts, strict=True)] or [0] * len(terms)

    def score_dense(self, vector: FloatArray, ids: Sequence[int] | IdArray) -> FloatArray:
        """Cosine of each chunk, float32 (len(ids),); nan for a chunk that is not here."""
        wanted = as_ids(ids)
        scores = np.full(len(wanted), np.nan, dtype=np.float32)
        for segment in self._segments:
            here = segment.rows(wanted) >= 0
            scores[here] = segment.vectors.score(vector, wanted[here])
        return scores

    def score_lexical(self, terms: Sequence[str], ids: Sequence[int] | IdArray) -> FloatArray:
        """BM25 of each chunk, float32 (len(ids),); 0.0 where no term occurs."""
        wanted = as_ids(ids)
        scores = np.zeros(len(wanted), dtype=np.float32)
        for found, values in self._scored(tuple(terms)):
            rows = rows_of(found, wanted)
            scores[rows >= 0] = values[rows[rows >= 0]]
        return scores

    def allowed(self, filters: Filters) -> IdArray | None:
        """Sorted ids of the chunks of all articles that pass; None when nothing is left out."""
        if is_open(filters):
            return None
        latest = self._latest_allowed
        if latest is not None and latest[0] == filters:
            return latest[1]
        matches = matcher(filters)
        chosen = [
            segment.ids_of_articles([fields.number for fields in segment.fields if matches(fields)])
            for segment in self._segments
        ]
        allowed = np.sort(np.concatenate([NO_IDS, *chosen]))
        self._latest_allowed = replace(filters, equals=dict(filters.equals)), allowed
        return allowed

    def matching(self, filters: Filters) -> dict[str, bool]:
        """article_id to True for the articles that pass ``filters``."""
        matches = matcher(filters)
        return {
            fields.article_id: True
            for segment in self._segments
            for fields in segment.fields
            if matches(fields)
        }

    def boilerplate(self, ids: Sequence[int] | IdArray) -> BoolArray:
        """True for the chunks that are a last resort, bool (len(ids),)."""
        wanted = as_ids(ids)
        flags = np.zeros(len(wanted), dtype=np.bool_)
        for segment in self._segments:
            rows = segment.rows(wanted)
            flags[rows >= 0] = segment.boilerplate[rows[rows >= 0]]
        return flags

    def close(self) -> None:
        """Let go of the generation. Garbage collection does the same."""
        for segment in self._segments:
            segment.close()
        self._hold.release()


def _score(segments: Sequence[Segment], terms: tuple[str, ...]) -> list[tuple[IdArray, FloatArray]]:
    """Ids and BM25 of all chunks that hold any of the terms, segment by segment."""
    scoring = Bm25([segment.terms for segment in segments], terms)
    return [scoring.score(segment.terms) for segment in segments]


def _merged(found: Sequence[tuple[IdArray, FloatArray]], k: int) -> tuple[IdArray, FloatArray]:
    ids = np.concatenate([NO_IDS, *(ids for ids, _ in found)])
    scores = np.concatenate([NO_SCORES, *(scores for _, scores in found)])
    return best(ids, scores, k)


def _described(embedder: EmbedderFingerprint) -> str:
    return (
        f"{embedder.name}, weights {embedder.revision[:12]}, {embedder.dim} dimensions, "
        f"window {embedder.max_tokens}"
    )
