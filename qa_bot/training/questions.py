"""The collections that the fits ask: an index and the questions that are asked of it.

contexts    an evaluation file's distinct contexts, and its questions
news        dated quiz questions over a collection of news articles
plain       questions as people put them, over the same articles, with patterns of right answers
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation.collection import write_contexts
from qa_bot.evaluation.datasets import (
    EvalRecord,
    SplitBy,
    evenly_spaced,
    in_fit_part,
    read_records,
    take_part,
)
from qa_bot.indexing import build_index

Part = Literal["fit", "report"]
ListedBy = Literal["context", "article"]
"""What is listed for a question, and left out of its twin: the context that it was asked of, or
all contexts of its article."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question over one collection, and the articles (ids) listed for it.

    What is right is said by ``golds`` or by a ``pattern`` that right answers match, in lower
    case; with neither, nothing is: the collection does not answer.
    """

    text: str
    golds: tuple[str, ...]
    part: Part
    own: tuple[str, ...]
    article: str
    pattern: str = ""

    @property
    def answerable(self) -> bool:
        """Whether anything could be a right answer."""
        return bool(self.golds or self.pattern)


@dataclass(frozen=True, slots=True)
class Collection:
    """An index and the questions that are asked of it."""

    name: str
    bot: QABot
    questions: tuple[Question, ...]


def contexts_collection(
    path: Path,
    *,
    split_by: SplitBy,
    most: Mapping[Part, int | None],
    scratch: Path,
    settings: Settings,
    listed_by: ListedBy = "context",
    asked: Callable[[str], str | None] = str,
    called: str = "",
) -> Collection:
    """An evaluation file asked openly: its distinct contexts are the articles.

    ``most`` questions of each part that it names (None: all), evenly spaced, put as ``asked``
    puts them; what it puts as None is left out. The index is kept in ``scratch`` and brought
    up to date, so that a second run embeds nothing. What a record's article is, ``split_by``
    says: its title, or its context. ``called``: the collection's name, if not
    the file's.
    """
    name = path.name.removesuffix(".jsonl.gz")
    records = read_records(path)
    rows = scratch / name / "contexts.jsonl"
    rows.parent.mkdir(parents=True, exist_ok=True)
    ids = write_contexts(records, rows)
    bot = _indexed(rows, scratch / name / "index", settings)
    by_row = {a.article_id.rpartition("#")[2]: a.article_id for a in bot.snapshot.articles()}
    held: dict[str, set[str]] = {}
    for record in records:
        held.setdefault(_article_of(record, split_by), set()).add(by_row[ids[record.context or ""]])
    questions = []
    parts: tuple[Part, ...] = ("fit", "report")
    for part in parts:
        if part not in most:
            continue
        known = [
            r for r in take_part(records, part, split_by) if r.answerable and asked(r.question)
        ]
        for r in evenly_spaced(known, most[part]):
            article, context = _article_of(r, split_by), by_row[ids[r.context or ""]]
            own = sorted(held[article]) if listed_by == "article" else [context]
            questions.append(
                Question(asked(r.question) or "", r.answers, part, tuple(own), article)
            )
    return Collection(called or name, bot, tuple(questions))


def _article_of(record: EvalRecord, split_by: SplitBy) -> str:
    titled = record.title if split_by == "title" else ""
    return titled or record.context or ""


def news_collection(
    questions: Path, articles: Path, *, scratch: Path, settings: Settings, index: Path | None
) -> Collection:
    """Dated questions over a collection of articles (.jsonl.gz, rows with ``id``); a
    question's ``urls`` name the articles that are listed for it. An ``index`` of those
    articles that is there already is asked as it is."""
    if index is None:
        bot = _indexed(articles, scratch / "news" / "index", settings)
    else:
        bot = QABot.open(index, settings=settings)
    known = {a.article_id.partition("#")[2]: a.article_id for a in bot.snapshot.articles()}
    found = []
    with gzip.open(questions, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            own = tuple(known[url] for url in row["urls"] if url in known)
            asked = row["question"]
            if own:
                found.append(Question(asked, tuple(row["answers"]), part_of(asked), own, asked))
    return Collection("news_2022_2023", bot, tuple(found))


def plain_collection(path: Path, bot: QABot) -> Collection:
    """Plain questions (rows of ``question`` and ``answer``, a pattern or null) to an index."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked, part = row["question"], part_of(row["question"])
        found.append(Question(asked, (), part, (), asked, row["answer"] or ""))
    return Collection("plain_news", bot, tuple(found))


def part_of(text: str) -> Part:
    """The part of a question that is split by ``text``."""
    return "fit" if in_fit_part(text) else "report"


def _indexed(path: Path, index: Path, settings: Settings) -> QABot:
    bar = tqdm(desc=f"index {path.name}", mininterval=2)

    def progress(stage: str, done: int, total: int) -> None:
        bar.set_description(f"{path.name}: {stage}")
        bar.total, bar.n = total or None, done
        bar.update(0)

    build_index(path, index, settings=settings, progress=progress)
    bar.close()
    return QABot.open(index, settings=settings)
