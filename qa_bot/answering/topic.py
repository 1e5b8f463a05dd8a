"""What a question is about, term by term, and how much of it no passage holds.

A term weighs as much as it is rare among the articles: the inverse document
frequency of BM25 (Robertson and Zaragoza 2009), counted in passages.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa_bot.storage.terms import distinct, function_terms, terms


class Counted(Protocol):
    """Where terms are counted (one opened generation)."""

    @property
    def chunk_count(self) -> int:
        """Passages in all."""
        ...

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """How many passages hold each term."""
        ...


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many of ``passages`` hold each term of a question."""

    passages: int
    held: Mapping[str, int] = field(default_factory=dict)

    def weight(self, term: str) -> float:
        """Inverse document frequency, above 0; a term that was not counted weighs as one
        that no passage holds."""
        held = min(self.held.get(term, 0), self.passages)
        return math.log(1 + (self.passages - held + 0.5) / (held + 0.5))


EVERYWHERE = Frequencies(0)
"""Nothing was counted: all terms weigh the same."""


def content_terms(question: str) -> list[str]:
    """The terms of ``question`` that are no function words, each once, in order."""
    return [term for term in distinct(terms(question)) if term not in function_terms()]


def term_frequencies(question: str, counted: Counted) -> Frequencies:
    """Of every term of ``question`` that is no function word."""
    asked = content_terms(question)
    counts = counted.document_frequency(asked) if asked else []
    return Frequencies(counted.chunk_count, dict(zip(asked, counts, strict=True)))


class Topic:
    """The terms of one question and what they weigh.

    Attributes:
        weight: of all of them together, above 0 where there is one.
        unknown: share of that weight that no passage holds, 0 to 1.
    """

    def __init__(self, question: str, frequencies: Frequencies = EVERYWHERE) -> None:
        weights = {term: frequencies.weight(term) for term in content_terms(question)}
        self.weight = sum(weights.values())
        unknown = [weight for term, weight in weights.items() if not frequencies.held.get(term)]
        self.unknown = sum(unknown) / self.weight if frequencies.passages and self.weight else 0.0
