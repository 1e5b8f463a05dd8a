"""The shape of answers by kind of question, and replies to small talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from fakes import make_article

from qa_bot.answering.select import AnswerGroup, RankedSpan, answer_key
from qa_bot.answering.shape import shape_answers
from qa_bot.answering.talk import talk_answer
from qa_bot.records import Answer, Chunk, Passage, ScoredPassage, Span, SpanCandidate

TEXT = (
    "The harbour of Norby was opened in 1871 by Queen Astrid. Was it closed? Ships come from "
    "Bergen, Oslo and Narvik. Ole Lund, the harbour master, left because of the storm."
)
ARTICLE = make_article("a", TEXT)
PASSAGE = ScoredPassage(
    Passage(Chunk("c", "a", Span(0, len(TEXT)), TEXT), "T", None, None, None), 0.5, 1, 0.4, 3.0
)


def group(words: str) -> AnswerGroup:
    start = TEXT.index(words)
    span = Span(start, start + len(words))
    candidate = SpanCandidate("a", "c", span, words, 5.0, 0.0)
    return AnswerGroup(answer_key(words), (RankedSpan(candidate, PASSAGE, 5.0),))


def shaped(kind: str, question: str, *words: str) -> tuple[str, list[str]]:
    groups = [group(each) for each in words]
    found = shape_answers(
        kind,  # type: ignore[arg-type]
        question,
        groups,
        [0.5] * len(groups),
        [PASSAGE],
        lambda _: ARTICLE,
    )
    for each in found.groups:
        for ranked in each.spans:
            assert ranked.candidate.span.of(TEXT) == ranked.candidate.text
    assert len(found.sure) == len(found.groups)
    return found.kind, [each.best.candidate.text for each in found.groups]


def test_yes_or_no_is_answered_by_the_sentence_and_never_by_a_question() -> None:
    kind, texts = shaped("yes_no", "Did a queen open it?", "closed", "Queen Astrid", "1871")
    assert kind == "sentence"
    assert texts == ["The harbour of Norby was opened in 1871 by Queen Astrid."]


def test_a_list_is_whole_and_its_items_do_not_come_again() -> None:
    kind, texts = shaped("list", "Which towns do ships come from?", "Oslo", "Narvik", "Norby")
    assert kind == "list"
    assert texts == ["Bergen, Oslo and Narvik", "Norby"]


def test_a_list_in_another_order_is_the_same_list() -> None:
    other = make_article("b", "They saw Narvik, Bergen and Oslo. Norby, too.")
    chunk = Chunk("d", "b", Span(0, len(other.text)), other.text)
    passage = ScoredPassage(Passage(chunk, "T", None, None, None), 0.5, 2, 0.4, 3.0)
    start = other.text.index("Bergen")
    candidate = SpanCandidate("b", "d", Span(start, start + 6), "Bergen", 4.0, 0.0)
    second = AnswerGroup("bergen", (RankedSpan(candidate, passage, 4.0),))
    articles = {"a": ARTICLE, "b": other}
    found = shape_answers(
        "list",
        "Which towns do ships come from?",
        [group("Oslo"), second],
        [0.9, 0.8],
        [PASSAGE, passage],
        articles.__getitem__,
    )
    assert [each.best.candidate.text for each in found.groups] == ["Bergen, Oslo and Narvik"]
    assert [span.candidate.article_id for span in found.groups[0].spans] == ["a", "b"]


def test_what_only_repeats_the_question_is_no_item() -> None:
    assert shaped("list", "Which ships come?", "Ships", "Oslo")[1] == ["Bergen, Oslo and Narvik"]


def test_a_reason_is_a_clause() -> None:
    assert shaped("why", "Why did Lund leave?", "the storm") == ("span", ["because of the storm"])


def test_what_something_is_called_is_no_clause() -> None:
    asked = ("How was the harbour described?", "How did they leave?")
    assert [shaped("how", question, "the storm")[1] for question in asked] == [
        ["the storm"],
        ["because of the storm"],
    ]


def test_who_is_finds_the_apposition_without_the_reader() -> None:
    assert shaped("who_is", "Who is Ole Lund?") == ("span", ["the harbour master"])
    assert shaped("who_is", "Who is Ida Moe?") == ("span", [])


def test_other_kinds_stay_as_they_were_read() -> None:
    assert shaped("when", "When was it opened?", "1871") == ("span", ["1871"])


@dataclass(frozen=True)
class Row:
    article_id: str
    title: str = "A title"
    source: str | None = None
    published: str | None = None


def reply(kind: str, rows: Sequence[Row], only: dict[str, bool] | None = None) -> Answer:
    return talk_answer("?", kind, iter(rows), generation=3, only=only)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", ["greeting", "thanks", "farewell", "help", "ability", "collection"]
)
def test_a_reply_is_an_abstention_that_cites_nothing(kind: str) -> None:
    answer = reply(kind, [])
    assert (answer.kind, answer.status, answer.text) == ("talk", "abstained", None)
    assert answer.reason
    assert (answer.citations, answer.passages, answer.alternatives) == ((), (), ())
    assert Answer.from_dict(answer.to_dict()) == answer


def test_the_collection_is_told_from_the_index() -> None:
    rows = [
        Row("a", "Old", "Norby Post", "2020-01-02"),
        Row("b", "New", "Norby Post", "2023-05-06"),
        Row("c", "Undated", "Bergen News"),
    ]
    said = reply("collection", rows).reason or ""
    assert (
        "There are 3 articles, published from 2020-01-02 to 2023-05-06 (1 without a date)." in said
    )
    assert "Sources: Norby Post (2), Bergen News (1)." in said
    assert said.index("“New” (2023-05-06)") < said.index("“Old” (2020-01-02)")
    limited = reply("collection", rows, {"b": True}).reason or ""
    assert "There is 1 article that pass" in limited
    assert "published on 2023-05-06" in limited


def test_an_older_record_has_no_kind() -> None:
    record = reply("help", []).to_dict()
    del record["kind"]
    assert Answer.from_dict(record).kind == "span"
