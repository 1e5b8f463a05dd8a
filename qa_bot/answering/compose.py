"""Ranked answers to one Answer: shown or refused, with what agrees and what contradicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from qa_bot.answering.cite import cite
from qa_bot.answering.confidence import (
    Evidence,
    confidence,
    confidence_alone,
    confidence_features,
)
from qa_bot.answering.conflict import find_conflicts, is_newer
from qa_bot.answering.copies import place_in_copy
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.newest import by_date, order_by_date
from qa_bot.answering.question_kinds import QuestionKind
from qa_bot.answering.safety import with_context
from qa_bot.answering.select import AnswerGroup
from qa_bot.answering.shape import STANDS_ALONE, shape_answers
from qa_bot.answering.sources import independent_sources
from qa_bot.records import (
    Alternative,
    Answer,
    Article,
    ArticleAnalysis,
    Citation,
    ScoredPassage,
)

MOST_ALTERNATIVES = 3
"""Other distinct answers that an Answer lists."""
MOST_ITEMS = 8
"""Further items that an Answer to a list question lists."""
MOST_CITATIONS = 8
"""Articles that are cited for one answer, copies of them not counted."""
MOST_COPIES = 16
"""Near-duplicates that are cited besides."""


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

    def analysis(self, article_id: str) -> ArticleAnalysis | None:
        """What grammar says of it; None where it was not analysed."""
        ...

    def near_duplicates(self, article_id: str) -> frozenset[str]:
        """The ids of the articles with nearly its text, its own included."""
        ...


def compose(
    question: str,
    groups: Sequence[AnswerGroup],
    read: Sequence[ScoredPassage],
    *,
    kind: QuestionKind,
    retrieved: Sequence[ScoredPassage],
    evidence: Evidence,
    fitted: Fitted,
    floor: float,
    newest_first: bool,
    snapshot: Articles,
    flags: tuple[str, ...] = (),
    may_be_cited: Callable[[str], bool] = lambda article_id: True,
) -> Answer:
    """The answer or the abstention, without passages and timings.

    Args:
        question: as it stands alone, without a greeting.
        groups: distinct answers, best first.
        read: the passages they come from.
        kind: of the question.
        retrieved: all passages that were found, best first, ``read`` among them.
        evidence: what the answers are judged against.
        floor: abstain below this confidence (0 to 1).
        newest_first: see :mod:`qa_bot.answering.newest`.
        flags: put on every citation.
        may_be_cited: whether an article passes the filters; for copies, which no search brought.

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

    def standing(group: AnswerGroup) -> float:
        # How sure it would be if it were the only answer.
        return confidence(confidence_features(group, [group], evidence), fitted)

    if kind in STANDS_ALONE:
        sure = [
            confidence_alone(confidence_features(group, [group], evidence), fitted)
            for group in groups
        ]
    else:
        sure = [
            confidence(confidence_features(group, groups, evidence), fitted) for group in groups
        ]
    shaped = shape_answers(kind, question, groups, sure, retrieved, snapshot.article)
    groups, sure = shaped.groups, list(shaped.sure)
    if not groups:
        return replace(empty, reason="no passage has a sentence that could settle it")
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
        return _citations(snapshot, group, flags, may_be_cited, newest_first=newest_first)

    sides = find_conflicts(question, groups, standing, fitted.threshold)
    against = {side.place: side.group for side in sides}
    others = [place for place in range(1, len(groups)) if place not in against]
    main = cited(groups[0])
    alternatives = []
    if shaped.kind == "list":  # further items, not rivals: what is not sure is none
        others = [place for place in others if sure[place] >= floor]
    for place in others[: MOST_ITEMS if shaped.kind == "list" else MOST_ALTERNATIVES]:
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
            main, lambda article_id: snapshot.article(article_id).text, snapshot.near_duplicates
        ),
        kind=shaped.kind,
    )


def _citations(
    snapshot: Articles,
    group: AnswerGroup,
    flags: tuple[str, ...],
    may_be_cited: Callable[[str], bool],
    *,
    newest_first: bool,
) -> tuple[Citation, ...]:
    """One an article, best or newest first, each followed by the copies of its article that
    say the same at the same place; ``cite`` checks each against its article."""
    supporting = group.supporting()
    spans = (by_date(supporting) if newest_first else supporting)[:MOST_CITATIONS]
    places = [(span.candidate.article_id, span.candidate.span) for span in spans]
    cited = {article_id for article_id, _ in places}
    citations = []
    for article_id, span in places:
        article = snapshot.article(article_id)
        found = [(article, span)]
        for copy_id in sorted(snapshot.near_duplicates(article_id) - cited):
            if len(cited) < len(places) + MOST_COPIES and may_be_cited(copy_id):
                copy = snapshot.article(copy_id)
                place = place_in_copy(article.text, span, copy.text)
                if place is not None:
                    cited.add(copy_id)
                    found.append((copy, place))
        citations += [
            with_context(cite(one, place, flags=flags), one, snapshot.analysis(one.article_id))
            for one, place in found
        ]
    return tuple(citations)
