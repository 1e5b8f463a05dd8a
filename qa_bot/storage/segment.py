"""One opened segment: its vectors, terms and passages, with the dead left out.

Every chunk has a row: rows are in ascending order of chunk id, in all files alike.

    chunks.ids.npy          int64 (chunks,), ascending
    chunks.owners.npy       int32 (chunks,), number of the article in passages.sqlite
    chunks.boilerplate.npy  bool (chunks,), True for a last resort
    signatures.npy          uint32 (articles, columns), by number: what an article's words are
                            like, to find near-duplicates (see duplicates.py)
    edges.npy               by number: its first and last sentences, to find those that repeat
                            (see repeated.py)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_bot.storage.arrays import NO_IDS, BoolArray, IdArray, rows_of
from qa_bot.storage.dense import SegmentVectors
from qa_bot.storage.duplicates import SIGNATURES, SignatureArray
from qa_bot.storage.filters import StoredFields
from qa_bot.storage.lexical import SegmentTerms
from qa_bot.storage.manifest import SegmentEntry
from qa_bot.storage.passages import FILE, PassageStore
from qa_bot.storage.repeated import EdgeArray, read_edges
from qa_bot.storage.rows import StoredArticle


def chunk_file(folder: Path, name: str) -> Path:
    """The path of one of the three arrays above: ids, owners or boilerplate."""
    return folder / f"chunks.{name}.npy"


class Segment:
    """A segment as one generation sees it."""

    def __init__(self, folder: Path, entry: SegmentEntry, dead: Collection[str] = ()) -> None:
        """``dead``: ids of the articles that no longer count.

        Raises:
            ValueError: the files do not fit one another or the entry's counts.
        """
        self.folder, self.entry = folder, entry
        self.ids: IdArray = np.load(chunk_file(folder, "ids"), mmap_mode="r")
        self.owners: npt.NDArray[np.int32] = np.load(chunk_file(folder, "owners"), mmap_mode="r")
        self.boilerplate: BoolArray = np.load(chunk_file(folder, "boilerplate"), mmap_mode="r")
        self.signatures: SignatureArray = np.load(folder / SIGNATURES, mmap_mode="r")
        self.edges: EdgeArray = read_edges(folder, entry.articles)
        self.passages = PassageStore(folder / FILE)
        self.dead_articles: frozenset[int] = frozenset(self._number(name) for name in dead)
        self._dead_rows: BoolArray | None = None
        if dead:
            gone = np.zeros(entry.articles, dtype=np.bool_)
            gone[list(self.dead_articles)] = True
            self._dead_rows = gone[self.owners]
        self.dead_ids: IdArray = NO_IDS if self._dead_rows is None else self.ids[self._dead_rows]
        self.terms = SegmentTerms(folder, self.ids, exclude=self.dead_ids)
        self.vectors = SegmentVectors(folder)
        articles, chunks, analyses = self.passages.counts()
        found = (
            articles,
            len(self.signatures),
            analyses,
            chunks,
            len(self.ids),
            len(self.owners),
            len(self.boilerplate),
            len(self.vectors),
        )
        if found != (entry.articles, entry.articles, entry.analyses, *[entry.chunks] * 5):
            raise ValueError(
                f"counts of {entry.articles} articles, {entry.analyses} analyses and "
                f"{entry.chunks} chunks were expected, found {found}"
            )

    @property
    def article_count(self) -> int:
        """Live articles."""
        return self.entry.articles - len(self.dead_articles)

    @property
    def chunk_count(self) -> int:
        """Live chunks."""
        return len(self.ids) - len(self.dead_ids)

    @property
    def live_ids(self) -> IdArray:
        """Ids of the live chunks, ascending."""
        return self.ids if self._dead_rows is None else self.ids[~self._dead_rows]

    def rows(self, ids: IdArray) -> npt.NDArray[np.intp]:
        """The row of each id; -1 where it is not here or dead."""
        rows = rows_of(self.ids, ids)
        if self._dead_rows is not None:
            rows[(rows >= 0) & self._dead_rows[rows]] = -1
        return rows

    def article_number(self, article_id: str) -> int | None:
        """The number of a live article; None if there is none of that id."""
        number = self.passages.key_of(article_id)
        return None if number is None or number in self.dead_articles else number

    def live_articles(self) -> list[StoredArticle]:
        """Live articles without their texts, by number."""
        return [one for one in self.passages.stored() if one.number not in self.dead_articles]

    def signed(self) -> tuple[list[str], SignatureArray]:
        """The ids of the live articles and their signatures, by number."""
        live = self.live_articles()
        return [one.article_id for one in live], self.signatures[[one.number for one in live]]

    @cached_property
    def fields(self) -> Sequence[StoredFields]:
        """What filters look at, of the live articles."""
        rows = self.passages.rows(StoredFields.COLUMNS)
        return [StoredFields.of(row) for row in rows if row[0] not in self.dead_articles]

    def ids_of_articles(self, numbers: Collection[int]) -> IdArray:
        """Ids of the chunks of some articles, ascending."""
        chosen = np.zeros(self.entry.articles, dtype=np.bool_)
        chosen[list(numbers)] = True
        return self.ids[chosen[self.owners]]

    def close(self) -> None:
        """Close the SQLite connections; memory maps go with the object."""
        self.passages.close()

    def _number(self, article_id: str) -> int:
        number = self.passages.key_of(article_id)
        if number is None:
            raise ValueError(f"a tombstone names an article that is not here: {article_id}")
        return number
