"""Open questions, answered by all stages and with one stage left out at a time.

Every question is retrieved, read and ranked as the bot does it, and again without
one stage; a passage is read once for all of these. Differences are then taken
question by question, so that the same questions stand on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qa_bot.answering.confidence import Evidence, confidence, confidence_features
from qa_bot.answering.question import clean_question
from qa_bot.answering.select import RANKING_FEATURES, AnswerGroup, group_answers, rank_spans
from qa_bot.answering.topic import term_frequencies
from qa_bot.errors import QuestionError
from qa_bot.evaluation.collection import Collection
from qa_bot.evaluation.datasets import EvalRecord
from qa_bot.evaluation.kept import Row
from qa_bot.evaluation.metrics import holds_answer, score_answer
from qa_bot.protocols import Reader, Reading
from qa_bot.reading.passages import reading_passage
from qa_bot.records import ScoredPassage
from qa_bot.retrieval.retriever import Retriever

DEPTH = 20
"""Passages retrieved for each question: the deepest recall that is given."""
READ = (1, 5, 20)
"""Other numbers of passages read than the settings' own."""

LEFT_OUT: dict[str, str] = {
    "dense": "no dense search (BM25 alone)",
    "bm25": "no BM25 (dense search alone)",
    "spelling": "no mending of misspelt words",
    "ranking": "no fitted ranking (the reader's margin alone)",
    "retrieval_scores": "no retrieval scores in the ranking",
    "support": "no support by other articles in the ranking",
    "tidying": "no tidying of a span's edges",
    **{f"read_{count}": f"{count} passage{'s' * (count > 1)} read" for count in READ},
}
"""What can be left out or changed, and how the page names it."""

_RETRIEVAL_FEATURES = frozenset({"fused", "dense", "lexical_share"})


class Stages:
    """Answers questions of one collection with and without its stages.

    Args:
        collection: what is asked.
        untidied: the collection's reader, with spans as the model points at them.
    """

    def __init__(self, collection: Collection, untidied: Reader) -> None:
        self._bot, self._is_own = collection.bot, collection.is_own
        self._untidied = untidied
        settings = self._bot.settings
        self._ranking = self._bot.fitted.ranking
        self._rankings = {
            "ranking": dict.fromkeys(RANKING_FEATURES, 0.0)
            | {"span_score": 1.0, "null_score": -1.0},
            "retrieval_scores": _without(self._ranking, _RETRIEVAL_FEATURES),
            "support": _without(self._ranking, {"support"}),
        }

        def retriever(weight: float, *, mend: bool = True) -> Retriever:
            return Retriever(
                self._bot.embedder,
                candidates=settings.candidates,
                dense_weight=weight,
                mend_spelling=mend,
            )

        self._retrievers = {
            "dense": retriever(0.0),
            "bm25": retriever(1.0),
            "spelling": retriever(settings.dense_weight, mend=False),
        }

    def ask(self, number: int, record: EvalRecord) -> Row:
        """What is said to the question of that number, JSON-ready.

        ``said``: the best span of all stages ("all") and without each; ``confidence``
        of the first; ``own`` and ``holds``: of each of the :data:`DEPTH` best passages,
        whether it is an own one and whether it holds a gold answer; ``read``: of each
        passage that was read, the margin of its best span and whether it holds a gold
        answer; ``reachable``: the best F1 among all candidates (0 to 1).
        """
        bot = self._bot
        try:
            asked = clean_question(record.question, max_chars=bot.settings.max_question_chars)
        except QuestionError:
            return {"refused": True}
        found = bot.retriever.retrieve(bot.snapshot, asked, max(DEPTH, *READ))
        count = bot.settings.read_passages
        once = _ReadOnce(bot.reader, asked)
        read = found[:count]
        readings = once.read(read)
        groups = _answers(readings, read, self._ranking)
        said = {"all": _best(groups)}
        for name, ranking in self._rankings.items():
            said[name] = _best(_answers(readings, read, ranking))
        for name, retriever in self._retrievers.items():
            others = retriever.retrieve(bot.snapshot, asked, count)
            others = tuple(_blinded(passage, name) for passage in others)
            said[name] = _best(_answers(once.read(others), others, self._ranking))
        untidied = self._untidied.read(asked, [reading_passage(passage) for passage in read])
        said["tidying"] = _best(_answers(untidied, read, self._ranking))
        for few in READ:
            said[f"read_{few}"] = _best(
                _answers(once.read(found[:few]), found[:few], self._ranking)
            )
        holds = [holds_answer(p.passage.chunk.text, record.answers) for p in found]
        evidence = Evidence(asked, read, readings, term_frequencies(asked, bot.snapshot))
        sure = (
            confidence(confidence_features(groups[0], groups, evidence), bot.fitted)
            if groups
            else 0
        )
        return {
            "said": said,
            "confidence": round(sure, 6),
            "own": [self._is_own(number, passage.passage) for passage in found],
            "holds": holds,
            "read": [
                [round(reading.candidates[0].margin, 4), held]
                for reading, held in zip(readings, holds, strict=False)
                if reading.candidates
            ],
            "reachable": round(
                max(
                    (
                        score_answer(candidate.text, record.answers)[1]
                        for reading in readings
                        for candidate in reading.candidates
                    ),
                    default=0.0,
                ),
                6,
            ),
        }


