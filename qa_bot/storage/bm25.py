"""BM25 over any number of segments.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
Foundations and Trends in Information Retrieval 3(4), 2009; with k1 = 1.2 and
b = 0.75. The inverse document frequency is log(1 + (N - n + 0.5) / (n + 0.5)),
which is never negative. N, n and the average length are sums over the live chunks
of all segments, so a collection scores the same however it is cut into segments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qa_bot.protocols import LexicalIndex
from qa_bot.storage.arrays import FloatArray, IdArray
from qa_bot.storage.terms import distinct, function_terms

K1 = 1.2
B = 0.75
COMMON_SHARE = 0.30
"""A term in more chunks than this share costs much and says little."""
SMALL_COLLECTION = 200
"""Below this many chunks a share is chance, and no term counts as common."""


class Bm25:
    """The scores of one question: which terms count, and how much each is worth."""

    def __init__(self, segments: Sequence[LexicalIndex], question: Sequence[str]) -> None:
        """``question``: stemmed terms; a repeated one counts once."""
        self._segments = segments
        chunks = sum(len(segment) for segment in segments)
        length = sum(segment.total_terms for segment in segments)
        self._average_length = length / chunks if length else 1.0
        wanted = distinct(question)
        per_segment = [segment.document_frequency(wanted) for segment in segments]
        frequency = [sum(column) for column in zip(*per_segment, strict=True)]
        known = {term: count for term, count in zip(wanted, frequency, strict=False) if count}
        self.terms = _telling(known, chunks)
        self._weights = np.array(
            [math.log1p((chunks - known[term] + 0.5) / (known[term] + 0.5)) for term in self.terms],
            dtype=np.float64,
        )

    def score(self, segment: LexicalIndex) -> tuple[IdArray, FloatArray]:
        """Ids (ascending) and scores (> 0) of the segment's chunks that hold any term."""
        ids, lengths, counts = segment.term_counts(self.terms)
        scores = np.zeros(len(ids), dtype=np.float64)
        damping = K1 * (1 - B + B * lengths.astype(np.float64) / self._average_length)
        for column, weight in enumerate(self._weights):  # term by term: one order of sums
            count = counts[:, column].astype(np.float64)
            scores += weight * count * (K1 + 1) / (count + damping)
        return ids, scores.astype(np.float32)


def _telling(frequency: dict[str, int], chunks: int) -> list[str]:
    """The terms worth scoring, of those that occur at all, in the question's order.

    Function words are dropped, then common ones, each only if others remain.
    Measured: docs/decisions/lexical-index.md.
    """
    function_words = function_terms()
    kept = [term for term in frequency if term not in function_words] or list(frequency)
    if chunks < SMALL_COLLECTION:
        return kept
    return [term for term in kept if frequency[term] <= COMMON_SHARE * chunks] or kept
