"""Quotation marks and brackets: one step at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.reading.pairs import balance
from qa_bot.records import Span


def balanced(marked: str, bounds: Span | None = None) -> str:
    before, inside, after = marked.split("|")
    text = before + inside + after
    start, end = len(before), len(before) + len(inside)
    start, end = balance(text, start, end, bounds or Span(0, len(text)))
    return text[start:end]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|no pairs| here", "no pairs"),
        ("|(whole)| pairs", "(whole)"),
        ("a |[clipped| b", "clipped"),
        ("a |[clipped|] b", "[clipped]"),
        ("a [|clipped]| b", "[clipped]"),
        ("a |word (or| two) b", "word (or two)"),
        ("a |word (|or", "word "),
        ("a (such |as one) or| two", "(such as one) or"),
        # The other half is beyond a sentence's end, in another pair, or too far.
        ("a |long word (or| two. And) b", "long word "),
        ("a |long word (or| [two)] b", "long word "),
        ("a |long word (or|" + " x" * 30 + ")", "long word "),
        ("a |word (or some| two. And) b", "or some"),
        ('say |"no| now', "no"),
        ('say |the "big| one" now', 'the "big one"'),
        ('say "the |big" one| now', '"the big" one'),
        ("say |‘no| now", "no"),
        ("say |‘no|’ now", "‘no’"),
        ("say ‘|no’| now", "‘no’"),
        ("the |players'| union", "players"),
        ("it |wasn't 'a'| b", "wasn't 'a'"),
        ("say |''no''| now", "''no''"),
    ],
)
def test_both_halves_or_neither(marked: str, expected: str) -> None:
    assert balanced(marked) == expected


def test_a_half_outside_the_bounds_is_not_taken() -> None:
    assert balanced("a |[clipped|] b", Span(0, 10)) == "clipped"
    assert balanced("a [|clipped]| b", Span(3, 11)) == "clipped"


@given(
    text=st.text(alphabet="ab 1()[]“”«»\"'’‘.\n", min_size=1, max_size=30),
    cuts=st.lists(st.integers(0, 30), min_size=4, max_size=4),
)
def test_it_stays_inside_its_bounds_and_leaves_whole_pairs_alone(
    text: str, cuts: list[int]
) -> None:
    low, start, end, high = sorted(min(cut, len(text)) for cut in cuts)
    first, last = balance(text, start, end, Span(low, high))
    assert low <= first <= last <= high
    if not set("()[]“”«»\"'’‘") & set(text[start:end]):
        assert (first, last) == (start, end)
