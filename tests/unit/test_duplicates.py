"""Near-duplicates: the estimate against exact similarity, clusters step by step, and their cost."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from fakes import make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.indexing.signatures import shingles, signature
from qa_bot.records import Span
from qa_bot.storage import clustering
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import (
    COLUMNS,
    MIN_SHINGLES,
    MOST_DAYS_APART,
    DuplicateClusters,
    SignatureArray,
    Signed,
    are_near,
    as_signatures,
    similarity,
)
from qa_bot.storage.duplicates import (
    joined as clusters_of,
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
    return len(find_clusters(signed(**texts))) == 1


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


def test_what_comes_back_after_months_is_another_article_unless_hardly_a_word_is_new() -> None:
    words = a_text(11).split()
    again = " ".join(words[:240] + a_text(12).split()[:60])
    rows = [
        signature(make_article("one", " ".join(words), published="2022-10-20")),
        signature(make_article("two", again, published="2023-10-19")),
        signature(make_article("three", again, published="2022-10-24")),
        signature(make_article("four", again, published=None)),
        signature(make_article("five", " ".join(words[:290]), published="2023-10-19")),
    ]
    assert rows[1][-1] - rows[0][-1] == 364 > MOST_DAYS_APART
    near = are_near(as_signatures([rows[0]] * 4), as_signatures(rows[1:]))
    assert near.tolist() == [False, True, True, True]


def test_a_gallery_makes_no_two_articles_alike_and_its_text_on_other_lines_does() -> None:
    captions = " ".join(
        f"{a_text(20 + one, 25).capitalize()}. Ann Ape/AFP/Getty Images" for one in range(20)
    )
    one, two = f"{a_text(13, 60)}\n\n{captions}", f"{a_text(14, 60)}\n\n{captions}"
    assert not joined(one=one, two=two)
    plain = captions.replace("/AFP/Getty Images", "")
    assert joined(one=one.replace(captions, plain), two=two.replace(captions, plain))
    lines = captions.replace(". Ann", ".\nAnn")  # what stands on lines of its own is no caption
    assert joined(one=one.replace(captions, lines), two=two.replace(captions, lines))


articles_of_kinds = st.lists(st.integers(0, 12), min_size=1, max_size=8)


@settings(max_examples=25)
@given(articles_of_kinds, st.integers(0, 8), st.sets(st.integers(0, 7)))
def test_clusters_found_step_by_step_are_those_found_at_once(
    kinds: list[int], first: int, gone: set[int]
) -> None:
    texts = {
        f"n{place}": " ".join(a_text(kind // 3, 120).split()[10 * (kind % 3) :])
        for place, kind in enumerate(kinds)
    }
    ids = list(texts)
    everything = find_clusters(signed(**texts))
    old = signed(**{one: texts[one] for one in ids[:first]})
    new = signed(**{one: texts[one] for one in ids[first:]})
    assert find_clusters(new, [old], find_clusters(old)) == everything
    whole = {f"n{place}": kind // 3 for place, kind in enumerate(kinds)}
    by_kind = [frozenset(one for one in ids if whole[one] == kind) for kind in set(whole.values())]
    assert everything == {cluster for cluster in by_kind if len(cluster) > 1}
    left = {one: texts[one] for one in ids if int(one[1:]) not in gone}
    nothing = Signed([], as_signatures([]))
    assert find_clusters(nothing, [signed(**left)], everything) == find_clusters(signed(**left))


@st.composite
def chains(draw: st.DrawFn) -> list[SignatureArray]:
    """Rows each of which is near the one before it and, further off, near nothing."""
    chance = np.random.default_rng(draw(st.integers(0, 1000)))
    row = chance.integers(1, 2**32, COLUMNS, dtype=np.uint32)
    row[0], row[-1] = 100, 0
    rows = [row]
    for _ in range(draw(st.integers(1, 7))):
        row = row.copy()
        changed = chance.choice(np.arange(1, COLUMNS - 1), 35, replace=False)
        row[changed] = chance.integers(1, 2**32, len(changed), dtype=np.uint32)
        rows.append(row)
    return rows


@settings(max_examples=50)
@given(chains(), st.data())
def test_a_chain_that_loses_a_link_falls_apart_as_it_would_have_been_built(
    rows: list[SignatureArray], choice: st.DataObject
) -> None:
    ids = choice.draw(st.permutations([f"n{place}" for place in range(len(rows))]))
    everything = Signed(ids, as_signatures(rows))
    gone = choice.draw(st.sets(st.sampled_from(ids)))
    kept = [place for place, one in enumerate(ids) if one not in gone]
    left = Signed([ids[place] for place in kept], everything.rows[kept])
    updated = find_clusters(Signed([], as_signatures([])), [left], find_clusters(everything))
    assert updated == find_clusters(left)
    edges = {(a, b) for a in left.ids for b in left.ids if a != b and linked(everything, a, b)}
    assert updated == {frozenset(one) for one in clusters_of(sorted(edges))}


def linked(signed_rows: Signed, one: str, other: str) -> bool:
    """Near, and sharing a band, which makes two articles a pair."""
    first, second = (signed_rows.rows[list(signed_rows.ids).index(name)] for name in (one, other))
    bands = [slice(start, start + 3) for start in range(1, 127, 3)]
    shared = any(np.array_equal(first[band], second[band]) for band in bands)
    return shared and bool(are_near(first[np.newaxis], second[np.newaxis])[0])


def test_thousands_of_alike_texts_cost_a_comparison_each_not_one_a_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = 0

    def counting(one: SignatureArray, other: SignatureArray) -> Any:
        nonlocal compared
        compared += len(one)
        return are_near(one, other)

    monkeypatch.setattr(clustering, "are_near", counting)
    chance = np.random.default_rng(3)
    row = chance.integers(1, 2**32, COLUMNS, dtype=np.uint32)
    row[0] = 100
    same = np.tile(row, (3000, 1))
    same[:, -1] = np.arange(3000) + 700_000  # a form under thousands of addresses, day by day
    ids = [f"n{place}" for place in range(3000)]
    assert find_clusters(Signed(ids, same)) == {frozenset(ids)}
    assert compared == 0
    alike = np.tile(row, (1000, 1))  # a notice with another number each time
    for place, changed in enumerate(chance.integers(1, COLUMNS - 1, 1000)):
        alike[place, changed] = place
    assert find_clusters(Signed(ids[:1000], alike)) == {frozenset(ids[:1000])}
    assert 0 < compared < 5 * 1000


def test_clusters_come_back_from_their_file_and_nothing_else_does() -> None:
    clusters = DuplicateClusters(frozenset({frozenset({"a", "b\udcff"}), frozenset("éz")}), "rule")
    assert DuplicateClusters.from_bytes(clusters.to_bytes()) == clusters
    assert clusters.by_article()["é"] == {"é", "z"}
    earlier = b'{"pairs": [["a", "b"], ["c", "b"], ["x", "y"]], "rule": "old"}'
    assert DuplicateClusters.from_bytes(earlier).clusters == {frozenset("abc"), frozenset("xy")}
    for content in (b"[]", b"{}", b'{"pairs": 3, "rule": ""}', b"\xff"):
        with pytest.raises(ValueError, match=r"clusters|Expecting|decode"):
            DuplicateClusters.from_bytes(content)
