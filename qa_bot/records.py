"""The frozen records that travel down the road from article to answer.

All offsets are half-open ``[start, end)`` Python code-point offsets into
:attr:`Article.text`. Every score: higher is better. Nothing here imports
anything but the standard library and :mod:`qa_bot.links`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from qa_bot.links import quote_link

SCHEMA_VERSION = 1
"""Version of :meth:`Answer.to_dict`; raised when a field changes its meaning."""

AnswerKind = Literal["span", "sentence", "list", "talk"]
"""The shape of an answer; see :class:`Answer`."""


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
class ScoredPassage:
    """A retrieved passage. ``rank`` counts from 1.

    ``score`` is the fused score, ``dense`` the cosine (-1 to 1), ``lexical``
    BM25 (>= 0). ``span_score`` and ``null_score`` are the reader's logit sums
    for its best span and for "no answer"; None when the passage was not read.
    """

    passage: Passage
    score: float
    rank: int
    dense: float
    lexical: float
    span_score: float | None = None
    null_score: float | None = None
    best_span: str | None = None


@dataclass(frozen=True, slots=True)
class SpanCandidate:
    """A span proposed by the reader, in article offsets.

    ``score`` is start logit + end logit, ``null_score`` the same sum at the
    window's null position. ``score - null_score`` is the margin.
    """

    article_id: str
    chunk_id: str
    span: Span
    text: str
    score: float
    null_score: float

    @property
    def margin(self) -> float:
        """Reader score over null; above 0 the reader prefers to answer."""
        return self.score - self.null_score


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, number or date; ``kind`` is one of spaCy's types (PERSON, GPE, DATE, ...)."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What somebody says: quoted words (without their marks), or what "X said that" governs.

    ``speaker`` is where the article names who speaks; None where it does not.
    ``quoted`` tells the very words from a report of them.
    """

    span: Span
    speaker: Span | None
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that keep what they govern from being a plain statement.

    ``kind`` is one of :data:`CUE_KINDS`; ``span`` are the words ("did not", "denied",
    "may"); ``scope`` is what they govern, one run of text: a cue that governs several
    runs is there several times. ``sentence`` holds both.
    """

    sentence: Span
    kind: str
    span: Span
    scope: Span


CUE_KINDS = ("negation", "denial", "hedge", "question", "headline")
"""The kinds of cues. Of a headline, span and scope are the title's line."""


