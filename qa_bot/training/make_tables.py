"""Training sets to tables: ``python -m qa_bot.training.make_tables SETS --out runs/tables``.

Reads the sets and the news written for training, makes sure that they hold no dev
passage, asks our own retriever every question, makes counterfeits, cuts everything with
serving's own windows and writes one ``tables.npz`` (see :mod:`qa_bot.training.tables`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from tqdm import tqdm

from qa_bot.chunking import Chunker
from qa_bot.config import Settings
from qa_bot.corpus.articles import Fields, build_article
from qa_bot.embedding import open_embedder
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.windows import IntArray, WindowMaker
from qa_bot.records import Span
from qa_bot.training import retrieved
from qa_bot.training.asked import GROUPED, OTHERS, Asked, Cut, gather, written
from qa_bot.training.bases import base_folder
from qa_bot.training.sets import read_all, read_set, take_mix, vary_questions
from qa_bot.training.splits import check_apart, held_out
from qa_bot.training.tables import GOLD, NEGATIVE, VARIANTS, Tables
from qa_bot.training.unanswerable import counterfeits

Ids = npt.NDArray[np.uint16]
PIECE_TOKENS = 340
"""Context tokens of a piece: a window of 384 with room for most questions."""
QUESTION_TOKENS = 40
WRITTEN = Path(__file__).parent / "written_news.jsonl.gz"


class _Pieces:
    """Texts to numbered pieces, each text cut once.

    Args:
        texts: all texts that will be asked for.
    """

    def __init__(self, maker: WindowMaker, texts: Iterable[str]) -> None:
        self._of: dict[str, list[tuple[int, IntArray, IntArray]]] = {}
        self.ids: list[Ids] = []
        for text, ids, starts, ends in _contexts(maker, list(dict.fromkeys(texts))):
            self.ids.append(ids)
            self._of.setdefault(text, []).append((len(self.ids) - 1, starts, ends))

    def __call__(self, text: str) -> list[tuple[int, IntArray, IntArray]]:
        """(number, starts, ends) of each piece of ``text``, code points in it."""
        return self._of.get(text, [])

    def gold(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(number, first token, last token) in each piece that holds the whole answer."""
        for number, starts, ends in self(text):
            inside = np.flatnonzero((ends > start) & (starts < end))
            if len(inside):
                first, last = int(inside[0]), int(inside[-1])
                if starts[first] <= start and ends[last] >= end:
                    yield number, first, last


def tabulate(asked: Sequence[Asked], maker: WindowMaker, *, seed: int) -> Tables:
    """The tables of ``asked``. Questions of which no pair is left are dropped."""
    pieces = _Pieces(
        maker,
        (
            text
            for item in asked
            for text in (*(gold[0] for gold in item.golds), *(other[0] for other in item.others))
        ),
    )
    sets = sorted({item.source for item in asked})
    varied = [
        vary_questions([item.question for item in asked], seed=seed + turn)
        for turn in range(VARIANTS - 1)
    ]
    pairs: list[tuple[int, int, int, int]] = []
    ptr, kept = [0], []
    for row, item in enumerate(tqdm(asked, desc="tables", mininterval=5)):
        rows: dict[int, tuple[int, int, int, int]] = {}
        for text, start, end in item.golds:
            for number, first, last in pieces.gold(text, start, end):
                rows.setdefault(number, (number, first, last, GOLD))
        for text, kind in item.others:
            for number, _, _ in pieces(text):
                rows.setdefault(number, (number, -1, -1, kind))
        if rows:
            pairs += rows.values()
            ptr.append(len(pairs))
            kept.append(row)
    texts = [
        question
        for row in kept
        for question in (asked[row].question, *(turn[row] for turn in varied))
    ]
    by_text = {text: ids[:QUESTION_TOKENS] for text, ids, _, _ in _contexts(maker, texts)}
    question_ids = [by_text.get(text, np.zeros(0, np.uint16)) for text in texts]
    table = np.asarray(pairs, dtype=np.int64)
    return Tables(
        *_flat(pieces.ids),
        *_flat(question_ids),
        pair_piece=table[:, 0].astype(np.int32),
        pair_start=table[:, 1].astype(np.int16),
        pair_end=table[:, 2].astype(np.int16),
        pair_kind=table[:, 3].astype(np.int8),
        question_ptr_pairs=np.asarray(ptr, dtype=np.int64),
        question_set=np.asarray([sets.index(asked[r].source) for r in kept], dtype=np.int8),
        question_grouped=np.asarray([asked[r].source in GROUPED for r in kept], dtype=np.bool_),
        question_held=np.asarray([asked[r].held for r in kept], dtype=np.bool_),
        sets=np.asarray(sets),
    )


