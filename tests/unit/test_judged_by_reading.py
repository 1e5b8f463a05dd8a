"""The files of what was judged by reading: questions with patterns, passages with verdicts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden"


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]


PLAIN = rows("plain_news.jsonl")
PASSAGES = rows("passages_that_answer.jsonl")
ANSWERS = rows("answers_as_read.jsonl")


def test_no_plain_question_is_asked_twice() -> None:
    asked = [re.sub(r"[ ?]+$", "", str(row["question"]).casefold()) for row in PLAIN]
    assert len(set(asked)) == len(asked) >= 600


@pytest.mark.parametrize("row", [row for row in PLAIN if row.get("url")])
def test_a_pattern_is_no_echo_of_its_question(row: dict[str, object]) -> None:
    """A span that repeats the question must not count as right."""
    assert isinstance(row["answer"], str)
    assert not re.search(row["answer"], str(row["question"]).lower())


def test_some_plain_questions_have_no_answer() -> None:
    share = sum(row["answer"] is None for row in PLAIN) / len(PLAIN)
    assert 0.15 < share < 0.4


def test_passages_are_named_and_not_quoted() -> None:
    for row in PASSAGES:
        assert set(row) == {"question", "passage", "answers"}
        assert re.fullmatch(r"[0-9a-f]{16}", str(row["passage"]))
        assert isinstance(row["answers"], bool)
    assert len({(row["question"], row["passage"]) for row in PASSAGES}) == len(PASSAGES) == 350


def test_answers_are_named_and_not_quoted() -> None:
    for row in ANSWERS:
        assert set(row) == {"question", "place", "right"}
        assert re.fullmatch(r"[0-9a-f]{64}", str(row["place"]))
        assert isinstance(row["right"], list)
        assert all(isinstance(verdict, bool) for verdict in row["right"])


def test_an_answer_is_judged_once_or_by_two_of_whom_most_agree() -> None:
    assert len({(row["question"], row["place"]) for row in ANSWERS}) == len(ANSWERS) > 1500
    twice = [row["right"] for row in ANSWERS if len(row["right"]) > 1]  # type: ignore[arg-type]
    assert len(twice) >= 100
    assert sum(len(set(said)) == 1 for said in twice) / len(twice) > 0.9  # type: ignore[call-overload]
