"""Kinds of question, and small talk told from questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.question_kinds import asked_name, question_kind
from qa_bot.answering.small_talk import talk_kind, without_greeting

GOLDEN = Path(__file__).parent.parent / "golden" / "kinds.jsonl"
ROWS = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
TALK = ("greeting", "thanks", "help", "ability", "collection")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Did Kim meet Putin?", "yes_no"),
        ("Didn't Kim meet Putin?", "yes_no"),
        ("Is it true that Kim met Putin?", "yes_no"),
        ("According to the ministry, was the bridge closed?", "yes_no"),
        ("Do you know whether he left?", "yes_no"),
        ("Was it Kim or Putin who travelled?", "other"),
        ("Can you tell me who won?", "other"),
        ("If a cook keeps order, what does that take?", "other"),
        ("If you leave by train at 1, 2 or 3, which line do you take?", "other"),
        ("If it rains, will the road flood?", "yes_no"),
        ("Why did he go?", "why"),
        ("What was the reason for the delay?", "why"),
        ("In the end, why did he go?", "why"),
        ("How did he get there?", "how"),
        ("How many came?", "how_many"),
        ("How old is the bridge?", "how_many"),
        ("Which countries took part?", "list"),
        ("Name the two winners.", "list"),
        ("Who is Ole Lund?", "who_is"),
        ("who was ole lund", "who_is"),
        ("Who is the president?", "other"),
        ("When was it built?", "when"),
        ("In which year was it built?", "when"),
        ("Where does the ferry go?", "where"),
        ("The ferry goes where?", "where"),
        ("What did the minister say?", "other"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    assert question_kind(question) == kind


def test_who_is_asks_for_a_name_and_gives_it_as_written() -> None:
    assert asked_name("Who is J. Alex O'Neill?") == "J. Alex O'Neill"
    assert asked_name("And who was Ursula von der Leyen?") == "Ursula von der Leyen"
    assert asked_name("Who is in charge?") is None
    assert asked_name("Who is his brother?") is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["question"])
def test_golden_questions_are_told_apart(row: dict[str, str]) -> None:
    if row["kind"] in TALK:
        assert talk_kind(row["question"]) == row["kind"]
    else:
        assert talk_kind(row["question"]) is None
        assert question_kind(row["question"]) == row["kind"].replace("unsettled", "yes_no")


def test_golden_questions_hold_no_article_text() -> None:
    allowed = {"kind", "half", "question", "article_url", "start", "end"}
    assert all(set(row) <= allowed for row in ROWS)


@pytest.mark.parametrize(
    "question",
    [
        "What help did Kyiv get?",
        "Please help with the flood",
        "Hello Kitty was made by whom?",
        "Good Morning America is on which channel?",
        "Hi-tech firms lost how much?",
        "What articles of the constitution were changed?",
        "How does it work in Norway?",
        "What can you tell me about the ferry?",
        "Thanks to whom did it succeed?",
    ],
)
def test_real_questions_are_no_small_talk(question: str) -> None:
    assert talk_kind(question) is None
    assert without_greeting(question).endswith(question.removeprefix("Please "))


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Hello, who met whom?", "who met whom?"),
        ("Hi who met whom?", "who met whom?"),
        ("Thanks! And when did they meet?", "And when did they meet?"),
        ("Good evening. Please tell me why he left", "tell me why he left"),
        ("Hello!", "Hello!"),
    ],
)
def test_a_greeting_is_taken_off_a_question(line: str, rest: str) -> None:
    assert without_greeting(line) == rest


def test_how_does_it_work_means_the_bot_only_when_nothing_was_said_before() -> None:
    assert talk_kind("How does it work?") == "help"
    assert talk_kind("How does it work?", first=False) is None


@given(st.text(max_size=60))
def test_any_line_can_be_looked_at(line: str) -> None:
    talk_kind(line)
    question_kind(line)
    assert line.endswith(without_greeting(line))
