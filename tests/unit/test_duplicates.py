"""Near-duplicates: the estimate against exact similarity, pairs step by step, clusters."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from fakes import make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.indexing.signatures import shingles, signature
from qa_bot.records import Span
from qa_bot.storage.duplicates import (
    MIN_SHINGLES,
    DuplicatePairs,
    SignatureArray,
    Signed,
    as_signatures,
    clusters,
    find_pairs,
    similarity,
)

VOCABULARY = [f"word{number}" for number in range(400)]


def a_text(seed: int, words: int = 300) -> str:
    """Words of no meaning; another seed, another text."""
    chance = random.Random(seed)
    return " ".join(chance.choice(VOCABULARY) for _ in range(words))


@cache
def row_of(text: str) -> SignatureArray:
    return signature(make_article("one", text))


def signed(**texts: str) -> Signed:
    rows = [row_of(text) for text in texts.values()]
    return Signed(list(texts), as_signatures(rows))


def joined(**texts: str) -> bool:
    return len(find_pairs(signed(**texts), ())) == 1


def test_a_copy_is_found_whatever_an_editor_did_to_it() -> None:
    text, other = a_text(1), a_text(2)
    words = text.split()
    for changed in (
        text.upper(),
        " ".join(other.split()[:40] + words[40:]),  # another opening
        " ".join(words[:200]),  # the end is cut off
        " ".join(words[:150]),
        " ".join(words + other.split()[:90]),  # something is added
        ", ".join(words),
    ):
        assert joined(one=text, two=changed), changed[:60]


def test_other_texts_are_not_joined_though_they_share_a_paragraph() -> None:
    background = a_text(3, 80)
    assert not joined(one=f"{a_text(4)} {background}", two=f"{a_text(5)} {background}")
    assert not joined(one=a_text(6), two=a_text(7))


def test_too_short_a_text_is_nobodys_copy() -> None:
    words = a_text(8, MIN_SHINGLES + 3)
    assert not joined(one=words, two=words)
    assert joined(one=a_text(8, MIN_SHINGLES + 4), two=a_text(8, MIN_SHINGLES + 4))


def test_titles_and_what_is_masked_do_not_count() -> None:
    menu = a_text(9, 200)
    first = make_article("one", f"{menu} {a_text(10)}", title="A title")
    hidden = replace(first, masked=(Span(0, len(menu)),), title="Another")
    plain = make_article("two", a_text(10))
    assert shingles(hidden) == shingles(plain)
    assert shingles(first) != shingles(plain)
    assert np.array_equal(signature(hidden), signature(plain))


@given(st.integers(0, 300), st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_estimates_are_near_the_exact_similarities(shared: int, seed: int) -> None:
    one = a_text(seed).split()
    other = one[:shared] + a_text(seed + 1).split()[: 320 - shared]
    texts = [make_article("a", " ".join(one)), make_article("b", " ".join(other))]
    first, second = map(shingles, texts)
    rows = [signature(text)[np.newaxis] for text in texts]
    jaccard, containment = similarity(*rows)
    common = len(first & second)
    # Five standard deviations of 128 trials.
    assert abs(jaccard[0] - common / len(first | second)) < 0.23
    assert abs(containment[0] - common / min(len(first), len(second))) < 0.3


@settings(max_examples=25)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.integers(0, 8))
def test_pairs_found_step_by_step_are_those_found_at_once(kinds: list[int], first: int) -> None:
    texts = {
        f"n{place}": " ".join(a_text(kind // 3, 120).split()[10 * (kind % 3) :])
        for place, kind in enumerate(kinds)
    }
    ids = list(texts)
    everything = find_pairs(signed(**texts), ())
    old = signed(**{one: texts[one] for one in ids[:first]})
    new = signed(**{one: texts[one] for one in ids[first:]})
    assert find_pairs(old, ()) | find_pairs(new, [old]) == everything
    for one in ids:
        for other in ids:
            near = kinds[ids.index(one)] // 3 == kinds[ids.index(other)] // 3
            assert ((min(one, other), max(one, other)) in everything) == (near and one != other)


@given(st.sets(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))))
def test_a_cluster_is_all_that_pairs_lead_to(pairs: set[tuple[str, str]]) -> None:
    found = clusters(pairs)
    for start in "abcdefgh":
        reached, left = {start}, [start]
        while left:
            here = left.pop()
            for pair in pairs:
                if here in pair:
                    new = set(pair) - reached
                    reached |= new
                    left += new
        assert found.get(start, frozenset(start)) == reached


def test_pairs_come_back_from_their_file_and_nothing_else_does() -> None:
    pairs = DuplicatePairs((("a", "b\udcff"), ("é", "z")), "rule")
    assert DuplicatePairs.from_bytes(pairs.to_bytes()) == pairs
    assert list(pairs.without({"z"})) == [("a", "b\udcff")]
    for content in (b"[]", b"{}", b'{"pairs": 3, "rule": ""}', b"\xff"):
        with pytest.raises(ValueError, match=r"pairs|Expecting|decode"):
            DuplicatePairs.from_bytes(content)
