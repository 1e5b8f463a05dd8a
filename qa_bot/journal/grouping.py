"""Which questions are the same in other words.

Two are when the cosine of their vectors reaches :data:`SAME` and nothing that a
question turns on differs: what is asked for (when, where, who, how many), and the
names and numbers in it. An encoder puts "When did it open?" beside "Where did it
open?" and 2022 beside 2023, and no threshold on the cosine tells them apart
(benchmarks/gap_groups.py measures both).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa_bot.storage.terms import function_terms, terms

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

SAME = 0.8
"""Least cosine of two wordings of one question."""

_ASKED = (
    (
        re.compile(r"\b(?:when|what (?:time|day|date|year|month)|which (?:day|year|month))\b"),
        "when",
    ),
    (re.compile(r"\bhow (?:many|much)\b|\bwhat (?:number|amount|share|percentage)\b"), "how many"),
    (re.compile(r"\bhow (?:long|old|far|high|tall|big|often|fast)\b"), "how far"),
    (re.compile(r"\bwhere\b|\b(?:what|which) (?:city|town|country|place|state|venue)\b"), "where"),
    (re.compile(r"\bwho(?:m|se)?\b"), "who"),
    (re.compile(r"\bwhy\b|\bwhat (?:is |was |were )?(?:the )?(?:reasons?|causes?)\b"), "why"),
)
_NAME = re.compile(r"(?<![.!?])(?<!^)\b[A-Z][\w’'-]*[\w]")
_NUMBER = re.compile(r"\d+")


def group_questions(
    questions: Sequence[str], vectors: Sequence[tuple[str | None, Vector | None]]
) -> list[list[int]]:
    """Places of the questions, grouped; in the order given, within a group and between them.

    Args:
        questions: as they stand alone.
        vectors: for each, its encoder and unit vector. Those of two encoders cannot be
            compared, and then only equal words are the same question.

    Each question joins the nearest group whose first question it is the same as
    (leader clustering, Hartigan 1975), else it begins one.
    """
    groups: list[list[int]] = []
    by_words: dict[tuple[str, ...], int] = {}
    leaders: dict[str, _Leaders] = {}
    for place, (question, (encoder, vector)) in enumerate(zip(questions, vectors, strict=True)):
        words = tuple(terms(question)) or (question.casefold(),)
        joined = by_words.get(words)
        if joined is None and vector is not None:
            known = leaders.setdefault(encoder or "", _Leaders(len(vector)))
            near = known.nearest_first(vector)
            joined = next((g for g in near if may_be_same(questions[groups[g][0]], question)), None)
            if joined is None:
                known.add(len(groups), vector)
        if joined is None:
            joined = len(groups)
            groups.append([])
        groups[joined].append(place)
        by_words.setdefault(words, joined)
    return groups


class _Leaders:
    """The first question of each group, as vectors of one encoder."""

    def __init__(self, dim: int) -> None:
        import numpy as np

        self._rows = np.empty((64, dim), dtype=np.float32)
        self._groups: list[int] = []

    def add(self, group: int, vector: Vector) -> None:
        import numpy as np

        if len(self._groups) == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[len(self._groups)] = vector
        self._groups.append(group)

    def nearest_first(self, vector: Vector) -> list[int]:
        """Groups whose leader's cosine reaches :data:`SAME`; of equals, the older first."""
        import numpy as np

        cosines = self._rows[: len(self._groups)] @ vector
        order = np.argsort(-cosines, kind="stable")
        return [self._groups[row] for row in order if cosines[row] >= SAME]


def may_be_same(one: str, other: str) -> bool:
    """Whether nothing that a question turns on differs. Symmetric."""
    wanted = asked_for(one), asked_for(other)
    if wanted[0] != wanted[1] and None not in wanted:
        return False
    if set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return False
    return not (_names(one) - set(terms(other)) and _names(other) - set(terms(one)))


def asked_for(question: str) -> str | None:
    """What a question wants ("when", "where", "who", ...); None where its words do not say."""
    folded = " ".join(question.casefold().split())
    found = [(match.start(), kind) for asks, kind in _ASKED if (match := asks.search(folded))]
    return min(found)[1] if found else None


def _names(question: str) -> set[str]:
    """Terms of the capitalised words after the first."""
    named = " ".join(_NAME.findall(question))
    return set(terms(named)) - function_terms()
