"""Newest first: among the answers that are confident, the most recently published leads.

An answer's date is that of the newest article that supports it; within an answer
the newest article is cited first. Whether there is an answer at all, and how sure
each one is, stays as it was without this choice. Undated articles come last, and
equal dates keep the order of the ranking.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.answering.select import AnswerGroup, RankedSpan


def order_by_date(
    groups: Sequence[AnswerGroup], confidences: Sequence[float], floor: float
) -> list[int]:
    """The groups' places, newest first; those below ``floor`` after them, as ranked.

    Args:
        groups: distinct answers, best first.
        confidences: of each (0 to 1).
        floor: the lowest confidence that is shown.
    """
    sure = [i for i, confidence in enumerate(confidences) if confidence >= floor]
    rest = [i for i, confidence in enumerate(confidences) if confidence < floor]
    # A stable sort, so equal dates stay as ranked; "" is older than any date.
    sure.sort(key=lambda i: max(map(_date, groups[i].supporting())), reverse=True)
    return sure + rest


def by_date(spans: Sequence[RankedSpan]) -> list[RankedSpan]:
    """``spans``, those of the newest articles first; equal dates as ranked."""
    return sorted(spans, key=_date, reverse=True)


def _date(span: RankedSpan) -> str:
    return span.passage.passage.published or ""
