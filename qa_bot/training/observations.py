"""What the bot sees for held-out questions: each once as it is, and once as a twin.

A twin is the same question asked with every article left out that is listed for
it or whose text holds a gold answer: what such a question deserves is to be
refused. Twins are asked through a filter, so that one index serves both.

What was seen is kept on disk question by question: a run that was stopped goes on,
and features can be tried again without reading anything.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from qa_bot.answering.question import clean_question
from qa_bot.answering.topic import EVERYWHERE, Frequencies, term_frequencies
from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation.collection import write_contexts
from qa_bot.evaluation.datasets import (
    SplitBy,
    evenly_spaced,
    in_fit_part,
    read_records,
    take_part,
)
from qa_bot.evaluation.kept import code_digest
from qa_bot.evaluation.metrics import normalize_answer
from qa_bot.indexing import build_index
from qa_bot.protocols import Reading
from qa_bot.reading.passages import reading_passage
from qa_bot.records import Filters, ScoredPassage

Part = Literal["fit", "report"]
_QUOTES = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚‛", "'")})
_FORMAT = 2
"""Of the kept observations; raised when a record of them changes."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One question with what retrieval and reading made of it.

    ``golds`` are its gold answers, also for a twin, whose right answer is none; with straight
    quotes, see :func:`straight_quotes`.
    ``article``: what it is split by; questions of one are never fitted and judged apart.
    ``frequencies``: of its terms, see :func:`qa_bot.answering.topic.term_frequencies`.
    """

    name: str
    part: Part
    twin: bool
    golds: tuple[str, ...]
    passages: tuple[ScoredPassage, ...]
    readings: tuple[Reading, ...]
    question: str = ""
    article: str = ""
    frequencies: Frequencies = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Question:
    """A question over one collection, and the articles (ids) listed for it."""

    text: str
    golds: tuple[str, ...]
    part: Part
    own: tuple[str, ...]
    article: str


@dataclass(frozen=True, slots=True)
class Collection:
    """An index and the questions that are asked of it."""

    name: str
    bot: QABot
    questions: tuple[Question, ...]


def straight_quotes(text: str) -> str:
    """``text`` with typewriter quotes for typographic ones.

    SQuAD's normalisation takes only the former out: by it, the gold answer “Sesame Street”
    in curly quotes is not the answer Sesame Street, nor held by an article that says it.
    """
    return text.translate(_QUOTES)


def contexts_collection(
    path: Path,
    *,
    split_by: SplitBy,
    most: Mapping[Part, int | None],
    scratch: Path,
    settings: Settings,
    asked: Callable[[str], str | None] = str,
    called: str = "",
) -> Collection:
    """An evaluation file asked openly: its distinct contexts are the articles.

    ``most`` questions of each part that it names (None: all), evenly spaced, put as ``asked``
    puts them; what it puts as None is left out. The index is kept in ``scratch`` and brought
    up to date, so that a second run embeds nothing. ``called``: the collection's name, if not
    the file's.
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
        if part not in most:
            continue
        known = [
            r for r in take_part(records, part, split_by) if r.answerable and asked(r.question)
        ]
        questions += [
            Question(
                asked(r.question) or "",
                r.answers,
                part,
                (by_row[ids[r.context or ""]],),
                (r.title or r.context or "") if split_by == "title" else (r.context or ""),
            )
            for r in evenly_spaced(known, most[part])
        ]
    return Collection(called or name, bot, tuple(questions))


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
                asked = row["question"]
                found.append(Question(asked, tuple(row["answers"]), part, own, asked))
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


def observe(
    collection: Collection, folder: Path, part: Part | None = None, most: int | None = None
) -> Iterator[Observation]:
    """Each question of ``collection`` (or of one part of it) as it is, then its twin.

    What was seen before by the same models and code is taken from ``folder``. At ``most``
    so many questions; any beginning of them is spread evenly over the part.
    """
    bot = collection.bot
    kept = _Seen(folder, collection)
    questions = [q for q in collection.questions if part in (None, q.part)]
    questions = [questions[i] for i in _spread(len(questions))][:most]
    texts = _Texts(bot)
    for question in tqdm(questions, desc=collection.name, mininterval=2):
        excluded = tuple(sorted({*question.own, *texts.holding(question.golds)}))
        pair = kept.get(question, excluded)
        if pair is None:
            pair = _observed(collection, question, excluded)
            kept.put(question, excluded, pair)
        yield from pair


