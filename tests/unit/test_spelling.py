"""Slips of the keys, mended against what the articles hold."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.retrieval.spelling import mend_terms

HELD = {"armour": 3, "putin": 9, "train": 5, "trail": 7, "zelenskyy": 4, "missil": 2, "cat": 1}


def frequency(terms: Sequence[str]) -> list[int]:
    return [HELD.get(term, 0) for term in terms]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("armuor", "armour"),  # two letters swapped
        ("putinn", "putin"),  # one too much
        ("zelensky", "zelenskyy"),  # one missing
        ("mxssil", "missil"),  # a wrong one
        ("train", "train"),  # it is there
        ("traix", "trail"),  # two are as near: the one in more chunks
        ("cta", "cta"),  # too short to tell
        ("borscht", "borscht"),  # nothing near
        ("300kms", "300kms"),  # numbers are never guessed
        ("путен", "путен"),
    ],
)
def test_the_nearest_term_that_occurs(typed: str, meant: str) -> None:
    assert mend_terms([typed], frequency) == [meant]


def test_order_and_number_of_terms_stay() -> None:
    assert mend_terms(["train", "armuor", "xyz"], frequency) == ["train", "armour", "xyz"]
    assert mend_terms([], frequency) == []


@given(st.lists(st.text(alphabet="abtrianl", max_size=8), max_size=5))
def test_a_term_that_occurs_is_never_touched(terms: list[str]) -> None:
    for typed, mended in zip(terms, mend_terms(terms, frequency), strict=True):
        assert mended == typed or (HELD.get(typed) is None and mended in HELD)
