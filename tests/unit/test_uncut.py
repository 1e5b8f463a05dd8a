"""What must not be cut, and that the quick look never misses it."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.reading import uncut
from qa_bot.reading.uncut import around, number_before

MAY_END = {"20", "6", "five", "Sept.", "May"}
MAY_BEGIN = {"Rowling", "Tolkien", "Jordan", "Bush"}


def between_words(text: str) -> list[int]:
    return [
        place
        for place in range(1, len(text))
        if not (text[place - 1].isalnum() and text[place].isalnum())
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "1,200.50", "3.5", "2-1", "24–10", "10:30", "24/7", "£1.2m", "HK$3 billion",
        "$ 5 million", "Rs. 500 crore", "USD 20", "50 %", "-3°C", "$3-$4 billion",
        "10-15%", "150km/h", "50%", "20-year-old", "6-foot-5", "$20-million", "2022-03-04",
        "1\u00a0200\u00a0000", "3\nmillion", "twenty-five", "five-hour", "two-thirds",
        "twenty-first", "two hundred and five thousand", "half a million", "a hundred",
        "hundreds of thousands", "tens of thousands", "two dozen", "F-16", "COVID-19",
        "J. K. Rowling", "J.R.R. Tolkien", "George W. Bush", "Wall St.", "U.S.",
        "Michael B. Jordan", "Mt. Everest", "a.m.", "Ph.D.", "Sept. 13", "May 5th",
    ],
)  # fmt: skip
def test_these_are_whole(whole: str) -> None:
    text = f"so {whole} it"
    start, end = 3, 3 + len(whole)
    for place in between_words(text):
        inside = start < place < end
        ends = (start, end) if inside and text[start:place] not in MAY_END else None
        begins = (start, end) if inside and text[place:end] not in MAY_BEGIN else None
        assert around(text, place) == ends, text[:place]
        assert around(text, place, leading=True) == begins, text[place:]


@pytest.mark.parametrize(
    "text",
    [
        "from 1914-1918 it", "in 2019, 2020 and", "between one and two men", "nineteen eleven men",
        "vitamin C. Doctors say", "the Plan B. Police say", "after War I. Germany was",
        "a 13th-century castle", "the Russia-Ukraine war", "in May. The", "3\n\nmillion",
        "3\nMillion", "five. Hundred ships", "Mr. Smith said",
    ],
)  # fmt: skip
def test_in_these_every_word_may_end_a_span(text: str) -> None:
    for place in between_words(text):
        assert around(text, place) is None, text[:place]
        assert around(text, place, leading=True) is None, text[place:]


def test_a_first_year_stands_for_itself_and_the_second_does_not() -> None:
    text = "in 1862–90 it"
    assert around(text, text.index("–")) is None
    assert around(text, text.index("90"), leading=True) == (3, 10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("some 1,200| of", "1,200"),
        ("some $3 billion| of", "$3 billion"),
        ("some five| of", "five"),
        ("some 20|-hour flight", "20"),
        ("some 20-hour| flight", "20-hour"),
        ("some F-16| of", None),
        ("on May 5| of", None),
        ("some ships| of", None),
        ("some 1,20|0 of", None),
    ],
)
def test_the_number_before_a_place(text: str, number: str | None) -> None:
    before, after = text.split("|")
    start = number_before(before + after, len(before))
    assert (None if start is None else before[start:]) == number


PIECES = ["1", "20", "000", ".", ",", ":", "-", "–", "/", " ", "\n", "$", "%", "°", "C", "a ",
          "of ", "and ", "five", "hundred", "million", "thousands", "year", "J.", "Kim ",
          "St. ", "Sept. ", "US", "’", "W.",
          "Bush", "half ", "tens "]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_digits_with_signs_between_them_are_always_whole(pieces: list[str]) -> None:
    """An independent, simpler pattern finds no number that may be cut."""
    text = "".join(pieces)
    for match in re.finditer(r"[0-9]+(?:[.,:/][0-9]+)+|[$][0-9]+|[0-9]+%", text):
        for place in range(match.start() + 1, match.end()):
            found = around(text, place, leading=True)
            assert found is not None, (text, place)
            assert found[0] <= match.start()
            assert match.end() <= found[1]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12), place=st.integers(0, 60))
def test_the_ends_of_what_is_whole_are_no_cuts(pieces: list[str], place: int) -> None:
    text = "".join(pieces)
    found = around(text, place)
    if found is not None:
        assert found[0] < place < found[1]
        assert around(text, found[0]) is None
        assert around(text, found[1]) is None


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_quick_look_misses_nothing_between_words(pieces: list[str]) -> None:
    """It only saves time: without it the same is found."""
    text = "".join(pieces)
    quick = [
        (place, side, around(text, place, leading=side))
        for place in between_words(text)
        for side in (False, True)
    ]
    with mock.patch.object(uncut, "_may_cut", return_value=True):
        for place, side, found in quick:
            assert around(text, place, leading=side) == found, (text, place)
