"""Readers' verdicts in place of labels."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from qa_bot.training.fits import Shown
from qa_bot.training.verdicts import JUDGED, Verdicts, as_read, place_of, read_verdicts, verdict

HASH = "ab" * 32


def shown(*, twin: bool = False, right: bool = False, f1: float = 0.2, start: int = 3) -> Shown:
    return Shown(
        "set", "fit", "x", twin, {}, right, f1, right, question="who?", place=("a", start, 9)
    )


def verdicts(*said: bool) -> Verdicts:
    return {("who?", place_of(HASH, 3, 9)): list(said)}


def judged(item: Shown, *said: bool) -> list[Shown]:
    return as_read([item], verdicts(*said), lambda _: HASH)


def test_a_place_is_its_articles_text_and_its_offsets() -> None:
    assert place_of(HASH, 3, 9) == hashlib.sha256(f"{HASH}:3:9".encode()).hexdigest()
    assert len({place_of(HASH, 3, 9), place_of(HASH, 39, 9), place_of("cd" * 32, 3, 9)}) == 3


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("labelled", [True, False])
def test_a_verdict_takes_the_labels_place(said: bool, labelled: bool) -> None:
    (item,) = judged(shown(right=labelled), said)
    assert item.right is said
    assert item.f1 == (1.0 if said else 0.2)


def test_what_nobody_read_stays_as_it_was_labelled() -> None:
    item = shown(right=True, start=4)
    assert verdict(item, verdicts(False), HASH) is None
    assert judged(item, False) == [item]


def test_the_first_of_two_readers_counts() -> None:
    assert verdict(shown(), verdicts(True, False), HASH) is True


def test_a_twin_that_is_answered_is_left_out_and_another_stays() -> None:
    twin = shown(twin=True)
    assert judged(twin, True) == []
    assert judged(twin, False) == [twin]


def test_a_file_of_verdicts_is_read_and_may_be_missing(tmp_path: Path) -> None:
    assert read_verdicts(tmp_path / "none.jsonl") == {}
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps({"question": "who?", "place": "p", "right": [True]}) + "\n", "utf-8")
    assert read_verdicts(path) == {("who?", "p"): [True]}
    assert len(read_verdicts(Path(__file__).parents[2] / JUDGED)) > 3500
