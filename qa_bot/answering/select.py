"""Which span answers: candidates of all passages, ranked, and merged where they agree.

A candidate's rank score is a weighted sum of the reader's logits and of the
retriever's scores for its passage; the weights are fitted by making the right
candidates of a question likely under a softmax over all of them (the
multi-passage objective of Clark and Gardner 2018, applied to features).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_bot.answering.same import Label, Meaning, meaning_of, merged
from qa_bot.answering.words import answer_key as answer_key
from qa_bot.protocols import Reading
from qa_bot.records import ScoredPassage, Span, SpanCandidate

RANKING_FEATURES = (
    "span_score",
    "null_score",
    "fused",
    "dense",
    "lexical_share",
    "log_words",
    "support",
)

BOILERPLATE_PENALTY = 6.0
"""Taken off the rank score of a span in a last-resort chunk. A rule, not a fit: a menu
or a picture credit answers only when nothing else does."""
_CONTEXT = 120
"""Characters around a span that may tell what it means."""


@dataclass(frozen=True, slots=True)
class RankedSpan:
    """A candidate with its passage and its rank score (higher is better)."""

    candidate: SpanCandidate
    passage: ScoredPassage
    rank_score: float


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One distinct answer: the spans that give it, best first."""

    key: str
    spans: tuple[RankedSpan, ...]

    @property
    def best(self) -> RankedSpan:
        """The span that is shown."""
        return self.spans[0]

    def supporting(self) -> tuple[RankedSpan, ...]:
        """The best span and, from each other article, the best one that the reader
        itself prefers to "no answer": a mere occurrence of the words is no support."""
        chosen = [self.best]
        seen = {self.best.candidate.article_id}
        for span in self.spans[1:]:
            if span.candidate.article_id not in seen and span.candidate.margin > 0:
                seen.add(span.candidate.article_id)
                chosen.append(span)
        return tuple(chosen)


class Context:
    """What a candidate's features need to know of a question's other candidates."""

    def __init__(self, readings: Sequence[Reading], passages: Sequence[ScoredPassage]) -> None:
        self.best_lexical = max((passage.lexical for passage in passages), default=0.0)
        self._articles: dict[str, set[str]] = {}
        for reading in readings:
            for candidate in reading.candidates:
                if candidate.margin > 0:
                    key = answer_key(candidate.text)
                    self._articles.setdefault(key, set()).add(candidate.article_id)

    def support(self, candidate: SpanCandidate) -> int:
        """Other articles in which the reader prefers the same answer to none."""
        articles = self._articles.get(answer_key(candidate.text), set())
        return len(articles - {candidate.article_id})


def ranking_features(
    candidate: SpanCandidate, passage: ScoredPassage, context: Context
) -> dict[str, float]:
    """The features of :data:`RANKING_FEATURES` for one candidate."""
    best_lexical = context.best_lexical
    return {
        "span_score": candidate.score,
        "null_score": candidate.null_score,
        "fused": passage.score,
        "dense": passage.dense,
        "lexical_share": passage.lexical / best_lexical if best_lexical > 0 else 0.0,
        "log_words": math.log(1 + candidate.text.count(" ")),
        "support": math.log(1 + context.support(candidate)),
    }


def rank_spans(
    readings: Sequence[Reading], passages: Sequence[ScoredPassage], weights: Mapping[str, float]
) -> list[RankedSpan]:
    """All candidates of all readings, best first; equal scores by chunk id and span.

    ``readings[i]`` is what the reader made of ``passages[i]``.
    """
    context = Context(readings, passages)
    ranked = []
    for reading, passage in zip(readings, passages, strict=True):
        penalty = BOILERPLATE_PENALTY if passage.passage.chunk.boilerplate else 0.0
        for candidate in reading.candidates:
            features = ranking_features(candidate, passage, context)
            score = sum(weights[name] * features[name] for name in RANKING_FEATURES)
            ranked.append(RankedSpan(candidate, passage, score - penalty))
    ranked.sort(key=lambda r: (-r.rank_score, r.candidate.chunk_id, r.candidate.span))
    return ranked


def group_answers(ranked: Sequence[RankedSpan], *, most: int = 6) -> list[AnswerGroup]:
    """The ``most`` best distinct answers, best first.

    Spans that mean the same (:mod:`qa_bot.answering.same`) are one answer. A span
    that overlaps a better answer's span, or says a part of it or more than it, is
    the same place read twice and no other answer.
    """
    groups: dict[Label, list[RankedSpan]] = {}
    keys: dict[Label, str] = {}
    for span, label in zip(ranked, _labels(ranked), strict=True):
        key = answer_key(span.candidate.text)
        if not key:  # nothing but punctuation or an article
            continue
        if label in groups:
            if not any(_same_place(span, known) for known in groups[label]):
                groups[label].append(span)
        elif len(groups) < most and not any(
            _contains(key, keys[other]) or any(_same_place(span, known) for known in members)
            for other, members in groups.items()
        ):
            groups[label], keys[label] = [span], key
    return [AnswerGroup(keys[label], tuple(members)) for label, members in groups.items()]


def _labels(ranked: Sequence[RankedSpan]) -> list[Label]:
    """What makes spans the same answer. Only the best span of a place is read for what it
    means; the others, shorter and longer, are no other answer and stay plain words."""
    meanings: list[Meaning] = []
    taken: dict[str, list[Span]] = {}
    for ranked_span in ranked:
        candidate = ranked_span.candidate
        places = taken.setdefault(candidate.article_id, [])
        start, end = candidate.span.start, candidate.span.end
        if any(start < place.end and place.start < end for place in places):
            meanings.append(Meaning(answer_key(candidate.text)))
        else:
            places.append(candidate.span)
            meanings.append(span_meaning(ranked_span))
    return merged(meanings)


def span_meaning(span: RankedSpan) -> Meaning:
    """What a span says where it stands."""
    chunk = span.passage.passage.chunk
    start, end = (
        span.candidate.span.start - chunk.span.start,
        span.candidate.span.end - chunk.span.start,
    )
    return meaning_of(
        span.candidate.text,
        before=chunk.text[max(0, start - _CONTEXT) : start],
        after=chunk.text[end : end + _CONTEXT],
        published=span.passage.passage.published,
    )


def _same_place(one: RankedSpan, other: RankedSpan) -> bool:
    return one.candidate.article_id == other.candidate.article_id and one.candidate.span.overlaps(
        other.candidate.span
    )


def _contains(one: str, other: str) -> bool:
    """Whether the words of one of two keys stand in the other, in order."""
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "
