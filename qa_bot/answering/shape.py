"""The shape of an answer: what is shown of a span depends on the kind of question.

yes_no   the sentence that the best span stands in; a question settles nothing
why, how the clause around the span, but for "how is it described?"
list     the whole enumeration; other answers are further items of the list
who_is   what the passages say that the person is, else the reader's span

Spans change by offsets in their own article, after the spans were ranked and grouped and
their confidence was told; nothing else about them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa_bot.answering.cite import sentence_at
from qa_bot.answering.clauses import clause_around
from qa_bot.answering.describing import describe, meets
from qa_bot.answering.echoes import asked_terms, repeats
from qa_bot.answering.enumerations import enumeration_around
from qa_bot.answering.measures import Fits, fits_measure
from qa_bot.answering.question_kinds import QuestionKind, asked_name, asks_for_words
from qa_bot.answering.select import AnswerGroup, RankedSpan
from qa_bot.answering.words import answer_key
from qa_bot.records import AnswerKind, Article, ScoredPassage, Span

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

    An answer that stands in a better answer's place once both are widened is left out, and so
    is a measure of something else than was asked for (:mod:`qa_bot.answering.measures`).
    """
    if (fits := fits_measure(question)) is not None:
        groups, sure = _measured(fits, groups, sure, article)
    if kind == "who_is" and (name := asked_name(question)) is not None:
        groups, sure = describe(name, groups, sure, read, article)
    if kind == "list":
        groups, sure = _no_echoes(question, groups, sure)
    widen = _widening(kind, question)
    if widen is None or (kind == "how" and asks_for_words(question)):
        return Shaped("span", tuple(groups), tuple(sure))
    shown: list[AnswerGroup] = []
    kept: list[float] = []
    for group, confidence in zip(groups, sure, strict=True):
        spans = tuple(_widened(group, widen, article))
        spans = tuple(s for s in spans if not any(meets(s, other) for other in shown))
        if spans and kind == "list":
            items = _items(spans[0])
            known = next((i for i, other in enumerate(shown) if items <= _items(other.best)), None)
            if known is not None:  # the same list in another order, or a part of it
                if items == _items(shown[known].best):
                    shown[known] = replace(shown[known], spans=(*shown[known].spans, *spans))
                continue
        if spans:
            shown.append(replace(group, spans=spans))
            kept.append(confidence)
    return Shaped(_KINDS.get(kind, "span"), tuple(shown), tuple(kept))


def _no_echoes(
    question: str, groups: Sequence[AnswerGroup], sure: Sequence[float]
) -> tuple[list[AnswerGroup], list[float]]:
    """Without the answers that only repeat the question: "Which Republicans?" is not
    answered by "Republican"."""
    asked = asked_terms(question)
    kept = [
        (group, confidence)
        for group, confidence in zip(groups, sure, strict=True)
        if not repeats(group.best.candidate.text, asked)
    ]
    return [group for group, _ in kept], [confidence for _, confidence in kept]


def _measured(
    fits: Fits, groups: Sequence[AnswerGroup], sure: Sequence[float], article: Articles
) -> tuple[list[AnswerGroup], list[float]]:
    """Without the spans that measure something else."""
    kept: list[tuple[AnswerGroup, float]] = []
    for group, confidence in zip(groups, sure, strict=True):
        spans = tuple(
            ranked
            for ranked in group.spans
            if fits(article(ranked.candidate.article_id).text, ranked.candidate.span)
        )
        if spans:
            kept.append((replace(group, spans=spans), confidence))
    return [group for group, _ in kept], [confidence for _, confidence in kept]


def _widened(group: AnswerGroup, widen: Widened, article: Articles) -> Iterator[RankedSpan]:
    for ranked in group.spans:
        source = article(ranked.candidate.article_id)
        span = widen(source, ranked.candidate.span)
        if span is not None:
            yield _moved(ranked, span, source)


def _moved(ranked: RankedSpan, span: Span, article: Article) -> RankedSpan:
    candidate = replace(ranked.candidate, span=span, text=span.of(article.text))
    return replace(ranked, candidate=candidate)


def _items(ranked: RankedSpan) -> frozenset[str]:
    return frozenset(answer_key(ranked.candidate.text).split()) - {"and", "or"}


def _sentence(article: Article, span: Span) -> Span | None:
    sentence = sentence_at(article.text, span)
    return None if sentence.of(article.text).rstrip("\"”’')] ").endswith("?") else sentence


def _widening(kind: QuestionKind, question: str) -> Widened | None:
    """How a span is widened that answers a question of the kind; None where it is not."""
    if kind == "yes_no":
        return _sentence
    asked = asked_terms(question)

    def clause(article: Article, span: Span) -> Span:
        sentence = sentence_at(article.text, span)
        return clause_around(article.text, span, sentence, kind, asked)  # type: ignore[arg-type]

    def enumeration(article: Article, span: Span) -> Span:
        sentence = sentence_at(article.text, span)
        return enumeration_around(article.text, span, sentence, asked) or span

    return {"why": clause, "how": clause, "list": enumeration}.get(kind)
