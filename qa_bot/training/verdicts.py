"""What readers said of answers: verdicts that take the place of labels.

A label is an F1 with an expected answer. It is strict ("surfboard" is wrong where "Surfboards" is
expected) and weak (the expected words are right in a sentence that speaks of something else);
of the news an eighth of the labels are wrong when the answers are read. So answers were read in
their text, beside the expected ones and without sight of confidence or of which questions are twins
(docs/measurements/confidence.md). A verdict is kept by the question and the answer's place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from qa_bot.training.fits import Shown

JUDGED = Path("tests/golden/answers_as_read.jsonl")
Verdicts = Mapping[tuple[str, str], list[bool]]
"""(question, place) to verdicts; two where a second reader judged too."""


def place_of(content_hash: str, start: int, end: int) -> str:
    """What a judged answer is known by: sha256, in hexadecimal, of its article's text (its own
    sha256) and its offsets there."""
    return hashlib.sha256(f"{content_hash}:{start}:{end}".encode()).hexdigest()


def read_verdicts(path: Path = JUDGED) -> Verdicts:
    """The verdicts of ``path``, one JSON object a line; none where there is no such file."""
    if not path.is_file():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(row["question"], row["place"]): row["right"] for row in rows}


def verdict(item: Shown, verdicts: Verdicts, content_hash: str) -> bool | None:
    """What the first reader of ``item``, in the article of ``content_hash``, said; None:
    nobody read it."""
    _, start, end = item.place
    said = verdicts.get((item.question, place_of(content_hash, start, end)))
    return None if said is None else said[0]


def as_read(
    shown: Iterable[Shown], verdicts: Verdicts, content_hash: Callable[[Shown], str]
) -> list[Shown]:
    """``shown`` with verdicts in place of labels, where there is one. ``content_hash``: of the
    article that an answer stands in.

    A twin whose answer is right as read is no question without an answer, and is left out.
    """
    found = []
    for item in shown:
        said = verdict(item, verdicts, content_hash(item))
        if said is None:
            found.append(item)
        elif not item.twin:
            # A right answer is worth showing however little of the expected words it has.
            found.append(replace(item, right=said, f1=max(item.f1, float(said))))
        elif not said:
            found.append(item)
    return found
