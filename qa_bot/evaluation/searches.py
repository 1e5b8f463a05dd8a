"""Retrieval alone: where the own passage of a question stands in each ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qa_bot.answering.question import clean_question
from qa_bot.errors import QuestionError
from qa_bot.evaluation.bootstrap import intervals, paired_difference
from qa_bot.evaluation.collection import Collection
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.kept import Row
from qa_bot.retrieval.spelling import mend_terms
from qa_bot.storage.arrays import NO_IDS, IdArray
from qa_bot.storage.terms import terms

DEPTH = 20
CUTS = (1, 5, 20)
RANKINGS: dict[str, str] = {
    "dense": "dense",
    "bm25": "BM25",
    "rrf": "reciprocal rank fusion",
    "convex": "convex sum (what serves)",
}
"""Rankings, and how the page names them."""

_RRF_CONSTANT = 60


def search(collection: Collection, number: int, record: EvalRecord) -> Row:
    """The rank (from 1) of the first own passage in each ranking; 0: not among the
    :data:`DEPTH` best."""
    bot, snapshot = collection.bot, collection.bot.snapshot
    try:
        asked = clean_question(record.question, max_chars=bot.settings.max_question_chars)
    except QuestionError:
        return {"ranks": dict.fromkeys(RANKINGS, 0)}
    depth = max(DEPTH, bot.settings.candidates)
    near, _ = snapshot.search_dense(bot.embedder.embed_question(asked), depth)
    words = mend_terms(terms(asked), snapshot.document_frequency)
    shared = snapshot.search_lexical(words, depth)[0] if words else NO_IDS
    found = {
        name: snapshot.passages(ids[:DEPTH].tolist())
        for name, ids in (
            ("dense", near),
            ("bm25", shared),
            ("rrf", reciprocal_ranks(near, shared)),
        )
    }
    served = bot.retriever.retrieve(snapshot, asked, DEPTH)
    found["convex"] = [scored.passage for scored in served]
    return {
        "ranks": {
            name: next((r for r, p in enumerate(found[name], 1) if collection.is_own(number, p)), 0)
            for name in RANKINGS
        }
    }


def reciprocal_ranks(*lists: IdArray) -> IdArray:
    """The union of ranked lists of ids by the sum of 1 / (60 + rank), best first, ties by id
    (Cormack, Clarke and Buettcher, SIGIR 2009)."""
    ids = np.unique(np.concatenate(lists))
    total = np.zeros(len(ids))
    for ranked in lists:
        total[np.searchsorted(ids, ranked)] += 1 / (_RRF_CONSTANT + np.arange(1, len(ranked) + 1))
    ordered: IdArray = ids[np.lexsort((ids, -total))]
    return ordered


def search_figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Recall at each of :data:`CUTS` and the reciprocal rank at 10 of every ranking (0 to 1)
    with intervals, and how far what serves is ahead of each, question by question."""
    table: dict[str, dict[str, list[float]]] = {}
    for name in RANKINGS:
        ranks = [row["ranks"][name] for row in rows]
        table[name] = {f"recall_at_{k}": [float(0 < rank <= k) for rank in ranks] for k in CUTS}
        table[name]["mrr_at_10"] = [1 / rank if 0 < rank <= 10 else 0.0 for rank in ranks]
    figures: dict[str, Any] = {"n": len(rows), "rankings": {}}
    for name, columns in table.items():
        spread = intervals(columns)
        entry: dict[str, Any] = {}
        for measure, column in columns.items():
            ahead, between = paired_difference(table["convex"][measure], column)
            entry[measure] = {
                "value": round(sum(column) / len(column), 5),
                "interval": _rounded(spread[measure]),
                "convex_ahead": round(ahead, 5),
                "convex_ahead_interval": _rounded(between),
            }
        figures["rankings"][name] = entry
    # The served ranking's own figures stand where the gate looks for them.
    figures |= {m: entry["value"] for m, entry in figures["rankings"]["convex"].items()}
    return figures


def _rounded(spread: tuple[float, float] | None) -> list[float] | None:
    return None if spread is None else [round(bound, 5) for bound in spread]


def code_of_searches() -> tuple[str, ...]:
    """The parts of the package that retrieval depends on."""
    return (
        *("answering/question.py", "budget.py", "chunking.py", "corpus", "embedding.py"),
        *("indexing", "models", "packing.py", "protocols.py", "records", "retrieval", "storage"),
        *("evaluation/collection.py", "evaluation/searches.py"),
    )
