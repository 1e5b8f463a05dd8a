"""JSON values that programs send: used, or refused in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.errors import QuestionError
from qa_bot.records import Answer, Filters, Turn
from qa_bot.web.api_values import (
    MOST_TURNS,
    filters_from,
    flag,
    fraction,
    history_from,
    shown,
    text,
    whole,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


READ = (
    filters_from,
    history_from,
    lambda v: whole("n", v, 1, 100),
    lambda v: text("t", v),
    lambda v: flag("f", v),
    lambda v: fraction("p", v),
)


def refusal(read, value):
    """The message where the value is refused; anything but a refusal is raised."""
    try:
        read(value)
    except QuestionError as error:
        return str(error)
    return ""


@given(JSON)
def test_any_json_is_used_or_refused_in_one_short_line(value):
    for read in READ:
        message = refusal(read, value)
        assert "\n" not in message
        assert len(message) < 400


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "published_from": st.text(max_size=12),
            "published_until": st.text(max_size=12),
            "sources": st.lists(st.text(max_size=12), max_size=3),
            "exclude_articles": st.lists(st.text(max_size=12), max_size=3),
            "equals": st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
            "include_undated": st.booleans(),
        },
    )
)
def test_filters_hold_what_was_sent(sent):
    filters = filters_from(json.loads(json.dumps(sent)))
    expected = {k: tuple(v) if isinstance(v, list) else v for k, v in sent.items()}
    assert (filters or Filters()) == Filters(**expected)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([], "filters: an object"),
        ("2023", "filters: an object"),
        ({"from": "2023-01-01"}, "filters: the keys published_from, .*found 'from'"),
        ({"sources": "bbc.com"}, "filters.sources: a list"),
        ({"sources": [7]}, r"filters.sources\[0\]: a text, found 7"),
        ({"published_from": 2023}, "filters.published_from: a text"),
        ({"include_undated": "yes"}, "filters.include_undated: true or false"),
        ({"equals": {"section": 3}}, "filters.equals.'section': a text, found 3"),
        ({"equals": [["a", "b"]]}, "filters.equals: an object"),
    ],
)
def test_filters_that_cannot_be_used(sent, message):
    with pytest.raises(QuestionError, match=message):
        filters_from(sent)


def answer():
    return Answer(
        question="Who?", status="abstained", text=None, confidence=0.1, citations=(),
        alternatives=(), conflicts=(), independent_sources=0, passages=(), reason="nothing",
        rewritten_question=None, generation=1,
    )  # fmt: skip


def test_history_is_turns_with_texts_or_whole_answers():
    whole_answer = json.loads(json.dumps(answer().to_dict()))
    assert history_from(None) == []
    assert history_from(
        [
            {"question": "Who?", "answer": whole_answer},
            {"question": "And when?", "answer": "in 1932"},
            {"question": "Where?", "answer": None},
            {"question": "Why?"},
        ]
    ) == [
        Turn("Who?", answer()),
        Turn("And when?", "in 1932"),
        Turn("Where?"),
        Turn("Why?"),
    ]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "history: a list"),
        ("Who?", "history: a list"),
        ([["Who?", "Kim"]], r"history\[0\]"),
        ([{"role": "user", "content": "Who?"}], r"history\[0\]"),
        ([{"question": 3}], r"history\[0\].question: a text"),
        ([{"question": "Who?", "answer": 3}], r"history\[0\].answer: a text"),
        ([{"question": "a"}, {"question": "b", "answer": {"text": "x"}}], r"history\[1\].answer"),
        ([{"question": "Who?"}] * (MOST_TURNS + 1), f"at most {MOST_TURNS}"),
    ],
)
def test_history_that_cannot_be_used(sent, message):
    with pytest.raises(QuestionError, match=message):
        history_from(sent)


def test_whole_numbers():
    assert whole("n", 5.0, 1, 9) == 5
    assert type(whole("n", 5.0, 1, 9)) is int
    for value in (0, 10, 5.5, True, "5", None, float("nan"), float("inf"), 10**400):
        with pytest.raises(QuestionError, match="n: a whole number from 1 to 9, found"):
            whole("n", value, 1, 9)


def test_what_is_shown_of_a_value_is_short():
    for value in ("x" * 10**6, ["x"] * 10**5, {"k": "v" * 10**6}, 10**5000, b"y" * 999):
        assert len(shown(value)) <= 80
