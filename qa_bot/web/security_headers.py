"""What every response says about itself, and the one page that scripts may run in.

The policy names no other host, so a browser fetches nothing from anywhere else, whatever an
article holds. Scripts run only from this server's files, or with the nonce of this very
response: an ``onerror=`` or ``javascript:`` that slipped into the page would not run. Gradio
makes functions of text (``js=``, ``js_on_load``), which takes 'unsafe-eval', and writes style
attributes, which take 'unsafe-inline' for styles.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""The policy of whatever is no page."""

DOWNLOAD = f"{NOTHING}; sandbox"
FILES = "/gradio_api/file="
_KEPT = ("/assets/", "/static/", "/theme.css", "/favicon.ico")

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    # Not "no-referrer": with it a browser sends its forms here with "Origin: null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "display-capture=()",
}

# Gradio's own: addresses of its hosts for previews in chats, and a base that the policy forbids.
_LEFT_OUT = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<base\b[^>]*>')


def page_policy(nonce: str) -> str:
    """The Content-Security-Policy of the page."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:; form-action 'self'; "
        "object-src 'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


class SecurityHeaders:
    """ASGI: the headers above on every response of ``app``, and none that lets other origins in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), path, message["status"])
            await send(message)

        await self._app(scope, receive, marked)


def _mark(headers: MutableHeaders, path: str, status: int) -> None:
    for name in [name for name in headers if name.startswith("access-control-")]:
        del headers[name]
    for name, value in EVERYWHERE.items():
        headers[name] = value
    if path.startswith(FILES):  # an upload is only ever handed back as bytes to keep
        headers["Content-Security-Policy"] = DOWNLOAD
        if status < 400:
            headers["Content-Type"] = "application/octet-stream"
            headers["Content-Disposition"] = "attachment"
    headers.setdefault("Content-Security-Policy", NOTHING)
    if not path.startswith(_KEPT):
        headers["Cache-Control"] = "no-store"


class PageScripts:
    """ASGI: the page at "/" with a nonce on its scripts and the policy that asks for it.

    ``first``: HTML that stands before everything in its body.
    """

    def __init__(self, app: ASGIApp, first: str = "") -> None:
        self._app, self._first = app, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        # Compressed, it could not be changed.
        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        started: list[Message] = []
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await send(started[0])
                await send({"type": "http.response.body", "body": bytes(body)})

        async def rewrite(message: Message) -> None:
            done = message["type"] == "http.response.body" and not message.get("more_body")
            if done and Headers(scope=started[0]).get("content-type", "").startswith("text/html"):
                body.extend(message.get("body", b""))
                message = {**message, "body": b""}
                _change_page(started[0], body, self._first)
            await collect(message)

        await self._app({**scope, "headers": plain}, receive, rewrite)


def _change_page(start: Message, body: bytearray, first: str) -> None:
    """Change the page in ``body`` and the headers that go before it."""
    nonce = secrets.token_urlsafe(16)
    page = _LEFT_OUT.sub("", body.decode("utf-8"))
    # What the page holds as JSON has its "<" escaped, so these are the template's own.
    page = page.replace("<script", f'<script nonce="{nonce}"')
    page = page.replace("<gradio-app", f"{first}<gradio-app", 1)
    headers = MutableHeaders(scope=start)
    # A HEAD request has the headers and no page.
    if body:
        body[:] = page.encode("utf-8")
        headers["Content-Length"] = str(len(body))
    headers["Content-Security-Policy"] = page_policy(nonce)
