"""A citation carried away as text, and a conversation kept by the browser."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.records import Answer, Citation, Span
from qa_bot.web.conversation import Exchange, Talk, references, resolve, walk
from qa_bot.web.keeping import exported, kept, restored
from qa_bot.web.quoting import conversation_markdown, markdown, plain

SENTENCE = "Kim rode 20 hours by train."
CITATION = Citation(
    "seeds/a.txt", "A [recap]", "The *Daily*", "/seeds/a.txt", "https://example.org/a_(b)",
    "2023-09-14", Span(9, 17), "20 hours", SENTENCE, Span(0, 27), page=3, content_hash="0" * 64,
)  # fmt: skip
ANSWER = Answer(
    question="How long?", status="answered", text="20 hours", confidence=0.9,
    citations=(CITATION,), alternatives=(), conflicts=(), independent_sources=1, passages=(),
    reason=None, rewritten_question=None, generation=1,
)  # fmt: skip


def test_a_plain_quote_names_title_source_date_page_and_address() -> None:
    bare = replace(CITATION, url=None)
    expected = f"“{SENTENCE}” — A [recap], The *Daily*, 14 September 2023, page 3."
    assert plain(bare) == expected
    assert plain(CITATION).startswith(f"{expected} https://example.org/a_(b)#:~:text=")


def test_what_the_article_does_not_state_is_left_out() -> None:
    bare = replace(CITATION, title=" ", url=None, source=None, published=None, page=None)
    assert plain(bare) == f"“{SENTENCE}” — a.txt."
    assert markdown(bare) == "> Kim rode **20 hours** by train.\n>\n> — a.txt"


def test_markdown_has_the_quote_bold_and_shows_other_marks_as_they_stand() -> None:
    made = markdown(CITATION)
    assert made.startswith("> Kim rode **20 hours** by train.\n>\n> — [A \\[recap\\]](<https://")
    assert "a_%28b%29" in made
    assert made.endswith("), The \\*Daily\\*, 14 September 2023, page 3")


@given(st.text(min_size=1, max_size=60), st.data())
def test_markdown_never_leaves_its_block(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cited = replace(
        CITATION, title=text, source=text, sentence=text, sentence_span=Span(0, len(text)),
        span=Span(start, end), quote=text[start:end],
    )  # fmt: skip
    made = markdown(cited)
    made.encode("utf-8")
    assert [line[:1] for line in made.split("\n")] == [">", ">", ">"]
    assert "<script" not in made.lower()


def test_a_conversation_as_markdown_holds_every_reply() -> None:
    gone = replace(ANSWER, status="abstained", text=None, citations=(), reason="nothing near")
    made = conversation_markdown(
        (
            Exchange(1, "How long?", answer=ANSWER),
            Exchange(2, "Who *won*?", answer=gone),
            Exchange(3, "Why?", problem="the index is damaged"),
        )
    )
    for part in ("## How long?", "**20 hours** (confidence 90%)", "## Who \\*won\\*?",
                 "**Not in these articles.**", "nothing near", "the index is damaged"):  # fmt: skip
        assert part in made


def talk_with(*exchanges: Exchange) -> Talk:
    talk = Talk()
    talk.restore("0123456789abcdef", exchanges)
    return talk


def test_what_the_browser_keeps_comes_back_as_it_was() -> None:
    exchange = Exchange(4, "How long?", answer=ANSWER, seconds=0.25, limits="x", verdict="right")
    talk = talk_with(exchange)
    told = json.loads(kept(talk, 4))
    back = restored({"talk": told["talk"], "exchanges": [told["keep"]]})
    assert back == ("0123456789abcdef", (exchange,))
    assert talk.begin("next") == 5


def test_a_message_holds_no_markup_and_nothing_that_cannot_be_sent() -> None:
    hostile = "<script>\ud83d"
    message = kept(talk_with(Exchange(1, hostile, problem=hostile)), 1)
    assert "<" not in message
    message.encode("utf-8")
    assert json.loads(message)["keep"]["question"] == "<script>\ufffd"
    assert "<" not in exported(talk_with(Exchange(1, hostile, problem="p")), "json")


def record(**changes: Any) -> dict[str, Any]:
    told = json.loads(kept(talk_with(Exchange(1, "How long?", answer=ANSWER)), 1))["keep"]
    return {**told, **changes}


@pytest.mark.parametrize(
    "told",
    [None, 5, "x", [], {}, {"talk": "x", "exchanges": []},
     {"talk": "../../etc/passwd", "exchanges": [record()]},
     {"talk": "0123456789abcdef", "exchanges": "x"},
     {"talk": "0123456789abcdef", "exchanges": [None, 3, "x", {}]},
     {"talk": "0123456789abcdef", "exchanges": [record(number="1"), record(number=-1)]},
     {"talk": "0123456789abcdef", "exchanges": [record(question="x" * 5000)]},
     {"talk": "0123456789abcdef", "exchanges": [record(answer={"schema_version": 1})]},
     {"talk": "0123456789abcdef", "exchanges": [record(answer=None)]},
     {"talk": "0123456789abcdef", "exchanges": [record(seconds="soon")]}],
)  # fmt: skip
def test_what_cannot_have_been_kept_is_not_brought_back(told: Any) -> None:
    assert restored(told) is None


def test_an_unknown_verdict_is_forgotten() -> None:
    back = restored({"talk": "0123456789abcdef", "exchanges": [record(verdict="<b>")]})
    assert back is not None
    assert back[1][0].verdict == ""


def test_a_walk_goes_round_all_citations_of_one_answer() -> None:
    exchange = Exchange(7, "q", answer=replace(ANSWER, citations=(CITATION,) * 3))
    names = references(exchange)
    assert names == ["7/c/0/0", "7/c/1/0", "7/c/2/0"]
    step = walk((exchange,), "7/c/2/0")
    assert step is not None
    assert (step.place, step.total, step.before, step.after) == (3, 3, "7/c/1/0", "7/c/0/0")
    assert all(resolve((exchange,), name) for name in names)
    assert walk((exchange,), "7/p/0/0") is None
    assert walk((), "7/c/0/0") is None
