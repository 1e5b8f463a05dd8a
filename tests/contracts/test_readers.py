"""One contract over every Reader: the shipped one, exported checkpoints of both tokenizer
kinds (random weights: what they answer means nothing, the laws hold all the same), and the
stand-in of the tests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import FakeReader
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.config import Settings
from qa_bot.protocols import Reader, Reading, ReadingPassage
from qa_bot.reading.reader import MODEL, SHIPPED, OnnxReader, open_reader
from qa_bot.records import Span

QUESTION = "Who drew the lighthouse?"
TEXTS = (
    "The lighthouse at Skagen was finished in 1858. It was drawn by Niels Sigfred Nebelong.",
    "Ida Holm smiled 🙂 and left by bicycle 🚲👩\u200d👧 at 7:30. "
    "The Café Zu\u0308rich (“Käse” 5 €) closed.",
    "First line of Hans Holm\nwrapped once.\r\n\r\nSecond  paragraph,   of Anna Bach.\n\n\n"
    "Third, by Ib.",
    "日本語の文章。Привет, мир! He wrote <s>Mia Lund</s> [SEP] <mask> and \ud83d broke off.",
    "The harbour is wide and calm in the morning, said Per Juhl. " * 25,
)
BREAK = "\n\n"


@pytest.fixture(scope="module", params=["shipped", "bert", "roberta", "fake"])
def reader(
    request: pytest.FixtureRequest, tiny_readers: Callable[[str], tuple[Path, Path]]
) -> Reader:
    if request.param == "fake":
        return FakeReader()
    if request.param == "shipped":
        return open_reader(Settings())
    return OnnxReader(tiny_readers(request.param)[1])


def passage(text: str, offset: int = 0, masked: tuple[Span, ...] = ()) -> ReadingPassage:
    return ReadingPassage("a", "c", text, offset, masked)


def check(reading: Reading, given: ReadingPassage, top_n: int) -> None:
    """The laws of one Reading."""
    assert len(reading.candidates) <= top_n
    assert len({candidate.span for candidate in reading.candidates}) == len(reading.candidates)
    for better, worse in pairwise(reading.candidates):
        assert better.margin >= worse.margin
    for candidate in reading.candidates:
        span = candidate.span
        assert given.offset <= span.start < span.end <= given.offset + len(given.text)
        assert candidate.text == given.text[span.start - given.offset : span.end - given.offset]
        assert (candidate.article_id, candidate.chunk_id) == (given.article_id, given.chunk_id)
        assert candidate.text.strip() == candidate.text
        assert BREAK not in candidate.text.replace("\r", "")
        assert not any(span.overlaps(mask) for mask in given.masked)
        assert abs(candidate.score) < float("inf")
        assert candidate.null_score >= reading.null_score


def test_it_is_a_reader(reader: Reader) -> None:
    assert isinstance(reader, Reader)
    assert isinstance(reader.fingerprint, str)


@pytest.mark.parametrize("top_n", [1, 5, 50])
def test_a_reading_for_each_passage_in_order(reader: Reader, top_n: int) -> None:
    passages = [passage(text, 100 * number) for number, text in enumerate(TEXTS)]
    readings = reader.read(QUESTION, passages, top_n=top_n)
    assert len(readings) == len(passages)
    for reading, item in zip(readings, passages, strict=True):
        check(reading, item, top_n)
        assert reading.candidates
    assert reader.read(QUESTION, []) == []


def test_nothing_to_read_has_no_candidate(reader: Reader) -> None:
    readings = reader.read(QUESTION, [passage(""), passage(" \n\t "), passage("  ")])
    assert [reading.candidates for reading in readings] == [(), (), ()]


def test_an_offset_moves_spans_and_changes_nothing_else(reader: Reader) -> None:
    for text in TEXTS:
        (here,) = reader.read(QUESTION, [passage(text)])
        (there,) = reader.read(QUESTION, [passage(text, 1000)])
        assert here.null_score == there.null_score
        assert [(c.span.shift(1000), c.text, c.score) for c in here.candidates] == [
            (c.span, c.text, c.score) for c in there.candidates
        ]


def test_masks_are_neither_answered_nor_crossed(reader: Reader) -> None:
    text = TEXTS[0]
    cut = text.index(" It was")
    mask = Span(text.index("finished"), cut)
    item = passage(text, masked=(mask,))
    (reading,) = reader.read("Who was finished in Skagen?", [item], top_n=200)
    check(reading, item, 200)
    for candidate in reading.candidates:
        assert candidate.span.end <= mask.start or candidate.span.start >= mask.end
    covered = passage(text, masked=(Span(0, len(text)),))
    assert reader.read("Who was finished?", [covered])[0].candidates == ()


def test_what_is_read_beside_changes_nothing(reader: Reader) -> None:
    passages = [passage(text) for text in TEXTS]
    together = reader.read(QUESTION, passages)
    assert together == [reader.read(QUESTION, [item])[0] for item in passages]
    assert reader.read(QUESTION, passages[::-1])[::-1] == together


def test_many_threads_get_what_one_gets(reader: Reader) -> None:
    alone = [reader.read(QUESTION, [passage(text)]) for text in TEXTS[:3]]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda t: reader.read(QUESTION, [passage(t)]), TEXTS[:3] * 6))
    assert found == alone * 6


def test_a_very_long_question_still_leaves_room(reader: Reader) -> None:
    item = passage(TEXTS[0])
    (reading,) = reader.read("who what when where " * 200, [item])
    check(reading, item, 5)


@settings(max_examples=40)
@given(
    text=st.text(max_size=60)
    | st.text(alphabet="aé e\u0301🙂👩\u200d🚲日 \n\u00a0.“”5€", max_size=40),
    offset=st.integers(0, 9),
    mask=st.tuples(st.integers(0, 60), st.integers(1, 9)),
)
def test_the_laws_hold_for_any_text(
    reader: Reader, text: str, offset: int, mask: tuple[int, int]
) -> None:
    start = offset + mask[0]
    item = passage(text, offset, (Span(start, start + mask[1]),))
    (reading,) = reader.read(QUESTION, [item], top_n=10)
    check(reading, item, 10)


def test_the_fingerprint_is_the_sha256_of_the_weights(
    tiny_readers: Callable[[str], tuple[Path, Path]],
) -> None:
    import hashlib

    for folder in (SHIPPED, tiny_readers("bert")[1], tiny_readers("roberta")[1]):
        expected = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
        assert OnnxReader(folder).fingerprint == expected
