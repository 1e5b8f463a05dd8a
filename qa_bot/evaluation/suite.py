"""The whole evaluation: every part measured, question by question, and put into figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from qa_bot.config import Settings
from qa_bot.evaluation.collection import (
    Collection,
    contexts_collection,
    news_collection,
    require_contexts,
)
from qa_bot.evaluation.datasets import EvalRecord, file_digest, read_records
from qa_bot.evaluation.given import given_figures, read_given
from qa_bot.evaluation.kept import Kept, Row, code_digest
from qa_bot.evaluation.models import Models, relevant
from qa_bot.evaluation.opened import open_figures
from qa_bot.evaluation.parts import Part, find_sets, possible
from qa_bot.evaluation.searches import code_of_searches, search, search_figures
from qa_bot.evaluation.stages import Stages, code_of_answers


class Watch(Protocol):
    """Is told how far the evaluation is."""

    def plan(self, left: dict[str, tuple[int, float]]) -> None:
        """Questions left of each part, and what one costs."""

    def question(self, part: str) -> None:
        """One question of ``part`` is done."""

    def stage(self, stage: str, done: int, total: int) -> None:
        """Indexing; see :data:`qa_bot.protocols.Progress`."""


@dataclass(frozen=True)
class Measured:
    """One part, measured: its questions with what came of each, and the figures."""

    part: Part
    records: list[EvalRecord]
    rows: list[Row]
    figures: dict[str, Any]


@dataclass
class Suite:
    """Measures parts with one set of models.

    Args:
        folder: of the evaluation sets.
        work: rows and indexes are kept here.
        limit: most questions of any part; None: each part's own.
        news_index: an index of the news articles that is there already.
        workers: questions asked at a time.
    """

    folder: Path
    work: Path
    settings: Settings
    models: Models
    watch: Watch
    limit: int | None = None
    news_index: Path | None = None
    workers: int = 1
    _sets: dict[str, Path] = field(init=False)
    _records: dict[str, list[EvalRecord]] = field(default_factory=dict, init=False)
    _digests: dict[str, str] = field(default_factory=dict, init=False)
    _collections: dict[str, Collection] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._sets = find_sets(self.folder)

    def run(self, names: Sequence[str] | None = None) -> list[Measured]:
        """Measure the parts (None: all whose sets are there); what is kept is not asked again.

        Raises:
            EvaluationError: a set cannot be used, or there is no such part.
        """
        parts = possible(self._sets, names)
        kept = {part.name: self._kept(part) for part in parts}
        wanted = {part.name: part.numbers(self._set(part), self.limit) for part in parts}
        self.watch.plan(
            {p.name: (len(kept[p.name].missing(wanted[p.name])), p.cost) for p in parts}
        )
        measured = []
        for part in parts:
            if kept[part.name].missing(wanted[part.name]):
                self._measure(part, kept[part.name], wanted[part.name])
            measured.append(self._figured(part, kept[part.name], wanted[part.name]))
        for collection in self._collections.values():
            collection.bot.snapshot.close()
        self._collections.clear()
        return measured

    def _measure(self, part: Part, kept: Kept, wanted: Sequence[int]) -> None:
        ask, facts = self._asker(part)
        kept.note(facts)
        name = part.name
        kept.measure(wanted, ask, workers=self.workers, done=lambda: self.watch.question(name))

    def _asker(self, part: Part) -> tuple[Callable[[int], Row], dict[str, Any]]:
        records = self._set(part)
        if part.kind == "given":
            require_contexts(records)
            return lambda number: read_given(self.models.reader, records[number]), {}
        collection = self._collection(part)
        bot = collection.bot
        facts = {
            "articles": bot.snapshot.article_count,
            "passages": bot.snapshot.chunk_count,
            "mismatch": list(bot.uncalibrated),
        }
        if part.kind == "searches":
            return lambda number: search(collection, number, records[number]), facts
        stages = Stages(collection, self.models.untidied)
        return lambda number: stages.ask(number, records[number]), facts

    def _figured(self, part: Part, kept: Kept, wanted: Sequence[int]) -> Measured:
        everything = self._set(part)
        records = [everything[number] for number in wanted]
        rows = [kept.rows[number] for number in wanted]
        fitted = self.models.fitted
        if part.kind == "given":
            figures = given_figures(records, rows, threshold=fitted.reader_threshold)
            same = fitted.fingerprints.get("reader") == self.models.reader.fingerprint
            figures["calibrated"] = same
        elif part.kind == "searches":
            figures = search_figures(rows)
        else:
            figures = open_figures(records, rows, threshold=fitted.threshold)
            figures["calibrated"] = not kept.facts["mismatch"]
            figures["read_passages"] = self.settings.read_passages
        figures |= {
            "part": part.part,
            "limited": len(wanted) < len(part.numbers(everything, None)),
            "of": len(replace(part, limit=None).numbers(everything, None)),
            "file": self._sets[part.file].name,
            "file_sha256": self._digest(part.file),
            "facts": kept.facts,
        }
        return Measured(part, records, rows, figures)

    def _kept(self, part: Part) -> Kept:
        models, settings = self.models.named(), relevant(self.settings)
        depends: dict[str, Any] = {"set": self._digest(part.file)}
        if part.kind == "given":
            depends |= {
                "reader": models["reader"],
                "max_answer_tokens": settings["max_answer_tokens"],
                "code": code_digest("models", "reading", "evaluation/given.py"),
            }
        else:
            open_ = part.kind == "open"
            depends |= {
                "encoder": models["encoder"],
                "settings": settings,
                "code": code_digest(*(code_of_answers() if open_ else code_of_searches())),
            }
            if open_:
                depends |= {"reader": models["reader"], "fitted": dict(self.models.weights())}
            if part.articles:
                depends["articles"] = self._digest(part.articles)
        return Kept(self.work / "rows", part.name, depends)

    def _collection(self, part: Part) -> Collection:
        if part.file not in self._collections:
            digest = self._digest(part.articles or part.file)
            folder = self.work / "indexes" / f"{part.articles or part.file}-{digest[:12]}"
            if part.articles:
                opened = news_collection(
                    self._sets[part.file],
                    self._sets[part.articles],
                    folder,
                    self.settings,
                    self.models,
                    self.watch.stage,
                    index=self.news_index,
                )
            else:
                opened = contexts_collection(
                    self._set(part), folder, self.settings, self.models, self.watch.stage
                )
            self._collections[part.file] = opened
        return self._collections[part.file]

    def _set(self, part: Part) -> list[EvalRecord]:
        if part.file not in self._records:
            self._records[part.file] = read_records(self._sets[part.file])
        return self._records[part.file]

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = file_digest(self._sets[name])
        return self._digests[name]
