"""The answer to a question, with its citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from qa_bot.links import quote_link
from qa_bot.records.articles import Chunk, Passage, Span
from qa_bot.records.found import ScoredPassage

SCHEMA_VERSION = 1
"""Version of :meth:`Answer.to_dict`; raised when a field changes its meaning."""

AnswerKind = Literal["span", "sentence", "list", "talk"]
"""The shape of an answer; see :class:`Answer`."""


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
