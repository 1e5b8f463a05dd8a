"""The shipped reader, as it runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.protocols import Reader, ReadingPassage
from qa_bot.reading.reader import CARD, MODEL, SHIPPED, OnnxReader, open_reader
from qa_bot.records import Span

TEXT = (
    "The lighthouse at Skagen was finished in 1858. It was drawn by Niels Sigfred Nebelong.\n\n"
    "Read more: Ten lighthouses drawn by Hans Holm.\n\n"
    "It is 46 metres high and cost 63,000 rigsdaler."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(Settings())


def passage(text: str, offset: int = 0, masked: tuple[Span, ...] = ()) -> ReadingPassage:
    return ReadingPassage("a", "c", text, offset, masked)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was the lighthouse finished?", {"1858"}),
        ("Who drew the lighthouse?", {"Niels Sigfred Nebelong"}),
        ("How high is the lighthouse?", {"46 metres", "46 metres high"}),
    ],
)
def test_it_reads(reader: Reader, question: str, expected: set[str]) -> None:
    (reading,) = reader.read(question, [passage(TEXT)])
    assert reading.candidates[0].text in expected


def test_candidates_are_slices_whatever_the_offset(reader: Reader) -> None:
    (plain,) = reader.read("Who drew it?", [passage(TEXT)])
    (moved,) = reader.read("Who drew it?", [passage(TEXT, offset=1000)])
    for here, there in zip(plain.candidates, moved.candidates, strict=True):
        assert here.text == TEXT[here.span.start : here.span.end]
        assert there.span == here.span.shift(1000)
        assert (there.text, there.score) == (here.text, here.score)
    assert len({c.span for c in plain.candidates}) == len(plain.candidates)


def test_masked_text_is_never_answered(reader: Reader) -> None:
    start = TEXT.index("Read more")
    mask = Span(start, TEXT.index("\n\nIt is"))
    question = "Who drew the ten lighthouses?"
    (seen,) = reader.read(question, [passage(TEXT)], top_n=20)
    (hidden,) = reader.read(question, [passage(TEXT, masked=(mask,))], top_n=20)
    assert any(c.span.overlaps(mask) for c in seen.candidates)
    assert not any(c.span.overlaps(mask) for c in hidden.candidates)


def test_what_is_read_beside_changes_no_score(reader: Reader) -> None:
    question = "Who drew the lighthouse?"
    others = [passage("Nothing of the kind. " * n) for n in (1, 9, 3)]
    alone = reader.read(question, [passage(TEXT)])[0]
    among = reader.read(question, [*others, passage(TEXT), *others])[3]
    assert alone == among


def test_the_answer_scores_above_null_and_its_absence_below(reader: Reader) -> None:
    question = "When was the lighthouse at Skagen finished?"
    with_it, without = reader.read(
        question, [passage(TEXT), passage("Herring is sold at the market on Fridays.")]
    )
    assert with_it.candidates[0].margin > 0
    assert all(candidate.margin < 0 for candidate in without.candidates)


def test_nothing_to_read_has_no_candidate(reader: Reader) -> None:
    assert [r.candidates for r in reader.read("who?", [passage(" "), passage("")])] == [(), ()]
    assert reader.read("who?", []) == []


def test_a_long_passage_is_read_to_its_end(reader: Reader) -> None:
    filler = "The harbour is wide and calm in the morning. " * 120
    text = filler + "The mayor of the town is Ida Holm."
    (reading,) = reader.read("Who is the mayor of the town?", [passage(text)])
    assert reading.candidates[0].text == "Ida Holm"


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(SHIPPED, folder)
    content = bytearray((folder / MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / MODEL).write_bytes(content)
    with pytest.raises(ModelError, match=r"(?s)not the one its card names.*reader\.onnx.*mend:"):
        OnnxReader(folder)
    (folder / MODEL).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        OnnxReader(folder)


def test_the_card_says_what_it_must() -> None:
    card = json.loads((SHIPPED / CARD).read_text(encoding="utf-8"))
    for key in ("name", "status", "licence", "base", "training_sets", "training", "command",
                "weights", "scores", "limits", "files"):  # fmt: skip
        assert card[key], key
    assert card["training"]["recipe"]["seed"] == 13
    assert (SHIPPED / MODEL).stat().st_size <= 40 * 2**20
