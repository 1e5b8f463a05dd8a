"""Trees beside the logistic function: what they say, and that it is what was grown."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from qa_bot.answering.boosted import Boosted
from qa_bot.answering.confidence import FEATURES, confidence
from qa_bot.answering.fitted import Fitted, load_fitted, write_fitted
from qa_bot.errors import ModelError
from qa_bot.training import trees

TWO = Boosted(0.5, (("a", 1.0, -2.0, ("b", 0.0, 3.0, 4.0)), 0.25))
values = st.lists(st.floats(-30, 30), min_size=len(FEATURES), max_size=len(FEATURES))


@pytest.mark.parametrize(
    ("a", "b", "said"), [(1.0, 9.0, -1.25), (1.1, 0.0, 3.75), (1.1, 0.1, 4.75)]
)
def test_the_leaves_of_all_trees_are_added(a: float, b: float, said: float) -> None:
    assert TWO.logit({"a": a, "b": b, "c": math.nan}) == said


def test_trees_survive_json() -> None:
    assert Boosted.from_record(json.loads(json.dumps(TWO.as_record())), "ab") == TWO


@pytest.mark.parametrize(
    "record",
    [
        {"trees": []},
        {"start": 0.0, "trees": [["other", 1.0, 2.0, 3.0]]},
        {"start": 0.0, "trees": [["a", 1.0, 2.0]]},
        {"start": 0.0, "trees": [["a", 1.0, 2.0, "high"]]},
    ],
)
def test_damaged_trees_are_not_read(record: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "fitted.json"
    write_fitted(path, Fitted({}, {"a": 1.0, "b": 1.0}, 0.0, 0.5, 0.0))
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(whole | {"boosted": record}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"(?s)fitted numbers cannot be read.*make calibrate"):
        load_fitted(path)


@pytest.mark.parametrize("boosted", [None, TWO])
def test_what_is_written_is_read(boosted: Boosted | None, tmp_path: Path) -> None:
    dial = ((0.0, 0.4, 1.0), (1.0, 0.9, 0.0))
    fitted = Fitted(
        {"x": 1.5}, {"a": 0.1, "b": 1 / 3}, -2.0, 0.4, 7.0, {"reader": "r"}, {}, dial, (0.9, 0.1)
    )
    path = tmp_path / "fitted.json"
    write_fitted(path, replace(fitted, boosted=boosted))
    assert load_fitted(path) == replace(fitted, boosted=boosted)


@given(values, st.floats(-8, 8))
def test_the_confidence_is_of_the_mean_of_both_log_odds(row: list[float], said: float) -> None:
    features = dict(zip(FEATURES, row, strict=True))
    plain = Fitted({}, dict.fromkeys(FEATURES, 0.01), 0.2, 0.5, 0.0)
    linear = 0.2 + 0.01 * sum(row)
    expected = 1 / (1 + math.exp(-(linear + said) / 2))
    boosted = replace(plain, boosted=Boosted(said, ()))
    assert confidence(features, boosted) == pytest.approx(expected)
    assert confidence(features, plain) == pytest.approx(1 / (1 + math.exp(-linear)))


@pytest.mark.parametrize("seed", range(3))
def test_trees_are_those_that_scikit_learn_predicts_with(seed: int) -> None:
    """A made-up fit: the same log-odds to 1e-9, of what was seen and of what was not."""
    chance = np.random.default_rng(seed)
    names = ("margin", "unknown", "depth", "mean_margin")
    table = chance.normal(0, 2, (400, 4)).round(1)  # ties, so that thresholds are met exactly
    right = table[:, 0] * table[:, 1] - table[:, 2] + chance.normal(0, 1, 400) > 0
    weights = chance.uniform(0.5, 2, 400)
    grown = trees.grow(table, list(right), list(weights), names)
    assert len(grown.trees) == trees.TREES
    model = HistGradientBoostingClassifier(
        max_iter=trees.TREES,
        max_leaf_nodes=trees.LEAVES,
        learning_rate=trees.RATE,
        min_samples_leaf=trees.LEAST,
        l2_regularization=1.0,
        early_stopping=False,
        monotonic_cst=[1, 0, -1, 0],
    ).fit(table, right, sample_weight=weights)
    for row in (*table, *chance.normal(0, 9, (100, 4))):
        said = grown.logit(dict(zip(names, map(float, row), strict=True)))
        assert said == pytest.approx(float(model.decision_function(row[None])[0]), abs=1e-9)


@pytest.mark.parametrize("name", [*trees.RISING, *trees.FALLING])
@given(values, st.floats(0, 9))
def test_more_of_what_speaks_for_an_answer_never_makes_the_trees_less_sure(
    name: str, row: list[float], more: float
) -> None:
    shipped = load_fitted().boosted
    assert shipped is not None
    features = dict(zip(FEATURES, row, strict=True))
    raised = shipped.logit(features | {name: features[name] + more})
    if name in trees.RISING:
        assert raised >= shipped.logit(features) - 1e-9
    else:
        assert raised <= shipped.logit(features) + 1e-9


def test_the_constraints_name_features() -> None:
    assert {*trees.RISING, *trees.FALLING} <= set(FEATURES)
    assert not {*trees.RISING} & {*trees.FALLING}
