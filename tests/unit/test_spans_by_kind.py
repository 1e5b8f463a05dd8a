"""Spans widened to enumerations and clauses, and found beside names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.appositions import descriptions
from qa_bot.answering.clauses import clause_around
from qa_bot.answering.echoes import asked_terms
from qa_bot.answering.enumerations import enumeration_around
from qa_bot.answering.parted import part_unions
from qa_bot.protocols import Reading
from qa_bot.records import Span, SpanCandidate


def place(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def whole(text: str) -> Span:
    return Span(0, len(text))


@pytest.mark.parametrize(
    ("text", "span", "list_"),
    [
        ("They saw Oslo, Bergen and Narvik before May.", "Bergen", "Oslo, Bergen and Narvik"),
        ("Oslo, Bergen, and Narvik held votes.", "Narvik", "Oslo, Bergen, and Narvik"),
        ("Signs can include cough, fever and lack of breath.", "fever",
         "cough, fever and lack of breath"),
        ("Backed by the mayor Ole Lund, the poet Ida Moe and others.", "Ole Lund",
         "Ole Lund, the poet Ida Moe and others"),
        ("It was opened by Lund and Moe, who left at once.", "Moe", "Lund and Moe"),
    ],
)  # fmt: skip
def test_a_list_is_taken_whole(text: str, span: str, list_: str) -> None:
    found = enumeration_around(text, place(text, span), whole(text))
    assert found is not None
    assert found.of(text) == list_


@pytest.mark.parametrize(
    ("question", "text", "span", "list_"),
    [
        ("What were the two forms?", "There were two forms, tea and cake.", "cake", "tea and cake"),
        ("What are quays?", "Stone walls or 'quays' were built there.", "Stone walls", None),
        ("Which rates of theft and fraud rose?", "Towns see higher rates of theft and fraud.",
         "higher rates", None),
        ("Which towns voted?", "In Oslo and Narvik these voters won.", "Oslo", "Oslo and Narvik"),
    ],
)  # fmt: skip
def test_what_the_question_says_itself_is_no_item(
    question: str, text: str, span: str, list_: str | None
) -> None:
    asked = asked_terms(question)
    found = enumeration_around(text, place(text, span), whole(text), asked)
    assert (found and found.of(text)) == list_


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("He went to Oslo in May.", "Oslo"),
        ("He met Lund on Monday, and Moe left for Narvik.", "Lund"),
        ("The new harbour stresses a quay, and cranes were built.", "a quay"),
    ],
)
def test_what_is_no_list_stays(text: str, span: str) -> None:
    assert enumeration_around(text, place(text, span), whole(text)) is None


@pytest.mark.parametrize(
    ("kind", "text", "span", "clause"),
    [
        ("why", "Thefts rose as guards were away.", "guards were away", "as guards were away"),
        ("why", "It closed because of the storm, the mayor said.", "the storm",
         "because of the storm"),
        ("why", "Because it rained, they stayed.", "it rained", "Because it rained"),
        ("why", "Cranes were rare because it was thought their slow engines made them costly.",
         "slow engines",
         "because it was thought their slow engines made them costly"),
        ("why", "It is known, as the result of its colours, as the Blue House.", "its colours",
         "as the result of its colours, as the Blue House"),
        ("how", "They fled by cutting a fence, crossing a river and hiding in a barn.",
         "cutting a fence", "by cutting a fence, crossing a river and hiding in a barn"),
        ("how", "He died in a fall in May.", "a fall", "in a fall in May"),
        ("how", "Soil tests showed the lead; nobody knew.", "Soil tests",
         "Soil tests showed the lead"),
    ],
)  # fmt: skip
def test_a_reason_or_a_manner_is_a_clause(kind: str, text: str, span: str, clause: str) -> None:
    found = clause_around(text, place(text, span), whole(text), kind)  # type: ignore[arg-type]
    assert found.of(text) == clause


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Ole Lund", "Ole Lund, 41, the harbour master of Norby, left.",
         "the harbour master of Norby"),
        ("Ole Lund", "“No,” said Ole Lund, professor at the University of Oslo.",
         "professor at the University of Oslo"),
        ("Ole Lund", "Ole Lund is a painter who came late.", "a painter who came late"),
        ("Ole Lund", "Norwegian painter Ole Lund came late.", "Norwegian painter"),
        ("Ole Lund", "The report’s lead author, Ole Lund, agreed.", "The report’s lead author"),
        ("ole lund", "Ole Lund spoke. Lund is a painter.", "a painter"),
    ],
)  # fmt: skip
def test_what_somebody_is(name: str, text: str, said: str) -> None:
    assert [found.span.of(text) for found in descriptions(text, name, whole(text))] == [said]


@pytest.mark.parametrize(
    "text",
    [
        "Ole Lund, Ida Moe and others left.",
        "Ole Lund, of Norby, left.",
        "Ole Lund, who left, came back.",
        "Anna Lund is a painter.",
        "Ole Lund came. Ida Lund is a painter.",
    ],
)
def test_what_is_no_description(text: str) -> None:
    assert list(descriptions(text, "Ole Lund", whole(text))) == []


WORDS = st.lists(
    st.sampled_from(
        [*("Lund", "harbour", "cutting", "was", "left", "said", "a", "the", "and", "or", "in"),
         *("because", "by", "who", ",", ";", "—", "“", "”", "(", ")", ".")]
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@given(WORDS, st.data())
def test_widened_spans_cover_the_span_and_stay_in_the_sentence(
    words: list[str], data: st.DataObject
) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + (first > 0)
    span = Span(start, start + len(" ".join(words[first : last + 1])))
    found = [clause_around(text, span, whole(text), kind) for kind in ("why", "how")]
    listed = enumeration_around(text, span, whole(text))
    for one in [*found, *([listed] if listed else [])]:
        assert 0 <= one.start <= span.start
        assert span.end <= one.end <= len(text)


@pytest.mark.parametrize(
    ("kind", "question", "text", "span", "clause"),
    [
        ("how", "How are the letters sorted?", "The letters are sorted singly, by size.",
         "singly", "singly, by size"),
        ("why", "Why is the tax used?", "The reason for the tax is the risk of floods.",
         "the risk of floods", "the risk of floods"),
        ("why", "Why is it known as the Blue House?",
         "It is known, as the result of its colours, as the Blue House.", "its colours",
         "as the result of its colours"),
        ("why", "Why were cranes costly?", "Because slow engines made cranes costly.",
         "slow engines", "Because slow engines made cranes costly"),
    ],
)  # fmt: skip
def test_what_the_question_says_itself_is_no_part_of_a_clause(
    kind: str, question: str, text: str, span: str, clause: str
) -> None:
    asked = asked_terms(question)
    found = clause_around(text, place(text, span), whole(text), kind, asked)  # type: ignore[arg-type]
    assert found.of(text) == clause


@given(WORDS)
def test_descriptions_lie_in_their_sentence(words: list[str]) -> None:
    text = "Ole Lund " + " ".join(words)
    for found in descriptions(text, "Ole Lund", whole(text)):
        assert found.sentence.start <= found.span.start < found.span.end <= found.sentence.end


def candidates(text: str, *scored: tuple[str, float]) -> Reading:
    return Reading(
        tuple(
            SpanCandidate("a", "c", place(text, words), words, score, 0.0)
            for words, score in scored
        ),
        0.0,
    )


SENTENCE = "It was Lund of Oslo, and his friend, the poet Moe of Narvik, who came."
UNION = "Oslo, and his friend, the poet Moe of Narvik"


def test_a_span_over_two_answers_comes_behind_both() -> None:
    reading = candidates(SENTENCE, (UNION, 9.0), ("Oslo", 8.5), ("Narvik", 8.0))
    (parted,) = part_unions("Where is Lund from?", [reading])
    assert [c.text for c in parted.candidates] == ["Oslo", "Narvik", UNION]
    assert parted.null_score == reading.null_score


def test_a_list_and_a_sure_span_are_not_parted() -> None:
    reading = candidates(SENTENCE, (UNION, 9.0), ("Oslo", 8.5), ("Narvik", 8.0))
    assert part_unions("Which towns were named?", [reading]) == [reading]
    sure = candidates(SENTENCE, (UNION, 9.0), ("Oslo", 8.5), ("Narvik", 4.0))
    assert part_unions("Where is Lund from?", [sure]) == [sure]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Ape, alleging a breach, left.", None),
        ("They play with Ann Ape, Halsey and the Twenty, at noon.", None),
        ("Ann Ape, Polish President Bo Hale and others came.", None),
        ("Ann Ape, plays an English teacher, she says.", None),
        ("Ann Ape, who's behind in the polls, left.", None),
        ("Ann Ape, chief economist at Norby Bank, left.", "chief economist at Norby Bank"),
        ("Ann Ape, founder of Norby Bank, left.", "founder of Norby Bank"),
        ("Ann Ape, Norby's first mayor, left.", "Norby's first mayor"),
        ("Ann Ape, the former U.N. ambassador, left.", "the former U.N. ambassador"),
        ("Who tried to oust Ann Ape last week?", None),
        ("A shook-up Ann Ape came.", None),
        ("Norby chief of staff Ann Ape came.", "Norby chief of staff"),
        ("The chair endorsed his chief of staff, Ann Ape, on Monday.", "his chief of staff"),
        ("Of the rivals Ann Ape is one of them.", None),
    ],
)
def test_what_stands_beside_a_name_and_tells_who_it_is(text: str, expected: str | None) -> None:
    found = [one.span.of(text) for one in descriptions(text, "Ann Ape", Span(0, len(text)))]
    assert found == ([] if expected is None else [expected])
