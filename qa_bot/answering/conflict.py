"""Conflict: another article says otherwise, with enough behind it to be shown.

An article contradicts the answer when its best span of the same kind disagrees
with it (:mod:`qa_bot.answering.kinds`), the reader prefers that span to "no
answer", the passage speaks of what was asked, and the article does not give the
answer as well. Of quantities it must also be the same thing that is measured: a
"two-hour meeting" contradicts a "five-hour meeting", "20 hours" in a train do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from qa_bot.answering.kinds import asks_for_a_name, asks_for_several, disagree
from qa_bot.answering.occasions import (
    MOST_DAYS_APART,
    MOST_DAYS_OF_COUNT,
    are_far_apart,
    is_of_another_time,
    is_too_early,
    sentence_around,
)
from qa_bot.answering.select import AnswerGroup, RankedSpan, span_meaning
from qa_bot.answering.units import UNITS, singular
from qa_bot.answering.words import vocabulary
from qa_bot.records import Citation
from qa_bot.storage.terms import function_terms, terms

MOST_CONFLICTS = 3
"""Other sides that an Answer shows."""
SHARE_OF_FLOOR = 1 / 3
"""A quantity that measures the same thing as the answer needs this share of the floor: the
words around both spans already speak for it."""
_BESIDE, _AROUND = 2, 6
"""Words before and after a quantity that tell what is measured: one in common beside it is
enough, or two somewhat further off."""
_ON_TOPIC = 0.6
"""Share of the question's names, or of its terms where it has none, in the passage."""
_WORDS = re.compile(r"[\w'’£$€%.,-]+")
_NOW = re.compile(r"who (?:is|are|leads|runs|heads|owns)\b")
_OF_SHARE = 0.75
"""A name's sentence must speak of the question nearly as much as the answer's does."""
_CLAIMED = (
    "seek sought demand ask propose target goal lawsuit sue expect forecast predict plan hope"
)
"""Near a quantity: it was asked for or foreseen, which contradicts nothing that came to be."""
_RATES = "hourly daily nightly weekly monthly annual annually yearly each every"
"""What there is of each day is not what there was of one."""
_QUESTION_TERMS = vocabulary("long mani much time hour minut day week year number amount last")


@dataclass(frozen=True, slots=True)
class Side:
    """Another side of a conflict: which answer, and its spans in articles that give no other."""

    group: AnswerGroup
    place: int


def find_conflicts(
    question: str,
    groups: Sequence[AnswerGroup],
    standing: Callable[[AnswerGroup], float],
    floor: float,
) -> list[Side]:
    """The answers among ``groups[1:]`` that contradict ``groups[0]``, best first.

    Args:
        question: as asked; one for a list has no conflicts.
        groups: distinct answers, best first.
        standing: confidence (0 to 1) of an answer if it were the only one.
        floor: standing from which a day or a name is shown, and of a quantity
            :data:`SHARE_OF_FLOOR` of it.

    Returns:
        Sides with their place in ``groups``, at most :data:`MOST_CONFLICTS`.
    """
    if len(groups) < 2 or asks_for_several(question):
        return []
    answer = groups[0].best
    meaning = span_meaning(answer)
    if meaning.kind == "words" or (meaning.kind == "name" and not asks_for_a_name(question)):
        return []
    # An article that gives the answer too, however weakly, does not contradict it.
    agreeing = {span.candidate.article_id for span in groups[0].spans}
    most_days = MOST_DAYS_OF_COUNT if meaning.kind == "quantity" else MOST_DAYS_APART
    asked = _Asked(question)
    beside = _around(answer, _AROUND)
    sides: list[Side] = []
    heard: set[str] = set()
    for place, group in enumerate(groups[1:], start=1):
        spans = tuple(
            span
            for span in group.spans
            if span.candidate.article_id not in agreeing | heard
            and span.candidate.margin > 0
            and disagree(meaning, span_meaning(span))
            and asked.is_topic_of(span)
            and (meaning.kind != "quantity" or _measures(asked.common, beside, span))
            and (meaning.kind != "name" or asked.share(span) >= _OF_SHARE * asked.share(answer))
            and (asked.about_now or not are_far_apart(answer, span, most=most_days))
            and not is_too_early(question, span)
            and (meaning.kind == "day" or not is_of_another_time(question, answer, span))
        )
        least = floor * SHARE_OF_FLOOR if meaning.kind == "quantity" else floor
        if spans and standing(replace(group, spans=spans)) >= least:
            sides.append(Side(replace(group, spans=spans), place))
            heard |= {span.candidate.article_id for span in spans}
    return sides[:MOST_CONFLICTS]


def is_newer(one: Sequence[Citation], other: Sequence[Citation]) -> bool | None:
    """Whether ``one``'s newest article is later than ``other``'s; None where a date is missing
    or both are of one day."""
    first, second = (
        max((cited.published for cited in side if cited.published), default=None)
        for side in (one, other)
    )
    if first is None or second is None or first == second:
        return None
    return first > second


class _Asked:
    """What a question speaks of: its names, and its other words of meaning."""

    def __init__(self, question: str) -> None:
        words = question.split()
        names = [word for word in words[1:] if word[:1].isupper()]
        self.names = frozenset(terms(" ".join(names))) - function_terms()
        common = terms(" ".join(word for word in words[1:] if not word[:1].isupper()))
        self.common = frozenset(common) - function_terms() - _QUESTION_TERMS
        self.about_now = bool(_NOW.match(question.casefold().strip()))

    def is_topic_of(self, span: RankedSpan) -> bool:
        """Whether the passage, or its title, holds what the question names."""
        wanted = self.names or self.common
        if not wanted:
            return True
        passage = span.passage.passage
        held = set(terms(passage.title)) | set(terms(passage.chunk.text))
        return len(wanted & held) >= _ON_TOPIC * len(wanted)

    def share(self, span: RankedSpan) -> float:
        """Share of the question's terms that stand near ``span`` in its sentence."""
        wanted = self.names | self.common
        held = terms(" ".join(sentence_around(span)))
        return len(wanted.intersection(held)) / len(wanted) if wanted else 1.0


def _measures(asked: frozenset[str], beside: frozenset[str], span: RankedSpan) -> bool:
    """Whether the words around ``span`` say that it measures what is ``asked``, as a fact and
    over the same time as the answer; ``beside`` are the words around that."""
    around = _around(span, _AROUND)
    for telling in map(_terms_of, (_CLAIMED, _RATES)):
        if telling & around and not telling & beside:
            return False
    if _terms_of(_RATES) & beside and not _terms_of(_RATES) & around:
        return False
    measured = asked | beside
    return bool(measured & _around(span, _BESIDE)) or len(measured & around) > 1


@cache
def _terms_of(words: str) -> frozenset[str]:
    return frozenset(terms(words))


def _around(span: RankedSpan, reach: int) -> frozenset[str]:
    """Terms of the common words near ``span`` in its sentence: what it measures.

    Names and units are left out: they stand near every number of an article.
    """
    before, after = sentence_around(span)
    words = _WORDS.findall(before)[-reach:] + _WORDS.findall(after.lstrip("-"))[:reach]
    # In "two-hour meeting" the meeting may be part of the span itself.
    words += _WORDS.findall(span.candidate.text)
    parts = [part for word in words for part in word.strip(".,'’").split("-")]
    common = [part for part in parts if part.islower() and singular(part) not in UNITS]
    return frozenset(terms(" ".join(common))) - function_terms() - _QUESTION_TERMS
