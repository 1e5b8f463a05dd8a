"""Records: frozen, JSON and back, spans that mean what they say."""

from __future__ import annotations

import dataclasses
import json

import pytest

from qa_bot.records import (
    Alternative,
    Answer,
    Chunk,
    Citation,
    Passage,
    ScoredPassage,
    Span,
)


def an_answer() -> Answer:
    citation = Citation(
        article_id="seeds/a.txt",
        title="A title",
        source=None,
        location="/x/a.txt",
        url=None,
        published="2023-09-13",
        span=Span(4, 8),
        quote="twen",
        sentence="for twenty hours.",
        sentence_span=Span(0, 17),
        content_hash="00",
    )
    chunk = Chunk("00ff", "seeds/a.txt", Span(0, 17), "for twenty hours.", "", (Span(1, 2),))
    passage = Passage(chunk, "A title", None, None, "2023-09-13")
    return Answer(
        question="how long?",
        status="answered",
        text="twen",
        confidence=0.5,
        citations=(citation,),
        alternatives=(Alternative("x", 0.1, (citation,)),),
        conflicts=(),
        independent_sources=1,
        passages=(ScoredPassage(passage, 1.0, 1, 0.5, 3.0, 2.0, 1.0, "twen"),),
        reason=None,
        rewritten_question=None,
        generation=3,
        timings_ms={"total": 1.5},
    )


def test_an_answer_survives_json() -> None:
    answer = an_answer()
    text = json.dumps(answer.to_dict())
    assert Answer.from_dict(json.loads(text)) == answer
    assert json.loads(text)["citations"][0]["span"] == {"start": 4, "end": 8}
    assert json.loads(text)["schema_version"] == 1


def test_every_citation_carries_its_link() -> None:
    answer = an_answer()
    cited = dataclasses.replace(
        answer.citations[0], url="https://example.org/a", quote="twenty", span=Span(4, 10)
    )
    other = Alternative("x", 0.1, (dataclasses.replace(cited, url="ftp://example.org/a"),))
    answer = dataclasses.replace(
        answer,
        citations=(cited,),
        alternatives=(other,),
        conflicts=(Alternative("x", 1, (cited,)),),
    )
    record = json.loads(json.dumps(answer.to_dict()))
    link = "https://example.org/a#:~:text=for-,twenty,-hours."
    assert record["citations"][0]["link"] == cited.link == link
    assert record["alternatives"][0]["citations"][0]["link"] is None
    assert record["conflicts"][0]["citations"][0]["link"] == link
    assert Answer.from_dict(record) == answer


def test_a_quote_that_its_sentence_does_not_hold_is_linked_without_context() -> None:
    cited = dataclasses.replace(
        an_answer().citations[0], url="https://example.org/a", quote="thirty", span=Span(4, 10)
    )
    assert cited.link == "https://example.org/a#:~:text=thirty"
    before = dataclasses.replace(cited, sentence_span=Span(5, 22))
    assert before.link == cited.link


def test_another_schema_version_is_refused() -> None:
    with pytest.raises(ValueError, match="schema_version: expected 1, found 99"):
        Answer.from_dict({**an_answer().to_dict(), "schema_version": 99})


def test_a_missing_field_is_named() -> None:
    record = an_answer().to_dict()
    del record["citations"]
    with pytest.raises(ValueError, match="the field 'citations' is missing"):
        Answer.from_dict(record)


@pytest.mark.parametrize("edges", [(-1, 3), (4, 3)])
def test_a_span_must_be_one(edges: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= start <= end"):
        Span(*edges)


def test_spans_are_half_open() -> None:
    assert Span(2, 5).of("abcdefg") == "cde"
    assert len(Span(2, 5)) == 3
    assert not Span(0, 2).overlaps(Span(2, 4))
    assert Span(0, 3).overlaps(Span(2, 4))
    assert Span(2, 5).shift(-2) == Span(0, 3)


def test_records_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        an_answer().text = "other"  # type: ignore[misc]
