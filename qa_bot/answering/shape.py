"""The shape of an answer: what is shown of a span depends on the kind of question.

yes_no   the sentence that the best span stands in; a question settles nothing
why, how the clause around the span
list     the whole enumeration; other answers are further items of the list
who_is   what the passages say that the person is, else the reader's span

Spans change by offsets in their own article, after the spans were ranked and grouped and
their confidence was told; nothing else about them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa_bot.answering.appositions import Description, Form, descriptions, names
from qa_bot.answering.cite import sentence_at
from qa_bot.answering.clauses import clause_around
from qa_bot.answering.enumerations import enumeration_around
from qa_bot.answering.question_kinds import QuestionKind, asked_name
from qa_bot.answering.select import AnswerGroup, RankedSpan
from qa_bot.answering.words import answer_key
from qa_bot.records import AnswerKind, Article, ScoredPassage, Span, SpanCandidate

Articles = Callable[[str], Article]
Widened = Callable[[Article, Span], Span | None]

STANDS_ALONE: frozenset[QuestionKind] = frozenset({"yes_no", "list", "who_is"})
"""Kinds of which several answers are right together: another answer takes no confidence."""

_KINDS: dict[QuestionKind, AnswerKind] = {"yes_no": "sentence", "list": "list"}


@dataclass(frozen=True, slots=True)
class Shaped:
    """Answers in the shape that they are shown in, best first, and how sure each is."""

    kind: AnswerKind
    groups: tuple[AnswerGroup, ...]
    sure: tuple[float, ...]


def shape_answers(
    kind: QuestionKind,
    question: str,
    groups: Sequence[AnswerGroup],
    sure: Sequence[float],
    read: Sequence[ScoredPassage],
    article: Articles,
) -> Shaped:
    """``groups`` with their spans widened as the kind of question asks.

    Args:
        groups: distinct answers, best first.
        sure: confidence (0 to 1) of each.
        read: the passages that were read, best first.
        article: article id to article.

    An answer that stands in a better answer's place once both are widened is left out.
    """
    if kind == "who_is":
        described = _described(question, groups, sure, read, article)
        if described is not None:
            groups, sure = described
    widen = _WIDENED.get(kind)
    if widen is None:
        return Shaped("span", tuple(groups), tuple(sure))
    shown: list[AnswerGroup] = []
    kept: list[float] = []
    for group, confidence in zip(groups, sure, strict=True):
        spans = tuple(_widened(group, widen, article))
        spans = tuple(s for s in spans if not any(_meets(s, other) for other in shown))
        if spans:
            shown.append(replace(group, spans=spans))
            kept.append(confidence)
    return Shaped(_KINDS.get(kind, "span"), tuple(shown), tuple(kept))


def _widened(group: AnswerGroup, widen: Widened, article: Articles) -> Iterator[RankedSpan]:
    for ranked in group.spans:
        source = article(ranked.candidate.article_id)
        span = widen(source, ranked.candidate.span)
        if span is not None:
            yield _moved(ranked, span, source)


def _moved(ranked: RankedSpan, span: Span, article: Article) -> RankedSpan:
    candidate = replace(ranked.candidate, span=span, text=span.of(article.text))
    return replace(ranked, candidate=candidate)


def _meets(ranked: RankedSpan, group: AnswerGroup) -> bool:
    """Whether a span stands in a place that a better answer has taken, or says the same."""
    return any(
        other.candidate.article_id == ranked.candidate.article_id
        and other.candidate.span.overlaps(ranked.candidate.span)
        for other in group.spans
    )


def _sentence(article: Article, span: Span) -> Span | None:
    sentence = sentence_at(article.text, span)
    return None if sentence.of(article.text).rstrip("\"”’')] ").endswith("?") else sentence


def _reason(article: Article, span: Span) -> Span:
    return clause_around(article.text, span, sentence_at(article.text, span), "why")


def _manner(article: Article, span: Span) -> Span:
    return clause_around(article.text, span, sentence_at(article.text, span), "how")


def _enumeration(article: Article, span: Span) -> Span:
    return enumeration_around(article.text, span, sentence_at(article.text, span)) or span


_WIDENED: dict[QuestionKind, Widened] = {
    "yes_no": _sentence,
    "why": _reason,
    "how": _manner,
    "list": _enumeration,
}

_BY_FORM: dict[Form, float] = {"apposition": 0.8, "predicate": 0.8, "named": 0.75, "title": 0.6}
"""How often each form of description is right; see docs/decisions/question-kinds.md."""
_DEEPER = 0.003
"""Taken off for each passage above the one in which a description stands."""


_NAMELESS = 0.4
"""Of the confidence that is left where an article does not hold the name as it was asked."""
LOOKED_AT = 60
"""Passages that are looked through for descriptions; to do so costs less than to read one."""


def _described(
    question: str,
    groups: Sequence[AnswerGroup],
    sure: Sequence[float],
    read: Sequence[ScoredPassage],
    article: Articles,
) -> tuple[list[AnswerGroup], list[float]] | None:
    """``groups`` led by what the passages say that the person asked for is; None where
    they say nothing of the kind."""
    name = asked_name(question)
    if name is None:
        return None
    found: list[tuple[float, int, AnswerGroup]] = []
    for place, passage in enumerate(read):
        chunk = passage.passage.chunk
        if chunk.boilerplate:
            continue
        source = article(chunk.article_id)
        for description in descriptions(source.text, name, chunk.span):
            if any(mask.overlaps(description.span) for mask in chunk.masked):
                continue
            ranked = _as_ranked(description, passage, source, groups)
            worth = _BY_FORM[description.form] - _DEEPER * place
            key = answer_key(ranked.candidate.text)
            found.append((worth, -place, AnswerGroup(key, (ranked,))))
    if not found:
        return None
    found.sort(key=lambda item: (-item[0], -item[1]))
    leading: list[AnswerGroup] = []
    worths: list[float] = []
    for worth, _, group in found:
        known = next((i for i, other in enumerate(leading) if _same(group, other)), None)
        if known is not None:
            if not any(_meets(group.best, other) for other in leading):
                leading[known] = replace(
                    leading[known], spans=(*leading[known].spans, *group.spans)
                )
            continue
        if not any(_meets(group.best, other) for other in leading):
            leading.append(group)
            worths.append(worth)
    for group, confidence in zip(groups, sure, strict=True):
        met = next((i for i, other in enumerate(leading) if _meets(group.best, other)), None)
        if met is None:
            leading.append(group)
            spoken_of = names(article(group.best.candidate.article_id).text, name)
            worths.append(confidence if spoken_of else confidence * _NAMELESS)
        else:  # the reader points at it too
            worths[met] = max(worths[met], confidence)
    order = sorted(range(len(leading)), key=lambda i: -worths[i])
    return [leading[i] for i in order], [worths[i] for i in order]


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
    scores: Literal[0] | SpanCandidate = 0
    for group in groups:
        for ranked in group.spans:
            if ranked.candidate.chunk_id == chunk.chunk_id:
                scores = ranked.candidate
                break
    candidate = SpanCandidate(
        article_id=chunk.article_id,
        chunk_id=chunk.chunk_id,
        span=description.span,
        text=description.span.of(article.text),
        score=scores.score if scores else 0.0,
        null_score=scores.null_score if scores else 0.0,
    )
    return RankedSpan(candidate, passage, 0.0)
