"""What grammar says of an article, found when indexing."""

from __future__ import annotations

from dataclasses import dataclass

from qa_bot.records.articles import Span


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
