"""Counterfeits: each is wrong in one place that the passage speaks of, and only there."""

from __future__ import annotations

import random
import re

import pytest

from qa_bot.training.sets import Example
from qa_bot.training.unanswerable import (
    CUT,
    MADE_FROM,
    SWAPPED,
    counterfeits,
    false_premise,
    without_answer,
)

CONTEXT = (
    "In 1858 Niels Nebelong drew the first lighthouse of Skagen. "
    "It stands north of the town. "
    "Kings came to see it when it was opened."
)
NAMES = ["Ida Holm", "Skagen", "King Lear", "Niels Nebelong", "Ribe"]


def example(question: str, answer: str, context: str = CONTEXT, source: str = "") -> Example:
    start = context.index(answer)
    source = source or min(MADE_FROM)
    return Example(source, question, context, (answer,), start, start + len(answer), "A title")


def tries(question: str, context: str = CONTEXT) -> list[str | None]:
    return [false_premise(question, context, NAMES, random.Random(n)) for n in range(200)]


def test_a_name_is_replaced_by_one_that_the_passage_does_not_hold() -> None:
    made = tries("What did people see at Skagen in summer?")
    others = {f"What did people see at {name} in summer?" for name in ("Ida Holm", "Ribe")}
    assert set(made) == others | {"What did people see at King Lear in summer?", None}


def test_a_number_is_replaced_by_a_near_one_that_the_passage_does_not_hold() -> None:
    made = {question for question in tries("What was drawn in 1858?") if question}
    assert len(made) > 20
    for question in made:
        found = re.fullmatch(r"What was drawn in (\d+)\?", question)
        assert found is not None
        assert found[1] not in CONTEXT
        assert 1 <= abs(int(found[1]) - 1858) <= 30


def test_a_number_never_becomes_negative() -> None:
    context = "He was 12 when 5 ships sank."
    made = {question for question in tries("Who was 12 then?", context) if question}
    assert made
    assert all(re.fullmatch(r"Who was \d+ then\?", question) for question in made)


def test_a_word_becomes_its_opposite() -> None:
    assert set(tries("who stands north of the town?")) == {"who stands south of the town?"}
    assert set(tries("who saw what was opened?")) == {"who saw what was closed?"}


def test_an_opposite_that_the_passage_holds_is_not_used() -> None:
    assert set(tries("who stands south of it?")) == {None}


def test_a_name_that_the_passage_does_not_hold_stays() -> None:
    # Nothing to change but the verb: it is negated half of the time.
    made = tries("Who did Anna marry?")
    assert set(made) == {None, "Who did not Anna marry?"}
    assert made.count(None) / 200 == pytest.approx(0.5, abs=0.12)
    assert set(tries("Who married Anna?")) == {None}
    assert set(tries("Who did not marry?")) == {None}


def test_the_sentence_of_the_answer_is_cut() -> None:
    cut = without_answer(example("who drew it?", "Niels Nebelong"))
    assert cut == "It stands north of the town. Kings came to see it when it was opened."


@pytest.mark.parametrize(
    ("context", "answer"),
    [
        ("Kim came. He sat.", "Kim"),
        ("Kim came. He sat. KIM slept. He left.", "Kim"),
        ("Kim came. He sat. He left.", "Kim came. He sat. He"),
    ],
    ids=["one sentence stays", "the answer stands elsewhere too", "nothing stays"],
)
def test_what_cannot_be_cut_is_left(context: str, answer: str) -> None:
    assert without_answer(example("who?", answer, context)) is None


def many() -> list[Example]:
    """A thousand answerable questions with names and numbers of their own."""
    names = ["Ida Holm", "Niels Krag", "Ane Lund", "Per Dam", "Eva Bech", "Jens Friis"]
    made = []
    for n in range(1000):
        name, other = names[n % 6], names[(n + 1 + n // 6 % 5) % 6]
        context = f"It was cold. {name} met {other} at house {100 + n}. They left. Nobody saw it."
        asked = f"Who did {name} meet at house {100 + n}?"
        made.append(example(asked, other, context, sorted(MADE_FROM)[n % 3]))
    return made


def test_counterfeits_hold_no_answer() -> None:
    examples = many()
    by_context = {e.context: e for e in examples}
    made = counterfeits(examples, seed=5)
    ways = {"changed": 0, "cut": 0}
    for item in made:
        source, _, way = item.source.partition("/")
        ways[way] += 1
        assert source in MADE_FROM
        assert (item.answers, item.start, item.end, item.title) == ((), None, None, "A title")
        if way == "cut":
            (origin,) = (e for e in examples if e.question == item.question)
            assert item.context == "It was cold. They left. Nobody saw it."
            assert origin.source == source
        else:
            origin = by_context[item.context]
            new = item.question.replace("Who did ", "").removesuffix("?").split(" meet at house ")
            old = origin.question.replace("Who did ", "").removesuffix("?").split(" meet at house ")
            ((before, after),) = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
            assert before in item.context
            assert after not in item.context
    # Of the changed ones some are given up: a name drawn that stands in the passage.
    assert ways["cut"] == pytest.approx(1000 * CUT, abs=60)
    assert 1000 * SWAPPED / 2 < ways["changed"] < 1000 * SWAPPED + 60


def test_counterfeits_are_drawn_by_seed() -> None:
    examples = many()
    assert counterfeits(examples, seed=5) == counterfeits(examples, seed=5)
    assert counterfeits(examples, seed=5) != counterfeits(examples, seed=6)


def test_only_questions_that_stand_alone_are_used() -> None:
    pointing = [example("What was destroyed?", "Skagen", source="squadshifts_reddit")] * 50
    unanswered = [Example(min(MADE_FROM), "Who did it?", CONTEXT, (), None, None)] * 50
    assert counterfeits(pointing + unanswered, seed=1) == []
