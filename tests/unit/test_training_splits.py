"""Passages kept apart: every relation against its definition over sets of word runs."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.errors import QABotError
from qa_bot.training.splits import (
    GRAM,
    HELD_OUT,
    MOST_TITLED,
    SHARED,
    Overlaps,
    check_apart,
    connected,
    held_out,
    word_grams,
)


def runs(text: str) -> set[tuple[str, ...]]:
    """The word runs themselves, where the code keeps their hashes."""
    words = re.findall(r"\w+", text.casefold())
    if 0 < len(words) < GRAM:
        return {tuple(words)}
    return {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}


def same_text(one: str, other: str) -> bool:
    """A fifth of the shorter one's runs, and at least one."""
    shared = len(runs(one) & runs(other))
    return shared > 0 and shared >= SHARED * min(len(runs(one)), len(runs(other)))


def numbered(begin: int, end: int) -> str:
    return " ".join(f"w{number}" for number in range(begin, end))


passages = st.lists(
    # Slices of one long text: neighbours share runs, more or fewer than a fifth.
    st.tuples(st.integers(0, 60), st.integers(0, 40)).map(lambda at: numbered(at[0], sum(at))),
    max_size=9,
    unique=True,
)


def test_grams_are_the_runs_of_eight_words() -> None:
    assert (GRAM, SHARED) == (8, 0.2)
    assert len(word_grams(numbered(0, 30))) == 23
    assert len(word_grams(numbered(0, 8))) == 1
    assert len(word_grams(numbered(0, 3))) == 1
    assert word_grams(" ... ") == set()
    assert word_grams(numbered(0, 9)) == word_grams(numbered(0, 8)) | word_grams(numbered(1, 9))


def test_case_and_punctuation_do_not_make_another_gram() -> None:
    assert word_grams("The STRASSE, in - Oslo!") == word_grams("the straße in oslo")
    assert word_grams("the street in oslo") != word_grams("in oslo the street")


@given(st.text(max_size=60), st.text(max_size=60))
def test_shared_grams_are_shared_runs(one: str, other: str) -> None:
    assert len(word_grams(one)) == len(runs(one))
    assert len(word_grams(one) & word_grams(other)) == len(runs(one) & runs(other))


@settings(max_examples=60)
@given(passages, st.integers(0, 60), st.integers(0, 40))
def test_overlaps_are_those_that_share_a_fifth(texts: list[str], begin: int, size: int) -> None:
    text = numbered(begin, begin + size)
    wanted = [place for place, other in enumerate(texts) if same_text(text, other)]
    assert Overlaps(texts).of(text) == wanted


def test_a_fifth_is_counted_of_the_shorter_text() -> None:
    # 20 words have 13 runs. Sharing 10 words is 3 of them, sharing 9 words 2: 3/13 > 1/5 > 2/13.
    long = numbered(0, 300)
    enough = numbered(0, 10) + " " + numbered(1000, 1010)
    short = numbered(0, 9) + " " + numbered(1000, 1011)
    assert len(runs(enough)) == len(runs(short)) == 13
    assert Overlaps([long]).of(enough) == [0]
    assert Overlaps([enough]).of(long) == [0]
    assert Overlaps([long]).of(short) == []
    assert Overlaps([short]).of(long) == []


@settings(max_examples=60)
@given(passages, st.lists(st.sampled_from(["", "Oslo", "oslo", "Bergen"]), min_size=9, max_size=9))
def test_groups_are_what_can_be_reached(texts: list[str], given_titles: list[str]) -> None:
    titles = dict(zip(texts, given_titles, strict=False))
    groups = connected(texts, titles)

    def linked(one: str, other: str) -> bool:
        titled = titles[one].casefold() == titles[other].casefold() != ""
        return titled or same_text(one, other)

    for place, text in enumerate(texts):
        reached, unseen = {text}, [text]
        while unseen:
            here = unseen.pop()
            new = [other for other in texts if other not in reached and linked(here, other)]
            reached.update(new)
            unseen += new
        assert groups[place] == min(texts.index(other) for other in reached)


def test_a_title_over_too_many_passages_connects_nothing() -> None:
    texts = [f"passage number{n}" for n in range(MOST_TITLED + 1)]
    whole = dict.fromkeys(texts, "A whole set")
    assert connected(texts, whole) == list(range(MOST_TITLED + 1))
    article = whole | {texts[-1]: ""}
    assert connected(texts, article) == [0] * MOST_TITLED + [MOST_TITLED]


@settings(max_examples=25)
@given(passages, st.randoms(use_true_random=False))
def test_what_is_held_out_does_not_depend_on_the_order(
    texts: list[str], chance: random.Random
) -> None:
    many = texts + [f"passage number{n} alone" for n in range(40)]
    titles = {f"passage number{n} alone": f"title {n % 7}" for n in range(25)}
    found = held_out(many, titles)
    chance.shuffle(many)
    assert held_out(many, titles) == found


def test_a_tenth_is_held_out_in_whole_groups() -> None:
    alone = [f"passage number{n} alone" for n in range(3000)]
    assert HELD_OUT == 10
    assert len(held_out(alone, {})) / 3000 == pytest.approx(0.1, abs=0.02)
    titles = {text: f"article {number // 5}" for number, text in enumerate(alone)}
    found = held_out(alone, titles)
    assert 0 < len(found) < 600
    for begin in range(0, 3000, 5):
        assert len(found & set(alone[begin : begin + 5])) in (0, 5)


DEV = [numbered(0, 40), "A short dev passage.", "Nothing to see here at all, " + numbered(100, 130)]


def test_passages_that_are_no_dev_passages_pass() -> None:
    training = [numbered(500, 560), "Another short passage.", "", numbered(0, 8) + " " * 3 + "x"]
    assert check_apart(training[:3], DEV) == 3
    assert check_apart([], DEV) == 0
    # 14 runs, of which two are dev's: less than a fifth.
    assert check_apart([numbered(0, 9) + " " + numbered(500, 512)], DEV) == 1


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(DEV[0], id="the same"),
        pytest.param("Introduced by others: " + DEV[0].upper(), id="in another setting"),
        pytest.param(numbered(25, 60), id="a part of both"),
        pytest.param(numbered(5, 20), id="a part of the dev passage"),
        pytest.param(numbered(-300, 300), id="the dev passage inside a long one"),
        pytest.param("a SHORT dev passage", id="fewer words than a gram"),
    ],
)
def test_a_planted_leak_is_found(leak: str) -> None:
    clean = [numbered(500 + 50 * n, 550 + 50 * n) for n in range(20)]
    with pytest.raises(QABotError, match="a training passage is a dev passage"):
        check_apart([*clean, leak], DEV)
    # The reverse: what leaked stands in the dev sets, the training passage is ours.
    with pytest.raises(QABotError, match="less than 20% of its 8-grams in any dev passage"):
        check_apart(DEV, [*clean, leak])


def test_the_error_shows_both_passages() -> None:
    with pytest.raises(QABotError, match=r"(?s)w25 w26.*w0 w1") as caught:
        check_apart([numbered(25, 60)], DEV)
    assert "leave that passage out" in str(caught.value)
