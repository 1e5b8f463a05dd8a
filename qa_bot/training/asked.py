"""What is known of each training question, as text: which pieces answer it and which do not.

From the sets and from what the retriever brings (:func:`gather`), and from the news that
was written for training (:func:`written`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_bot.records import Span
from qa_bot.training import retrieved
from qa_bot.training.sets import WRITTEN, Example
from qa_bot.training.tables import NEGATIVE, UNKNOWN

OTHERS = {
    "squad_v1.1_train_partial": 6,
    "squadshifts_new_wiki": 6,
    "nq_qed_train": 6,
    "hotpotqa_distractor": 3,
    "squadshifts_reddit": 2,
    "squadshifts_amazon_reviews": 2,
}
"""Retrieved pieces kept for a question of each set. Questions of the other sets point
at their passage ("What was destroyed?"), so that any passage might answer them."""
GROUPED = (
    "squad_v1.1_train_partial",
    "squadshifts_new_wiki",
    "nq_qed_train",
    "hotpotqa_distractor",
    WRITTEN,
)
"""Sets whose questions mean the same without their passage: passages compare."""


@dataclass(slots=True)
class Asked:
    """A question with all that is known about it, as text."""

    question: str
    source: str
    held: bool
    golds: list[tuple[str, int, int]]
    """(piece text, start, end): code points in that text."""
    others: list[tuple[str, int]]
    """(piece text, kind)."""


def gather(
    examples: Sequence[Example],
    found: Mapping[str, retrieved.Found],
    contexts: Sequence[str],
    held: set[str],
) -> list[Asked]:
    """One :class:`Asked` for each question of each set, in order of appearance.

    ``found`` holds what a question brought, for those of the sets of :data:`OTHERS`,
    as numbers of ``contexts``; ``held`` are the contexts that are held out.
    """
    merged: dict[tuple[str, str, bool], Asked] = {}
    own: dict[tuple[str, str, bool], set[str]] = {}
    served: set[tuple[str, str, bool]] = set()
    answers: dict[tuple[str, str], list[str]] = {}
    for example in examples:
        answers.setdefault((example.source, example.question), []).extend(example.answers)
    for example in examples:
        key = (example.source, example.question, example.context in held)
        asked = merged.setdefault(key, Asked(example.question, example.source, key[2], [], []))
        own.setdefault(key, set()).add(example.context)
        if example.start is None or example.end is None:
            asked.others.append((example.context, NEGATIVE))
            continue
        asked.golds.append((example.context, example.start, example.end))
        golds = [answer.casefold() for answer in answers[key[:2]]]
        brought = None if key in served else found.get(example.question)
        served.add(key)
        most = OTHERS.get(example.source, 0) + len(asked.others)
        for number, start, end in brought.chunks if brought else ():
            context = contexts[number]
            text = context[start:end]
            if context == example.context:
                if start <= example.start and example.end <= end and text != context:
                    asked.golds.append((text, example.start - start, example.end - start))
            elif (
                len(asked.others) < most
                and context not in own[key]
                and (asked.held or context not in held)
            ):
                holds = any(gold in text.casefold() for gold in golds)
                asked.others.append((text, UNKNOWN if holds else NEGATIVE))
    return [asked for asked in merged.values() if asked.golds or asked.others]


TIMES = 3
"""So often a written question stands in the tables: they are few, and the only news."""
_WRITTEN_HELD = 10
"""One cluster in so many is held out."""

Cut = Callable[[str, str], Sequence[Span]]
"""(title, text) to the chunks of an article, as they are served."""


def written(path: Path, cut: Cut) -> list[Asked]:
    """The questions of clusters of news articles that were written for training.

    A cluster has reports of one event and of others that are easily taken for it, each cut as it
    is served. A question's ``answers`` name every article that answers it, with the answer and
    words around it that stand there once; a piece of another article does not answer. A piece
    that holds the answer's words elsewhere is left to the teacher to judge.

    Raises:
        ValueError: the answer is not where it is said to be.
    """
    asked: list[Asked] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cluster = json.loads(line)
            digest = hashlib.sha256(cluster["articles"][0]["text"].encode()).digest()
            held = int.from_bytes(digest, "big") % _WRITTEN_HELD == 0
            pieces = {
                article["id"]: (article["text"], cut(article["title"], article["text"]))
                for article in cluster["articles"]
            }
            for question in cluster["questions"]:
                item = _of_cluster(question, pieces, held)
                asked += [item] * (1 if held else TIMES)
    return asked


def _of_cluster(
    question: dict[str, Any], pieces: Mapping[str, tuple[str, Sequence[Span]]], held: bool
) -> Asked:
    places = {}
    for article, (answer, clause) in question["answers"].items():
        text = pieces[article][0]
        if text.count(clause) != 1 or clause.count(answer) != 1:
            raise ValueError(f"{question['question']!r}: {answer!r} is not where it is said to be")
        start = text.index(clause) + clause.index(answer)
        places[article] = Span(start, start + len(answer))
    words = {answer.casefold() for answer, _ in question["answers"].values()}
    found = Asked(question["question"], WRITTEN, held, [], [])
    for article, (text, chunks) in pieces.items():
        place = places.get(article)
        for chunk in chunks:
            piece = chunk.of(text)
            if place is not None and chunk.start <= place.start and place.end <= chunk.end:
                found.golds.append((piece, place.start - chunk.start, place.end - chunk.start))
            else:
                holds = any(word in piece.casefold() for word in words)
                found.others.append((piece, UNKNOWN if holds else NEGATIVE))
    return found
