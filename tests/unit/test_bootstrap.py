"""Bootstrap intervals against the normal theory and an exhaustive enumeration."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.evaluation.bootstrap import intervals, paired_difference, statistic_interval


def test_a_constant_has_no_spread():
    assert intervals({"f1": [0.25] * 12}) == {"f1": (0.25, 0.25)}


def test_the_width_is_that_of_the_normal_approximation():
    # 400 coin flips, half of them heads: standard error of the mean is 0.5 / 20.
    low, high = intervals({"hit": [0.0, 1.0] * 200}, resamples=4000)["hit"]
    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.005)
    assert high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.005)


def test_three_values_against_all_27_draws():
    values = [0.0, 1.0, 5.0]
    sums = sorted(sum(draw) for draw in itertools.product(values, repeat=3))
    # A fifth of 27 draws is 5.4, four fifths 21.6: the sixth and the 22nd smallest sum.
    assert (sums[5], sums[21]) == (2.0, 10.0)
    low, high = intervals({"x": values}, level=0.6, resamples=20000)["x"]
    assert (low, high) == pytest.approx((2 / 3, 10 / 3))


def test_missing_values_are_left_out_of_their_own_measure_only():
    measured = intervals({"a": [1.0, None, 3.0, None], "b": [2.0] * 4, "c": [None] * 4})
    assert measured["b"] == (2.0, 2.0)
    assert measured["c"] is None
    low, high = measured["a"]
    assert 1.0 <= low < high <= 3.0


def test_measures_of_one_draw_share_its_questions():
    values = [float(i % 7) for i in range(50)]
    measured = intervals({"x": values, "double": [2 * v for v in values]})
    assert measured["double"] == pytest.approx([2 * bound for bound in measured["x"]])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 5))
def test_intervals_are_ordered_inside_the_values_and_repeatable(values, seed):
    (low, high) = intervals({"x": values}, resamples=60, seed=seed)["x"]
    tiny = 1e-12
    assert min(values) - tiny <= low <= high <= max(values) + tiny
    assert intervals({"x": values}, resamples=60, seed=seed)["x"] == (low, high)
    assert not math.isnan(low)


def test_nothing_measured_has_no_interval():
    assert intervals({"x": []}) == {"x": None}
    assert intervals({}) == {}


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        intervals({"x": [1.0], "y": [1.0, 2.0]})
    with pytest.raises(ValueError, match="level"):
        intervals({"x": [1.0]}, level=1.0)


def test_a_paired_difference_against_all_27_draws():
    changed, base = [1.0, 1.0, 5.0], [1.0, 0.0, 0.0]
    means = sorted(
        sum(changed[i] - base[i] for i in draw) / 3
        for draw in itertools.product(range(3), repeat=3)
    )
    # 2.5% of 27 draws is below the first one, 97.5% above the last but one.
    mean, (low, high) = paired_difference(changed, base)
    assert mean == pytest.approx(2.0)
    assert (low, high) == pytest.approx((means[0], means[-1]))


def test_what_makes_both_hard_falls_out_of_a_paired_difference():
    base = [float(i % 2) for i in range(200)]
    _, (low, high) = paired_difference([value - 0.25 for value in base], base)
    assert (low, high) == pytest.approx((-0.25, -0.25))
    # Unpaired, each mean alone has a standard error of 0.5 / sqrt(200).
    alone = intervals({"base": base})["base"]
    assert alone[1] - alone[0] > 0.1


@pytest.mark.parametrize(("changed", "base"), [([1.0], [1.0, 2.0]), ([], [])])
def test_what_cannot_be_paired_is_refused(changed, base):
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference(changed, base)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=25), st.integers(0, 3))
def test_the_interval_of_a_mean_is_the_same_both_ways(values, seed):
    column = np.array(values)

    def mean(times):
        return float(times @ column / times.sum())

    found = statistic_interval(len(values), mean, resamples=50, seed=seed)
    assert found == pytest.approx(intervals({"x": values}, resamples=50, seed=seed)["x"], abs=1e-9)


def test_draws_without_a_value_are_left_out_of_a_statistic():
    def only_where_the_first_is_drawn(times):
        return 3.0 if times[0] else math.nan

    assert statistic_interval(4, only_where_the_first_is_drawn, resamples=40) == (3.0, 3.0)
    assert statistic_interval(4, lambda times: math.nan, resamples=40) is None
    assert statistic_interval(0, lambda times: 1.0) is None
    with pytest.raises(ValueError, match="level"):
        statistic_interval(4, lambda times: 1.0, level=0)
