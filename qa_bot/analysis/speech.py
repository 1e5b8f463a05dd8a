"""placeholder"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_bot.analysis.rules import Sentence
from qa_bot.records import Entity, Span, Speech


def speeches_of(
    text: str, sentences: Sequence[Span], read: Sequence[Sentence], entities: Sequence[Entity]
) -> Iterator[Speech]:
    yield from ()
