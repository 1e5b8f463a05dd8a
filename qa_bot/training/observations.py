"""What the bot sees for held-out questions: each once as it is, and once as a twin.

A twin is the same question asked with every article left out that is listed for
it or whose text holds a gold answer: what such a question deserves is to be
refused. Twins are asked through a filter, so that one index serves both.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from qa_bot.answering.question import clean_question
from qa_bot.bot import QABot, reading_passage
from qa_bot.config import Settings
from qa_bot.evaluation.collection import write_contexts
from qa_bot.evaluation.datasets import (
    SplitBy,
    evenly_spaced,
    in_fit_part,
    read_records,
    take_part,
)
from qa_bot.evaluation.metrics import normalize_answer
from qa_bot.indexing import build_index
from qa_bot.protocols import Reading
from qa_bot.records import Filters, ScoredPassage

Part = Literal["fit", "report"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One question with what retrieval and reading made of it.

    ``golds`` are its gold answers, also for a twin, whose right answer is none.
    """

    name: str
    part: Part
    twin: bool
    golds: tuple[str, ...]
    passages: tuple[ScoredPassage, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question over one collection, and the articles (ids) listed for it."""

    text: str
    golds: tuple[str, ...]
    part: Part
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """An index and the questions that are asked of it."""

    name: str
    bot: QABot
    questions: tuple[Question, ...]


def contexts_collection(
    path: Path, *, split_by: SplitBy, most: int, scratch: Path, settings: Settings
) -> Collection:
    """An evaluation file asked openly: its distinct contexts are the articles.

    ``most`` questions of each part, evenly spaced. The index is kept in ``scratch``
    and brought up to date, so that a second run embeds nothing.
    """
    name = path.name.removesuffix(".jsonl.gz")
    records = read_records(path)
    rows = scratch / name / "contexts.jsonl"
    rows.parent.mkdir(parents=True, exist_ok=True)
    ids = write_contexts(records, rows)
    bot = _indexed(rows, scratch / name / "index", settings)
    by_row = {a.article_id.rpartition("#")[2]: a.article_id for a in bot.snapshot.articles()}
    questions = []
    parts: tuple[Part, ...] = ("fit", "report")
    for part in parts:
        answerable = [r for r in take_part(records, part, split_by) if r.answerable]
        questions += [
            Question(r.question, r.answers, part, (by_row[ids[r.context or ""]],))
            for r in evenly_spaced(answerable, most)
        ]
    return Collection(name, bot, tuple(questions))


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
            part: Part = "fit" if in_fit_part(row["question"]) else "report"
            if own:
                found.append(Question(row["question"], tuple(row["answers"]), part, own))
    return Collection("news_2022_2023", bot, tuple(found))


def _indexed(path: Path, index: Path, settings: Settings) -> QABot:
    bar = tqdm(desc=f"index {path.name}", mininterval=2)

    def progress(stage: str, done: int, total: int) -> None:
        bar.set_description(f"{path.name}: {stage}")
        bar.total, bar.n = total or None, done
        bar.update(0)

    build_index(path, index, settings=settings, progress=progress)
    bar.close()
    return QABot.open(index, settings=settings)


def observe(collection: Collection) -> Iterator[Observation]:
    """Each question of ``collection`` as it is, then its twin."""
    bot = collection.bot
    texts = _Texts(bot)
    for question in tqdm(collection.questions, desc=collection.name, mininterval=2):
        excluded = {*question.own, *texts.holding(question.golds)}
        for twin, filters in ((False, None), (True, Filters(exclude_articles=tuple(excluded)))):
            passages, readings = _read(bot, question.text, filters)
            yield Observation(
                collection.name, question.part, twin, question.golds, passages, readings
            )


def _read(
    bot: QABot, question: str, filters: Filters | None
) -> tuple[tuple[ScoredPassage, ...], tuple[Reading, ...]]:
    settings = bot.settings
    asked = clean_question(question, max_chars=settings.max_question_chars)
    passages = bot.retriever.retrieve(bot.snapshot, asked, settings.read_passages, filters)
    readings = bot.reader.read(asked, [reading_passage(passage) for passage in passages])
    return passages, tuple(readings)


class _Texts:
    """Which articles' normalised texts hold an answer."""

    def __init__(self, bot: QABot) -> None:
        self._texts = {}
        for summary in bot.snapshot.articles():
            text = bot.snapshot.article(summary.article_id).text
            self._texts[summary.article_id] = f" {normalize_answer(text)} "

    def holding(self, golds: Sequence[str]) -> list[str]:
        """Ids of the articles whose text holds one of ``golds``."""
        wanted = [f" {key} " for key in map(normalize_answer, golds) if key]
        return [i for i, text in self._texts.items() if any(key in text for key in wanted)]
