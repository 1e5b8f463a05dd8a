"""The fits: what makes a span rank well, an answer sure, and where to stop answering.

All see the fit part only. What comes out are plain numbers; at run time nothing here is
imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from qa_bot.answering.confidence import (
    FEATURES,
    Evidence,
    confidence,
    confidence_alone,
    confidence_features,
)
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.parted import part_unions
from qa_bot.answering.question_kinds import question_kind
from qa_bot.answering.select import (
    RANKING_FEATURES,
    Context,
    group_answers,
    rank_spans,
    ranking_features,
)
from qa_bot.answering.shape import STANDS_ALONE, shape_answers
from qa_bot.records import Article
from qa_bot.training.observations import Observation
from qa_bot.training.trees import grow

FloatArray = npt.NDArray[np.float64]

RIGHT = 0.6
"""An answer counts as right from this F1 with a gold answer."""
SET_WEIGHTS = {
    "squad_v1.1_dev": 1.0,
    "news_2022_2023": 1.0,
    "plain_news": 1.0,
    "newsqa_dev": 0.5,
}
"""NewsQA's questions were written for one article and often name nothing ("What did
he say?"): they count half."""
_SURE_C = 0.3
"""Strength of the confidence's regularisation (scikit-learn's C), on standardised features:
of 0.03, 0.1, 0.3 and 1 the log loss over ten folds of the fit part differs by 0.001."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What would be shown for one observation: features, correctness, F1.

    ``alone``: its kind of question has several right answers, so that the features are those
    of an answer without rivals. ``question``: as it was asked. ``place``: article id, start and
    end of what is shown.
    """

    name: str
    part: str
    article: str
    twin: bool
    features: dict[str, float]
    right: bool
    f1: float
    reachable: bool
    alone: bool = False
    question: str = ""
    place: tuple[str, int, int] = ("", 0, 0)


def fit_ranking(observations: Sequence[Observation], *, l2: float = 1e-4) -> dict[str, float]:
    """Weights that make good candidates likely under a softmax over all candidates.

    Maximises the log of the expected F1 of a question's candidates, over questions
    that have one with any overlap: the multi-passage objective of Clark and Gardner
    (2018, equation 4), with F1 in place of right and wrong.
    """
    tables: list[tuple[FloatArray, FloatArray, float]] = []
    for seen in observations:
        if seen.twin or seen.part != "fit":
            continue
        rows, gains = [], []
        context = Context(seen.readings, seen.passages)
        for passage, reading in zip(seen.passages, seen.readings, strict=True):
            for candidate in reading.candidates:
                features = ranking_features(candidate, passage, context)
                rows.append([features[name] for name in RANKING_FEATURES])
                gains.append(seen.f1(candidate.text))
        if any(gains):
            weight = SET_WEIGHTS.get(seen.name, 1.0)
            tables.append((np.asarray(rows), np.asarray(gains), weight))

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = l2 * float(weights @ weights), 2 * l2 * weights
        for features, gains, weight in tables:
            scores = features @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            expected = float(share @ gains) + 1e-9
            total -= weight * float(np.log(expected)) / len(tables)
            towards = share * gains / expected - share
            slope = slope - weight * (features.T @ towards) / len(tables)
        return total, slope

    start = np.asarray([1.0, -1.0, 8.0, 0.0, 0.0, 0.0, 0.0])
    solved = minimize(loss, start, jac=True, method="L-BFGS-B")
    return {name: float(w) for name, w in zip(RANKING_FEATURES, solved.x, strict=True)}


def show(
    observations: Sequence[Observation],
    ranking: dict[str, float],
    article: Callable[[str, str], Article],
) -> list[Shown]:
    """What the bot would show, best answer only, for each observation that has one.

    ``article``: (name of the set, article id) to article.
    """
    found = []
    for seen in observations:
        parted = part_unions(seen.question, seen.readings)
        groups = group_answers(rank_spans(parted, seen.passages, ranking))
        if not groups:
            continue
        kind = question_kind(seen.question)
        alone = kind in STANDS_ALONE
        evidence = Evidence(seen.question, seen.passages, seen.readings, seen.frequencies)
        # Confidences are not fitted yet: answers stay in the order of their ranks.
        shaped = shape_answers(
            "other" if kind == "who_is" else kind,
            seen.question,
            groups,
            [1.0 - 0.1 * place for place in range(len(groups))],
            seen.passages,
            lambda article_id, name=seen.name: article(name, article_id),  # type: ignore[misc]
        )
        if not shaped.groups:
            continue
        first = next(g for g in groups if shaped.groups[0].key == g.key)
        features = confidence_features(first, [first] if alone else groups, evidence)
        best = shaped.groups[0].best
        text, span = best.candidate.text, best.candidate.span
        f1 = seen.f1(text)
        right = not seen.twin and (f1 >= RIGHT or (alone and seen.holds(text)))
        reachable = not seen.twin and (
            right or any(seen.f1(c.text) >= RIGHT for r in seen.readings for c in r.candidates)
        )
        found.append(
            Shown(
                seen.name,
                seen.part,
                seen.article,
                seen.twin,
                features,
                right,
                f1,
                reachable,
                alone,
                seen.question,
                (best.passage.passage.chunk.article_id, span.start, span.end),
            )
        )
    return found


