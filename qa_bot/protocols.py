"""The seams of the house: what an embedder, a reader, an index and a loader must do.

Every implementation is run through the contract suite of its Protocol in
tests/contracts. Scores: higher is better, ties broken by chunk id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast, runtime_checkable

from qa_bot.records import (
    Article,
    EmbedderFingerprint,
    Filters,
    Notice,
    Skipped,
    Span,
    SpanCandidate,
    Turn,
)

if TYPE_CHECKING:  # numpy costs 0.1 s of CPU time at import, and annotations do not need it
    import numpy as np
    import numpy.typing as npt

    FloatMatrix = npt.NDArray[np.float32]
    ChunkIds = npt.NDArray[np.int64]

Progress = Callable[[str, int, int], None]
"""``progress(stage, done, total)``; ``total`` is 0 where it is not known."""


@runtime_checkable
class Embedder(Protocol):
    """Text to unit vectors; the dot product of two is their cosine."""

    @property
    def fingerprint(self) -> EmbedderFingerprint:
        """Name, revision, dim, window; two embedders with equal ones agree."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text with the encoder's own tokenizer, special ones included."""
        ...

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """float32 of shape (len(texts), dim), rows of length 1, in the order given.

        Raises:
            ModelError: a text is longer than ``fingerprint.max_tokens``; nothing
                is ever truncated in silence.
        """
        ...

    def embed_question(self, question: str) -> FloatMatrix:
        """float32 of shape (dim,). A question over the window is cut at the window."""
        ...


@dataclass(frozen=True, slots=True)
class ReadingPassage:
    """What a reader is given: a slice of an article and where it stands.

    ``text`` is ``article.text[offset : offset + len(text)]``; ``masked`` are
    spans in article offsets whose tokens must be neither seen nor answered.
    """

    article_id: str
    chunk_id: str
    text: str
    offset: int = 0
    masked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one passage: spans best first, and its null score.

    ``null_score`` is the smallest over the passage's windows (a window without
    the answer says "null" loudly; the passage does so only if all do).
    """

    candidates: tuple[SpanCandidate, ...]
    null_score: float


@runtime_checkable
class Reader(Protocol):
    """Question and passages to spans."""

    @property
    def fingerprint(self) -> str:
        """sha256 of the weights that are run, in hexadecimal."""
        ...

    def read(
        self, question: str, passages: Sequence[ReadingPassage], *, top_n: int = 5
    ) -> list[Reading]:
        """One :class:`Reading` per passage, in the order given.

        Every candidate is a slice of its own passage: never across two, never
        across a mask or a paragraph's end. Candidates of one passage do not repeat.
        """
        ...


@runtime_checkable
class VectorIndex(Protocol):
    """Dense vectors of one segment under int64 ids."""

    def __len__(self) -> int: ...

    def search(
        self,
        vector: FloatMatrix,
        k: int,
        *,
        exclude: ChunkIds | None = None,
        only: ChunkIds | None = None,
    ) -> tuple[ChunkIds, FloatMatrix]:
        """The ``min(k, allowed)`` best ids and cosines, best first, ties by id.

        ``vector`` has shape (dim,). ``exclude`` and ``only`` are sorted int64
        arrays; with ``only``, k results come back whenever k of them exist.
        """
        ...

    def score(self, vector: FloatMatrix, ids: ChunkIds) -> FloatMatrix:
        """Cosine of each id, float32 of shape (len(ids),); nan for an id not here."""
        ...

    def vectors(self, ids: ChunkIds) -> FloatMatrix:
        """The stored vectors, float32 of shape (len(ids), dim).

        Raises:
            KeyError: an id is not here.
        """
        ...


@runtime_checkable
class LexicalIndex(Protocol):
    """Term statistics of one segment. Scoring over segments uses their sums, so that
    a collection scores the same however it is cut into segments."""

    def __len__(self) -> int: ...

    @property
    def total_terms(self) -> int:
        """Sum of chunk lengths in terms."""
        ...

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """Chunks that hold each (stemmed) term."""
        ...

    def term_counts(self, terms: Sequence[str]) -> tuple[ChunkIds, FloatMatrix, FloatMatrix]:
        """(ids, lengths, counts) of the chunks that hold any of the terms.

        Shapes (m,), (m,), (m, len(terms)); ids ascending.
        """
        ...


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """What a loader reads: a file on the disk or inside an archive.

    ``name`` is the file's own name, whose suffix says its format; ``shown`` is how reports
    name it, ``location`` what verify reads again: an absolute path, for a member of an
    archive followed by ``!`` and the member's name. ``open`` gives its bytes from the
    beginning, each time it is called, and raises OSError where it cannot.
    """

    name: str
    shown: str
    location: str
    open: Callable[[], BinaryIO]

    @classmethod
    def at(cls, path: Path) -> ArticleFile:
        """The file at ``path``, which is not opened yet."""
        return cls(
            path.name, str(path), str(path.absolute()), lambda: cast(BinaryIO, path.open("rb"))
        )


@runtime_checkable
class ArticleLoader(Protocol):
    """One file format. Yields articles and, for what it cannot read, Skipped."""

    @property
    def suffixes(self) -> frozenset[str]:
        """Lower-case ends of the file names it reads, with their full stop."""
        ...

    def load(
        self, file: ArticleFile, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Skipped | Notice]:
        """Stream the articles of one file. Never raises for bad content.

        ``article_id`` is ``<root name>/<relative path>``, with ``!<member>`` for a member of
        an archive; rows of a file add ``#<id>`` or ``#L<line>``. A file, or a row of one,
        above ``max_bytes`` is Skipped without being held in memory.

        Raises:
            OSError: the file cannot be opened or read.
        """
        ...


@runtime_checkable
class QuestionRewriter(Protocol):
    """A follow-up question to one that stands alone."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """The stand-alone question, or None when nothing has to change."""
        ...


class ArticleSource(Protocol):
    """Where the text of a citation comes from (one opened generation)."""

    @property
    def generation(self) -> int:
        """The number of the opened generation."""
        ...

    def article(self, article_id: str) -> Article:
        """The stored article.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        ...

    def matching(self, filters: Filters) -> Mapping[str, bool]:
        """article_id to True for the articles that pass ``filters``."""
        ...
