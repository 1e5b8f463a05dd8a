"""Answers as text: what is marked, what is never printed."""

import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.cli.show import Marks, answer_lines, explained_lines, safe
from qa_bot.records import (
    Alternative,
    Answer,
    Chunk,
    Citation,
    Passage,
    ScoredPassage,
    Span,
)

SENTENCE = "He rode his train\n20 hours to Vostochny."
QUOTE = Span(118, 126)  # the sentence begins at 100
CITATION = Citation(
    "seeds/a.txt", "Ukraine recap", "The Paper", "/x/a.txt", None, "2023-09-15",
    QUOTE, "20 hours", SENTENCE, Span(100, 100 + len(SENTENCE)),
)  # fmt: skip
CHUNK = Chunk("0" * 16, "seeds/a.txt", Span(100, 100 + len(SENTENCE)), SENTENCE)
READ = ScoredPassage(
    Passage(CHUNK, "Ukraine recap", "The Paper", None, "2023-09-15"),
    score=0.9, rank=1, dense=0.61, lexical=7.25, span_score=8.5, null_score=-1.25,
    best_span="20 hours",
)  # fmt: skip
UNREAD = ScoredPassage(
    replace(READ.passage, chunk=replace(CHUNK, article_id="seeds/b.txt"), title="Other"),
    score=0.2, rank=2, dense=0.2, lexical=0.0,
)  # fmt: skip
ANSWER = Answer(
    "How long?", "answered", "20 hours", 0.91, (CITATION,),
    (Alternative("five hours", 0.2, (CITATION,)),), (), 1, (READ, UNREAD), None, None, 1,
)  # fmt: skip
NONE = replace(
    ANSWER, status="abstained", text=None, confidence=0.04, citations=(), alternatives=(),
    independent_sources=0, reason="no passage is sure enough",
)  # fmt: skip
STARS = Marks("**", "**")


def text_of(answer):
    return "\n".join(answer_lines(answer, STARS))


def test_an_answer_shows_its_sentence_marked_its_source_and_its_place():
    text = text_of(ANSWER)
    assert text.startswith("**20 hours**\n")
    assert "He rode his train **20 hours** to Vostochny." in text
    assert "Ukraine recap · The Paper · 2023-09-15" in text
    assert "/x/a.txt, characters 118 to 126" in text
    assert "(0.91)" in text
    assert "Also possible:\n  five hours" in text


def test_a_web_address_is_printed_with_the_fragment_that_finds_the_quote():
    cited = replace(CITATION, url="https://example.org/a")
    lines = text_of(replace(ANSWER, citations=(cited,))).splitlines()
    assert "  https://example.org/a#:~:text=20%20hours,-to%20Vostochny." in lines
    elsewhere = replace(CITATION, url="doi:10.1/x")
    assert "  doi:10.1/x" in text_of(replace(ANSWER, citations=(elsewhere,))).splitlines()


def test_an_abstention_gives_its_reason_and_the_closest_passages_and_no_quote():
    text = text_of(NONE)
    assert text.startswith("Not in these articles.\n  no passage is sure enough")
    assert "Closest passages:" in text
    assert "He rode his train 20 hours" in text
    assert "**" not in text


def test_bold_needs_a_terminal_that_wants_it(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert Marks.for_stdout() == Marks("\x1b[1m", "\x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    assert Marks.for_stdout() == STARS
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert Marks.for_stdout() == STARS


def test_the_explanation_lists_every_score_and_the_reason():
    text = "\n".join(explained_lines(ANSWER, 0.3))
    row = next(line for line in text.splitlines() if "Ukraine recap" in line)
    assert row.split()[:7] == ["1", "0.610", "7.250", "0.900", "8.50", "-1.25", "9.75"]
    unread = next(line for line in text.splitlines() if "Other" in line)
    assert unread.split()[4:7] == ["-", "-", "-"]
    assert "confidence 0.91 reaches the threshold 0.30" in text
    assert "rank 1 (fused 0.900)" in text
    assert "number 1 of the 1 passages read" in text
    assert "“five hours” with confidence 0.20" in text


def test_the_explanation_of_an_abstention_names_the_threshold():
    text = "\n".join(explained_lines(NONE, 0.3))
    assert "no passage is sure enough" in text
    assert "0.04, the threshold 0.30" in text


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_that_commands_a_terminal_gets_through(text):
    shown = safe(text)
    assert len(shown) == len(text)
    assert shown.isprintable() or not set(shown) & set(map(chr, [*range(32), *range(127, 160)]))
    assert "\u202e" not in shown


@pytest.mark.parametrize("bad", ["\x1b[31mred", "a\x07b", "x\x9b2J", "\u202egnp.exe"])
def test_a_hostile_title_is_defused(bad):
    answer = replace(ANSWER, citations=(replace(CITATION, title=bad),))
    assert bad not in text_of(answer)
    assert "\ufffd" in text_of(answer)


def test_an_alternative_without_weight_is_not_shown():
    answer = replace(ANSWER, alternatives=(replace(ANSWER.alternatives[0], confidence=0.01),))
    assert "Also possible" not in text_of(answer)


def test_a_confidence_that_was_fitted_for_other_parts_says_so():
    flagged = replace(ANSWER, citations=(replace(CITATION, flags=("uncalibrated",)),))
    assert "make calibrate" in text_of(flagged)
    assert "make calibrate" not in text_of(ANSWER)


def test_the_other_side_of_a_conflict_is_quoted_with_its_age_and_without_a_confidence():
    cited = replace(CITATION, title="Another", published="2023-10-01")
    other = Alternative("20 hours", 0.2, (cited,), newer=True)
    text = text_of(replace(ANSWER, conflicts=(other,), alternatives=()))
    said = text.split("Other articles say otherwise:\n")[1]
    assert said.splitlines() == [
        "  20 hours (newer than the answer)",
        "    He rode his train **20 hours** to Vostochny.",
        "    Another · The Paper · 2023-10-01",
    ]
    older = text_of(replace(ANSWER, conflicts=(replace(other, newer=False),)))
    assert "20 hours (older than the answer)" in older
    undated = text_of(replace(ANSWER, conflicts=(replace(other, newer=None),)))
    assert "than the answer" not in undated
