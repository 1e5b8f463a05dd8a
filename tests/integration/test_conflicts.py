"""The real models: the two seeds disagree on how long Putin and Kim met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_bot import Answer, QABot, build_index
from qa_bot.cli.show import Marks, answer_lines

HOURS = {"two", "two-hour", "five", "five-hour"}


@pytest.mark.parametrize(
    "question",
    [
        "How long did Putin and Kim meet?",
        "How long was the meeting between Putin and Kim?",
        "For how many hours did Putin and Kim Jong-un talk?",
        "How many hours did Kim's meeting with Putin last?",
        "What was the duration of the Putin-Kim meeting?",
        "How many hours did Putin and Kim meet for?",
    ],
)
def test_both_seeds_are_heard(bot: QABot, question: str) -> None:
    answer = bot.ask(question)
    assert answer.status == "answered"
    (other,) = answer.conflicts
    assert answer.text != other.text
    assert {answer.text, other.text} <= HOURS
    sides = [answer.citations[0], other.citations[0]]
    assert {Path(side.location).name[:3] for side in sides} == {"000", "003"}
    for side in sides:
        text = Path(side.location).read_bytes().decode("utf-8")
        assert text[side.span.start : side.span.end] == side.quote
        assert "meeting" in side.sentence
    assert other.newer is None  # the seeds are undated
    assert other.text not in {alternative.text for alternative in answer.alternatives}
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer
    shown = "\n".join(answer_lines(answer, Marks("**", "**")))
    assert "Other articles say otherwise:" in shown
    assert f"**{other.text}**" in shown


@pytest.mark.parametrize(
    "question",
    [
        "When did Putin and Kim meet?",
        "Where did Putin and Kim meet?",
        "Who is the Russian defence minister?",
        "What vessels were damaged at Sevastopol?",
        "Which countries are under consideration for membership?",
    ],
)
def test_where_the_seeds_agree_nothing_is_said(bot: QABot, question: str) -> None:
    assert bot.ask(question, min_confidence=0).conflicts == ()


def test_dated_articles_say_which_is_newer_and_agreeing_ones_are_one(tmp_path: Path) -> None:
    rows = [
        ("a", "The Herald", "2023-03-01", "The storm in Sandvik killed 12 people on Monday."),
        ("b", "The Courier", "2023-03-04", "The storm in Sandvik killed 31 people, police said."),
        ("c", "The Courier", "2023-03-05", "Police say the storm in Sandvik killed thirty-one."),
    ]
    articles = tmp_path / "storm.jsonl"
    with articles.open("w", encoding="utf-8") as file:
        for name, source, published, text in rows:
            row = {"id": name, "title": "Storm in Sandvik", "text": text, "source": source}
            file.write(json.dumps(row | {"published": published}) + "\n")
    build_index(articles, tmp_path / "index")
    answer = QABot.open(tmp_path / "index").ask(
        "How many people did the storm in Sandvik kill?", min_confidence=0
    )
    (other,) = answer.conflicts
    numbers = {"12": ["12"], "31": ["31", "thirty-one"]}
    sides = [
        [citation.quote.removesuffix(" people") for citation in side.citations]
        for side in (answer, other)
    ]
    assert sorted(map(sorted, sides)) == sorted(numbers.values())
    assert other.newer is ("31" in sides[1])
    assert answer.independent_sources == 1  # the Courier counts once
