"""What a reader thinks of an answer, kept in the journal beside the index."""

from __future__ import annotations

from pathlib import Path

from qa_bot.records import Answer


def add(index: Path, answer: Answer, verdict: str) -> None:
    """Note ``verdict`` ("right", "wrong", "wrong source" or "outdated") of ``answer``.

    Raises:
        QABotError, OSError: it could not be written.
    """
    from importlib import import_module

    import_module("qa_bot.journal.feedback").add_feedback(index, answer, verdict)
