"""The endpoints for programs on the page: /gradio_api/call/..., and what gradio_client calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.web.api import Programs, said
from qa_bot.web.api_schema import ENDPOINTS

if TYPE_CHECKING:
    from qa_bot.bot import QABot

ENDPOINTS_AT_ONCE = 8
_LANE: dict[str, Any] = {"concurrency_id": "programs", "concurrency_limit": ENDPOINTS_AT_ONCE}


def offer(bot: QABot) -> None:
    """Register the four endpoints with the ``gr.Blocks`` that is being built."""
    programs = Programs(bot)
    page = gr.context.Context.root_block
    for endpoint in ENDPOINTS:
        method = _in_words(getattr(programs, endpoint.name))
        before = set(page.fns)
        gr.api(method, api_name=endpoint.name, api_description=endpoint.description, **_LANE)
        (number,) = set(page.fns) - before
        # Gradio derives the types from the hints, and says neither name nor meaning.
        for block, (name, schema) in zip(
            page.fns[number].inputs, endpoint.parameters.items(), strict=True
        ):
            block.label = name
            block._api_info = {**block._api_info, "description": schema["description"]}


def _in_words(method: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """``method`` with errors as messages for the caller."""

    @wraps(method)
    def endpoint(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return method(*arguments, **named)
        except Exception as error:
            raise gr.Error(said(error), print_exception=False) from error

    return endpoint
