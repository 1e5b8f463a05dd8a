"""What the fits ask: which articles are listed for a question, and so left out of its twin."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qa_bot.config import Settings
from qa_bot.training.observations import observe
from qa_bot.training.questions import ListedBy, contexts_collection

SHIP = "The ferry Vesta sank off Skagen on 3 May 1912. Forty-one people drowned that night."
INQUIRY = "The inquiry into the ferry Vesta blamed her captain, who had slept through the storm."
TOWN = "The lighthouse of Skagen was built in 1858 and is forty-six metres high."
RECORDS = [
    ("Vesta", SHIP, "When did the ferry Vesta sink?", "3 May 1912"),
    ("Vesta", INQUIRY, "Whom did the inquiry blame for the Vesta?", "her captain"),
    ("Skagen", TOWN, "When was the lighthouse of Skagen built?", "1858"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ships_dev.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        for number, (title, context, question, answer) in enumerate(RECORDS):
            row = {
                "id": str(number),
                "title": title,
                "context": context,
                "question": question,
                "answers": [{"text": answer, "answer_start": context.index(answer)}],
            }
            stream.write(json.dumps(row) + "\n")
    return path


@pytest.mark.parametrize(
    ("listed_by", "left"),
    [("context", {INQUIRY, TOWN}), ("article", {TOWN})],
)
def test_a_twin_is_without_its_context_or_its_whole_article(
    file: Path, tmp_path: Path, listed_by: ListedBy, left: set[str]
) -> None:
    collection = contexts_collection(
        file,
        split_by="title",
        most={"fit": None, "report": None},
        scratch=tmp_path,
        settings=Settings(),
        listed_by=listed_by,
    )
    article = collection.bot.snapshot.article
    (question,) = (q for q in collection.questions if q.text.startswith("When did the ferry"))
    assert {SHIP, INQUIRY, TOWN} - {article(each).text for each in question.own} == left
    real, twin = (seen for seen in observe(collection, tmp_path) if seen.question == question.text)
    assert (real.twin, twin.twin) == (False, True)
    brought = [
        {article(p.passage.chunk.article_id).text for p in seen.passages} for seen in (real, twin)
    ]
    assert brought == [{SHIP, INQUIRY, TOWN}, left]
