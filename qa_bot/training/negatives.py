"""Passages that rank high for a question and do not hold its answer.

At work the reader sees what a retriever brings, most of it without the answer;
a reader that was only trained on answering passages finds something everywhere
(Clark and Gardner 2018). BM25 over the training passages themselves stands in
for the retriever.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from Stemmer import Stemmer

from qa_bot.training.sets import NEGATIVE_SOURCES, Example

K1, B = 1.2, 0.75
DEPTH = 10
"""The negative is drawn from so many best passages."""


def bm25_negatives(examples: Sequence[Example], count: int, *, seed: int) -> list[Example]:
    """``count`` examples without an answer, made from questions of ``examples``.

    The passage is drawn from the :data:`DEPTH` best by BM25 (Robertson and
    Zaragoza 2009) that contain none of the gold answers, case folded.
    """
    pool = [example for example in examples if example.source in NEGATIVE_SOURCES]
    contexts = sorted({example.context for example in pool})
    analyse = _Analyser()
    weights = _bm25_matrix([analyse(context) for context in contexts], analyse)
    chance = random.Random(f"{seed}/negatives")
    askers = chance.sample(pool, min(count, len(pool)))
    folded = [context.casefold() for context in contexts]
    found: list[Example] = []
    for asker in askers:
        columns = sorted({analyse.ids[t] for t in analyse(asker.question) if t in analyse.ids})
        scores = np.asarray(weights[:, columns].sum(axis=1)).ravel()
        best = np.argsort(-scores, kind="stable")[: DEPTH + 5]
        golds = [answer.casefold() for answer in asker.answers]
        usable = [int(p) for p in best if not any(gold in folded[p] for gold in golds)][:DEPTH]
        if usable:
            found.append(
                Example(
                    f"{asker.source}/negative",
                    asker.question,
                    contexts[chance.choice(usable)],
                    (),
                    None,
                    None,
                )
            )
    return found


class _Analyser:
    """Text to stems, with one id a stem once :meth:`number` has run."""

    def __init__(self) -> None:
        self._stem = Stemmer("english")
        self.ids: dict[str, int] = {}

    def __call__(self, text: str) -> list[str]:
        stems: list[str] = self._stem.stemWords(re.findall(r"\w+", text.lower()))
        return stems


def _bm25_matrix(documents: list[list[str]], analyse: _Analyser) -> csr_matrix:
    """(documents, terms) sparse float32: the BM25 weight of each term in each document."""
    rows: list[int] = []
    columns: list[int] = []
    for row, stems in enumerate(documents):
        for stem in stems:
            columns.append(analyse.ids.setdefault(stem, len(analyse.ids)))
            rows.append(row)
    counts = csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows, columns)),
        shape=(len(documents), len(analyse.ids)),
    )
    counts.sum_duplicates()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    # Words of more than a tenth of the passages say nothing and cost the most.
    idf = np.log1p((len(documents) - frequency + 0.5) / (frequency + 0.5))
    idf[frequency > 0.1 * len(documents)] = 0
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    row_of = np.repeat(np.arange(len(documents)), np.diff(counts.indptr))
    counts.data = (
        counts.data * (K1 + 1) / (counts.data + norm[row_of]) * idf[counts.indices]
    ).astype(np.float32)
    return counts.tocsc()
