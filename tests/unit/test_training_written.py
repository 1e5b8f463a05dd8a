"""The news that was written for training: which pieces answer, and that it is what it claims."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from qa_bot.records import Span
from qa_bot.training.asked import TIMES, Asked, written
from qa_bot.training.make_tables import WRITTEN
from qa_bot.training.tables import NEGATIVE, UNKNOWN

FIRST = "The ship sank on Monday. Six sailors were saved."
SECOND = "Rescuers found six men. A ferry had sunk in May."


def halves(title: str, text: str) -> Sequence[Span]:
    """Each sentence is a piece."""
    middle = text.index(". ") + 1
    return Span(0, middle), Span(middle + 1, len(text))


def file_of(folder: Path, answers: dict[str, list[str]], *, first: str = FIRST) -> Path:
    cluster: dict[str, Any] = {
        "articles": [
            {"id": "a1", "title": "", "date": "2001-02-03", "text": first},
            {"id": "a2", "title": "", "date": "2001-02-04", "text": SECOND},
        ],
        "questions": [{"question": "How many were saved?", "answers": answers}],
    }
    path = folder / "clusters.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write(json.dumps(cluster) + "\n")
    return path


def test_the_piece_with_the_place_answers_and_one_with_the_words_alone_is_unknown(
    tmp_path: Path,
) -> None:
    asked = written(file_of(tmp_path, {"a1": ["Six", "Six sailors were"]}), halves)
    assert len(asked) == (1 if asked[0].held else TIMES)
    assert asked[0].golds == [("Six sailors were saved.", 0, 3)]
    assert asked[0].others == [
        ("The ship sank on Monday.", NEGATIVE),
        ("Rescuers found six men.", UNKNOWN),
        ("A ferry had sunk in May.", NEGATIVE),
    ]


def test_nothing_answers_a_question_without_answers(tmp_path: Path) -> None:
    asked = written(file_of(tmp_path, {}), halves)[0]
    assert asked.golds == []
    assert [kind for _, kind in asked.others] == [NEGATIVE] * 4


def test_one_cluster_in_ten_is_held_out_and_stands_there_once(tmp_path: Path) -> None:
    held = 0
    for number in range(200):
        first = f"{FIRST} Ship {number}."
        path = file_of(tmp_path, {"a1": ["Six", "Six sailors were"]}, first=first)
        asked = written(path, halves)
        assert {item.held for item in asked} in ({True}, {False})
        assert len(asked) == (1 if asked[0].held else TIMES)
        held += asked[0].held
    assert 8 <= held <= 36


@pytest.mark.parametrize("clause", ["Seven sailors were", "ship"])
def test_an_answer_that_is_not_where_it_is_said_to_be_is_an_error(
    tmp_path: Path, clause: str
) -> None:
    path = file_of(tmp_path, {"a1": ["Six", clause]})
    with pytest.raises(ValueError, match=r"'Six' is not where it is said to be"):
        written(path, halves)


def test_the_clusters_that_are_shipped_hold_their_answers() -> None:
    asked: list[Asked] = written(WRITTEN, lambda title, text: (Span(0, len(text)),))
    questions = {item.question: item for item in asked}
    assert len(questions) > 3500
    for item in questions.values():
        for text, start, end in item.golds:
            assert text[start:end].strip() == text[start:end] != ""
        assert len(item.golds) + len(item.others) >= 3
    assert 0.15 < sum(not item.golds for item in questions.values()) / len(questions) < 0.35
