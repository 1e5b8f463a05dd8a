"""Making one segment: new articles, and the living part of older segments.

    add_article, add_signature, add_edges ... -> mask ...      new articles, in several passes
        -> added ... -> add_chunks, add_analysis ...
    carry_article(segment, ...)                      with other sentences masked; its chunks follow
    carry(segment)                                   what a merge takes over
    finish(vectors)                                  everything is on the disk

Everything goes into a hidden folder; :mod:`qa_bot.storage.publish` gives it its
name. Left by an exception, or not published, the folder is removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from qa_bot.errors import PublishError
from qa_bot.records import Article, Chunk
from qa_bot.storage import dense
from qa_bot.storage.arrays import BoolArray, FloatArray, IdArray
from qa_bot.storage.duplicates import SIGNATURES, UNSIGNED, SignatureArray, as_signatures
from qa_bot.storage.files import storing, sync_tree
from qa_bot.storage.layout import Layout
from qa_bot.storage.manifest import Root
from qa_bot.storage.passages import PassageWriter
from qa_bot.storage.postings import PostingsWriter
from qa_bot.storage.repeated import EDGES, EdgeArray, masked_spans, unknown_edges
from qa_bot.storage.rows import ARTICLE_COLUMNS, ChunkRow, remasked_row
from qa_bot.storage.segment import Segment, chunk_file

_BATCH = 4096


@dataclass(frozen=True, slots=True)
class WrittenSegment:
    """A finished folder that still has its temporary name."""

    folder: Path
    articles: int
    chunks: int
    analyses: int


class SegmentWriter:
    """Collects one segment. Every method raises PublishError when the disk does not take it."""

    def __init__(self, layout: Layout) -> None:
        with storing(layout.index):
            self.folder = layout.temporary(layout.segments)
            try:
                self._passages = PassageWriter(self.folder)
            except BaseException:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
        self._postings = PostingsWriter()
        self._rows: list[tuple[int, int, bool]] = []
        self._new_ids: list[int] = []
        self._new_keys: list[bytes] = []
        self._signatures: dict[int, SignatureArray] = {}
        self._edges: dict[int, Any] = {}
        self._article_ids: list[str] = []
        self._carried: list[Segment] = []
        self.articles = 0
        self.characters = 0

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._passages.close()
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def chunks(self) -> int:
        """Chunks so far."""
        return len(self._rows)

    def add_article(self, article: Article, root: Root, relative: str) -> int:
        """Store a new article and return its number; its chunks follow in :meth:`add_chunks`."""
        with storing(self.folder):
            number = self._passages.add_article(
                article, root=root.name, root_path=root.path, relative=relative
            )
        self._article_ids.append(article.article_id)
        self.articles += 1
        self.characters += len(article.text)
        return number

    def added(self) -> Iterator[tuple[int, Article]]:
        """The new articles with their numbers, read back from the disk."""
        return self._passages.articles()

    def add_chunks(
        self, number: int, chunks: Sequence[Chunk], texts: Sequence[str], keys: Sequence[bytes]
    ) -> None:
        """The chunks of new article ``number``: what is searched for each, and its embed key."""
        for chunk, text, key in zip(chunks, texts, keys, strict=True):
            row = ChunkRow.of(chunk, number, key)
            self._passages.add_chunk(row)
            self._postings.add(row.chunk_id, text)
            self._rows.append((row.chunk_id, number, row.boilerplate))
            self._new_ids.append(row.chunk_id)
            self._new_keys.append(key)

    def add_signature(self, number: int, signature: SignatureArray) -> None:
        """What new article ``number`` is like: uint32 (columns,)."""
        self._signatures[number] = signature

    def add_edges(self, number: int, row: Any) -> None:
        """The first and last sentences of new article ``number``: a row of EDGE."""
        self._edges[number] = row

    def edges(self) -> EdgeArray:
        """Those of the new articles, by number."""
        return self._edge_rows(len(self._article_ids))

    def mask(self, number: int, repeated: BoolArray) -> None:
        """Mask those sentences at the edge of new article ``number``, bool (columns of EDGE,)."""
        row = self._edges[number]
        row["masked"] = repeated
        with storing(self.folder):
            self._passages.mask(number, masked_spans(row))

    def signed(self) -> tuple[list[str], SignatureArray]:
        """The ids of the new articles and their signatures, by number."""
        rows = self._signature_rows(len(self._article_ids))
        return self._article_ids, as_signatures(rows)

    def add_analysis(self, number: int, key: bytes, content: bytes) -> None:
        """What grammar says of new article ``number``, as it is stored."""
        with storing(self.folder):
            self._passages.add_analysis(number, key, content)

    def carry_article(self, segment: Segment, number: int, repeated: BoolArray) -> None:
        """Take over one article of ``segment`` with those sentences at its edge masked, and no
        others that were for repeating. Its chunks and analysis are made anew."""
        row = segment.edges[number].copy()
        before = masked_spans(row)
        row["masked"] = repeated
        raw = remasked_row(segment.passages.raw_article(number), before, masked_spans(row))
        with storing(self.folder):
            here = self._passages.carry_article(raw)
        self._signatures[here], self._edges[here] = segment.signatures[number], row
        self.articles += 1
        self.characters += raw[ARTICLE_COLUMNS.index("characters")]

    def carry(self, segment: Segment) -> None:
        """Take over what is alive in ``segment``, which must stay open until :meth:`finish`."""
        with storing(self.folder):
            numbers: dict[int, int] = {}
            for article in segment.live_articles():
                raw = segment.passages.raw_article(article.number)
                number = numbers[article.number] = self._passages.carry_article(raw)
                self._signatures[number] = segment.signatures[article.number]
                self._edges[number] = segment.edges[article.number]
                if analysis := segment.passages.raw_analysis(article.number):
                    self._passages.add_analysis(number, *analysis)
                self.articles += 1
            for row in segment.passages.chunk_rows_of(list(numbers)):
                moved = row.of_article(numbers[row.article])
                self._passages.add_chunk(moved)
                self._rows.append((moved.chunk_id, moved.article, moved.boilerplate))
            self._postings.add_postings(segment.terms.postings())
        self._carried.append(segment)

    def finish(self, vectors: Callable[[Sequence[bytes]], FloatArray], dim: int) -> WrittenSegment:
        """Write everything and sync it.

        ``vectors`` gives float32 (len(keys), dim) for the embed keys of new chunks.
        """
        ids = np.array([row[0] for row in self._rows], dtype=np.int64)
        order = np.argsort(ids)
        ids = ids[order]
        if len(ids) > 1 and (ids[1:] == ids[:-1]).any():
            raise PublishError(
                "two chunks have one id",
                where=self.folder,
                found=f"{int(ids[:-1][ids[1:] == ids[:-1]][0]):016x}",
                mend="change chunk_tokens by one and index again: chunk ids come out anew",
            )
        owners = np.array([row[1] for row in self._rows], dtype=np.int32)[order]
        boilerplate = np.array([row[2] for row in self._rows], dtype=np.bool_)[order]
        with storing(self.folder):
            for name, values in (("ids", ids), ("owners", owners), ("boilerplate", boilerplate)):
                np.save(chunk_file(self.folder, name), values)
            signatures = self._signature_rows(self.articles)
            np.save(self.folder / SIGNATURES, as_signatures(signatures))
            np.save(self.folder / EDGES, self._edge_rows(self.articles))
            self._postings.write(self.folder, ids)
            dense.write_vectors(self.folder, ids, self._matrix(ids, vectors, dim))
            self._passages.finish()
            sync_tree(self.folder)
        return WrittenSegment(self.folder, self.articles, len(ids), self._passages.analyses)

    def _signature_rows(self, articles: int) -> list[SignatureArray]:
        """The rows of the first ``articles``; an article that was not signed is like no other."""
        return [self._signatures.get(number, UNSIGNED) for number in range(articles)]

    def _edge_rows(self, articles: int) -> EdgeArray:
        rows = unknown_edges(articles)
        for number, row in self._edges.items():
            rows[number] = row
        return rows

    def _matrix(
        self, ids: IdArray, vectors: Callable[[Sequence[bytes]], FloatArray], dim: int
    ) -> FloatArray:
        """All vectors, float32 (len(ids), dim), filled part by part."""
        matrix: FloatArray = np.empty((len(ids), dim), dtype=np.float32)
        for begin in range(0, len(self._new_ids), _BATCH):
            part = np.array(self._new_ids[begin : begin + _BATCH], dtype=np.int64)
            matrix[np.searchsorted(ids, part)] = vectors(self._new_keys[begin : begin + _BATCH])
        for segment in self._carried:
            live = segment.live_ids
            for begin in range(0, len(live), _BATCH):
                part = live[begin : begin + _BATCH]
                matrix[np.searchsorted(ids, part)] = segment.vectors.vectors(part)
        return matrix
