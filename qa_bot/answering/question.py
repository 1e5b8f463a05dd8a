"""What may be asked."""

from __future__ import annotations

import unicodedata

from qa_bot.errors import QuestionError

_MEND = 'type a question in plain words, for example: qa-bot ask "Who met whom?"'


def clean_question(question: str, *, max_chars: int) -> str:
    """``question`` with white space folded to single blanks.

    Raises:
        QuestionError: it is empty, longer than ``max_chars`` code points, holds a
            control character or half a surrogate pair, or no letter and no digit.
    """
    if not isinstance(question, str):
        raise QuestionError(
            "a question is a str", expected="str", found=type(question).__name__, mend=_MEND
        )
    if len(question) > max_chars:
        raise QuestionError(
            "the question is too long",
            expected=f"at most {max_chars:,} characters",
            found=f"{len(question):,} characters",
            mend="ask for one thing at a time, or raise max_question_chars",
        )
    folded = " ".join(question.split())
    if not folded:
        raise QuestionError("the question is empty", mend=_MEND)
    for place, char in enumerate(folded):
        if unicodedata.category(char) in ("Cc", "Cs"):
            raise QuestionError(
                "the question holds a control character",
                where=f"character {place + 1}",
                expected="printable text",
                found=f"U+{ord(char):04X}",
                mend=_MEND,
            )
    if not any(char.isalnum() for char in folded):
        raise QuestionError("the question has no word in it", found=repr(folded), mend=_MEND)
    return folded
