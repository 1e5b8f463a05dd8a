"""The training sets: what is read, how much of each, and how questions are varied.

Only sets whose licence allows the shipped weights are named here. A record is
``{question, context, answers: [{text, answer_start}]}``, one JSON object a line,
gzip; ``context[answer_start:]`` starts with ``text``; no answers: the context
does not answer.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MIX: dict[str, int] = {
    "squad_v1.1_train_partial": 40_000,
    "squadshifts_new_wiki": 10_000,
    "squadshifts_reddit": 10_000,
    "squadshifts_amazon_reviews": 10_000,
    "nq_qed_train": 7_000,
    "hotpotqa_distractor": 14_000,
    "qamr_dev_test_sentences": 8_000,
    "policyqa_dev_test": 4_000,
}
"""At most so many examples of each set, drawn by seed. QAMR is short and repetitive,
PolicyQA's answers are long clauses, so that both are held down."""

WRITTEN = "written_news"
"""The news that was written for training; it stands beside the sets."""

FUNCTION_WORDS = frozenset(
    (
        *("a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or"),
        *("is", "are", "was", "were", "be", "been", "do", "does", "did", "has", "have", "had"),
        *("what", "which", "who", "whom", "whose", "when", "where", "why", "how"),
        *("that", "this", "it", "its"),
    )
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a context. ``start`` and ``end`` are code points; None: no answer."""

    source: str
    question: str
    context: str
    answers: tuple[str, ...]
    start: int | None
    end: int | None
    title: str = ""


def read_set(path: Path) -> Iterator[Example]:
    """The examples of one file, in order."""
    name = path.name.removesuffix(".jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            texts = tuple(answer["text"] for answer in record["answers"])
            start = record["answers"][0]["answer_start"] if texts else None
            yield Example(
                source=name,
                question=record["question"].strip(),
                context=record["context"],
                answers=texts,
                start=start,
                end=None if start is None else start + len(texts[0]),
                title=record.get("title") or "",
            )


def read_all(folder: Path) -> list[Example]:
    """The examples of every set of :data:`MIX` found below ``folder``, set by set.

    Raises:
        FileNotFoundError: a set is missing.
    """
    return [
        example
        for name in MIX
        for example in read_set(next(folder.rglob(f"{name}.jsonl.gz"), folder / f"{name}.jsonl.gz"))
    ]


def take_mix(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """At most :data:`MIX` of the examples of each set, drawn by ``seed``."""
    taken: list[Example] = []
    for name, most in MIX.items():
        own = [example for example in examples if example.source == name]
        random.Random(f"{seed}/{name}").shuffle(own)
        taken += own[:most]
    return taken


def vary_questions(questions: Sequence[str], *, seed: int) -> list[str]:
    """People type without question marks, as keywords, and with slips: so do these.

    Half lose their question mark, a quarter their function words, a quarter get one
    slip of two neighbouring letters. Case does not matter: the tokenizer folds it.
    """
    chance = random.Random(f"{seed}/vary")
    return [_vary(question, chance) for question in questions]


def _vary(question: str, chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.5:
        return question.rstrip(" ?")
    if draw < 0.75:
        kept = [
            word
            for word in re.findall(r"\S+", question.rstrip(" ?"))
            if word.lower() not in FUNCTION_WORDS
        ]
        return " ".join(kept) if len(kept) >= 2 else question
    places = [
        place for place in range(1, len(question) - 2) if question[place : place + 2].isalpha()
    ]
    if not places:
        return question
    place = chance.choice(places)
    swapped = question[place + 1] + question[place]
    return question[:place] + swapped + question[place + 2 :]
