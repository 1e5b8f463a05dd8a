"""Which sentences repeat at the edges of articles, against the rule written out plainly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from fakes import make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.corpus.text import sentences
from qa_bot.indexing.edges import edges, source_of
from qa_bot.records import Span
from qa_bot.storage.repeated import (
    EDGE,
    FIRST,
    LAST,
    MIN_ARTICLES,
    EdgeArray,
    are_known,
    repeated,
    spans_of,
    unknown_edges,
)

NOTE = "Sign this note with your own name."
BODY = " ".join(f"Here the {n} witness tells what was seen that night." for n in "abcdefghi")


def table(*rows: tuple[int, list[tuple[int, int]]]) -> EdgeArray:
    """Rows of (length of the article, (key, length) of its sentences)."""
    found = unknown_edges(len(rows))
    for row, (length, sentences_) in zip(found, rows, strict=True):
        row["length"] = length
        for place, (key, size) in enumerate(sentences_):
            row["keys"][place], row["starts"][place], row["ends"][place] = key, 0, size
    return found


def groups(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.intp)


def test_a_sentence_is_masked_from_the_fifth_article_on() -> None:
    rows = table(*[(100, [(7, 10), (n + 100, 20)]) for n in range(5)])
    assert not repeated(rows[:4], groups(0, 1, 2, 3)).any()
    found = repeated(rows, groups(0, 1, 2, 3, 4))
    assert found[:, 0].all()
    assert not found[:, 1:].any()


def test_copies_count_as_one_article_and_are_masked_with_the_others() -> None:
    rows = table(*[(100, [(7, 10)])] * 6)
    assert not repeated(rows, groups(0, 0, 0, 1, 2, 3)).any()
    assert repeated(rows, groups(0, 0, 1, 2, 3, 4))[:, 0].all()


def test_what_repeats_for_the_most_part_is_no_boilerplate_and_counts_for_nothing() -> None:
    copies = [(30, [(7, 10), (8, 10), (9, 10)])] * 5
    others = [(100, [(7, 10)])] * 4
    assert not repeated(table(*copies), groups(*range(5))).any()
    assert not repeated(table(*copies, *others), groups(*range(9))).any()
    found = repeated(table(*copies, *others, (100, [(7, 10)])), groups(*range(10)))
    assert found[5:, 0].all()
    assert not found[:5].any()


def test_a_key_of_zero_never_repeats_and_nothing_at_all_is_fine() -> None:
    assert not repeated(table(*[(100, [(0, 10)])] * 9), groups(*range(9))).any()
    assert repeated(unknown_edges(0), groups()).shape == (0, FIRST + LAST)


articles = st.lists(
    st.tuples(
        st.integers(0, 8),  # its group
        st.integers(0, 60),
        st.lists(
            st.tuples(st.integers(0, 4), st.integers(0, 20)), min_size=1, max_size=FIRST + LAST
        ),
    ),
    max_size=30,
)


@given(articles)
@settings(max_examples=200, deadline=None)
def test_the_rule_is_what_its_words_say(
    given_: list[tuple[int, int, list[tuple[int, int]]]],
) -> None:
    def in_many(keep: list[bool]) -> set[int]:
        holders: dict[int, set[int]] = defaultdict(set)
        for (group, _, held), kept in zip(given_, keep, strict=True):
            for key, _ in held:
                if kept and key:
                    holders[key].add(group)
        return {key for key, who in holders.items() if len(who) >= MIN_ARTICLES}

    many = in_many([True] * len(given_))
    keep = [
        2 * sum(size for key, size in held if key in many) <= length for _, length, held in given_
    ]
    many = in_many(keep)
    expected = [
        [kept and place < len(held) and held[place][0] in many for place in range(FIRST + LAST)]
        for (_, _, held), kept in zip(given_, keep, strict=True)
    ]
    rows = table(*[(length, held) for _, length, held in given_])
    found = repeated(rows, groups(*[group for group, _, _ in given_]))
    assert found.tolist() == expected


# --- the row of an article -----------------------------------------------------------------


def seen(text: str, masked: tuple[Span, ...] = ()) -> list[str]:
    row = edges(replace(make_article("news/a.txt", text), masked=masked))
    return [span.of(text) for span in spans_of(row, row["keys"] != 0)]


def test_the_first_three_and_the_last_four_sentences_are_looked_at() -> None:
    found = [span.of(BODY) for span in sentences(BODY)]
    assert seen(BODY) == found[:3] + found[-4:]
    assert seen(" ".join(found[:5])) == found[:5]
    assert seen("") == []


def test_masked_sentences_leave_their_place_to_others_and_short_ones_say_too_little() -> None:
    found = sentences(BODY)
    assert seen(BODY, (found[0], found[-1])) == [
        span.of(BODY) for span in [*found[1:4], *found[-5:-1]]
    ]
    assert seen(f"Read this now. {NOTE}") == [NOTE]
    text = f"{BODY} {NOTE}"
    hidden = sentences(text)[-1]
    row = edges(replace(make_article("news/a.txt", text), masked=(hidden,)))
    assert row["length"] == sum(map(len, sentences(BODY)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NOTE, "SIGN this note, with your own name!", True),
        (NOTE, "Sign this note with your own names.", False),
        ("It’s what the editor’s note says.", "It's what the editor's note says.", True),
        ("The lone \ud800 surrogate stands here.", "The lone \ud800 surrogate stands here.", True),
    ],
)
def test_words_are_compared_without_case_and_punctuation(one: str, other: str, same: bool) -> None:
    keys = [
        edges(make_article(f"news/{n}", text))["keys"][0] for n, text in enumerate((one, other))
    ]
    assert bool(keys[0] == keys[1]) is same


def test_sources_are_kept_apart_and_the_folder_stands_for_an_unknown_one() -> None:
    bbc = make_article("news/a.txt", NOTE, source="BBC")
    assert source_of(bbc) == source_of(replace(bbc, article_id="other/b.txt"))
    unknown = replace(bbc, source=None)
    assert source_of(unknown) == source_of(replace(unknown, article_id="news/deep/c.html"))
    named_so = replace(bbc, source="news")
    keys = [
        edges(one)["keys"][0]
        for one in (bbc, unknown, named_so, replace(unknown, article_id="x/y.txt"))
    ]
    assert len(set(keys)) == 4


def test_rows_of_an_older_version_are_seen_to_be() -> None:
    rows = np.array([edges(make_article("news/a.txt", NOTE))], dtype=EDGE)
    assert are_known(rows)
    assert are_known(unknown_edges(0))
    assert not are_known(np.concatenate([rows, unknown_edges(1)]))
    assert not are_known(np.zeros(1, dtype=[("rule", "<u2"), ("other", "<u4")]))
