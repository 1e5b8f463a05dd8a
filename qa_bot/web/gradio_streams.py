"""Ends event streams that Gradio breaks off.

Asked for a session or an event that it does not know (any more), Gradio has begun its reply
when it raises "404"; the browser or program has the message by then, and would see a broken
connection after it, and the terminal a traceback, each time a page outlives its server.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EndedStreams:
    """ASGI: ``app``, whose replies end where it raises an HTTP error after it began one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def noted(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except RuntimeError as error:
            if not (began and isinstance(error.__cause__, HTTPException)):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
