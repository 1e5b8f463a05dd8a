"""The public names are a contract, and importing them is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import qa_bot

NAMES = [
    "Alternative",
    "Answer",
    "Citation",
    "CitationError",
    "ConfigError",
    "CorpusError",
    "EvaluationError",
    "FetchError",
    "Filters",
    "IndexCorrupt",
    "IndexError_",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "IndexReport",
    "IndexTooNew",
    "JournalError",
    "ModelError",
    "PublishError",
    "QABot",
    "QABotError",
    "QuestionError",
    "ScoredPassage",
    "Settings",
    "Skipped",
    "Span",
    "Turn",
    "ask",
    "build_index",
    "remove_articles",
]


def test_the_names_are_these_and_sorted() -> None:
    assert qa_bot.__all__ == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there(name: str) -> None:
    value = getattr(qa_bot, name)
    assert value.__name__ == name
    assert name in dir(qa_bot)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qa_bot.nothing


def test_every_error_is_a_qabot_error() -> None:
    for name in NAMES:
        if "Error" in name or name in ("IndexCorrupt", "IndexLocked", "IndexTooNew"):
            assert issubclass(getattr(qa_bot, name), qa_bot.QABotError)


def test_importing_loads_nothing_heavy() -> None:
    heavy = "torch gradio faiss numpy onnxruntime sentence_transformers transformers"
    code = (
        "import sys, qa_bot, qa_bot.records, qa_bot.config, qa_bot.errors, qa_bot.protocols\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"


def test_asking_loads_neither_torch_nor_gradio() -> None:
    code = (
        "import sys, qa_bot\n"
        "from qa_bot import QABot\n"
        "import qa_bot.cli\n"
        "print([name for name in ('torch', 'gradio', 'sentence_transformers')"
        " if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"
