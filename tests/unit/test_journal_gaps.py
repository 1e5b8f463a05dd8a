"""The gap log: what is kept, how it is grouped, and that it never costs an answer."""

from __future__ import annotations

import logging
import multiprocessing
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder
from test_followup_histories import answered

from qa_bot.errors import JournalError
from qa_bot.journal import forget_all, forget_articles
from qa_bot.journal import gaps as gap_log
from qa_bot.journal.gaps import MOST_GAPS, add_gap, clear_gaps, gaps, kept_gaps, note_gap
from qa_bot.journal.grouping import asked_for, group_questions, may_be_same
from qa_bot.journal.store import Journal
from qa_bot.records import Answer, Filters

EMBEDDER = FakeEmbedder()


@pytest.fixture(autouse=True)
def _warned() -> None:
    gap_log._warned.clear()


def abstained(question: str, *, article: str = "a") -> Answer:
    answer = answered(question, None, sentence="The ferry is closest.", title="Ferries")
    passage = answer.passages[0]
    chunk = replace(passage.passage.chunk, article_id=article)
    return replace(
        answer, passages=(replace(passage, passage=replace(passage.passage, chunk=chunk)),)
    )


def test_nothing_is_there_and_nothing_is_made(tmp_path: Path) -> None:
    assert gaps(tmp_path) == ()
    assert clear_gaps(tmp_path) == 0
    assert forget_articles(tmp_path, ["a"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_gap_keeps_what_was_closest(tmp_path: Path) -> None:
    answer = replace(abstained("Who owns it?"), rewritten_question="Who owns the ferry?")
    note_gap(tmp_path, answer, EMBEDDER)
    (gap,) = kept_gaps(tmp_path)
    assert (gap.question, gap.understood, gap.meant) == (
        "Who owns it?", "Who owns the ferry?", "Who owns the ferry?",
    )  # fmt: skip
    assert gap.closest is not None
    assert (gap.closest.article_id, gap.closest.title, gap.closest.score) == ("a", "Ferries", 0.5)
    assert gap.confidence == 0.5
    assert gap.vector is not None
    assert np.array_equal(gap.vector, EMBEDDER.embed_question("Who owns the ferry?"))


def test_what_is_no_gap_is_not_kept(tmp_path: Path) -> None:
    note_gap(tmp_path, answered("Who?", "Ole"), EMBEDDER)
    note_gap(tmp_path, replace(abstained("Who?"), passages=()), EMBEDDER)
    note_gap(tmp_path, abstained("Who?"), EMBEDDER, Filters(sources=("bbc.com",)))
    assert gaps(tmp_path) == ()
    note_gap(tmp_path, abstained("Who owns the ferry?"), EMBEDDER, Filters())
    assert len(gaps(tmp_path)) == 1


def test_the_same_question_is_one_group_and_the_newest_comes_first(tmp_path: Path) -> None:
    for question in (
        "Who owns the ferry?",
        "When was the bridge built?",
        "who owns the ferry",
        "Who owns the ferry?",
        "Where is the museum?",
    ):
        add_gap(tmp_path, abstained(question), EMBEDDER)
    found = gaps(tmp_path)
    assert [(group.question, group.count) for group in found] == [
        ("Where is the museum?", 1),
        ("Who owns the ferry?", 3),
        ("When was the bridge built?", 1),
    ]
    assert found[1].wordings == ("Who owns the ferry?", "who owns the ferry")
    assert found[1].first_asked <= found[1].last_asked
    assert found[1].to_dict()["closest"] == [{"article_id": "a", "title": "Ferries", "score": 0.5}]


def test_vectors_of_two_encoders_are_not_compared() -> None:
    same = np.array([1.0, 0.0], dtype=np.float32)
    questions = ["Who owns the ferry?", "Whose is the boat?"]
    assert group_questions(questions, [("one", same), ("one", same)]) == [[0, 1]]
    assert group_questions(questions, [("one", same), ("two", same)]) == [[0], [1]]
    assert group_questions(questions[:1] * 2, [("one", same), ("two", same)]) == [[0, 1]]
    assert group_questions(questions, [(None, None), (None, None)]) == [[0], [1]]


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("When did the ferry open?", "Where did the ferry open?", False),
        ("Who won in 2022?", "Who won in 2023?", False),
        ("What is the capital of Norway?", "What is the capital of Sweden?", False),
        ("How old is Ole Lund?", "What age is Ole Lund?", True),
        ("When was Ole Lund born?", "What year was Lund born in?", True),
        ("Who leads Norway?", "Who is the leader of Norway?", True),
    ],
)
def test_what_a_question_turns_on(one: str, other: str, may: bool) -> None:
    assert may_be_same(one, other) is may
    assert may_be_same(other, one) is may


