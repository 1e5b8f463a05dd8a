"""The gate in front of everything that is served: nothing passes without credentials.

It knows no list of what to protect. Whatever is not the login page itself needs a session
cookie (people) or a bearer token (programs), so a route that is added later is refused too.
"""

from __future__ import annotations

import asyncio
import logging
import math
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa_bot.web.auth import Accounts
from qa_bot.web.auth_page import LOGIN, LOGOUT, POLICY, login_page, logout_page
from qa_bot.web.auth_sessions import Sessions, Throttle

MOST_WAITING = 50
_LARGEST_FORM = 10_000
_COOKIE = "qa_bot_session"

_log = logging.getLogger(__name__)


class Gate:
    """ASGI: ``app`` for those that ``accounts`` knows.

    Its responses to others are 401 with a JSON ``detail`` for programs, and the way to the
    login page for a browser that opens a page.
    """

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        *,
        sessions: Sessions | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self._app, self._accounts = app, accounts
        self._sessions, self._throttle = sessions or Sessions(), throttle or Throttle()
        self._hashing = asyncio.Lock()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path, method = scope["path"].rstrip("/"), request.method
        if path == LOGIN:
            response = await self._login(request) if method == "POST" else _login_form()
        elif not self._known(request.headers):
            response = _refusal(request)
        elif path == LOGOUT:
            response = self._logout(request) if method == "POST" else _html(logout_page())
        else:
            await self._app(scope, receive, send)
            return
        await response(scope, receive, send)

    def _known(self, headers: Headers) -> str | None:
        """The name of whoever sent the request."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._accounts.program(token.strip())
        return self._sessions.name(_cookie(headers))

    async def _login(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        wait = self._throttle.wait(address)
        if wait > 0:
            return _too_often(request, wait)
        form = await _form(request)
        if form is None:
            return _answer(request, 400, "A form with username and password was expected.")
        if self._waiting >= MOST_WAITING:
            return _answer(request, 503, "Too many are logging in just now. Try again.")
        self._waiting += 1
        try:
            # One at a time: a crowd of guesses must neither take the machine from those who
            # ask nor all pass before the first of them has failed.
            async with self._hashing:
                wait = self._throttle.wait(address)
                if wait > 0:
                    return _too_often(request, wait)
                if not await to_thread.run_sync(self._accounts.check, *form):
                    self._throttle.failed(address)
                    _log.warning("a login from %s failed", address)
                    return _answer(request, 401, "Name or password is not right.")
                self._throttle.succeeded(address)
        finally:
            self._waiting -= 1
        self._sessions.end(_cookie(request.headers))
        response = (
            RedirectResponse("/", status_code=303)
            if _opens_a_page(request)
            else JSONResponse({"success": True})
        )
        response.set_cookie(
            _COOKIE,
            self._sessions.begin(form[0]),
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    def _logout(self, request: Request) -> Response:
        self._sessions.end(_cookie(request.headers))
        response = RedirectResponse(LOGIN, status_code=303)
        response.delete_cookie(_COOKIE, path="/", httponly=True, samesite="strict")
        return response


def _cookie(headers: Headers) -> str:
    return cookie_parser(headers.get("cookie", "")).get(_COOKIE, "")


async def _form(request: Request) -> tuple[str, str] | None:
    """(name, password) of a urlencoded form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10)
        (name,), (password,) = fields["username"], fields["password"]
    except (ValueError, KeyError):
        return None
    return name, password


def _opens_a_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, headers={"Content-Security-Policy": POLICY})


def _login_form() -> Response:
    return _html(login_page())


def _answer(request: Request, status: int, problem: str) -> Response:
    """Why a login failed."""
    if _opens_a_page(request):
        return _html(login_page(problem), status)
    return JSONResponse({"detail": problem}, status)


def _too_often(request: Request, wait: float) -> Response:
    seconds = math.ceil(wait)
    response = _answer(request, 429, f"Too many failed logins. Try again in {seconds} s.")
    response.headers["Retry-After"] = str(seconds)
    return response


def _refusal(request: Request) -> Response:
    if request.method == "GET" and _opens_a_page(request):
        return RedirectResponse(LOGIN, status_code=303)
    return JSONResponse(
        {"detail": "Log in, or send an Authorization: Bearer token (qa-bot token NAME)."},
        401,
        headers={"WWW-Authenticate": "Bearer"},
    )
