"""Which encoder precision and which fusion find the passage that a question was asked about?

    python benchmarks/retrieval.py $QA_BOT_EVAL_DATA/dev/squad_v1.1_dev.jsonl.gz

The passages are the file's distinct contexts, the questions evenly spaced through
it, and the right passage is the question's own. Analysis, BM25 and fusion are the
package's. Prints one table; recall@k is the share of questions whose passage is
among the k best, with the half-width of its 95% interval (normal approximation).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_bot.config import Settings
from qa_bot.embedding import open_embedder
from qa_bot.retrieval.fusion import convex
from qa_bot.storage.bm25 import Bm25
from qa_bot.storage.terms import terms

Matrix = npt.NDArray[np.float32]
CUTS = (1, 5, 20)
WEIGHT = Settings().dense_weight


class PassageTerms:
    """A LexicalIndex in memory; a passage's id is its row."""

    def __init__(self, texts: Sequence[str]) -> None:
        found = [terms(text) for text in texts]
        self._lengths = np.array([len(each) for each in found], dtype=np.float32)
        self._postings: dict[str, dict[int, int]] = {}
        for row, each in enumerate(found):
            for term, count in Counter(each).items():
                self._postings.setdefault(term, {})[row] = count

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def total_terms(self) -> int:
        return int(self._lengths.sum())

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        return [len(self._postings.get(term, {})) for term in terms]

    def term_counts(self, terms: Sequence[str]) -> tuple[npt.NDArray[np.int64], Matrix, Matrix]:
        postings = [self._postings.get(term, {}) for term in terms]
        rows = sorted(set().union(*postings))
        counts = np.array(
            [[each.get(row, 0) for each in postings] for row in rows], dtype=np.float32
        ).reshape(len(rows), len(terms))
        return np.array(rows, dtype=np.int64), self._lengths[rows], counts


def load(
    path: Path, limit: int, titles: bool
) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Distinct contexts, ``limit`` evenly spaced questions, and each one's context.

    With ``titles``, a context's title stands above it, as the package indexes it.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    passages = list(dict.fromkeys(record["context"] for record in records))
    row = {text: number for number, text in enumerate(passages)}
    chosen = np.linspace(0, len(records) - 1, min(limit, len(records))).astype(int)
    asked = [records[number] for number in chosen]
    gold = np.array([row[record["context"]] for record in asked], dtype=np.int64)
    if titles:
        title = {record["context"]: record["title"].replace("_", " ") for record in records}
        passages = [f"{title[text]}\n{text}".strip() for text in passages]
    return passages, [record["question"] for record in asked], gold


def bm25_scores(passages: Sequence[str], questions: Sequence[str]) -> Matrix:
    """Shape (questions, passages); 0 where no term is shared."""
    index = PassageTerms(passages)
    scores = np.zeros((len(questions), len(passages)), dtype=np.float32)
    for row, question in enumerate(questions):
        ids, found = Bm25([index], terms(question)).score(index)
        scores[row, ids] = found
    return scores


def dense_scores(
    passages: Sequence[str], questions: Sequence[str], precision: str, window: int, threads: int
) -> tuple[Matrix, dict[str, float], Matrix]:
    """Cosines (questions, passages), the CPU time it took, and the passages' vectors."""
    embedder = open_embedder(Settings.load(precision=precision, threads=threads))
    window = window or embedder.fingerprint.max_tokens
    counts = embedder.count_tokens(passages)
    short = [
        fitting(text, count, window, embedder.count_tokens)
        for text, count in zip(passages, counts, strict=True)
    ]
    embedder.embed(short[:8])
    start = time.process_time()
    vectors = embedder.embed(short)
    embedded = time.process_time()
    asked = np.stack([embedder.embed_question(question) for question in questions])
    done = time.process_time()
    cost = {
        "passages per CPU s": len(passages) / (embedded - start),
        "CPU ms a question": 1000 * (done - embedded) / len(questions),
        "cut at the window": float(sum(count > window for count in counts)),
    }
    return asked @ vectors.T, cost, vectors


def fitting(text: str, count: int, window: int, count_tokens) -> str:  # type: ignore[no-untyped-def]
    """``text``, its last words left out where it is longer than the window."""
    while count > window:
        words = text.split(" ")
        text = " ".join(words[: max(1, min(len(words) - 1, int(len(words) * window / count)))])
        count = count_tokens([text])[0]
    return text


