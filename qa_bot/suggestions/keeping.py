"""Suggested questions kept beside the index, with what they were made for."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_bot.bot import QABot

FILE = "suggestions.json"
VERSION = 3
"""Raised when the rules change, so that questions are made anew."""


def key_of(bot: QABot) -> str:
    """Of all that decides which questions are answered: generation, models, threshold."""
    made_for = {
        "version": VERSION,
        "generation": bot.snapshot.generation,
        "created_at": bot.snapshot.manifest.created_at,
        "fingerprints": bot.fingerprints,
        "threshold": bot.min_confidence,
    }
    return hashlib.sha256(json.dumps(made_for, sort_keys=True).encode("ascii")).hexdigest()


def kept(index: Path, key: str) -> tuple[str, ...] | None:
    """The questions that were kept under ``key``; None where there are none such."""
    try:
        record = json.loads((index / FILE).read_text(encoding="utf-8"))
        if record["key"] == key and all(isinstance(q, str) for q in record["questions"]):
            return tuple(record["questions"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def keep(index: Path, key: str, questions: tuple[str, ...]) -> None:
    """Keep them. An index that cannot be written to costs making them again, no more."""
    text = json.dumps({"key": key, "questions": list(questions)}, indent=1)
    temporary = index / f"{FILE}.{os.getpid()}.tmp"
    try:
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(index / FILE)
    except OSError:
        temporary.unlink(missing_ok=True)
