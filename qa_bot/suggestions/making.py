"""Which sentences are asked about, and which of the questions the bot answers rightly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_bot.corpus.text import sentences
from qa_bot.records import Article, Span
from qa_bot.suggestions.templates import KINDS
from qa_bot.suggestions.worker import drafts_of

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.storage.library import ArticleSummary

ARTICLES_READ = 60
"""Of a large collection, so many of the newest articles are read."""
SENTENCES_READ = 40
"""Of an article, so many of the first: they say what it is about."""
MOST_ASKED = 40
"""Questions that are tried at most."""
LONGEST = 60.0
"""Seconds after which no other question is tried."""
_SENTENCE = range(30, 281)  # code points
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and where in which article its answer stands."""

    question: str
    article_id: str
    answer: Span
    kind: str


def make(bot: QABot, *, most: int, busy: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
    """At most ``most`` questions that ``bot`` answers above its threshold with the words
    that they were made from. Of different articles as far as there are enough."""
    snapshot = bot.snapshot
    chosen = newest(snapshot.articles(), ARTICLES_READ)
    found = candidates([snapshot.article(one.article_id) for one in chosen])
    began = time.monotonic()
    right: list[Candidate] = []
    for candidate in itertools.islice(in_turn(found), MOST_ASKED):
        if len(right) == most or time.monotonic() - began > LONGEST:
            break
        _give_way(busy)
        if answers(bot, candidate):
            right.append(candidate)
    return tuple(candidate.question for candidate in right)


def newest(articles: Iterator[ArticleSummary], most: int) -> list[ArticleSummary]:
    """The most recently published articles; those without a date come last."""
    known = sorted(articles, key=lambda a: a.article_id)
    known.sort(key=lambda a: a.published or "", reverse=True)
    return known[:most]


def candidates(articles: Sequence[Article]) -> list[list[Candidate]]:
    """The questions of each article, at most one a sentence; kinds take turns, the best first."""
    places = [(article, span) for article in articles for span in _sentences(article)]
    made = drafts_of([span.of(article.text) for article, span in places])
    found: dict[str, list[Candidate]] = {article.article_id: [] for article in articles}
    for (article, span), draft in zip(places, made, strict=True):
        if draft is not None:
            answer = Span(span.start + draft.start, span.start + draft.end)
            one = Candidate(draft.question, article.article_id, answer, draft.kind)
            found[article.article_id].append(one)
    return [
        list(in_turn([[one for one in of_one if one.kind == kind] for kind in KINDS]))
        for of_one in found.values()
    ]


def _sentences(article: Article) -> list[Span]:
    """The first sentences of an article that are neither boilerplate nor very short or long."""
    whole = (
        span
        for span in sentences(article.text)
        if len(span) in _SENTENCE and not any(span.overlaps(masked) for masked in article.masked)
    )
    return list(itertools.islice(whole, SENTENCES_READ))


def in_turn(lists: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """The first of each list, then the second of each, and so on."""
    for row in itertools.zip_longest(*lists):
        yield from (one for one in row if one is not None)


def answers(bot: QABot, candidate: Candidate) -> bool:
    """Whether the bot is sure enough, and quotes the words that the question was made from."""
    # With a floor of 0 it does not count as a question that the articles do not answer.
    answer = bot.ask(candidate.question, min_confidence=0.0)
    if answer.status != "answered" or answer.confidence < bot.min_confidence or answer.conflicts:
        return False
    return any(
        cited.article_id == candidate.article_id and cited.span.overlaps(candidate.answer)
        for cited in answer.citations
    )


def _give_way(busy: Callable[[], bool]) -> None:
    began = time.monotonic()
    while busy() and time.monotonic() - began < _LONGEST_PAUSE:
        time.sleep(0.1)
