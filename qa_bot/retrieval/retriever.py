"""Dense and BM25 search over one snapshot, fused.

Each of the two brings its best chunks; the union is scored by both, so that a
chunk which one of them did not bring has its true score there and not 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_bot.errors import QuestionError
from qa_bot.protocols import Embedder
from qa_bot.records import Filters, ScoredPassage
from qa_bot.retrieval.filters import checked
from qa_bot.retrieval.fusion import convex
from qa_bot.retrieval.spelling import mend_terms
from qa_bot.storage.arrays import NO_IDS, NO_SCORES, FloatArray, IdArray
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.terms import terms


class Retriever:
    """Question to passages. Holds no state of its own; safe from many threads.

    Args:
        embedder: the one that the snapshot's vectors were made with.
        candidates: how many chunks each of the two searches brings.
        dense_weight: share of the dense score in the fused one, 0 to 1.
        mend_spelling: False searches for words as they were typed, to measure the difference.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        candidates: int,
        dense_weight: float,
        mend_spelling: bool = True,
    ) -> None:
        self._embedder = embedder
        self._candidates = candidates
        self._dense_weight = dense_weight
        self._mend_spelling = mend_spelling

    def retrieve(
        self, snapshot: Snapshot, question: str, k: int, filters: Filters | None = None
    ) -> tuple[ScoredPassage, ...]:
        """The ``min(k, chunks that pass)`` best passages, best first, ranks from 1.

        Chunks of boilerplate alone come after all others, whatever their score.
        Equal scores are ordered by chunk id. Nothing to search gives an empty tuple.

        Raises:
            QuestionError: ``k`` is below 1, or ``filters`` cannot be used.
        """
        if k < 1:
            raise QuestionError("the number of passages must be at least 1", where="top_k", found=k)
        wanted = checked(filters)
        if not snapshot.chunk_count:
            return ()
        allowed = snapshot.allowed(wanted)
        if allowed is not None and not len(allowed):
            return ()

        vector = self._embedder.embed_question(question)
        asked: Sequence[str] = terms(question)
        if self._mend_spelling:
            asked = mend_terms(asked, snapshot.document_frequency)
        depth = max(k, self._candidates)
        near = snapshot.search_dense(vector, depth, allowed=allowed)
        shared = (
            snapshot.search_lexical(asked, depth, allowed=allowed) if asked else (NO_IDS, NO_SCORES)
        )
        ids = np.union1d(near[0], shared[0])
        dense, missing = _spread(ids, *near)
        dense[missing] = snapshot.score_dense(vector, ids[missing])
        lexical, missing = _spread(ids, *shared)
        if asked:
            lexical[missing] = snapshot.score_lexical(asked, ids[missing])

        fused = convex(dense, lexical, self._dense_weight)
        order = np.lexsort((ids, -fused, snapshot.boilerplate(ids)))[:k]
        passages = snapshot.passages(ids[order].tolist())
        return tuple(
            ScoredPassage(
                passage=passage,
                score=float(fused[row]),
                rank=rank,
                dense=float(dense[row]),
                lexical=float(lexical[row]),
            )
            for rank, (passage, row) in enumerate(zip(passages, order, strict=True), start=1)
        )


def _spread(ids: IdArray, found: IdArray, scores: FloatArray) -> tuple[FloatArray, IdArray]:
    """``scores`` of ``found`` laid out along the ascending ``ids`` that contain them.

    Returns them, shape (len(ids),), with 0 where there is none, and those rows.
    """
    spread = np.zeros(len(ids), dtype=np.float32)
    rows = np.searchsorted(ids, found)
    spread[rows] = scores
    missing = np.ones(len(ids), dtype=np.bool_)
    missing[rows] = False
    return spread, np.flatnonzero(missing)
