"""Ask a collection of articles; get a verbatim quote with its citation.

    from qa_bot import ask, build_index
    build_index("articles/")
    answer = ask("Who met whom?")
    answer.text, answer.citations[0].sentence, answer.citations[0].location

Importing this package loads no model and no heavy library; the names below are
fetched from their modules when first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_bot.bot import QABot, ask
    from qa_bot.config import Settings
    from qa_bot.errors import (
        CitationError,
        ConfigError,
        CorpusError,
        EvaluationError,
        FetchError,
        IndexCorrupt,
        IndexError_,
        IndexLocked,
        IndexMismatch,
        IndexNotFound,
        IndexTooNew,
        JournalError,
        ModelError,
        PublishError,
        QABotError,
        QuestionError,
    )
    from qa_bot.indexing import build_index, remove_articles
    from qa_bot.records import (
        Alternative,
        Answer,
        Citation,
        Filters,
        IndexReport,
        ScoredPassage,
        Skipped,
        Span,
        Turn,
    )

__version__ = "0.1.0"

__all__ = [
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

_MODULES = {
    "QABot": "bot",
    "Settings": "config",
    "ask": "bot",
    "build_index": "indexing",
    "remove_articles": "indexing",
} | dict.fromkeys(
    (
        *("Alternative", "Answer", "Citation", "Filters", "IndexReport"),
        *("ScoredPassage", "Skipped", "Span", "Turn"),
    ),
    "records",
)
"""Where each public name lives; the errors make up the rest."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        module = import_module(f"qa_bot.{_MODULES.get(name, 'errors')}")
        value = getattr(module, name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'qa_bot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
