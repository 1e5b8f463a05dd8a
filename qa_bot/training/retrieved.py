"""For every training question: what our own retriever brings for it.

At work the reader sees ten passages, most of them without the answer. So that it
is trained on the same, the contexts of all training sets become one index, cut by
the chunker and searched by the retriever as they serve, and every question is
asked of it. What comes back is kept as text, so that tables for any tokenizer can
be made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from qa_bot.answering.question import clean_question
from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.indexing import build_index
from qa_bot.reading.passages import reading_passage
from qa_bot.training.sets import Example

DEPTH = 16
"""Passages kept for a question, its own among them."""
CONTEXTS, INDEX, FOUND = "contexts.jsonl", "index", "found.jsonl"


@dataclass(frozen=True, slots=True)
class Found:
    """What a question brought: chunks as (context number, start, end), best first.

    Context numbers count the distinct contexts in the order of the examples;
    ``start`` and ``end`` are code points in the context.
    """

    question: str
    chunks: tuple[tuple[int, int, int], ...]


def distinct_contexts(examples: Sequence[Example]) -> dict[str, int]:
    """Each distinct context and its number, in order of appearance."""
    numbers: dict[str, int] = {}
    for example in examples:
        numbers.setdefault(example.context, len(numbers))
    return numbers


def build(examples: Sequence[Example], folder: Path, settings: Settings) -> Path:
    """Indexes the distinct contexts of ``examples`` in ``folder``; an index that is
    there already is only brought up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    titles = {example.context: example.title for example in examples if example.title}
    rows = folder / CONTEXTS
    with rows.open("w", encoding="utf-8") as stream:
        for context, number in distinct_contexts(examples).items():
            row = {"id": _row(number), "text": context}
            if title := titles.get(context):
                row["title"] = title.replace("_", " ")
            stream.write(json.dumps(row) + "\n")
    bar = tqdm(desc="index", mininterval=5)

    def progress(stage: str, done: int, total: int) -> None:
        bar.set_description(f"contexts: {stage}")
        bar.total, bar.n = total or None, done
        bar.update(0)

    build_index(rows, folder / INDEX, settings=settings, progress=progress)
    bar.close()
    return folder / INDEX


def retrieve(questions: Sequence[str], folder: Path, settings: Settings) -> Iterator[Found]:
    """What the retriever brings for each question, in order.

    Found once, it is kept in ``folder``; questions that are already there are not
    asked again, so that a stopped run goes on where it was.
    """
    path = folder / FOUND
    known = {found.question: found for found in _read(path)} if path.exists() else {}
    missing = list(dict.fromkeys(q for q in questions if q not in known))
    if missing:
        jobs = 2 if len(missing) > 1000 else 1
        parts = [missing[begin : begin + 500] for begin in range(0, len(missing), 500)]
        with (
            _appending(path) as stream,
            ProcessPoolExecutor(
                jobs, get_context("spawn"), _open, (folder / INDEX, settings)
            ) as pool,
            tqdm(total=len(missing), desc="retrieve", mininterval=5) as bar,
        ):
            for rows in pool.map(_ask, parts):
                for row in rows:
                    known[row["question"]] = _found(row)
                    stream.write(json.dumps(row) + "\n")
                stream.flush()
                bar.update(len(rows))
    for question in questions:
        yield known[question]


_bot: QABot | None = None
"""One a process."""


def _open(index: Path, settings: Settings) -> None:
    global _bot
    _bot = QABot.open(index, settings=settings)


def _ask(questions: Sequence[str]) -> list[dict[str, Any]]:
    assert _bot is not None
    rows = []
    for question in questions:
        asked = clean_question(question, max_chars=_bot.settings.max_question_chars)
        chunks = []
        for passage in _bot.retriever.retrieve(_bot.snapshot, asked, DEPTH, None):
            read = reading_passage(passage)
            number = int(read.article_id.rpartition("#")[2])
            chunks.append((number, read.offset, read.offset + len(read.text)))
        rows.append({"question": question, "chunks": chunks})
    return rows


def _appending(path: Path) -> TextIO:
    """``path`` opened at its end, after a line that a stopped run may have broken off."""
    broken = path.exists() and not path.read_bytes().endswith(b"\n")
    stream = path.open("a", encoding="utf-8")
    if broken:
        stream.write("\n")
    return stream


def _row(number: int) -> str:
    return f"{number:06d}"


def _read(path: Path) -> Iterator[Found]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("]]}\n"):  # not one that a stopped run broke off
                yield _found(json.loads(line))


def _found(row: dict[str, Any]) -> Found:
    return Found(row["question"], tuple((n, s, e) for n, s, e in row["chunks"]))