def _contexts(
    maker: WindowMaker, texts: Sequence[str], *, at_once: int = 2000
) -> Iterator[tuple[str, Ids, IntArray, IntArray]]:
    """(text, token ids, starts, ends) of each window's context, text by text."""
    for begin in tqdm(range(0, len(texts), at_once), desc="tokens", mininterval=5):
        part = texts[begin : begin + at_once]
        for window in maker.windows("", [ReadingPassage("", "", text) for text in part]):
            first = window.context_start
            ids = window.token_ids[first : first + len(window.starts)]
            yield part[window.passage], np.asarray(ids, np.uint16), window.starts, window.ends


def _flat(rows: Sequence[Ids]) -> tuple[Ids, npt.NDArray[np.int64]]:
    ptr = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=ptr[1:])
    return np.concatenate(rows), ptr


def served_chunks(settings: Settings) -> Cut:
    """What cuts an article as it is served."""
    embedder = open_embedder(settings)
    chunker = Chunker(
        max_tokens=settings.chunk_tokens,
        overlap=settings.chunk_overlap,
        encoder_limit=embedder.fingerprint.max_tokens,
        count_encoder_tokens=embedder.count_tokens,
    )

    def cut(title: str, text: str) -> list[Span]:
        article = build_article(
            text, article_id="written", location="", encoding="utf-8", fields=Fields(title=title)
        )
        return [chunk.span for chunk in chunker.chunk(article)]

    return cut


def main(
    sets: Annotated[Path, typer.Argument(help="folder of the sets (.jsonl.gz), train and dev")],
    out: Annotated[Path, typer.Option(help="working folder")] = Path("runs/tables"),
    seed: Annotated[int, typer.Option()] = 13,
) -> None:
    """Make the tables; run it again to go on after a stop."""
    everything = read_all(sets)
    settings = Settings.load()
    texts = list(retrieved.distinct_contexts(everything))
    dev = sorted({e.context for path in sets.rglob("*_dev.jsonl.gz") for e in read_set(path)})
    typer.echo(f"{check_apart(texts, dev)} passages checked against {len(dev)} of the dev sets")
    news = written(WRITTEN, served_chunks(settings))
    check_apart({text for item in news for text, _ in item.others}, dev)
    held = held_out(texts, {example.context: example.title for example in everything})
    retrieved.build(everything, out, settings)
    examples = take_mix(everything, seed=seed)
    questions = list(dict.fromkeys(e.question for e in examples if e.source in OTHERS))
    found = dict(zip(questions, retrieved.retrieve(questions, out, settings), strict=True))
    asked = gather(examples, found, texts, held)
    training = [example for example in examples if example.context not in held]
    asked += [
        Asked(made.question, made.source, False, [], [(made.context, NEGATIVE)])
        for made in counterfeits(training, seed=seed)
    ]
    asked += news
    random.Random(seed).shuffle(asked)
    maker = WindowMaker(
        base_folder("minilm") / "tokenizer.json", max_length=PIECE_TOKENS + 3, overlap=128
    )
    tables = tabulate(asked, maker, seed=seed)
    tables.save(out / "tables.npz")
    kinds = np.bincount(tables.pair_kind, minlength=3).tolist()
    typer.echo(
        json.dumps(
            {
                "questions": tables.questions,
                "held_out": int(tables.question_held.sum()),
                "pieces": len(tables.piece_ptr) - 1,
                "pairs": {"gold": kinds[0], "negative": kinds[1], "unknown": kinds[2]},
            }
        )
    )


if __name__ == "__main__":
    typer.run(main)
