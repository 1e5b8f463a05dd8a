"""Sentences and paragraphs: known cases, then laws that hold for any text."""

from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.corpus.text import paragraphs, sentence_around, sentences
from qa_bot.records import Span


def split(text: str) -> list[str]:
    return [sentence.of(text) for sentence in sentences(text)]


@pytest.mark.parametrize(
    "whole",
    [
        "The U.S. economy grew.",
        "It met Dr. Smith and Prof. Jones.",
        "On Sept. 13, he left.",
        "See No. 5 and pp. 12 of vol. 3.",
        "Works by J. K. Rowling sell.",
        "He rose at 5 p.m. Eastern time.",
        "It cost $3.5 million or 2.1%.",
        "Rules, e.g. Those of 1999, apply.",
        "John F. Kennedy Jr. was there.",
        "Then-Gov. George Bush and Sen. Ted Cruz spoke.",
        "It said Yahoo! Finance was down.",
        "He waited... and waited… in vain.",
        "“Is it over?” Joe Biden asked.",
        '"Stop!" she cried.',
        "Roe v. Wade was decided.",
        "Apple Inc. Chairman Art Levinson left.",
        "The iPhone, i.e. Apple's telephone, sold.",
        "In the U.S.-led talks vs. China it held.",
    ],
)
def test_one_sentence_stays_one(whole: str) -> None:
    assert split(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("It grew in the U.S. The rest fell.", ["It grew in the U.S.", "The rest fell."]),
        ("He came at 9 p.m. They left.", ["He came at 9 p.m.", "They left."]),
        ("“We won.” He smiled.", ["“We won.”", "He smiled."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("(He won.) She lost.", ["(He won.)", "She lost."]),
        ("It works.[12] So it does.", ["It works.[12]", "So it does."]),
        ("Really? Yes! Good.", ["Really?", "Yes!", "Good."]),
        ("He stopped... Then he ran.", ["He stopped...", "Then he ran."]),
        ("It was 2022. 15 people came.", ["It was 2022.", "15 people came."]),
        ("It was the end. iPhones sold.", ["It was the end.", "iPhones sold."]),
        ("**Bold.** Next one.", ["**Bold.**", "Next one."]),
        ("It is over. “We won,” he said.", ["It is over.", "“We won,” he said."]),
        ("He is with Yahoo! The firm is old.", ["He is with Yahoo!", "The firm is old."]),
        ("金正恩氏は会談した。次は来年だ。", ["金正恩氏は会談した。", "次は来年だ。"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_that_are_whole_end_sentences(newline: str) -> None:
    lines = ["A Headline Without a Stop", "The first paragraph is here.", "Second one"]
    assert split(newline.join(lines)) == lines


def test_blank_line_always_ends_a_sentence() -> None:
    assert split("it goes on,\n\nand on") == ["it goes on,", "and on"]
    assert split("it goes on,\r\n \t\r\nand on") == ["it goes on,", "and on"]


WRAPPED = (
    "The president travelled by armoured train for twenty hours to the space centre, where the two "
    "leaders talked about weapons. They toured the launch pad with Gen. Sergei Shoigu of the "
    "ministry and posed for photographs. It was the first such visit since the borders were "
    "closed, officials said, and nothing was signed in public at the end of the day."
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [60, 72, 88])
def test_hard_wrapped_text_is_not_cut_at_its_lines(width: int, newline: str) -> None:
    lines = textwrap.wrap(WRAPPED, width)
    assert len(lines) > 3
    found = [" ".join(sentence.split()) for sentence in split(newline.join(lines))]
    assert found == split(WRAPPED)
    assert len(found) == 3


def test_one_broken_line_is_joined_before_a_lower_case_word() -> None:
    text = "The two leaders met at the cosmodrome in the far\neast. They talked."
    assert split(text) == [
        "The two leaders met at the cosmodrome in the far\neast.",
        "They talked.",
    ]


def test_markdown_blocks_are_their_own_sentences() -> None:
    text = (
        "# A heading\nText of a paragraph.\n\n- first item\n- second item\n1. One. Two\n\n"
        "Title\n=====\nbody"
    )
    assert split(text) == [
        "# A heading", "Text of a paragraph.", "- first item", "- second item", "1. One.", "Two",
        "Title", "=====", "body",
    ]  # fmt: skip


def test_paragraphs_are_lines_or_wrapped_blocks() -> None:
    text = "One line.\nAnother line.\n\n  Third.  \n"
    assert [p.of(text) for p in paragraphs(text)] == ["One line.", "Another line.", "Third."]
    wrapped = textwrap.fill(WRAPPED, 72)
    assert paragraphs(wrapped) == [Span(0, len(wrapped))]


def test_seed_without_blank_lines_has_its_23_sentences(seeds) -> None:
    text = (seeds / "003_9284dc65d5c3829f.txt").read_text(encoding="utf-8")
    found = split(text)
    assert found[0].startswith("On Sept. 13, ")
    assert found[0].endswith("launch its own probes.")
    # Counted by hand, paragraph by paragraph.
    assert len(found) == sum([1, 2, 2, 2, 2, 2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1])


def test_byte_order_mark_counts_as_white_space() -> None:
    assert split("\ufeffFirst. Second.") == ["First.", "Second."]
    assert sentences("\ufeff") == []


def test_sentence_around() -> None:
    text = "One here. Two there.\n\nThree."
    assert sentence_around(text, Span(4, 5)).of(text) == "One here."
    assert sentence_around(text, Span(4, 12)).of(text) == "One here. Two there."
    assert sentence_around(text, Span(9, 10)).of(text) == "Two there."
    assert sentence_around(text, Span(0, len(text))) == Span(0, len(text))
    assert sentence_around("  ", Span(0, 1)) == Span(0, 1)


LISTED = (
    "The he U.S. Dr. No. 5 p.m. J. 3.5 said “We go.” (yes) ... … ! ? Sept. a. B end. - # * “ ” \" '"
    " é 金。 \ud800 1. “Why?” Smith said [3] Yahoo! \ufeff"
)
WORDS = st.sampled_from(LISTED.split(" "))
SPACES = st.sampled_from(
    [" ", "  ", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\t", "\u00a0", "\u2028"]
)
NEWS = st.lists(st.tuples(WORDS, SPACES), max_size=60).map(
    lambda parts: "".join(word + space for word, space in parts)
)


@given(st.one_of(NEWS, st.text(max_size=200)))
def test_laws(text: str) -> None:
    found = sentences(text)
    position = 0
    for sentence in found:
        between = text[position : sentence.start]
        assert not (between if position else between.removeprefix("\ufeff")).strip()
        assert sentence.of(text) == sentence.of(text).strip() != ""
        position = sentence.end
    assert not text[position:].strip().strip("\ufeff")
    blocks = paragraphs(text)
    for block in blocks:
        assert all(line.strip() for line in block.of(text).splitlines())
    for sentence in found:  # never beyond its paragraph
        assert any(b.start <= sentence.start and sentence.end <= b.end for b in blocks)


@given(NEWS)
def test_line_ends_make_no_difference(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    dos = unix.replace("\n", "\r\n")
    assert [s.replace("\r\n", "\n") for s in split(dos)] == split(unix)


@given(NEWS, st.data())
def test_sentence_around_covers_and_is_smallest(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    touched = [s for s in sentences(text) if s.overlaps(Span(start, end))]
    around = sentence_around(text, Span(start, end))
    if touched:
        assert (around.start, around.end) == (touched[0].start, touched[-1].end)
    elif sentences(text):
        assert around in sentences(text)


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        ". ",
        "(.",
        "A.A.",
        "\"'“",
        "!?…",
        "a\n",
        "\r\n",
        "x",
        "#\n",
        ".[1]",
        "a.\n\n",
        "“A?” B ",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    sentences(text)
    assert time.process_time() - started < 5  # a quadratic scan would take minutes
