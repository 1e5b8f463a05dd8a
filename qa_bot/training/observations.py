"""What the bot sees for held-out questions: each once as it is, and once as a twin.

A twin is the same question asked with every article left out that is listed for
it or whose text holds a gold answer: what such a question deserves is to be
refused. Twins are asked through a filter, so that one index serves both.

What was seen is kept on disk question by question: a run that was stopped goes on,
and features can be tried again without reading anything.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from qa_bot.answering.question import clean_question
from qa_bot.answering.topic import EVERYWHERE, Frequencies, term_frequencies
from qa_bot.bot import QABot
from qa_bot.evaluation.kept import code_digest
from qa_bot.evaluation.metrics import holds_answer, normalize_answer, score_answer
from qa_bot.protocols import Reading
from qa_bot.reading.passages import reading_passage
from qa_bot.records import Article, Filters, ScoredPassage
from qa_bot.training.questions import Collection, Part, Question

_QUOTES = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚‛", "'")})
_FORMAT = 3
"""Of the kept observations; raised when a record of them changes."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One question with what retrieval and reading made of it.

    ``golds`` are its gold answers, also for a twin, whose right answer is none; with straight
    quotes, see :func:`straight_quotes`. ``pattern``: in their place, see
    :class:`~qa_bot.training.questions.Question`.
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
    pattern: str = ""

    def f1(self, text: str) -> float:
        """F1 of a span with the gold answers, quotes straight on both sides; with a pattern
        1 where it is found, else 0."""
        if self.pattern:
            return float(bool(re.search(self.pattern, text.lower())))
        return score_answer(straight_quotes(text), self.golds)[1] if self.golds else 0.0

    def holds(self, text: str) -> bool:
        """Whether ``text`` holds a gold answer's words."""
        if self.pattern:
            return self.f1(text) > 0
        return bool(self.golds) and holds_answer(straight_quotes(text), self.golds)


def straight_quotes(text: str) -> str:
    """``text`` with typewriter quotes for typographic ones.

    SQuAD's normalisation takes only the former out: by it, the gold answer “Sesame Street”
    in curly quotes is not the answer Sesame Street, nor held by an article that says it.
    """
    return text.translate(_QUOTES)


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
    """A question and its twin; of one that nothing answers the twin alone. A passage that both
    bring is read once: what the reader makes of it does not depend on the others."""
    bot, settings = collection.bot, collection.bot.settings
    asked = clean_question(question.text, max_chars=settings.max_question_chars)
    known: dict[str, Reading] = {}
    found = []
    for twin in (False, True) if question.answerable else (True,):
        passages = _passages(bot, asked, excluded if twin else (), question.pattern if twin else "")
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
                tuple(passages),
                tuple(known[passage.passage.chunk.chunk_id] for passage in passages),
                question=asked,
                article=question.article,
                frequencies=term_frequencies(asked, bot.snapshot),
                pattern=question.pattern,
            )
        )
    return tuple(found)


def _passages(
    bot: QABot, asked: str, excluded: tuple[str, ...], pattern: str
) -> list[ScoredPassage]:
    """The passages that the bot would read, none of them of an article that is ``excluded`` or
    in which ``pattern`` is found. Only articles that are brought are searched for it."""
    left_out = set(excluded)
    while True:
        filters = Filters(exclude_articles=tuple(sorted(left_out))) if left_out else None
        brought, read = bot.find(bot.snapshot, asked, filters)
        held = {p.passage.chunk.article_id for p in brought} if pattern else set()
        telling = {each for each in held if _tells(bot.snapshot.article(each), pattern)}
        if not telling:
            return read
        left_out |= telling


def _tells(article: Article, pattern: str) -> bool:
    return bool(re.search(pattern, f"{article.title} {article.text}".lower()))


class _Seen:
    """What was observed of a collection's questions, in one file that only grows."""

    def __init__(self, folder: Path, collection: Collection) -> None:
        bot = collection.bot
        depends = {
            "models": bot.fingerprints,
            "collection": [collection.name, bot.snapshot.article_count, bot.snapshot.chunk_count],
            "code": code_digest(
                "answering/copies.py",
                "answering/question.py",
                "reading",
                "retrieval",
                "storage/terms.py",
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
