"""Abbreviations and possessives."""

from __future__ import annotations

import pytest

from qa_bot.reading.names import keeps_stop, without_possessive


@pytest.mark.parametrize(
    "word", ["U.S", "a.m", "Ph.D", "Jr", "Sept", "the St", "Apple Inc", "i.e", "J.R.R"]
)
def test_the_stop_of_an_abbreviation_is_kept(word: str) -> None:
    assert keeps_stop(word + ". Then", 0, len(word))


@pytest.mark.parametrize("word", ["Kim", "no", "X", "Plan B", "inc", "Costa", "said", "5", ""])
def test_the_stop_of_a_sentence_is_not(word: str) -> None:
    assert not keeps_stop(word + ". Then", 0, len(word))


@pytest.mark.parametrize(
    ("span", "rest", "expected"),
    [
        ("Putin's", " army", "Putin"),
        ("Putin’s", " army", "Putin"),
        ("the Kremlin's", " three ships", "the Kremlin"),
        ("Putin's", ", he said", "Putin's"),
        ("Macy's", " said", "Macy's"),
        ("Macy's", " store", "Macy's"),
        ("McDonald’s", " outlets", "McDonald’s"),
        ("Lloyd's", " of London", "Lloyd's"),
        ("he's", " in town", "he's"),
        ("buses", " run", "buses"),
        ("'s", " army", "'s"),
        ("90's", " band", "90's"),
    ],
)
def test_a_possessive_goes_where_something_is_owned(span: str, rest: str, expected: str) -> None:
    text = span + rest
    assert text[: without_possessive(text, 0, len(span))] == expected


def test_it_stays_where_the_question_asks_whose() -> None:
    text = "Putin's army"
    assert without_possessive(text, 0, 7, "Who came?") == 5
    assert without_possessive(text, 0, 7, "Whose army came?") == 7
