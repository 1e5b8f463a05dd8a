"""Which answers can contradict each other, and which questions have one answer only.

Two answers disagree when they are of one kind and cannot both be right: two
quantities of one unit, two days, two names. What could be the same thing said
less exactly (rounded, without the year, a longer name) is no disagreement.
"""

from __future__ import annotations

import re
from decimal import Decimal

from qa_bot.answering.days import Day
from qa_bot.answering.persons import Name
from qa_bot.answering.quantities import Quantity
from qa_bot.answering.same import Meaning, same_answer

_LIST = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:name|list|enumerate|mention|give|tell me|identify)\b"
    r"|(?:who|what|where) (?:are|were|all|else)\b"
    r"|.*\b(?:which|what) (?:(?:are|were|other|else|kinds?|types?|sorts?)\b"
    r"|(?:[\w'-]+ ){0,3}?(?!(?:is|was|does|has|his|its|this|as|us|yes|news|politics|economics)\b)"
    r"(?:[\w'-]*[^sui'\W]s|people|men|women|children)\b(?! (?:name|title|capital|age)\b))"
)
_VERB = re.compile(
    r"\b(?:is|was|did|does|do|has|had|have|will|would|can|could|are|were|won|said|made|became|took)\b"
)
_NAMED = re.compile(r"(?:\w+ )?(?:who|whom|whose|which|what)\b")
_NEAR_DAYS = 6
"""Weekdays of two articles further apart than this belong to two events."""
_ROUGHLY = Decimal("0.1")
_TIMES_AS_MUCH = 50
"""A number so many times the other counts something else, ..."""
_LEFT_OUT = frozenset(Decimal(1000) ** power for power in (1, 2, 3))
"""... unless a thousand or a million was left out of one of them."""


def asks_for_several(question: str) -> bool:
    """Whether a question wants a list ("which countries", "who are"): many answers are right."""
    asked = " ".join(question.casefold().split())
    verb = _VERB.search(asked, asked.find(" ") + 1)
    # Only the noun phrase that is asked for: "what was the reason for the talks" is one thing.
    head = (asked[: verb.end()] if verb else asked).split(" of ")[0]
    return bool(_LIST.match(head))


def asks_for_a_name(question: str) -> bool:
    """Whether a question could have a single name as its answer; places contain places."""
    return bool(_NAMED.match(question.casefold().strip())) and not asks_for_several(question)


def disagree(one: Meaning, other: Meaning) -> bool:
    """Whether two answers are of one kind and cannot both be right. Symmetric."""
    if same_answer(one, other):
        return False
    if one.quantity and other.quantity:
        return _quantities_disagree(one.quantity, other.quantity)
    if one.day and other.day:
        return _days_disagree(one.day, other.day)
    if one.name and other.name:
        return _names_disagree(one.name, other.name)
    return False


def _quantities_disagree(one: Quantity, other: Quantity) -> bool:
    counted, others = set(one.nouns + one.near), set(other.nouns + other.near)
    if one.unit != other.unit or (counted and others and not counted & others):
        return False
    if one.low <= other.high and other.low <= one.high:  # the same, or ranges that meet
        return False
    less, more = (one, other) if one.high < other.low else (other, one)
    # Five hours are "up to six". "At least 12" and 15 stay: that is how a count is corrected.
    if more.hedge == "most":
        return False
    if less.high and not _is_comparable(less, more):
        return False
    # 45 days are six weeks, to the week.
    if one.step != other.step and more.low - less.high <= max(one.step, other.step) / 2:
        return False
    if one.hedge or other.hedge:
        low, high = min(one.high, other.high), max(one.low, other.low)
        return high - low > _ROUGHLY * high
    return not (_rounds_to(one, other) or _rounds_to(other, one))


def _is_comparable(less: Quantity, more: Quantity) -> bool:
    times = more.low / less.high
    return times < _TIMES_AS_MUCH or times in _LEFT_OUT


def _rounds_to(exact: Quantity, rough: Quantity) -> bool:
    """Whether ``rough`` is ``exact`` with fewer digits, two at least: 21.1 is 21, 12 is not 10."""
    digits = max(2, len(rough.low.normalize().as_tuple().digits))
    shown = f"{exact.low:.{digits - 1}e}"
    return Decimal(shown) == rough.low


def _days_disagree(one: Day, other: Day) -> bool:
    if one.weekday is not None or other.weekday is not None:
        return None not in (one.weekday, other.weekday) and one.weekday != other.weekday
    if one.from_weekday or other.from_weekday:
        first, second = one.as_date(), other.as_date()
        return bool(first and second and 0 < abs((first - second).days) <= _NEAR_DAYS)
    pairs = [(one.month, other.month), (one.day, other.day)]
    if not (one.inferred or other.inferred):
        pairs.append((one.year, other.year))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _names_disagree(one: Name, other: Name) -> bool:
    if set(one.words) & set(other.words):
        return False
    for short, long in ((one, other), (other, one)):  # WHO, World Health Organization
        if short.form.replace(" ", "") == "".join(word[0] for word in long.words):
            return False
    return True
