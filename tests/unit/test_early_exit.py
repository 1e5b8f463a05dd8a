"""Early exit is off unless asked for, and otherwise reads a beginning of the passages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.config import Settings
from qa_bot.protocols import Reader, Reading, ReadingPassage
from qa_bot.reading.early_exit import UNREAD, EarlyExitReader
from qa_bot.reading.reader import OnnxReader, open_reader
from qa_bot.records import Span, SpanCandidate


class Scripted:
    """Finds a span with a given margin in each passage, and notes what it was given."""

    fingerprint = "ab" * 32

    def __init__(self, margins: Sequence[float]) -> None:
        self.margins = margins
        self.given: list[int] = []

    def read(
        self, question: str, passages: Sequence[ReadingPassage], *, top_n: int = 5
    ) -> list[Reading]:
        numbers = [int(passage.chunk_id) for passage in passages]
        self.given += numbers
        return [self.reading(number) for number in numbers]

    def reading(self, number: int) -> Reading:
        span = SpanCandidate("a", str(number), Span(0, 1), "x", self.margins[number] - 3.0, -3.0)
        return Reading((span,), -3.0)


def passages(count: int) -> list[ReadingPassage]:
    return [ReadingPassage("a", str(number), "x") for number in range(count)]


MARGINS = st.lists(st.integers(-8, 8).map(float), max_size=12)


@given(MARGINS, st.integers(0, 8), st.integers(1, 5))
def test_what_is_returned_is_a_beginning_up_to_the_first_sure_passage(
    margins: list[float], margin: int, at_a_time: int
) -> None:
    inner = Scripted(margins)
    reader = EarlyExitReader(inner, margin=margin, at_a_time=at_a_time)
    found = reader.read("?", passages(len(margins)))
    sure = next((i for i, each in enumerate(margins) if each > margin), len(margins) - 1)
    expected = [inner.reading(i) if i <= sure else UNREAD for i in range(len(margins))]
    assert found == expected
    assert inner.given == list(range(len(inner.given)))  # each once, best first
    assert len(inner.given) < sure + 1 + at_a_time


def test_one_sure_passage_spares_the_others() -> None:
    inner = Scripted([1.0, 9.0, 0.0, 0.0, 0.0, 0.0])
    EarlyExitReader(inner, margin=5.0, at_a_time=2).read("?", passages(6))
    assert inner.given == [0, 1]


def test_a_margin_just_met_is_not_enough() -> None:
    inner = Scripted([5.0, 0.0])
    EarlyExitReader(inner, margin=5.0, at_a_time=1).read("?", passages(2))
    assert inner.given == [0, 1]


def test_it_is_a_reader_with_the_fingerprint_of_the_weights() -> None:
    reader = EarlyExitReader(Scripted([]), margin=1.0, at_a_time=2)
    assert isinstance(reader, Reader)
    assert reader.fingerprint == Scripted.fingerprint
    assert reader.read("?", []) == []


def test_it_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QA_BOT_EARLY_EXIT_MARGIN", "QA_BOT_READER"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(open_reader(Settings()), OnnxReader)
    asked = open_reader(Settings.load(environ={"QA_BOT_EARLY_EXIT_MARGIN": "6"}))
    assert isinstance(asked, EarlyExitReader)


def test_a_margin_nothing_reaches_changes_nothing() -> None:
    texts = (
        "The bridge over the Tamar was opened in 1859.",
        "It was designed by Isambard Kingdom Brunel.",
        "The mayor welcomed eleven guests.",
    )
    given_passages = [ReadingPassage("a", str(i), text) for i, text in enumerate(texts)]
    question = "Who designed the bridge?"
    every = open_reader(Settings()).read(question, given_passages)
    unreached = open_reader(Settings(early_exit_margin=1e9)).read(question, given_passages)
    assert unreached == every
    first = open_reader(Settings(early_exit_margin=0.0)).read(question, given_passages)
    count = sum(reading != UNREAD for reading in first)
    assert first[:count] == every[:count]
    assert first[count:] == [UNREAD] * (len(texts) - count)
