"""The paths that are served. Gradio has as many more that this page has no use for:
proxies to other hosts, a code editor, monitoring, media streams. Those do not exist here.
"""

from __future__ import annotations

import re

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_GRADIO = (
    "info",
    r"call/(v2/)?[^/]+(/[^/]+)?",
    r"run/[^/]+",
    "queue/(join|data|status)",
    "upload",
    "upload_progress",
    "cancel",
    "reset",
    r"heartbeat/[^/]+",
    "startup-events",
    "app_id",
    # A file of Gradio's own folder of uploads, never an address on the web.
    r"file=/(?!/).*",
)
_SERVED = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|robots\.txt|manifest\.json|mcp)/?"
    r"|/(assets|static)/[^/].*"
    rf"|/gradio_api/(openapi\.json|theme\.css|{'|'.join(_GRADIO)})/?",
    re.DOTALL,
)


def is_served(path: str) -> bool:
    """Whether there is anything at ``path``."""
    return _SERVED.fullmatch(path) is not None


class Doors:
    """ASGI: ``app`` for the paths that are served, 404 for all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_served(scope["path"]):
            await JSONResponse({"detail": "There is nothing here."}, 404)(scope, receive, send)
            return
        await self._app(scope, receive, send)
