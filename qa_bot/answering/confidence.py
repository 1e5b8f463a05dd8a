"""How sure: the probability that an answer is right, from features of all stages.

A logistic function (Platt 1999) of the reader's margin, the lead over the next
distinct answer, the retriever's raw scores and the support by other articles;
fitted on held-out questions, half of them with their article taken away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa_bot.answering.fitted import Fitted
from qa_bot.answering.select import AnswerGroup
from qa_bot.records import ScoredPassage

FEATURES = (
    "margin",
    "rank_score",
    "lead",
    "fused",
    "dense",
    "best_dense",
    "lexical",
    "support",
    "log_words",
)

STRONG, FAIR = 0.75, 0.5
"""Lowest confidence that is called strong, and fair."""


def confidence_features(
    group: AnswerGroup, groups: Sequence[AnswerGroup], passages: Sequence[ScoredPassage]
) -> dict[str, float]:
    """The features of :data:`FEATURES` for one answer among ``groups``.

    ``lead`` is the rank score above the best other answer (negative for one that
    is not the best), at most 10, and 10 where there is no other. ``lexical`` is
    BM25 on a logarithmic scale, since its height depends on the question's length.
    """
    best = group.best
    others = [other.best.rank_score for other in groups if other is not group]
    lead = best.rank_score - max(others) if others else 10.0
    return {
        "margin": best.candidate.margin,
        "rank_score": best.rank_score,
        "lead": max(-10.0, min(10.0, lead)),
        "fused": best.passage.score,
        "dense": best.passage.dense,
        "best_dense": max(passage.dense for passage in passages),
        "lexical": math.log1p(max(0.0, best.passage.lexical)),
        "support": math.log(len(group.supporting())),
        "log_words": math.log(1 + best.candidate.text.count(" ")),
    }


def confidence(features: dict[str, float], fitted: Fitted) -> float:
    """Probability that the answer is right, 0 to 1."""
    logit = fitted.intercept + sum(fitted.confidence[name] * features[name] for name in FEATURES)
    # Clipped so that exp() cannot overflow; 1 - 1e-13 is as sure as a float needs to be.
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def confidence_word(value: float) -> str:
    """Says "strong", "fair" or "weak": what people read in place of a number."""
    return "strong" if value >= STRONG else "fair" if value >= FAIR else "weak"
