"""SQuAD's exact match and F1, and the measures of retrieval.

Exact match and F1 follow the definition of the official SQuAD 2.0 evaluation,
which agrees with that of 1.1 wherever an answer holds at least one word that is
not an article: both texts are lower-cased, ASCII punctuation and the articles
"a", "an" and "the" are taken out, white space is collapsed; exact match compares
what is left, F1 is the harmonic mean of precision and recall over its tokens
counted with repetition; the best of the gold answers counts. The empty string
stands for "no answer".

Every measure: higher is better, 0 to 1. Pure functions of strings and numbers.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """``text`` in lower case, without punctuation, articles and extra white space."""
    bare = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(prediction: str, gold: str) -> float:
    """1.0 when both are the same once normalised, else 0.0."""
    return float(normalize_answer(prediction) == normalize_answer(gold))


def f1_score(prediction: str, gold: str) -> float:
    """F1 over the multisets of normalised tokens, 0 to 1.

    Where one of the two holds no token at all, 1.0 if neither does, else 0.0.
    """
    predicted, expected = normalize_answer(prediction).split(), normalize_answer(gold).split()
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    # 2PR / (P + R) with P = shared / predicted and R = shared / expected.
    return 2 * shared / (len(predicted) + len(expected))


def score_answer(prediction: str, golds: Sequence[str]) -> tuple[float, float]:
    """(exact match, F1) against the best of ``golds``, each 0 to 1.

    Without a gold answer that holds a word, "no answer" (the empty prediction)
    is what is right.
    """
    expected = [gold for gold in golds if normalize_answer(gold)] or [""]
    return (
        max(exact_match(prediction, gold) for gold in expected),
        max(f1_score(prediction, gold) for gold in expected),
    )


def holds_answer(text: str, golds: Iterable[str]) -> bool:
    """Whether ``text`` holds one of ``golds`` as a run of whole normalised words."""
    padded = f" {normalize_answer(text)} "
    normalised = (normalize_answer(gold) for gold in golds)
    return any(f" {gold} " in padded for gold in normalised if gold)


def recall_at(relevant: Sequence[bool], k: int) -> float:
    """1.0 when one of the first ``k`` results is relevant, else 0.0.

    ``relevant`` says of each result, best first, whether it is.
    """
    return float(any(relevant[:k]))


def reciprocal_rank(relevant: Sequence[bool], k: int) -> float:
    """1 / rank (from 1) of the first relevant result among the first ``k``, else 0.0."""
    for rank, hit in enumerate(relevant[:k], start=1):
        if hit:
            return 1 / rank
    return 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` (0 to 1) of them do not exceed.

    The nearest-rank definition: always a value that was measured.

    Raises:
        ValueError: there are no values, or ``share`` is not between 0 and 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError(f"needs values and a share of 0 to 1, found {len(values)} and {share}")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