@dataclass(frozen=True, slots=True)
class ArticleAnalysis:
    """What grammar says of one article, found when indexing; each tuple is sorted by span."""

    entities: tuple[Entity, ...] = ()
    speeches: tuple[Speech, ...] = ()
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands. ``quote == article.text[span.start:span.end]``, always.

    ``flags`` warn of what a bare quote hides: "negated", "denied", "hedged", "question",
    "headline", "quoted" (:mod:`qa_bot.answering.safety`); "uncalibrated" is about the
    confidence. ``speaker`` are the article's own words for who says it. ``page`` counts from
    1, None where the article has no pages; ``extractor`` names the program that took the text
    out of its file, with its version, "" for files of text.
    """

    article_id: str
    title: str
    source: str | None
    location: str
    url: str | None
    published: str | None
    span: Span
    quote: str
    sentence: str
    sentence_span: Span
    page: int | None = None
    flags: tuple[str, ...] = ()
    speaker: str | None = None
    content_hash: str = ""
    extractor: str = ""

    @property
    def link(self) -> str | None:
        """The article's web address with a text fragment that scrolls to the quote.

        None for an article without an http or https address.
        """
        start = self.span.start - self.sentence_span.start
        end = start + len(self.quote)
        if start < 0 or self.sentence[start:end] != self.quote:
            return quote_link(self.url, self.quote)
        return quote_link(self.url, self.quote, self.sentence[:start], self.sentence[end:])


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another distinct answer; ``confidence`` as in :class:`Answer`.

    ``newer``, of a conflict: whether its newest article is later than the answer's;
    None where one of the two is undated, or both are of one day.
    """

    text: str
    confidence: float
    citations: tuple[Citation, ...]
    newer: bool | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one question.

    An abstention has ``status="abstained"``, ``text=None``, no citation and a
    ``reason``; its ``passages`` are the closest ones. ``confidence`` is the
    estimated probability that ``text`` is right (0 to 1); for an abstention, the
    confidence of the best span that was not shown. ``timings_ms`` maps stage to
    milliseconds. ``conflicts`` contradict ``text`` from other articles, and stand in
    no other list; ``independent_sources`` counts articles of one publisher, or of one
    text, once.

    ``kind`` is the shape of the answer: "span"; "sentence" (``text`` is the sentence that
    settles a question for yes or no, which it may do either way); "list" (``text`` is the
    enumeration, or the first item, and ``alternatives`` are further items, not rivals);
    "talk" (a reply to small talk: abstained, ``reason`` is the reply, nothing was searched).
    """

    question: str
    status: Literal["answered", "abstained"]
    text: str | None
    confidence: float
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    conflicts: tuple[Alternative, ...]
    independent_sources: int
    passages: tuple[ScoredPassage, ...]
    reason: str | None
    rewritten_question: str | None
    generation: int
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    kind: AnswerKind = "span"

    @classmethod
    def abstained(
        cls, question: str, reason: str, *, generation: int, kind: AnswerKind = "span"
    ) -> Answer:
        """An answer that quotes nothing, and says why."""
        return cls(
            question=question,
            status="abstained",
            text=None,
            confidence=0.0,
            citations=(),
            alternatives=(),
            conflicts=(),
            independent_sources=0,
            passages=(),
            reason=reason,
            rewritten_question=None,
            generation=generation,
            kind=kind,
        )

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict of plain types, with ``schema_version``.

        A citation carries what it takes to check it: ``quote``, ``span``,
        ``content_hash``, ``location``; and its ``link``.
        """
        record = {"schema_version": SCHEMA_VERSION, **_plain(asdict(self))}
        cited: tuple[Answer | Alternative, ...] = (self, *self.alternatives, *self.conflicts)
        written = (record, *record["alternatives"], *record["conflicts"])
        for one, plain in zip(cited, written, strict=True):
            for citation, fields in zip(one.citations, plain["citations"], strict=True):
                fields["link"] = citation.link
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Answer:
        """The inverse of :meth:`to_dict`.

        Raises:
            ValueError: the record has another ``schema_version`` or lacks a field.
        """
        found = record.get("schema_version")
        if found != SCHEMA_VERSION:
            raise ValueError(f"schema_version: expected {SCHEMA_VERSION}, found {found!r}")
        try:
            return cls(
                question=record["question"],
                status=record["status"],
                text=record["text"],
                confidence=float(record["confidence"]),
                citations=tuple(map(_citation, record["citations"])),
                alternatives=tuple(map(_alternative, record["alternatives"])),
                conflicts=tuple(map(_alternative, record["conflicts"])),
                independent_sources=record["independent_sources"],
                passages=tuple(map(_scored_passage, record["passages"])),
                reason=record["reason"],
                rewritten_question=record["rewritten_question"],
                generation=record["generation"],
                timings_ms=dict(record["timings_ms"]),
                kind=record.get("kind", "span"),
            )
        except KeyError as missing:
            raise ValueError(f"not an Answer: the field {missing} is missing") from None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and what was answered."""

    question: str
    answer: Answer | str | None = None


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


@dataclass(frozen=True, slots=True)
class EmbedderFingerprint:
    """What has to be the same for two vectors to be comparable.

    ``revision`` is the sha256 of the weights that are run; ``dim`` the vector
    length; ``max_tokens`` the encoder's window, special tokens included.
    """

    name: str
    revision: str
    dim: int
    max_tokens: int
    normalized: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file (or ``file#L12`` for a row) that was not indexed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark about a file that was indexed all the same."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of indexing did. The four tuples hold article ids, sorted.

    ``renamed`` maps the id of an article whose file was renamed, and which keeps its id,
    to where it lies now: the id that it would have as a new one. It counts in
    ``unchanged`` (or ``changed``) too. ``notices`` are remarks that cost nothing
    (a column that looks like a date and is not mapped, and the like).
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    chunks: int
    generation: int
    seconds: float
    embedded: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def _plain(value: Any) -> Any:
    """``value`` with tuples as lists and mappings as dicts, for JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _span(record: Mapping[str, int]) -> Span:
    return Span(record["start"], record["end"])


def _citation(record: Mapping[str, Any]) -> Citation:
    fields = {key: item for key, item in record.items() if key != "link"}
    fields["span"] = _span(record["span"])
    fields["sentence_span"] = _span(record["sentence_span"])
    fields["flags"] = tuple(record["flags"])
    return Citation(**fields)


def _alternative(record: Mapping[str, Any]) -> Alternative:
    return Alternative(
        record["text"],
        record["confidence"],
        tuple(map(_citation, record["citations"])),
        record.get("newer"),
    )


def _scored_passage(record: Mapping[str, Any]) -> ScoredPassage:
    passage = record["passage"]
    chunk = dict(passage["chunk"])
    chunk["span"] = _span(chunk["span"])
    chunk["masked"] = tuple(map(_span, chunk["masked"]))
    rest = {key: item for key, item in record.items() if key != "passage"}
    return ScoredPassage(passage=Passage(**{**passage, "chunk": Chunk(**chunk)}), **rest)
