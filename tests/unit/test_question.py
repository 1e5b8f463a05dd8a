"""What may be asked, and what the error says of what may not."""

from __future__ import annotations

import pytest

from qa_bot.answering.question import clean_question
from qa_bot.errors import QuestionError


def test_white_space_is_folded() -> None:
    assert clean_question("  who\n met\twhom? ", max_chars=50) == "who met whom?"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "question is empty"),
        (" \n\t ", "question is empty"),
        ("?!…", "no word in it"),
        ("who\x00met", r"(?s)control character.*character 4.*U\+0000"),
        ("who \ud800?", r"(?s)control character.*U\+D800"),
        ("x" * 51, r"(?s)too long.*at most 50.*51 characters"),
    ],
)
def test_what_cannot_be_asked(question: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        clean_question(question, max_chars=50)


def test_every_error_says_what_to_do_next() -> None:
    for question in ("", "?", "a\x07b", "x" * 51):
        with pytest.raises(QuestionError, match="mend:"):
            clean_question(question, max_chars=50)


def test_a_question_is_a_str() -> None:
    with pytest.raises(QuestionError, match=r"(?s)is a str.*found: +int"):
        clean_question(7, max_chars=50)  # type: ignore[arg-type]


def test_other_scripts_are_words() -> None:
    assert clean_question("谁见了谁?", max_chars=50) == "谁见了谁?"