class _ReadOnce:
    """Reads each passage once a question, however many ways of answering want it. What is
    made of a passage does not depend on which others are read beside it."""

    def __init__(self, reader: Reader, question: str) -> None:
        self._reader, self._question = reader, question
        self._known: dict[str, Reading] = {}

    def read(self, passages: Sequence[ScoredPassage]) -> list[Reading]:
        new = [p for p in passages if p.passage.chunk.chunk_id not in self._known]
        made = self._reader.read(self._question, [reading_passage(passage) for passage in new])
        for passage, reading in zip(new, made, strict=True):
            self._known[passage.passage.chunk.chunk_id] = reading
        return [self._known[passage.passage.chunk.chunk_id] for passage in passages]


def _answers(
    readings: Sequence[Reading], passages: Sequence[ScoredPassage], ranking: Mapping[str, float]
) -> list[AnswerGroup]:
    return group_answers(rank_spans(readings, passages, ranking))


def _best(groups: Sequence[AnswerGroup]) -> str:
    return groups[0].best.candidate.text if groups else ""


def _without(ranking: Mapping[str, float], names: frozenset[str] | set[str]) -> dict[str, float]:
    return {name: 0.0 if name in names else weight for name, weight in ranking.items()}


def _blinded(passage: ScoredPassage, left_out: str) -> ScoredPassage:
    """The passage without the score that a left-out search would have given it."""
    if left_out == "dense":
        return replace(passage, dense=0.0)
    if left_out == "bm25":
        return replace(passage, lexical=0.0)
    return passage


def code_of_answers() -> tuple[str, ...]:
    """The parts of the package that answers to open questions depend on."""
    return (
        *("answering", "bot.py", "budget.py", "chunking.py", "corpus", "embedding.py", "indexing"),
        *("models", "packing.py", "protocols.py", "reading", "records", "retrieval", "storage"),
        *("evaluation/metrics.py", "evaluation/collection.py", "evaluation/stages.py"),
    )


def as_columns(rows: Sequence[Mapping[str, Any]], records: Sequence[EvalRecord]) -> dict[str, Any]:
    """(exact match, F1) of each question, 0 to 1, by what was left out; "all" is nothing."""
    names = ["all", *LEFT_OUT]
    return {
        name: [
            score_answer("" if row.get("refused") else row["said"][name], record.answers)
            for record, row in zip(records, rows, strict=True)
        ]
        for name in names
    }
