"""The confidence's trees: what they say is what scikit-learn says, and they keep their law."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qa_bot.answering.confidence import FEATURES, confidence, confidence_alone
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.forest import Forest, Tree

STUMP = Tree((0, -1, -1), (0.5, -1.0, 2.0), (1, 0, 0), (2, 0, 0))


def test_a_tree_goes_left_at_most_and_right_above() -> None:
    assert STUMP.value([0.5]) == -1.0
    assert STUMP.value([0.5000001]) == 2.0


def test_a_forest_adds_its_trees_to_a_logit() -> None:
    forest = Forest(("a",), 1.0, (STUMP, STUMP))
    assert forest.probability({"a": 0.0}) == pytest.approx(1 / (1 + np.exp(1.0)))
    assert forest.probability({"a": 1.0}) == pytest.approx(1 / (1 + np.exp(-5.0)))


def test_confidence_is_the_mean_of_line_and_trees() -> None:
    forest = Forest(FEATURES[:1], -30.0, ())
    fitted = Fitted({}, dict.fromkeys(FEATURES, 0.0), 0.0, 0.5, 0.0, forest=forest)
    assert confidence(dict.fromkeys(FEATURES, 0.0), fitted) == pytest.approx(0.25)


def test_alone_moves_the_logit() -> None:
    zero = dict.fromkeys(FEATURES, 0.0)
    fitted = Fitted({}, zero, np.log(3), 0.5, 0.0, alone=(2.0, 0.0))
    assert confidence_alone(zero, fitted) == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(3))
def test_the_trees_say_what_scikit_learn_predicts(seed: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from qa_bot.training import forests

    chance = np.random.default_rng(seed)
    names = FEATURES[:4]
    table = chance.normal(0, 3, (400, 4)).round(1)  # ties, and values on a bound
    right = table[:, 0] + table[:, 1] * table[:, 2] + chance.normal(0, 3, 400) > 0
    weights = chance.uniform(0.5, 2, 400)
    forest = forests.fit_forest(table, list(right), list(weights), names)
    model = HistGradientBoostingClassifier(
        monotonic_cst=[forests.RISING.get(name, 0) for name in names], **forests._TREES
    )
    model.fit(table, right, sample_weight=weights)
    again = Forest.from_record(json.loads(json.dumps(forest.to_record())))
    assert again == forest
    unseen = np.concatenate([table, chance.normal(0, 3, (200, 4))])
    for row, expected in zip(unseen, model.predict_proba(unseen)[:, 1], strict=True):
        assert forest.probability(dict(zip(names, row, strict=True))) == pytest.approx(expected)


def test_what_is_judged_was_not_seen() -> None:
    from qa_bot.training.forests import cross_fitted

    items = [(group, number) for group in range(7) for number in range(3)]
    seen: list[set[int]] = []

    def fit(others: object) -> object:
        groups = {group for group, _ in others}  # type: ignore[attr-defined]
        seen.append(groups)
        return lambda item: float(item[0] in groups)

    found = cross_fitted(items, lambda item: str(item[0]), fit, folds=3)  # type: ignore[arg-type]
    assert found == [0.0] * len(items)
    assert len(seen) == 3


@pytest.mark.parametrize(
    "tree",
    [
        ((), (), (), ()),
        ((0, -1), (0.5, 1.0), (1, 0), (2, 0)),  # a child that is not there
        ((0, -1, -1), (0.5, 1.0, 1.0), (0, 0, 0), (2, 0, 0)),  # a node that is its own child
        ((-1,), (1.0, 2.0), (0,), (0,)),
    ],
)
def test_what_is_no_tree_is_refused(tree: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r"a tree's node"):
        Tree(*tree)  # type: ignore[arg-type]


def test_a_feature_without_a_name_is_refused() -> None:
    record = Forest(("a", "b"), 0.0, (STUMP,)).to_record() | {"names": []}
    with pytest.raises(ValueError, match="has no name"):
        Forest.from_record(record)


def test_the_fitted_trees_keep_to_what_can_only_speak_for_an_answer() -> None:
    from qa_bot.training.forests import RISING, fit_forest

    chance = np.random.default_rng(5)
    table = chance.normal(0, 3, (500, len(FEATURES)))
    right = table @ chance.normal(0, 1, len(FEATURES)) + chance.normal(0, 4, 500) > 0
    forest = fit_forest(table, list(right), [1.0] * 500, FEATURES)
    for row in table[:60]:
        features = dict(zip(FEATURES, map(float, row), strict=True))
        before = forest.probability(features)
        for name, sign in RISING.items():
            assert forest.probability(features | {name: features[name] + sign * 3.0}) >= before
