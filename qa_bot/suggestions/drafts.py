"""A question, where its answer stands, and what both have to be like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_bot.suggestions.clauses import Clause
from qa_bot.suggestions.cutting import Token

KINDS = ("why", "how much", "how many", "when", "what", "where", "who is", "who", "thing")
"""Of drafts, those that read best first."""

_WITH_HEAD = frozenset({"what", "who", "thing", "who is"})
_TELLING = frozenset(
    {"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, and where in the sentence's text its answer stands (offsets into it).

    ``core_start`` and ``core_end``: the word of it that a right answer must hold.
    ``name``: the person in the question as the sentence calls him, where there is one.
    """

    question: str
    start: int
    end: int
    core_start: int
    core_end: int
    kind: str
    name: str = ""


def draft_of(
    question: str, answer: Sequence[Token], origin: int, kind: str, name: str = ""
) -> Draft:
    """The draft that is answered by some tokens; ``origin``: where their sentence begins."""
    start, end = _place(answer[0], answer[-1], origin)
    inside = {t.i for t in answer}
    # A date may be quoted in part, and a reason without its first word; of anything else the
    # head, so that "an allocation of $1,000" is not answered by "$1,000".
    heads = [t for t in answer if t.head.i not in inside or t.head == t]
    core = _place(heads[0], heads[0], origin) if kind in _WITH_HEAD and heads else (start, end)
    return Draft(f"{question}?", start, end, *core, kind, name)


def _place(first: Token, last: Token, origin: int) -> tuple[int, int]:
    return first.idx - origin, last.idx + len(last.text) - origin


def is_telling(phrase: Sequence[Token]) -> bool:
    """Whether there is a name in it, so that it is understood without the article."""
    return any(t.ent_type_ in _TELLING for t in phrase)


def has_own(clause: Clause) -> bool:
    """Whether there is a "his" or "its", which may or may not be the subject's; a person's
    "his" is taken to be."""
    own = [t.lower_ for t in clause.rest if t.tag_ == "PRP$"]
    return bool(own) and not (
        clause.head.ent_type_ == "PERSON" and all(word in ("his", "her") for word in own)
    )


def is_bare_number(token: Token) -> bool:
    return token.like_num and not any(True for _ in token.children)
