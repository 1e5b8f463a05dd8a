"""SQuAD's metrics against values worked out by hand from the definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.evaluation.metrics import (
    exact_match,
    f1_score,
    holds_answer,
    normalize_answer,
    percentile,
    recall_at,
    reciprocal_rank,
    score_answer,
)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The Eiffel Tower", "eiffel tower"),
        ("a  an\tthe\n", ""),
        ("Theatre an der Wien", "theatre der wien"),  # articles are whole words only
        ("U.S.", "us"),  # punctuation goes, nothing takes its place
        ("twenty-one", "twentyone"),
        ("a-b", "ab"),  # punctuation goes first, so the article is no longer a word
        ("$1,000.50", "100050"),
        ("“Squid Game”", "“squid game”"),  # only ASCII punctuation counts
        ("ÉCOLE  the\u00a0End", "école end"),
        ("", ""),
    ],
)
def test_normalisation_follows_the_definition(text, normalised):
    assert normalize_answer(text) == normalised


@pytest.mark.parametrize(
    ("prediction", "gold", "expected"),
    [
        ("20 hours", "20 hours", 1.0),
        ("The 20 hours!", "20 Hours", 1.0),
        # predicted {in, northern, france}, gold {northern, france}: P 2/3, R 1
        ("in northern France", "northern France", 0.8),
        # predicted {x, x, y}, gold {x, y, y}: shared {x, y}: P 2/3, R 2/3
        ("x x y", "x y y", 2 / 3),
        # predicted {b, b}, gold {b}: P 1/2, R 1
        ("b b", "b", 2 / 3),
        ("red", "blue", 0.0),
        ("", "blue", 0.0),
        ("red", "", 0.0),
        ("the", "", 1.0),
        ("", "", 1.0),
    ],
)
def test_f1_by_hand(prediction, gold, expected):
    assert f1_score(prediction, gold) == pytest.approx(expected)


def test_exact_match_needs_every_word():
    assert exact_match("the Broncos.", "Broncos") == 1.0
    assert exact_match("Denver Broncos", "Broncos") == 0.0


def test_the_best_gold_answer_counts_for_each_measure_alone():
    exact, f1 = score_answer("Santa Clara", ["Levi's Stadium in Santa Clara", "santa clara."])
    assert (exact, f1) == (1.0, 1.0)
    exact, f1 = score_answer("Santa Clara", ["Clara", "Santa Clara, California"])
    assert exact == 0.0
    assert f1 == pytest.approx(0.8)  # P 1, R 2/3 against the second; 2/3 against the first


@pytest.mark.parametrize("golds", [[], [""], ["the"], ["?"]])
def test_without_a_gold_answer_only_saying_nothing_is_right(golds):
    assert score_answer("", golds) == (1.0, 1.0)
    assert score_answer("Paris", golds) == (0.0, 0.0)


def test_an_empty_gold_beside_a_real_one_does_not_reward_saying_nothing():
    assert score_answer("", ["the", "Paris"]) == (0.0, 0.0)


words = st.lists(st.sampled_from(["a", "the", "red", "blue", "20", "U.S.", "é", "!"])).map(" ".join)


@given(words, words)
def test_f1_is_symmetric_bounded_and_one_exactly_on_equal_bags(one, other):
    score = f1_score(one, other)
    assert 0.0 <= score <= 1.0
    assert score == f1_score(other, one)
    same_bag = sorted(normalize_answer(one).split()) == sorted(normalize_answer(other).split())
    assert (score == 1.0) == same_bag


@given(words, words)
def test_exact_match_implies_full_f1(one, other):
    if exact_match(one, other):
        assert f1_score(one, other) == 1.0


@given(st.text())
def test_normalising_again_changes_nothing_more(text):
    once = normalize_answer(text)
    # Lower-casing may create a new article only through letters such as a dotted capital I,
    # which split in two; none of these makes "a", "an" or "the".
    assert normalize_answer(once) == once


def test_a_text_holds_an_answer_as_whole_words():
    assert holds_answer("He rode for 20 hours.", ["20 Hours"])
    assert holds_answer("He rode for 20 hours.", ["ten", "the 20 hours"])
    assert not holds_answer("It cost 120 hours.", ["20 hours"])
    assert not holds_answer("Anything at all", ["the", ""])
    assert not holds_answer("Anything at all", [])


def test_recall_looks_at_the_first_k_only():
    relevant = [False, False, True, False]
    assert [recall_at(relevant, k) for k in (1, 2, 3, 20)] == [0.0, 0.0, 1.0, 1.0]
    assert recall_at([], 5) == 0.0


def test_reciprocal_rank_is_of_the_first_hit_within_k():
    assert reciprocal_rank([True, True], 10) == 1.0
    assert reciprocal_rank([False, False, True, True], 10) == pytest.approx(1 / 3)
    assert reciprocal_rank([False] * 10 + [True], 10) == 0.0


def test_percentile_is_the_nearest_rank():
    values = [50.0, 15.0, 40.0, 20.0, 35.0]
    assert percentile(values, 0.05) == 15.0
    assert percentile(values, 0.30) == 20.0
    assert percentile(values, 0.40) == 20.0
    assert percentile(values, 0.50) == 35.0
    assert percentile(values, 1.0) == 50.0
    assert percentile([7.0], 0.95) == 7.0


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.floats(0, 1))
def test_enough_values_do_not_exceed_a_percentile(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.floor(share * len(values))


def test_percentile_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="needs values"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match=r"found 1 and 1\.5"):
        percentile([1.0], 1.5)
