"""Nouns for what somebody does or holds: "president", "striker", "chief of staff"."""

from __future__ import annotations

import re
from itertools import pairwise

from qa_bot.answering.words import vocabulary

OFFICES = vocabulary(
    "president minister director professor chairman chairwoman chair ceo editor secretary"
    " governor senator mayor chief captain coach manager spokesman spokeswoman spokesperson"
    " analyst founder"
)
TITLES = vocabulary(
    "speaker meteorologist actor actress singer author king queen prince princess general colonel"
    " judge justice attorney rep sen gov correspondent columnist star superstar legend icon"
    " champion architect chef head boss chief pilot athlete nurse envoy ambassador commander guard"
    " cop officer whistleblower influencer nominee winner quarterback pitcher pope bishop"
    " archbishop mother father wife husband son daughter brother sister friend partner great genius"
    " vet premier chancellor leader"
)
_ROLE = re.compile(r"(?:[a-z-]{3,}(?:er|or|ist|ian|ant)|[a-z-]*(?:man|woman|person))")
"""Most nouns for what somebody does; the lists below hold the others."""


def is_role(word: str) -> bool:
    """Whether a word says what somebody does: it is in a list, or ends as most such nouns do."""
    lowered = word.casefold().rstrip(".’'")
    return lowered in OFFICES or lowered in TITLES or bool(_ROLE.fullmatch(lowered))


def ends_in_role(words: list[str]) -> bool:
    """Whether a title ends with what somebody does: "the defence minister", "chief of staff"."""
    return is_role(words[-1]) or any(
        after == "of" and is_role(word) for word, after in pairwise(words)
    )