def set_weights(rows: Sequence[Shown]) -> list[float]:
    """Of each row, so that sets count by :data:`SET_WEIGHTS` and not by their size."""
    counts = {name: sum(item.name == name for item in rows) for name in {i.name for i in rows}}
    return [SET_WEIGHTS.get(item.name, 1.0) * len(rows) / counts[item.name] for item in rows]


def fit_confidence(rows: Sequence[Shown], ranking: dict[str, float]) -> Fitted:
    """The confidence of ``rows``: a logistic function (Platt 1999) and boosted trees for those
    with rivals, and what takes the logit of one that stands alone to what it is worth. The
    thresholds are not set yet."""
    # A set counts by all its rows: of made questions for yes or no a handful have rivals, and must
    # not count as a whole set among those that do.
    weighed = list(zip(rows, set_weights(rows), strict=True))
    rivals = [row for row, _ in weighed if not row.alone]
    table = np.asarray([[row.features[name] for name in FEATURES] for row in rivals])
    right = [row.right for row in rivals]
    weights = [weight for row, weight in weighed if not row.alone]
    slopes, intercept = fit_logistic(table, right, weights, FEATURES)
    trees = grow(table, right, weights, FEATURES)
    fitted = Fitted(ranking, slopes, intercept, 0.0, 0.0, boosted=trees)
    alone = [(row, weight) for row, weight in weighed if row.alone]
    return replace(fitted, alone=_fit_alone(alone, fitted)) if alone else fitted


def _fit_alone(weighed: Sequence[tuple[Shown, float]], fitted: Fitted) -> tuple[float, float]:
    """Slope and intercept of a logistic function over the confidence's logit; see
    :func:`qa_bot.answering.confidence.confidence_alone`."""
    sure = np.clip([confidence(row.features, fitted) for row, _ in weighed], 1e-9, 1 - 1e-9)
    slopes, intercept = fit_logistic(
        np.log(sure / (1 - sure))[:, None],
        [row.right for row, _ in weighed],
        [weight for _, weight in weighed],
        ("logit",),
    )
    return slopes["logit"], intercept


def sure_of(row: Shown, fitted: Fitted) -> float:
    """The confidence (0 to 1) that is shown with a row."""
    return (confidence_alone if row.alone else confidence)(row.features, fitted)


def fit_logistic(
    table: FloatArray, right: Sequence[bool], weights: Sequence[float], names: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Weights of plain features (n, len(names)), standardised while they are fitted; and the
    intercept: ``1 / (1 + exp(-(intercept + weights @ features)))`` is the probability."""
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=_SURE_C, max_iter=2000)
    model.fit(scaler.transform(table), right, sample_weight=weights)
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - slopes @ scaler.mean_)
    return {name: float(slope) for name, slope in zip(names, slopes, strict=True)}, intercept


def best_threshold(
    values: Sequence[float],
    gain_shown: Sequence[float],
    gain_refused: Sequence[float],
    weights: Sequence[float] | None = None,
) -> float:
    """The threshold with the highest total gain: an item counts ``gain_shown`` when its
    value is at or above it, else ``gain_refused``. Midway between two values."""
    order = np.argsort(np.asarray(values))
    ranked = np.asarray(values)[order]
    scale = np.ones(len(ranked)) if weights is None else np.asarray(weights)[order]
    above, below = np.asarray(gain_shown)[order] * scale, np.asarray(gain_refused)[order] * scale
    # totals[i]: the first i are refused, the rest shown.
    totals = np.concatenate([[0.0], np.cumsum(below)]) + np.concatenate(
        [np.cumsum(above[::-1])[::-1], [0.0]]
    )
    place = int(np.argmax(totals))
    if place == 0:
        return float(ranked[0])
    if place == len(ranked):
        return float(np.nextafter(ranked[-1], np.inf))
    return float((ranked[place - 1] + ranked[place]) / 2)


def fit_threshold(rows: Sequence[Shown], sure: Sequence[float]) -> float:
    """Where SQuAD 2.0's F1 is highest over questions and twins; ``sure``: of each row."""
    return best_threshold(
        sure,
        [0.0 if item.twin else item.f1 for item in rows],
        [1.0 if item.twin else 0.0 for item in rows],
        set_weights(rows),
    )