def ranks(scores: npt.NDArray[np.floating], gold: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rank of the right passage from 1; equal scores are ordered by row."""
    own = scores[np.arange(len(gold)), gold][:, None]
    before = (scores == own) & (np.arange(scores.shape[1]) < gold[:, None])
    better = ((scores > own) | before).sum(axis=1, dtype=np.int64)
    return np.asarray(better + 1, dtype=np.int64)


def union_fused(
    dense: Matrix, lexical: Matrix, weight: float, candidates: int
) -> npt.NDArray[np.float64]:
    """The convex sum over the union of both lists, as Retriever does; -inf outside it."""
    candidates = min(candidates, dense.shape[1])
    fused = np.full(dense.shape, -np.inf)
    for row in range(len(dense)):
        near = np.argpartition(-dense[row], candidates - 1)[:candidates]
        shared = np.argpartition(-lexical[row], candidates - 1)[:candidates]
        ids = np.union1d(near, shared[lexical[row][shared] > 0])
        fused[row, ids] = convex(dense[row, ids], lexical[row, ids], weight)
    return fused


def reciprocal_rank(dense: Matrix, lexical: Matrix, candidates: int) -> npt.NDArray[np.float64]:
    """Sum of 1 / (60 + rank) over the two lists: Cormack, Clarke and Buettcher, SIGIR 2009."""
    total = np.zeros(dense.shape)
    for scores in (dense, lexical):
        order = np.argsort(-scores, axis=1, kind="stable")
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(scores.shape[1])[None, :], axis=1)
        total += np.where((scores == 0) | (rank >= candidates), 0, 1 / (61 + rank))
    return total


def report(
    name: str, scores: npt.NDArray[np.floating], gold: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Print one row of the table; returns the ranks it was made from."""
    found = ranks(scores, gold)
    cells = []
    for cut in CUTS:
        share = float((found <= cut).mean())
        half = 1.96 * math.sqrt(share * (1 - share) / len(found))
        cells.append(f"{share:.3f} ±{half:.3f}")
    print(f"{name:32}" + "  ".join(cells), flush=True)
    return found


def report_cost(exact: npt.NDArray[np.int64], near: npt.NDArray[np.int64]) -> None:
    """What int8 costs on the same questions, paired, with 95% intervals."""
    for cut in CUTS:
        change = (near <= cut).astype(int) - (exact <= cut)
        half = 1.96 * float(change.std()) / math.sqrt(len(change))
        print(
            f"int8 minus fp32, convex {WEIGHT}, @{cut:<2} {change.mean():+.4f} ±{half:.4f}"
            f"   ({(change < 0).sum()} lost, {(change > 0).sum()} won)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--titles", action="store_true", help="put titles above the passages")
    parser.add_argument("--window", type=int, default=0, help="cut passages at so many tokens")
    parser.add_argument("--candidates", type=int, default=Settings().candidates)
    parser.add_argument("--precisions", nargs="*", default=["fp32", "int8"])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    passages, questions, gold = load(options.file, options.questions, options.titles)
    print(f"{len(questions)} questions over {len(passages)} passages; {os.cpu_count()} CPUs")
    print(f"{'recall':32}" + "  ".join(f"@{cut:<12}" for cut in CUTS))
    lexical = bm25_scores(passages, questions)
    report("BM25", lexical, gold)
    vectors: dict[str, Matrix] = {}
    served: dict[str, npt.NDArray[np.int64]] = {}
    for precision in options.precisions:
        dense, cost, vectors[precision] = dense_scores(
            passages, questions, precision, options.window, options.threads
        )
        print(
            f"-- {precision}: " + ", ".join(f"{key} {value:.1f}" for key, value in cost.items()),
            file=sys.stderr,
        )
        report(f"{precision} dense", dense, gold)
        report(
            f"{precision} reciprocal rank fusion",
            reciprocal_rank(dense, lexical, options.candidates),
            gold,
        )
        for weight in sorted({0.3, 0.4, 0.5, 0.6, 0.7, WEIGHT}):
            found = report(
                f"{precision} convex {weight}",
                union_fused(dense, lexical, weight, options.candidates),
                gold,
            )
            if weight == WEIGHT:
                served[precision] = found
    if {"fp32", "int8"} <= vectors.keys():
        report_cost(served["fp32"], served["int8"])
        cosine = np.sum(vectors["fp32"] * vectors["int8"], axis=1)
        print(f"cosine of int8 to fp32 vectors: mean {cosine.mean():.4f}, least {cosine.min():.4f}")


if __name__ == "__main__":
    main()
