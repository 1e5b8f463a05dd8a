"""The real models over the seeds: every quote verbatim, and no worse than measured.

The floors are a little below what was measured when the models were last changed
(docs/evaluation.md); ``python benchmarks/golden.py --all`` shows each question.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_bot import Answer, QABot
from qa_bot.evaluation.metrics import score_answer

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "golden" / "seeds.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
RIGHT = 0.6
LEAST_RIGHT, LEAST_REFUSED = 28, 9


@pytest.fixture(scope="module")
def answers(bot: QABot) -> list[Answer]:
    return [bot.ask(row["question"]) for row in ROWS]


@pytest.fixture(scope="module")
def forced(bot: QABot) -> list[Answer]:
    return [bot.ask(row["question"], min_confidence=0) for row in ROWS]


def test_there_are_enough_questions_of_both_kinds() -> None:
    assert sum(bool(row["answers"]) for row in ROWS) >= 30
    assert sum(not row["answers"] for row in ROWS) >= 10


def test_every_quote_stands_in_its_file(forced: list[Answer]) -> None:
    for answer in forced:
        citations = [*answer.citations, *(c for a in answer.alternatives for c in a.citations)]
        assert citations
        for citation in citations:
            with open(citation.location, encoding="utf-8", newline="") as file:
                text = file.read()
            assert text[citation.span.start : citation.span.end] == citation.quote
            sentence = citation.sentence_span
            assert text[sentence.start : sentence.end] == citation.sentence
            assert citation.quote in citation.sentence


def test_no_answer_runs_over_a_paragraphs_end(forced: list[Answer]) -> None:
    assert not [answer.text for answer in forced if "\n" in (answer.text or "")]


def test_most_questions_are_answered_right(answers: list[Answer]) -> None:
    right = [
        score_answer(answer.text or "", row["answers"])[1] >= RIGHT
        for answer, row in zip(answers, ROWS, strict=True)
        if row["answers"]
    ]
    assert sum(right) >= LEAST_RIGHT


def test_what_the_seeds_do_not_say_is_refused(answers: list[Answer]) -> None:
    refused = [
        answer.status == "abstained"
        for answer, row in zip(answers, ROWS, strict=True)
        if not row["answers"]
    ]
    assert sum(refused) >= LEAST_REFUSED


def test_an_abstention_carries_no_citation(answers: list[Answer]) -> None:
    for answer in answers:
        if answer.status == "abstained":
            assert answer.citations == ()
            assert answer.alternatives == ()
            assert answer.text is None
            assert answer.reason
            assert answer.passages


def test_the_shipped_numbers_are_for_the_shipped_models(bot: QABot) -> None:
    assert bot.uncalibrated == ()
