"""Whether a measure is the one that was asked for.

Readers take any length for an answer to "how tall": also the length by which one thing is
taller than another, and to "how long does it live" the length of the animal. What a measure
measures stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa_bot.answering.quantities import parse_quantity
from qa_bot.records import Span

Fits = Callable[[str, Span], bool]
"""(text, span) to whether the span may be what was asked for."""

_MEASURED = re.compile(
    r"\bhow (?:tall|high|deep|wide|thick|far|heavy|old|big|large|fast|long)\b", re.IGNORECASE
)
_COMPARED = (
    r"(?:taller|higher|lower|deeper|shallower|wider|narrower|thicker|thinner|farther|further|nearer"
    r"|heavier|lighter|older|younger|bigger|larger|smaller|faster|slower|longer|shorter)"
)
_DIFFERENCE = re.compile(rf"\s+{_COMPARED}\b", re.IGNORECASE)
_ENDS_IN_DIFFERENCE = re.compile(rf"\d.*\b{_COMPARED}(?: than\b.*)?$", re.IGNORECASE)
_BY = re.compile(rf"\b{_COMPARED} by (?:about |some |almost |nearly )?$", re.IGNORECASE)
_LASTING = re.compile(
    r"\bhow long (?:do|does|did|will|would|can|could|has|have|had|must|may|should)\b", re.IGNORECASE
)
_REACHING = re.compile(r"\b(?:extend|stretch|reach|run|grow|measure|get|become|be)\w*\b", re.I)
_SIZED = re.compile(r"\bhow (?:tall|high|deep|wide|thick|heavy)\b", re.IGNORECASE)
_TIMES = frozenset({"second", "month"})
_LENGTHS = frozenset({"metre", "inch"})
_AROUND = 24


def fits_measure(question: str) -> Fits | None:
    """What tells whether a span measures what ``question`` asks for; None where it asks for
    no measure, or for a difference ("how much taller")."""
    asked = _MEASURED.search(question)
    if asked is None or re.search(rf"\b{_COMPARED}\b", question, re.IGNORECASE):
        return None
    wrong: frozenset[str] = frozenset()
    if _SIZED.search(question):
        wrong = _TIMES
    elif _LASTING.search(question) and not _REACHING.search(question):
        wrong = _LENGTHS

    def fits(text: str, span: Span) -> bool:
        said = span.of(text)
        before = text[max(0, span.start - _AROUND) : span.start]
        after = text[span.end : span.end + _AROUND]
        if _ENDS_IN_DIFFERENCE.search(said):
            return False
        quantity = parse_quantity(said, before, after)
        if quantity is None:
            return True
        return not (quantity.unit in wrong or _DIFFERENCE.match(after) or _BY.search(before))

    return fits
