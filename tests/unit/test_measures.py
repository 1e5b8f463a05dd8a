"""A measure is an answer where it measures what was asked for."""

from __future__ import annotations

import pytest

from qa_bot.answering.measures import fits_measure
from qa_bot.records import Span


def fits(question: str, text: str, words: str) -> bool:
    check = fits_measure(question)
    assert check is not None
    start = text.index(words)
    return check(text, Span(start, start + len(words)))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How tall is the tower?", "It is now 20 feet taller than it was.", "20 feet"),
        ("How tall is the tower?", "It is now 20 feet taller than it was.", "20 feet taller"),
        ("How tall is the tower?", "The mast made it taller by 20 feet.", "20 feet"),
        ("how old is Ann Berg", "Ann Berg is two years younger than Lee.", "two years"),
        ("How far is the reef?", "The wreck lies 12 miles farther out.", "12 miles"),
        ("How long is the bridge?", "It is 80 m longer than the old one.", "80 m"),
        ("How long does a hornet live?", "A hornet is 2 inches long.", "2 inches"),
        ("How long did the crew wait?", "The crew was 40 km from land.", "40 km"),
        ("How high is the dam?", "The dam took six years to build.", "six years"),
    ],
)
def test_another_measure_does_not_answer(question: str, text: str, words: str) -> None:
    assert not fits(question, text, words)


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How tall is the tower?", "The tower is 330 metres tall.", "330 metres"),
        ("How tall is the tower?", "At 330 metres, it is taller than any other.", "330 metres"),
        ("how old is Ann Berg", "Ann Berg, 71, is two years younger than Lee.", "71"),
        ("How far is the reef?", "The reef is 12 miles from the harbour.", "12 miles"),
        ("How long is the bridge?", "The bridge is 1.2 km long.", "1.2 km"),
        ("How long does a hornet live?", "A hornet lives for four months.", "four months"),
        ("How long did the meeting last?", "They met for two hours, longer than planned.", "two"),
        ("How long does the wall run?", "The wall runs for 40 km.", "40 km"),
        ("How far is it to Oslo?", "Oslo is two hours away.", "two hours"),
        ("How long did it take?", "It took longer than expected: ten days.", "ten days"),
        ("How big is the crowd?", "A crowd bigger than ever came.", "bigger than ever"),
    ],
)
def test_the_measure_that_was_asked_for_does(question: str, text: str, words: str) -> None:
    assert fits(question, text, words)


@pytest.mark.parametrize(
    "question",
    [
        "How much taller is the tower?",
        "How many feet taller is it now?",
        "How much longer is the new bridge?",
        "Who is older?",
        "How did they meet?",
        "How much was the fine?",
    ],
)
def test_questions_for_a_difference_or_for_no_measure_are_left_alone(question: str) -> None:
    assert fits_measure(question) is None
