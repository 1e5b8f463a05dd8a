"""Edges of spans: what a person would underline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.reading.tidy import tidy
from qa_bot.records import Span


def tidied(marked: str) -> str:
    """``marked`` has the model's span between | and |; what comes back is the text of it."""
    before, inside, after = marked.split("|")
    text = before + inside + after
    span = Span(len(before), len(before) + len(inside))
    return tidy(text, span, Span(0, len(text))).of(text)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("he met Pu|tin| there", "Putin"),
        ("he met |Pu|tin there", "Putin"),
        ("won £|21|.1 billion", "£21.1"),
        ("won |21.1 billion| of", "21.1 billion"),
        ("from 4,|945| institutions", "4,945"),
        ("rose by |3|% a year", "3%"),
        ("at 7:|30| in", "7:30"),
        ("they met |in New Delhi,| and", "in New Delhi"),
        ("in |Washington.| Then", "Washington"),
        ("in the |U.S.| and", "U.S."),
        ("the |“sacred fight| against", "sacred fight"),
        ("the |“sacred fight|” against", "“sacred fight”"),
        ("the “|sacred fight”| against", "“sacred fight”"),
        ("the base (|Sevastopol)| was", "(Sevastopol)"),
        ("the base |Sevastopol)| was", "Sevastopol"),
        ('he said |"no| to', "no"),
        ('he said |"no|" to', '"no"'),
        ('the show |Emmy-winning "Ted Lasso|" found', 'Emmy-winning "Ted Lasso"'),
        ('films like "|A" and "B|" won', '"A" and "B"'),
        ('he said "|no| to', "no"),
        ("the year 1914-|1918| was", "1918"),
        ("Nándor Re\u0301ve\u0301|sz| spoke", "Re\u0301ve\u0301sz"),
        ("Révés|z| spoke", "Révész"),
        ("a loss of |–3| points", "–3"),
        ("odd | ... | here", " ... "),
        ("in 2020|, 2021| too", "2021"),
    ],
)
def test_edges(marked: str, expected: str) -> None:
    assert tidied(marked) == expected


@given(
    text=st.text(alphabet="ab1 2.,$%()“”\"'–é\u0301", min_size=1, max_size=30),
    numbers=st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 5), st.integers(0, 5)),
)
def test_never_outside_bounds_never_empty_and_settled(
    text: str, numbers: tuple[int, int, int, int]
) -> None:
    start = min(numbers[0], len(text) - 1)
    end = min(len(text), start + 1 + numbers[1])
    bounds = Span(max(0, start - numbers[2]), min(len(text), end + numbers[3]))
    span = tidy(text, Span(start, end), bounds)
    assert bounds.start <= span.start < span.end <= bounds.end
    wordlike = span.of(text)
    if any(char.isalnum() for char in wordlike):
        # No cut inside a word: letters do not stand on both sides of an edge.
        for place in (span.start, span.end):
            if bounds.start < place < bounds.end:
                assert not (text[place - 1].isalnum() and text[place].isalnum())
