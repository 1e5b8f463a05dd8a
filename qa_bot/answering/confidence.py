"""How sure: the probability that an answer is right, from features of all stages.

A logistic function (Platt 1999) and boosted trees, fitted on held-out questions, half of
them with their articles taken away. Which features, and what each is worth:
docs/decisions/confidence.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from qa_bot.answering.echoes import asked_terms, repeats
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.select import AnswerGroup
from qa_bot.answering.topic import EVERYWHERE, Frequencies, Topic
from qa_bot.protocols import Reading
from qa_bot.records import Passage, ScoredPassage

FEATURES = (
    "margin",
    "mean_margin",
    "rank_score",
    "log_share",
    "spans",
    "depth",
    "lexical_best",
    "lexical_gap",
    "lexical_share",
    "unknown",
    "questions",
    "another_year",
    "echo",
)

STRONG, FAIR = 0.75, 0.5
"""Lowest confidence that is called strong, and fair."""
_CHARACTERS, _DEEPEST = 500, 2000
"""A span this far into its article counts as one step deep; and none counts as deeper than
this, since farther down the place tells collections of articles apart, not right from wrong."""
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


class Evidence:
    """What all answers to one question are judged against.

    Args:
        question: as it was asked.
        passages: those that were read.
        readings: what the reader made of each.
        frequencies: of the question's terms among all passages.
    """

    def __init__(
        self,
        question: str,
        passages: Sequence[ScoredPassage],
        readings: Sequence[Reading],
        frequencies: Frequencies = EVERYWHERE,
    ) -> None:
        self.topic = Topic(question, frequencies)
        self.asked = asked_terms(question)
        self.years = frozenset(_YEAR.findall(question))
        lexical = [max(0.0, passage.lexical) for passage in passages] or [0.0]
        self.lexical_best = math.log1p(max(lexical))
        self.lexical_gap = math.log1p(lexical[0]) - math.log1p(sum(lexical) / len(lexical))
        margins = [reading.candidates[0].margin for reading in readings if reading.candidates]
        self.mean_margin = sum(margins) / len(margins) if margins else 0.0


def confidence_features(
    group: AnswerGroup, groups: Sequence[AnswerGroup], evidence: Evidence
) -> dict[str, float]:
    """The features of :data:`FEATURES` for one answer among ``groups``.

    Reader: ``margin`` of the shown span over "no answer"; ``mean_margin`` of the best span
    of every passage. Ranking: ``rank_score``; ``log_share`` of this answer under a softmax
    over the answers (0 for the only one); ``spans`` that give the answer, as a logarithm.
    Retrieval: ``lexical_best``, the highest BM25 of a passage, and ``lexical_gap``, the first
    passage's above the mean, on a logarithmic scale; ``lexical_share``, BM25 of the answer's
    passage for each unit of the question's weight; ``unknown``, the share of the question
    that no passage holds. Place: ``depth`` of the span in its article, a logarithm;
    ``questions``, how many the passage asks, a logarithm: the pages of a quiz repeat what is
    asked, with wrong answers beside the right one. What speaks against it: ``another_year``,
    1 where the question names a year in which the article was not published and that
    neither its title nor the passage names; ``echo``, 1 where the question says every word
    of the answer.
    """
    best = group.best
    passage = best.passage.passage
    heights = [other.best.rank_score for other in groups]
    top = max(heights)
    whole = top + math.log(sum(math.exp(height - top) for height in heights))
    topic = evidence.topic
    return {
        "margin": best.candidate.margin,
        "mean_margin": evidence.mean_margin,
        "rank_score": best.rank_score,
        "log_share": max(-30.0, best.rank_score - whole),
        "spans": math.log(len(group.spans)),
        "depth": math.log1p(min(best.candidate.span.start, _DEEPEST) / _CHARACTERS),
        "lexical_best": evidence.lexical_best,
        "lexical_gap": evidence.lexical_gap,
        "lexical_share": max(0.0, best.passage.lexical) / topic.weight if topic.weight else 0.0,
        "unknown": topic.unknown,
        "questions": math.log1p(passage.chunk.text.count("?")),
        "another_year": float(_of_another_year(evidence.years, passage)),
        "echo": float(repeats(best.candidate.text, evidence.asked)),
    }


def _of_another_year(years: frozenset[str], passage: Passage) -> bool:
    told = {(passage.published or "")[:4], *_YEAR.findall(f"{passage.title} {passage.chunk.text}")}
    return bool(years) and years.isdisjoint(told)


def confidence(features: dict[str, float], fitted: Fitted) -> float:
    """Probability that the answer is right, 0 to 1: of the logistic function, or where there
    are trees of the mean of its log-odds and theirs."""
    logit = fitted.intercept + sum(fitted.confidence[name] * features[name] for name in FEATURES)
    if fitted.boosted is not None:
        logit = (logit + fitted.boosted.logit(features)) / 2
    # Clipped so that exp() cannot overflow; 1 - 1e-13 is as sure as a float needs to be.
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def confidence_alone(features: dict[str, float], fitted: Fitted) -> float:
    """Probability that an answer is right with which no other one competes (0 to 1).

    ``features`` are those of the answer as if it were the only one that was found. The
    confidence is fitted with rivals, and is too high without them: its logit is taken to
    one that means what it says, measured alike for questions for yes or no and for lists.
    """
    bounded = min(max(confidence(features, fitted), 1e-9), 1 - 1e-9)
    slope, intercept = fitted.alone
    return 1 / (1 + math.exp(-(slope * math.log(bounded / (1 - bounded)) + intercept)))


def confidence_word(value: float) -> str:
    """Says "strong", "fair" or "weak": what people read in place of a number."""
    return "strong" if value >= STRONG else "fair" if value >= FAIR else "weak"
