"""Questions that look answerable and are not, made from those that are.

A passage about the right thing that does not hold the answer is what people meet
most often, and retrieval alone does not bring such pairs with a sure label. Three
ways make them by rule: another name or number put into the question (a false
premise), a word turned into its opposite, and the sentence with the answer taken
out of the passage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from qa_bot.corpus.text import sentences
from qa_bot.training.sets import Example

MADE_FROM = frozenset({"squad_v1.1_train_partial", "squadshifts_new_wiki", "nq_qed_train"})
"""Sets whose questions stand on their own, so that a changed one is a different one."""
SWAPPED, CUT = 0.35, 0.35
"""Share of those questions that are tried each way."""

_NAME = re.compile(r"(?<=\s)[A-Z][\w’'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d{2,4}\b")
_OPPOSITES = dict(
    pair
    for line in """first last; largest smallest; biggest smallest; most least; before after
    highest lowest; increase decrease; increased decreased; north south; northern southern
    east west; eastern western; won lost; win lose; began ended; begin end; start finish
    oldest youngest; older younger; more fewer; earliest latest; early late; maximum minimum
    longest shortest; inside outside; above below; strongest weakest; men women; male female
    bought sold; buy sell; upper lower; accepted rejected; allowed forbidden; with without
    founded abolished; opened closed; public private; rural urban; same different; open close
    majority minority; higher lower; richest poorest; best worst; arrived left""".replace(
        "\n", ";"
    ).split(";")
    for one, other in [line.split()]
    for pair in ((one, other), (other, one))
)
_NEGATED = re.compile(r"\b(did|does|do|is|was|were|are|can|could|has|had)\b(?! not)", re.IGNORECASE)


def counterfeits(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """Examples without an answer, made from answerable ones of :data:`MADE_FROM`."""
    pool = [e for e in examples if e.source in MADE_FROM and e.start is not None]
    names = sorted({name for example in pool for name in _NAME.findall(example.question)})
    chance = random.Random(f"{seed}/unanswerable")
    made: list[Example] = []
    for example in pool:
        draw = chance.random()
        if draw < SWAPPED:
            question = false_premise(example.question, example.context, names, chance)
            if question is not None:
                made.append(_unanswered(example, "changed", question=question))
        elif draw < SWAPPED + CUT:
            context = without_answer(example)
            if context is not None:
                made.append(_unanswered(example, "cut", context=context))
    return made


def _unanswered(example: Example, way: str, **changed: str) -> Example:
    source = f"{example.source}/{way}"
    return replace(example, source=source, answers=(), start=None, end=None, **changed)


def false_premise(
    question: str, context: str, names: Sequence[str], chance: random.Random
) -> str | None:
    """``question`` with one thing changed that the passage speaks of; None: nothing to change.

    A name or number is only replaced where it stands in the passage, and only by
    one that does not, so that the passage cannot answer the new question.
    """
    folded = context.casefold()
    known = [m for m in _NAME.finditer(question) if m.group().casefold() in folded]
    numbers = [m for m in _NUMBER.finditer(question) if m.group() in context]
    words = [m for m in re.finditer(r"[a-z]+", question) if m.group() in _OPPOSITES]
    ways = [way for way in (known, numbers, words) if way]
    if not ways:
        verb = _NEGATED.search(question)
        if verb is None or chance.random() < 0.5:
            return None
        return f"{question[: verb.end()]} not{question[verb.end() :]}"
    match = chance.choice(chance.choice(ways))
    if match.group() in _OPPOSITES:
        new = _OPPOSITES[match.group()]
    elif match.group().isdigit():
        new = str(int(match.group()) + chance.choice((-1, 1)) * chance.randint(1, 30))
    else:
        new = chance.choice(names)
    if new.casefold() in folded or new.startswith("-"):
        return None
    return question[: match.start()] + new + question[match.end() :]


def without_answer(example: Example) -> str | None:
    """The passage without the sentences that the answer stands in; None where less than
    two sentences stay, or one of the answers is still there."""
    assert example.start is not None
    assert example.end is not None
    found = sentences(example.context)
    kept = [s for s in found if s.end <= example.start or s.start >= example.end]
    if len(kept) < 2 or len(kept) == len(found):
        return None
    text = " ".join(s.of(example.context) for s in kept)
    folded = text.casefold()
    return None if any(answer.casefold() in folded for answer in example.answers) else text
