"""Units after numbers: which words are one, and which the question has named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.reading.units import unit_end, units_named


def unit(text: str, question: str = "") -> str:
    """What is taken in behind the number that ends at the |."""
    number, rest = text.split("|")
    whole = number + rest
    return whole[len(number) : unit_end(whole, len(number), len(whole), question)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20| hours later", " hours"),
        ("20|\u00a0km away", "\u00a0km"),
        ("5| per cent of", " per cent"),
        ("5| percentage points up", " percentage points"),
        ("60| miles per hour on", " miles per hour"),
        ("60| miles, and", " miles"),
        ("12| square kilometres of", " square kilometres"),
        ("90| degrees Celsius in", " degrees Celsius"),
        ("20| °C in", " °C"),
        ("20|-hour flight", "-hour"),
        ("20|-year-old man", "-year-old"),
        ("6|-foot-5 man", "-foot-5"),
        ("7| years old and", " years old"),
        ("6| feet tall", " feet"),
        ("6 million| Lira in", " Lira"),
        ("30| US dollars a", " US dollars"),
        ("1| hour later", " hour"),
        ("one| day in", " day"),
        ("10| a.m. on", " a.m."),
        ("10|am on", "am"),
        ("44| BC in", " BC"),
        ("20|\nhours later", "\nhours"),
        # No units: what is counted, an ordinal, a longer word, another line or sentence.
        ("20| people", ""),
        ("13th|-century castle", ""),
        ("20|-hourly", ""),
        ("in 2009| second place", ""),
        ("20| minute-long", ""),
        ("20| metresque", ""),
        ("20| kmh", ""),
        ("20|. Hours later", ""),
        ("20|\n\nhours later", ""),
        ("20|\nHours later", ""),
        ("20| m's", ""),
        ("20|", ""),
    ],
)
def test_units(text: str, expected: str) -> None:
    assert unit(text) == expected


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("20| hours", "How many hours did it take?"),
        ("20| hours", "Which hour was it?"),
        ("20| km", "How many kilometres is it?"),
        ("20| kilometers", "How many kilometres is it?"),
        ("20| feet", "Within a foot, how high is it?"),
        ("5| per cent", "What percentage was it?"),
        ("5| percent", "How many per cent was it?"),
        ("3| centuries", "Which century?"),
        ("90| tonnes", "How many tons?"),
        ("20|-hour flight", "How many hours?"),
        ("20| °C", "In degrees Celsius, how hot is it?"),
        ("9| GB", "How many gigabytes?"),
    ],
)
def test_a_unit_that_the_question_names_is_left_off(text: str, question: str) -> None:
    assert unit(text) != ""
    assert unit(text, question) == ""


def test_another_unit_in_the_question_changes_nothing() -> None:
    assert unit("20| hours", "How many days?") == " hours"
    assert unit("10| a.m.", "At how many a.m.?") == " a.m.", "part of the number, never named"


def test_units_are_named_by_one_name() -> None:
    assert units_named("How many KM, miles or feet, Dr Foote?") == {"kilometre", "mile", "foot"}
    assert units_named("Who won?") == frozenset()


@given(text=st.text(max_size=30), place=st.integers(0, 30), stop=st.integers(0, 30))
def test_it_never_goes_back_nor_beyond_its_stop(text: str, place: int, stop: int) -> None:
    place = min(place, len(text))
    stop = max(place, min(stop, len(text)))
    assert place <= unit_end(text, place, stop) <= stop


@given(place=st.integers(0, 40), stop=st.integers(0, 40))
def test_a_stop_inside_a_unit_is_kept(place: int, stop: int) -> None:
    text = "at 60 miles per hour, 20 hours, 10 a.m."
    place = min(place, len(text))
    stop = max(place, min(stop, len(text)))
    assert place <= unit_end(text, place, stop) <= stop
