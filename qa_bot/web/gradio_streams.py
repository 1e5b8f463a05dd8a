"""Ends event streams that Gradio breaks off, and those that would outlive the server.

Asked for a session or an event that it does not know (any more), Gradio has begun its reply
when it raises "404"; the browser or program has the message by then, and would see a broken
connection after it, and the terminal a traceback, each time a page outlives its server.

When the server stops, a page that is still open holds streams open that nothing else would end.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class EndedStreams:
    """ASGI: ``app``, whose replies end where it raises an HTTP error after it began one, and
    whose event streams end when :meth:`end` is called."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._streaming: set[asyncio.Task[Any]] = set()
        self._ending = False

    def end(self) -> None:
        """End the event streams that are under way. To be called in the server's loop."""
        self._ending = True
        for task in self._streaming:
            task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        task = asyncio.current_task()
        began = False

        def cut() -> bool:
            return self._ending and task in self._streaming

        async def noted(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                kind = Headers(scope=message).get("content-type", "")
                if task is not None and kind.startswith("text/event-stream"):
                    self._streaming.add(task)
            elif cut():
                return  # what Gradio says of being cut short is for nobody
            await send(message)

        try:
            await self._app(scope, receive, noted)
            if cut():
                await send(_END)
        except RuntimeError as error:
            if not (began and isinstance(error.__cause__, HTTPException)):
                raise
            await send(_END)
        except asyncio.CancelledError:
            if not cut():
                raise
            await send(_END)
        finally:
            if task is not None:
                self._streaming.discard(task)
