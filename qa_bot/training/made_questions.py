"""Questions for yes or no, made of questions that ask for more.

Evaluation sets of spans hold none. Without its question word "When did the harbour open?"
asks whether it opened at all, and the sentence with the gold answer settles that.
"""

from __future__ import annotations

import re

_ASKED = re.compile(
    r"(?:When|Where|Why|How) "
    r"((?:did|do|does|is|are|was|were|has|have|had|can|could|will|would)\b.*)"
)
_NOT_SETTLED = re.compile(r"\b(?:locat\w+|happen to|called|named)\b")


def as_yes_no(question: str) -> str | None:
    """The question without its question word, where that leaves one for yes or no."""
    found = _ASKED.fullmatch(question.strip())
    if found is None or _NOT_SETTLED.search(found[1]) or found[1].count(" ") < 3:
        return None
    return found[1][0].upper() + found[1][1:]
