"""What the parts of the page share: their files, and the options of their events."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Options of an event that is the page's own affair."""


def resource(name: str) -> str:
    """The text of one of the files beside this module."""
    return files("qa_bot.web").joinpath(name).read_text(encoding="utf-8")
