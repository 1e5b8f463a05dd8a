"""Which sentences are asked about, and which of the questions the bot answers rightly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_bot.answering.confidence import confidence_word
from qa_bot.corpus.text import sentences
from qa_bot.records import Answer, Article, ArticleAnalysis, Span
from qa_bot.suggestions.drafts import KINDS, Draft
from qa_bot.suggestions.people import People
from qa_bot.suggestions.worker import drafts_of

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.storage.library import ArticleSummary

ARTICLES_READ = 24
"""Of a large collection, so many of the newest articles are read."""
SENTENCES_READ = 40
"""Of an article, so many of the first: they say what it is about."""
MOST_ASKED = 40
"""Questions that are tried at most."""
_SENTENCE = range(30, 351)  # code points
_LONGEST_PAUSE = 30.0
_UNFIT = frozenset({"negated", "denied", "hedged", "question", "headline"})
"""Flags of a quote that is no good beginning."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and in which article what must be quoted for an answer; ``sentence``: its
    number."""

    question: str
    article_id: str
    answer: Span
    kind: str
    sentence: int = 0


def make(
    bot: QABot, *, most: int, seconds: float, busy: Callable[[], bool] = lambda: False
) -> tuple[str, ...]:
    """At most ``most`` questions that ``bot`` answers with the words that they were made from,
    not weakly: of different articles and kinds as far as there are enough. None, if the bot
    moves on to another generation meanwhile.

    Args:
        seconds: half of them for reading, and half for trying, at most.
        busy: while it is true, nothing is asked.
    """
    generation = bot.snapshot.generation
    found = candidates(_newest_articles(bot), seconds / 2)
    began, asked = time.monotonic(), 0
    right: list[Candidate] = []
    while found and len(right) < most and asked < MOST_ASKED:
        if time.monotonic() - began > seconds / 2:
            break
        _give_way(busy)
        if bot.snapshot.generation != generation:
            return ()  # nobody would be offered them
        best = min(found, key=lambda one: _waits(one, right))
        found.remove(best)
        asked += 1
        if answers(bot, best):
            right.append(best)
            found = [one for one in found if not _repeats(one, best)]
    return tuple(candidate.question for candidate in right)


def _newest_articles(bot: QABot) -> list[tuple[Article, ArticleAnalysis | None]]:
    """What is read; the generation itself is let go of, as parsing takes a while."""
    snapshot = bot.snapshot
    chosen = newest(snapshot.articles(), ARTICLES_READ)
    return [(snapshot.article(one.article_id), snapshot.analysis(one.article_id)) for one in chosen]


def newest(articles: Iterator[ArticleSummary], most: int) -> list[ArticleSummary]:
    """The most recently published articles; those without a date come last."""
    known = sorted(articles, key=lambda a: a.article_id)
    known.sort(key=lambda a: a.published or "", reverse=True)
    return known[:most]


def candidates(
    articles: Iterable[tuple[Article, ArticleAnalysis | None]], seconds: float
) -> list[Candidate]:
    """The questions of some articles, the first sentences first."""
    places = [
        (article, People(article, analysis), number, span)
        for article, analysis in articles
        for number, span in enumerate(_sentences(article))
    ]
    places.sort(key=lambda place: place[2])  # if there is no time for all, for some of each
    made = drafts_of([span.of(article.text) for article, _, _, span in places], seconds)
    return [
        Candidate(
            _fully_named(draft, people),
            article.article_id,
            Span(span.start + draft.core_start, span.start + draft.core_end),
            draft.kind,
            number,
        )
        for (article, people, number, span), of_one in zip(places, made, strict=True)
        for draft in of_one
        if draft.kind not in ("who", "who is") or people.may_be(_name(draft, span.of(article.text)))
    ]


def _name(draft: Draft, sentence: str) -> str:
    if draft.kind == "who":
        return sentence[draft.start : draft.end]
    return draft.question.removeprefix("Who is ").removesuffix("?")


def _fully_named(draft: Draft, people: People) -> str:
    """A question with the full name of whom the sentence calls by the last."""
    if not draft.name:
        return draft.question
    return draft.question.replace(f" {draft.name} ", f" {people.full(draft.name)} ", 1)


def _sentences(article: Article) -> list[Span]:
    """The first sentences of an article that are neither boilerplate nor very short or long."""
    whole = (
        span
        for span in sentences(article.text)
        if len(span) in _SENTENCE and not any(span.overlaps(masked) for masked in article.masked)
    )
    return list(itertools.islice(whole, SENTENCES_READ))


def _waits(one: Candidate, right: Sequence[Candidate]) -> tuple[int, ...]:
    """Smaller: tried sooner. Of the kinds and articles there are fewest of among the right."""
    return (
        sum(other.article_id == one.article_id for other in right)
        + sum(other.kind == one.kind for other in right),
        KINDS.index(one.kind),
        one.sentence,
    )


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether a question says the same again, or asks who somebody is, which is asked once."""
    same_sentence = one.article_id == other.article_id and one.sentence == other.sentence
    return same_sentence or one.kind == other.kind == "who is"


def answers(bot: QABot, candidate: Candidate) -> bool:
    """Whether the bot is sure enough, and quotes the words that the question was made from."""
    # With a floor of 0 it does not count as a question that the articles do not answer.
    answer = bot.ask(candidate.question, min_confidence=0.0)
    return (
        answer.status == "answered"
        and answer.confidence >= bot.min_confidence
        and confidence_word(answer.confidence) != "weak"
        and not answer.conflicts
        and _is_quoted(answer, candidate)
    )


def _is_quoted(answer: Answer, candidate: Candidate) -> bool:
    first = answer.citations[0]
    return not _UNFIT.intersection(first.flags) and any(
        cited.article_id == candidate.article_id and cited.span.overlaps(candidate.answer)
        for cited in answer.citations
    )


def _give_way(busy: Callable[[], bool]) -> None:
    began = time.monotonic()
    while busy() and time.monotonic() - began < _LONGEST_PAUSE:
        time.sleep(0.1)
