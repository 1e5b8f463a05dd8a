"""The page in the browser, and the same bot for programs.

``launch(bot)`` serves it; ``build_page(bot)`` only builds the page. Gradio is loaded when one
of the two is first used: ``qa-bot password`` and ``qa-bot mcp`` do without it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Before Gradio is imported: the page calls nobody.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from qa_bot.web.page import build_page
    from qa_bot.web.serving import launch

__all__ = ["build_page", "launch"]


def __getattr__(name: str) -> Any:
    if name == "launch":
        from qa_bot.web.serving import launch

        return launch
    if name == "build_page":
        from qa_bot.web.page import build_page

        return build_page
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
