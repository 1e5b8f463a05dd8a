"""Ranked answers to one Answer: shown or refused, with what agrees and what contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from qa_bot.answering.cite import cite
from qa_bot.answering.confidence import Evidence, confidence, confidence_features
from qa_bot.answering.conflict import find_conflicts, is_newer
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.newest import by_date, order_by_date
from qa_bot.answering.select import AnswerGroup
from qa_bot.answering.sources import independent_sources
from qa_bot.records import Alternative, Answer, Article, Citation, ScoredPassage

MOST_ALTERNATIVES = 3
"""Other distinct answers that an Answer lists."""
MOST_CITATIONS = 8
"""Articles that are cited for one answer."""


class Articles(Protocol):
    """Where the articles of one generation are found."""

    @property
    def generation(self) -> int:
        """Its number."""
        ...

    @property
    def article_count(self) -> int:
        """How many there are."""
        ...

    def article(self, article_id: str) -> Article:
        """One of them."""
        ...


def compose(
    question: str,
    groups: Sequence[AnswerGroup],
    read: Sequence[ScoredPassage],
    *,
    evidence: Evidence,
    fitted: Fitted,
    floor: float,
    newest_first: bool,
    snapshot: Articles,
    flags: tuple[str, ...] = (),
) -> Answer:
    """The answer or the abstention, without passages and timings.

    Args:
        groups: distinct answers, best first.
        read: the passages they come from.
        evidence: what the answers are judged against.
        floor: abstain below this confidence (0 to 1).
        newest_first: see :mod:`qa_bot.answering.newest`.
        flags: put on every citation.

    Raises:
        CitationError: a quote is not what its article says.
    """
    empty = Answer(
        question=question,
        status="abstained",
        text=None,
        confidence=0.0,
        citations=(),
        alternatives=(),
        conflicts=(),
        independent_sources=0,
        passages=(),
        reason=None,
        rewritten_question=None,
        generation=snapshot.generation,
    )
    if not snapshot.article_count:
        return replace(empty, reason="the index holds no articles yet")
    if not read:
        return replace(empty, reason="no article passes the filters")
    if not groups:
        return replace(empty, reason="no passage has a span that could answer")
    sure = [confidence(confidence_features(group, groups, evidence), fitted) for group in groups]
    if sure[0] < floor:
        return replace(
            empty,
            confidence=sure[0],
            reason=f"the best span found has a confidence of {sure[0]:.0%}, "
            f"below the setting of {floor:.0%}",
        )
    if newest_first:
        order = order_by_date(groups, sure, floor)
        groups, sure = [groups[i] for i in order], [sure[i] for i in order]

    def cited(group: AnswerGroup) -> tuple[Citation, ...]:
        return _citations(snapshot, group, flags, newest_first=newest_first)

    def standing(group: AnswerGroup) -> float:
        # How sure it would be if it were the only answer.
        return confidence(confidence_features(group, [group], evidence), fitted)

    sides = find_conflicts(question, groups, standing, fitted.threshold)
    against = {side.place: side.group for side in sides}
    others = [place for place in range(1, len(groups)) if place not in against]
    main = cited(groups[0])
    alternatives = []
    for place in others[:MOST_ALTERNATIVES]:
        found = cited(groups[place])
        alternatives.append(Alternative(found[0].quote, sure[place], found))
    conflicts = []
    for place, group in against.items():
        found = cited(group)
        conflicts.append(Alternative(found[0].quote, sure[place], found, is_newer(found, main)))
    return replace(
        empty,
        status="answered",
        text=main[0].quote,
        confidence=sure[0],
        citations=main,
        alternatives=tuple(alternatives),
        conflicts=tuple(conflicts),
        independent_sources=independent_sources(
            main, lambda article_id: snapshot.article(article_id).text
        ),
    )


def _citations(
    snapshot: Articles, group: AnswerGroup, flags: tuple[str, ...], *, newest_first: bool
) -> tuple[Citation, ...]:
    """One an article, best or newest first; ``cite`` checks each against its article."""
    supporting = group.supporting()
    spans = by_date(supporting) if newest_first else supporting
    return tuple(
        cite(snapshot.article(span.candidate.article_id), span.candidate.span, flags=flags)
        for span in spans[:MOST_CITATIONS]
    )