def test_what_is_asked_for() -> None:
    assert asked_for("In which year did it open?") == "when"
    assert asked_for("Open it") is None


def test_the_oldest_make_room(tmp_path: Path) -> None:
    add_gap(tmp_path, abstained("The oldest?"), EMBEDDER)
    with Journal(tmp_path).writing() as connection:
        connection.executemany(
            "INSERT INTO gap (asked_at, question, confidence) VALUES ('2026', ?, 0)",
            [(f"Number {n}?",) for n in range(MOST_GAPS - 1)],
        )
    add_gap(tmp_path, abstained("The newest?"), EMBEDDER)
    kept = kept_gaps(tmp_path)
    assert len(kept) == MOST_GAPS
    assert (kept[0].question, kept[-1].question) == ("Number 0?", "The newest?")


def test_clearing_and_forgetting_leave_no_words_in_the_file(tmp_path: Path) -> None:
    add_gap(tmp_path, abstained("Xylophone of a question?", article="secret"), EMBEDDER)
    add_gap(tmp_path, abstained("Who owns the ferry?", article="other"), EMBEDDER)
    assert forget_articles(tmp_path, ["secret", "nothing"]) == 1
    assert [gap.question for gap in kept_gaps(tmp_path)] == ["Who owns the ferry?"]
    assert not any(b"Xylophone" in path.read_bytes() for path in tmp_path.iterdir())
    assert clear_gaps(tmp_path) == 1
    assert gaps(tmp_path) == ()
    forget_all(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 50, b"SQLite format 3\0" + b"x" * 999]
)
def test_a_damaged_file_costs_a_warning_once(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "journal.sqlite").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        note_gap(tmp_path, abstained("Who?"), EMBEDDER)
        note_gap(tmp_path, abstained("Who?"), EMBEDDER)
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "unanswered questions are not being kept"
    ]
    with pytest.raises(JournalError, match="cannot be read"):
        gaps(tmp_path)


def test_a_locked_file_costs_a_warning_and_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add_gap(tmp_path, abstained("Who?"), EMBEDDER)
    holder = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with caplog.at_level(logging.WARNING):
            note_gap(tmp_path, abstained("When?"), EMBEDDER)
        assert "locked" in caplog.text
        assert len(kept_gaps(tmp_path)) == 1  # reading goes on meanwhile
    finally:
        holder.close()


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    add_gap(tmp_path, abstained("Who?"), EMBEDDER)
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="another version"):
        add_gap(tmp_path, abstained("Who?"), EMBEDDER)
    with pytest.raises(JournalError, match="another version"):
        gaps(tmp_path)


def write_some(index: Path, name: str) -> None:
    with_patience = Journal(index)
    for number in range(10):
        with with_patience.writing() as connection:
            connection.execute(
                "INSERT INTO gap (asked_at, question, confidence) VALUES ('2026', ?, 0)",
                (f"{name} {number}",),
            )


def test_many_threads_and_processes_write_at_once(tmp_path: Path) -> None:
    threads = [threading.Thread(target=write_some, args=(tmp_path, f"t{n}")) for n in range(4)]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=write_some, args=(tmp_path, "p"))
    process.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    process.join()
    assert process.exitcode == 0
    assert len({gap.question for gap in kept_gaps(tmp_path)}) == 50


def test_odd_strings_are_kept(tmp_path: Path) -> None:
    answer = abstained("Who\u202e owns 東京?", article="folder/\udcff.txt")
    note_gap(tmp_path, answer, EMBEDDER)
    assert len(gaps(tmp_path)) == 1
    assert forget_articles(tmp_path, ["folder/\udcff.txt"]) == 1
