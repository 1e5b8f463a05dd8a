"""Articles, the chunks and passages they are cut into, and which of them may be searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open interval of code points, ``0 <= start <= end``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, found [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The slice of ``text`` that this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def shift(self, by: int) -> Span:
        """The same length, ``by`` code points further on."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Article:
    """One article, immutable once loaded.

    ``text`` is what every offset points into. ``masked`` are whole sentences of
    boilerplate (menus, credits, "Read more"): never quoted by preference, never
    cut out. ``location`` is the file (or url) that ``verify`` reads again.
    ``published`` is an ISO date (YYYY-MM-DD) or None. ``content_hash`` is the
    sha256 of the UTF-8 text, in hexadecimal.
    """

    article_id: str
    title: str
    text: str
    source: str | None
    location: str
    url: str | None
    author: str | None
    published: str | None
    encoding: str
    metadata: Mapping[str, str]
    content_hash: str
    masked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article: ``text == article.text[span]``.

    ``chunk_id`` is 16 hexadecimal digits made from the article's id, its content
    hash and the span. ``masked`` are the boilerplate spans inside ``span``, in
    article offsets; they are neither embedded nor read. A chunk with
    ``boilerplate=True`` holds masked sentences only and is a last resort.
    """

    chunk_id: str
    article_id: str
    span: Span
    text: str
    heading: str = ""
    masked: tuple[Span, ...] = ()
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with what is shown beside it."""

    chunk: Chunk
    title: str
    source: str | None
    url: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched.

    Dates are ISO (YYYY-MM-DD), both ends included. ``sources`` are publishers'
    names or hosts. ``equals`` compares metadata fields. ``exclude_articles``
    leaves out article ids. Articles without a date pass a date filter only with
    ``include_undated``.
    """

    published_from: str | None = None
    published_until: str | None = None
    sources: tuple[str, ...] = ()
    equals: Mapping[str, str] = field(default_factory=dict)
    include_undated: bool = False
    exclude_articles: tuple[str, ...] = ()