def _spread(count: int) -> list[int]:
    """0 to ``count`` - 1 in an order whose beginnings are all evenly spread (golden ratio)."""
    golden = (math.sqrt(5) - 1) / 2
    return sorted(range(count), key=lambda i: (i * golden) % 1)


def _observed(
    collection: Collection, question: Question, excluded: tuple[str, ...]
) -> tuple[Observation, ...]:
    """A question and its twin. A passage that both bring is read once: what the reader
    makes of it does not depend on the others."""
    bot, settings = collection.bot, collection.bot.settings
    asked = clean_question(question.text, max_chars=settings.max_question_chars)
    known: dict[str, Reading] = {}
    found = []
    for twin, filters in ((False, None), (True, Filters(exclude_articles=excluded))):
        passages = bot.retriever.retrieve(bot.snapshot, asked, settings.read_passages, filters)
        new = [p for p in passages if p.passage.chunk.chunk_id not in known]
        made = bot.reader.read(asked, [reading_passage(passage) for passage in new])
        for passage, reading in zip(new, made, strict=True):
            known[passage.passage.chunk.chunk_id] = reading
        found.append(
            Observation(
                collection.name,
                question.part,
                twin,
                tuple(map(straight_quotes, question.golds)),
                passages,
                tuple(known[passage.passage.chunk.chunk_id] for passage in passages),
                question=asked,
                article=question.article,
                frequencies=term_frequencies(asked, bot.snapshot),
            )
        )
    return tuple(found)


class _Seen:
    """What was observed of a collection's questions, in one file that only grows."""

    def __init__(self, folder: Path, collection: Collection) -> None:
        bot = collection.bot
        depends = {
            "models": bot.fingerprints,
            "collection": [collection.name, bot.snapshot.article_count, bot.snapshot.chunk_count],
            "code": code_digest(
                "answering/question.py", "reading", "retrieval", "storage/terms.py"
            ),
            "format": _FORMAT,
        }
        key = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{collection.name}-{key[:16]}.pickles"
        self._pairs: dict[tuple[Question, tuple[str, ...]], tuple[Observation, ...]] = {}
        if self._path.exists():
            self._read()

    def get(self, question: Question, excluded: tuple[str, ...]) -> tuple[Observation, ...] | None:
        """What was seen of a question, its twin without the articles ``excluded``; None if it
        was not asked yet."""
        return self._pairs.get((question, excluded))

    def put(
        self, question: Question, excluded: tuple[str, ...], pair: tuple[Observation, ...]
    ) -> None:
        """Keep what was seen of one question."""
        self._pairs[question, excluded] = pair
        with self._path.open("ab") as stream:
            stream.write(pickle.dumps((question, excluded, pair)))

    def _read(self) -> None:
        whole = 0
        with self._path.open("rb") as stream:
            try:
                while True:
                    question, excluded, pair = pickle.load(stream)
                    self._pairs[question, excluded] = pair
                    whole = stream.tell()
            except (EOFError, pickle.UnpicklingError):
                pass
        if whole < self._path.stat().st_size:  # what a stop cut off
            os.truncate(self._path, whole)


class _Texts:
    """Which articles' normalised texts hold an answer."""

    def __init__(self, bot: QABot) -> None:
        self._texts: dict[str, str] = {}
        self._by_word: dict[str, set[str]] = {}
        for summary in bot.snapshot.articles():
            text = normalize_answer(straight_quotes(bot.snapshot.article(summary.article_id).text))
            self._texts[summary.article_id] = f" {text} "
            for word in set(text.split()):
                self._by_word.setdefault(word, set()).add(summary.article_id)

    def holding(self, golds: Sequence[str]) -> set[str]:
        """Ids of the articles whose text holds one of ``golds``."""
        found: set[str] = set()
        for key in {normalize_answer(straight_quotes(gold)) for gold in golds}:
            words = [self._by_word.get(word, set()) for word in key.split()]
            if words:
                whole = set.intersection(*words) - found
                found |= {each for each in whole if f" {key} " in self._texts[each]}
        return found
