"""Training sets: reading, mixing, and asking the same thing in other ways."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from qa_bot.training import sets
from qa_bot.training.sets import FUNCTION_WORDS, Example, read_all, take_mix, vary_questions


def write_set(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def row(number: int, answer: str | None = "Kim") -> dict[str, object]:
    context = f"Passage {number} says Kim."
    answers = [] if answer is None else [{"text": answer, "answer_start": context.index(answer)}]
    return {"question": f" who {number}? ", "context": context, "answers": answers}


def test_a_set_is_read_with_its_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "MIX", {"one": 5, "two": 5})
    write_set(tmp_path / "below", "two", [row(2, None) | {"title": "A_title"}])
    write_set(tmp_path, "one", [row(1)])
    first, second = read_all(tmp_path)
    assert (first.source, first.question, first.answers, first.title) == (
        "one",
        "who 1?",
        ("Kim",),
        "",
    )
    assert first.start is not None
    assert first.context[first.start : first.end] == "Kim"
    assert (second.source, second.answers, second.start, second.end, second.title) == (
        "two",
        (),
        None,
        None,
        "A_title",
    )


def test_a_missing_set_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "MIX", {"one": 5, "two": 5})
    write_set(tmp_path, "one", [row(1)])
    with pytest.raises(FileNotFoundError, match=r"two\.jsonl\.gz"):
        read_all(tmp_path)


def test_a_mix_holds_at_most_so_many_of_each_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "MIX", {"one": 30, "two": 30})
    examples = [
        Example(name, f"q{number}", "c", (), None, None)
        for number in range(100)
        for name in ("one", "two", "three")
        if name != "two" or number < 10
    ]
    taken = take_mix(examples, seed=3)
    assert Counter(e.source for e in taken) == {"one": 30, "two": 10}
    assert len(set(taken)) == 40
    assert take_mix(examples, seed=3) == taken
    assert take_mix(examples, seed=4) != taken


QUESTION = "what is the tallest lighthouse?"


def test_questions_are_varied_in_three_ways() -> None:
    varied = vary_questions([QUESTION] * 4000, seed=3)
    seen = Counter(varied)
    bare = QUESTION.rstrip("?")
    keywords = " ".join(word for word in bare.split() if word not in FUNCTION_WORDS)
    assert keywords == "tallest lighthouse"
    slips = {
        QUESTION[:place] + QUESTION[place + 1] + QUESTION[place] + QUESTION[place + 2 :]
        for place in range(1, len(QUESTION) - 2)
        if QUESTION[place].isalpha() and QUESTION[place + 1].isalpha()
    }
    assert set(seen) <= {bare, keywords} | slips
    assert seen[bare] / 4000 == pytest.approx(0.5, abs=0.04)
    assert seen[keywords] / 4000 == pytest.approx(0.25, abs=0.04)
    assert len(slips & set(seen)) > 10
    assert vary_questions([QUESTION] * 4000, seed=3) == varied
    assert vary_questions([QUESTION] * 4000, seed=4) != varied


def test_a_question_of_function_words_keeps_them() -> None:
    assert all("who" in question for question in vary_questions(["who is who"] * 50, seed=1))
    assert set(vary_questions(["a?"] * 50, seed=1)) == {"a", "a?"}
