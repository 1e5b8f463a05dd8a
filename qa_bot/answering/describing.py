"""Who somebody is: descriptions out of the passages, put before the reader's spans.

The reader reads ten passages, and seldom prefers a description to "no answer" when all that
is asked is a name. Many more passages are looked through for the forms of
:mod:`qa_bot.answering.appositions`, which costs less than to read one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_bot.answering.appositions import Description, Form, descriptions
from qa_bot.answering.naming import names
from qa_bot.answering.select import AnswerGroup, RankedSpan
from qa_bot.answering.words import answer_key
from qa_bot.records import Article, ScoredPassage, SpanCandidate

_TELLING: dict[Form, float] = {"apposition": 0.8, "predicate": 0.8, "named": 0.75, "title": 0.6}
"""Which form goes before which: a title is right, and says little."""
_RIGHT: dict[Form, float] = {"apposition": 0.88, "predicate": 0.69, "named": 0.83, "title": 0.88}
"""How often each form says who somebody is: (right + 1) / (read + 2) of 99 descriptions that
were read; docs/measurements/kinds.md."""
_DEEPER = 0.003
"""Taken off for each passage above the one in which a description stands."""


_NAMELESS = 0.4
"""Of the confidence that is left where an article does not hold the name as it was asked."""
LOOKED_AT = 60
"""Passages that are looked through for descriptions; to do so costs less than to read one."""


def describe(
    name: str,
    groups: Sequence[AnswerGroup],
    sure: Sequence[float],
    read: Sequence[ScoredPassage],
    article: Callable[[str], Article],
) -> tuple[list[AnswerGroup], list[float]]:
    """Descriptions of the person called ``name`` and ``groups``, best first, and how sure
    each is (0 to 1).

    Args:
        groups: distinct answers of the reader.
        sure: confidence of each.
        read: the passages that are looked through, best first.
        article: article id to article.
    """
    found: list[tuple[float, int, float, AnswerGroup]] = []
    for place, passage in enumerate(read):
        chunk = passage.passage.chunk
        if chunk.boilerplate:
            continue
        source = article(chunk.article_id)
        for description in descriptions(source.text, name, chunk.span):
            if any(mask.overlaps(description.span) for mask in chunk.masked):
                continue
            ranked = _as_ranked(description, passage, source, groups)
            rank = _TELLING[description.form] - _DEEPER * place
            worth = _RIGHT[description.form] - _DEEPER * place
            key = answer_key(ranked.candidate.text)
            found.append((rank, -place, worth, AnswerGroup(key, (ranked,))))
    found.sort(key=lambda item: (-item[0], -item[1]))
    leading: list[AnswerGroup] = []
    ranks: list[float] = []
    worths: list[float] = []
    for rank, _, worth, group in found:
        known = next((i for i, other in enumerate(leading) if _same(group, other)), None)
        if known is not None:
            if not any(meets(group.best, other) for other in leading):
                leading[known] = replace(
                    leading[known], spans=(*leading[known].spans, *group.spans)
                )
            continue
        if not any(meets(group.best, other) for other in leading):
            leading.append(group)
            ranks.append(rank)
            worths.append(worth)
    for group, confidence in zip(groups, sure, strict=True):
        met = next((i for i, other in enumerate(leading) if meets(group.best, other)), None)
        if met is None:
            leading.append(group)
            spoken_of = names(article(group.best.candidate.article_id).text, name)
            worths.append(confidence if spoken_of else confidence * _NAMELESS)
            ranks.append(worths[-1])
        else:  # the reader points at it too
            worths[met] = max(worths[met], confidence)
            ranks[met] = max(ranks[met], confidence)
    order = sorted(range(len(leading)), key=lambda i: -ranks[i])
    return [leading[i] for i in order], [worths[i] for i in order]


def meets(ranked: RankedSpan, group: AnswerGroup) -> bool:
    """Whether a span stands in a place that a better answer has taken."""
    return any(
        other.candidate.article_id == ranked.candidate.article_id
        and other.candidate.span.overlaps(ranked.candidate.span)
        for other in group.spans
    )


def _same(one: AnswerGroup, other: AnswerGroup) -> bool:
    return one.key == other.key


def _as_ranked(
    description: Description,
    passage: ScoredPassage,
    article: Article,
    groups: Sequence[AnswerGroup],
) -> RankedSpan:
    """A description as a ranked span, with the scores of the reader's best span of its
    passage, or 0 where the reader found none there."""
    chunk = passage.passage.chunk
    here = (
        ranked.candidate
        for group in groups
        for ranked in group.spans
        if ranked.candidate.chunk_id == chunk.chunk_id
    )
    scores = next(here, None)
    candidate = SpanCandidate(
        article_id=chunk.article_id,
        chunk_id=chunk.chunk_id,
        span=description.span,
        text=description.span.of(article.text),
        score=scores.score if scores is not None else 0.0,
        null_score=scores.null_score if scores is not None else 0.0,
    )
    return RankedSpan(candidate, passage, 0.0)
