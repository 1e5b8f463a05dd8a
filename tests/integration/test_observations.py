"""What the fits see of plain questions: as they are, and with every telling article left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.indexing import build_index
from qa_bot.training.observations import observe
from qa_bot.training.questions import part_of, plain_collection

ARTICLES = {
    "opening.txt": "The harbour of Norby opened in 1871. Ole Lund led the works for two years.",
    "again.txt": "It was in 1871 that the harbour of Norby opened, the museum says.",
    "bridge.txt": "The bridge of Norby opened in 1902. Ida Moe, a painter, drew it.",
}
ROWS = [
    {"question": "When did the harbour of Norby open?", "answer": r"\b1871\b"},
    {"question": "Who dug the canal of Norby?", "answer": None},
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> QABot:
    folder = tmp_path_factory.mktemp("plain")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = Settings.load(environ={}, analysis=False)
    build_index([folder], folder / "index", settings=settings)
    return QABot.open(folder / "index", settings=settings)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "plain.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_a_plain_question_has_a_twin_without_the_articles_that_tell(
    bot: QABot, rows: Path, tmp_path: Path
) -> None:
    collection = plain_collection(rows, bot)
    assert [question.part for question in collection.questions] == [
        part_of(str(row["question"])) for row in ROWS
    ]
    seen = list(observe(collection, tmp_path / "seen"))
    harbour = [each for each in seen if "harbour" in each.question]
    assert [each.twin for each in harbour] == [False, True]
    asked, twin = (
        {p.passage.chunk.article_id.rpartition("/")[2] for p in each.passages} for each in harbour
    )
    assert asked == set(ARTICLES)
    assert twin == {"bridge.txt"}
    candidates = [c.text for reading in harbour[0].readings for c in reading.candidates]
    assert any(harbour[0].f1(text) == 1.0 for text in candidates)


def test_a_question_that_nothing_answers_is_asked_once(
    bot: QABot, rows: Path, tmp_path: Path
) -> None:
    seen = list(observe(plain_collection(rows, bot), tmp_path / "seen"))
    (canal,) = [each for each in seen if "canal" in each.question]
    assert canal.twin
    assert len(canal.passages) == len(ARTICLES)
    # What was seen is kept: a second run reads nothing and sees the same.
    assert list(observe(plain_collection(rows, bot), tmp_path / "seen")) == seen
