"""Whatever a history holds: no error, nothing longer than allowed, the same every time."""

from __future__ import annotations

import pytest
from fakes import FakeEmbedder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_bot.answering.followup import FollowUps
from qa_bot.answering.question import clean_question
from qa_bot.answering.words import vocabulary
from qa_bot.errors import QuestionError
from qa_bot.records import (
    Answer,
    Chunk,
    Citation,
    Passage,
    ScoredPassage,
    Span,
    Turn,
)

LIMIT = 300
WORDS = [
    *sorted(
        vocabulary(
            "he she it they there that this the country meeting company who what when why "
            "how many else and but about Putin Kim Japan 2022 did is "
            "was in of say met Anna’s ( ) ? , “ ” très 東京"
        )
    ),
    *("\x00", "\u202e", "\n"),
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.just("Who " + "won and lost " * 400),
)


def answered(question: str, text: str | None, *, sentence: str = "", title: str = "") -> Answer:
    """An answer with one citation; an abstention where ``text`` is None."""
    sentence = sentence or (text or "")
    start = max(sentence.find(text or ""), 0)
    chunk = Chunk("0" * 16, "a", Span(0, len(sentence)), sentence)
    cited = Citation(
        "a", title, None, "a.txt", None, None,
        Span(start, start + len(text or "")), text or "", sentence, Span(0, len(sentence)),
    )  # fmt: skip
    return Answer(
        question=question,
        status="abstained" if text is None else "answered",
        text=text,
        confidence=0.5,
        citations=() if text is None else (cited,),
        alternatives=(),
        conflicts=(),
        independent_sources=1,
        passages=(ScoredPassage(Passage(chunk, title, None, None, None), 0.5, 1, 0.5, 1.0),),
        reason=None,
        rewritten_question=None,
        generation=1,
    )


answers = st.one_of(
    st.none(), texts, st.builds(answered, texts, st.one_of(st.none(), texts), sentence=texts)
)
histories = st.lists(st.builds(Turn, texts, answers), max_size=5)


@settings(max_examples=150)
@given(question=texts, history=histories)
@example(question="DID%HIS", history=[Turn("Who won the vote?", None)])
def test_any_history(question: str, history: list[Turn]) -> None:
    rewriter = FollowUps(FakeEmbedder(), max_chars=LIMIT)
    new = rewriter.rewrite(question, history)
    assert new == rewriter.rewrite(question, history)
    assert rewriter.rewrite(question, []) is None
    if new is not None:
        assert 0 < len(new) <= LIMIT
        assert new != question


@settings(max_examples=150)
@given(question=texts, history=histories)
def test_what_comes_out_can_be_asked(question: str, history: list[Turn]) -> None:
    try:
        asked = clean_question(question, max_chars=LIMIT)
    except QuestionError:
        return
    found = FollowUps(FakeEmbedder(), max_chars=LIMIT).resolve(asked, history)
    if found is not None:
        assert clean_question(found.question, max_chars=LIMIT) == found.question
        assert len(found.search) <= LIMIT


def test_turns_that_hold_no_question_are_passed_over() -> None:
    rewriter = FollowUps(FakeEmbedder(), max_chars=LIMIT)
    odd = [Turn(None), Turn(7), Turn(""), Turn("\x00\x00"), Turn("?!")]  # type: ignore[arg-type]
    assert rewriter.rewrite("How old is he?", odd) is None
    history = [Turn("Who is the mayor of Bergen?", "Olaf Lund"), *odd]
    assert rewriter.rewrite("How old is he?", history) == "How old is Olaf Lund?"


def test_an_abstained_turn_still_has_its_topic() -> None:
    rewriter = FollowUps(FakeEmbedder(), max_chars=LIMIT)
    history = [Turn("q", answered("When was Olaf Lund elected?", None))]
    history = [Turn("When was Olaf Lund elected?", history[0].answer)]
    assert rewriter.rewrite("How old is he?", history) == "How old is Olaf Lund?"


def test_a_description_of_a_man_is_led_back_to_his_name() -> None:
    answer = answered(
        "Who flew around the world?",
        "A 17-year-old",
        sentence="A 17-year-old landed on Tuesday, and Jon Dahl is the youngest. Dahl was tired.",
        title="Teen pilot lands",
    )
    rewriter = FollowUps(FakeEmbedder(), max_chars=LIMIT)
    assert rewriter.rewrite("How old is he?", [Turn(answer.question, answer)]) == (
        "How old is Jon Dahl?"
    )


@pytest.mark.parametrize("length", [10, 2000])
def test_the_limit_is_the_settings(length: int) -> None:
    rewriter = FollowUps(FakeEmbedder(), max_chars=length)
    new = rewriter.rewrite("How old is he?", [Turn("Who is the mayor?", "Olaf Lund")])
    assert new == (None if length == 10 else "How old is Olaf Lund?")
