"""``qa-bot index`` makes the questions of an empty page, and never fails because of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from qa_bot import suggestions
from qa_bot.bot import QABot
from qa_bot.cli import indexing
from qa_bot.config import Settings


@pytest.fixture
def settings(seeds_index: Path, tmp_path: Path) -> Settings:
    index = shutil.copytree(seeds_index, tmp_path / "index")
    return Settings.load(index=str(index), analysis=True)


def test_the_seeds_make_four_to_six_questions_that_are_answered(settings: Settings) -> None:
    indexing.suggest(settings)
    kept = Path(settings.index) / "suggestions.json"
    questions = json.loads(kept.read_text(encoding="utf-8"))["questions"]
    if not questions:
        pytest.skip("spaCy's English model is not installed")
    assert 4 <= len(questions) <= 6
    assert len({question.partition(" ")[0] for question in questions}) >= 3  # why, what, who
    bot = QABot.open(settings.index, settings=settings)
    assert all(bot.ask(question).status == "answered" for question in questions)
    assert suggestions.suggested_questions(bot) == tuple(questions)  # nothing is made again


@pytest.mark.parametrize("trouble", [OSError("no more"), RuntimeError("?"), KeyboardInterrupt()])
def test_no_trouble_with_them_breaks_the_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    def fails(bot: Any, **_: Any) -> tuple[str, ...]:
        raise trouble

    monkeypatch.setattr(suggestions, "suggested_questions", fails)
    indexing.suggest(settings)
    assert not (Path(settings.index) / "suggestions.json").exists()


def test_without_analysis_none_are_made(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QABot, "open", lambda *_, **__: pytest.fail("opened for nothing"))
    indexing.suggest(Settings.load(index=settings.index, analysis=False))
