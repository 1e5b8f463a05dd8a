"""A bot as a running server: the page, the endpoints and, if wanted, MCP behind their guards.

A request passes, from outside in: headers for its response (SecurityHeaders), Host and Origin
(HostGuard), login (Gate, where there are accounts), the paths that are served (Doors), what it
sends (BodyGuard), and then the page (PageScripts, Gradio), MCP or the OpenAPI document.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from qa_bot.errors import ConfigError
from qa_bot.web import api_openapi
from qa_bot.web.auth_gate import Gate
from qa_bot.web.auth_page import LINK
from qa_bot.web.gradio_streams import EndedStreams
from qa_bot.web.page import build_page, head
from qa_bot.web.security_bodies import LARGEST_UPLOAD, BodyGuard
from qa_bot.web.security_doors import Doors
from qa_bot.web.security_headers import PageScripts, SecurityHeaders
from qa_bot.web.security_hosts import HostGuard, Hosts, is_loopback
from qa_bot.web.theme import quiet_theme

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.web.auth import Accounts

WORDS = {  # Gradio's own words that we say otherwise
    "upload_text.drop_file": "Drop articles or a folder here: text, Markdown, HTML, PDF, Word, "
    "EPUB, JSONL, CSV or an archive",
    "upload_text.click_to_upload": "choose files",
}
MOST_CONNECTIONS = 1000
_PORTS_TRIED = 20
_START_SECONDS = 60.0
_STOP_SECONDS = 3


def launch(
    bot: QABot,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    prevent_thread_lock: bool = False,
    accounts: Accounts | None = None,
    no_auth: bool = False,
    allow_hosts: Iterable[str] = (),
    read_only: bool = False,
    mcp: bool = False,
) -> Served:
    """Serve the page and print its address.

    Where ``port`` is taken, one of the next nineteen is used; port 0 takes any
    that is free. Returns when the server stops, or at once with
    ``prevent_thread_lock``; ``.local_url`` of what is returned is the address and
    ``.close()`` ends it.

    Args:
        accounts: who may use it; None: everybody who reaches it.
        no_auth: serve without accounts on a ``host`` that other machines reach.
        allow_hosts: further names that it goes by, such as a proxy's.
        read_only: nothing can be added or removed.
        mcp: the endpoints as MCP tools too, at /mcp.

    Raises:
        ConfigError: none of the ports is free, ``host`` is not an address of
            this machine, or other machines reach it and nobody has to log in.
    """
    if not is_loopback(host) and accounts is None and not no_auth:
        raise ConfigError(
            "other machines could reach the page, and nobody would have to log in",
            where=f"--host {host}",
            expected="accounts",
            found="none",
            mend="qa-bot password NAME > accounts, then qa-bot chat --host HOST --auth-file "
            "accounts; or --no-auth, to let everybody in",
        )
    listening = _listening(host, port)
    try:
        page = build_page(bot, read_only=read_only)
        app, routes = build_app(
            bot,
            page,
            hosts=Hosts(host, allow_hosts),
            accounts=accounts,
            read_only=read_only,
            mcp=mcp,
        )
        served = Served(page, app, routes, host, listening)
    except BaseException:
        listening.close()
        raise
    if port not in (0, served.server_port):
        print(f"Port {port} is taken; using {served.server_port}.", flush=True)
    print(f"qa_bot answers on {served.local_url}  (Ctrl-C ends it)", flush=True)
    if mcp:
        print(f"MCP (streamable HTTP) on {served.local_url}mcp", flush=True)
    if not is_loopback(host) and accounts is None:
        what = "ask." if read_only else "ask, and add articles."
        print(f"Anyone who reaches this address can {what}", flush=True)
    if not prevent_thread_lock:
        served.wait()
    return served


def build_app(
    bot: QABot,
    page: gr.Blocks,
    *,
    hosts: Hosts,
    accounts: Accounts | None = None,
    read_only: bool = False,
    mcp: bool = False,
) -> tuple[ASGIApp, FastAPI]:
    """``page`` and what else is served: (behind the guards, the routes alone).

    ``.state.streams`` of the routes ends event streams, in the loop ``.state.loop``.
    """
    routes = _routes(bot, page, login=accounts is not None, mcp=mcp)
    routes.state.streams = streams = EndedStreams(routes)
    page_at_root = PageScripts(streams, first="" if accounts is None else LINK)
    guarded: ASGIApp = Doors(BodyGuard(page_at_root, read_only=read_only))
    if accounts is not None:
        guarded = Gate(guarded, accounts)
    return SecurityHeaders(HostGuard(guarded, hosts)), routes


def _routes(bot: QABot, page: gr.Blocks, *, login: bool, mcp: bool) -> FastAPI:
    """The routes. Ours come first: a mounted Gradio takes whatever is left."""

    def openapi(_: Request) -> JSONResponse:
        return JSONResponse(api_openapi.document(login=login))

    stack: list[Any] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.loop = asyncio.get_running_loop()
        async with AsyncExitStack() as open_while_serving:
            for context in stack:
                await open_while_serving.enter_async_context(context())
            yield

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.router.routes.append(Route(api_openapi.PATH, openapi))
    if mcp:
        from qa_bot.web.mcp_server import PATH, http_manager

        manager = http_manager(bot)
        stack.append(manager.run)
        for path in (PATH, f"{PATH}/"):
            # Without sessions there is nothing to listen for (GET) and nothing to end (DELETE).
            mcp_route = Route(path, _Endpoint(manager.handle_request), methods=["POST"])
            app.router.routes.append(mcp_route)
    # /gradio_api/run would pass by the queue, and with it the bound on questions at once.
    page.api_open = False
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        footer_links=[],
        run_history=False,
        max_file_size=LARGEST_UPLOAD,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        i18n=gr.I18n(en=WORDS),
        theme=quiet_theme(),
        css=files("qa_bot.web").joinpath("style.css").read_text(encoding="utf-8"),
        head=head(),
    )
    return app


class _Endpoint:
    """An ASGI function as a route's endpoint; a plain function would be taken for a handler."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


class Served:
    """A server in a thread of its own.

    Raises:
        ConfigError: it does not start.
    """

    def __init__(
        self,
        page: gr.Blocks,
        app: ASGIApp,
        routes: FastAPI,
        host: str,
        listening: socket.socket,
    ) -> None:
        self.page, self.routes = page, routes
        self.server_port = int(listening.getsockname()[1])
        shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host.strip("[]"), host.strip("[]"))
        shown = f"[{shown}]" if ":" in shown else shown
        self.local_url = f"http://{shown}:{self.server_port}/"
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=_STOP_SECONDS,
                ws="none",
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="server", daemon=True
        )
        self._thread.start()
        patience = threading.Event()
        waited = 0.0
        while not self._server.started and self._thread.is_alive() and waited < _START_SECONDS:
            patience.wait(0.01)
            waited += 0.01
        if not self._server.started:
            self.close()
            raise ConfigError(
                "the page cannot be served",
                where=self.local_url,
                found="the server did not start; what it printed says why",
                mend="qa-bot chat --port 8000",
            )

    def wait(self) -> None:
        """Return when the server stops; Ctrl-C stops it."""
        try:
            while self._thread.is_alive():
                self._thread.join(0.2)
        except KeyboardInterrupt:
            self.close()

    def close(self, verbose: bool = False) -> None:
        """Stop serving, and free the port. May be called again."""
        if not self._thread.is_alive():
            return
        if verbose:
            print(f"Closing {self.local_url}", flush=True)
        self.page.is_running = False
        self.page._queue.close()
        if self._server.started:
            self.routes.state.loop.call_soon_threadsafe(self.routes.state.streams.end)
        self._server.should_exit = True
        self._thread.join(2 * _STOP_SECONDS)


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to ``port`` or the next free one after it."""
    candidates = [0] if port == 0 else range(port, min(port + _PORTS_TRIED, 65536))
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    problem: OSError | None = None
    for candidate in candidates:
        # asyncio switches Nagle's algorithm off only where TCP is named: 40 ms a reply.
        trial = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((bare, candidate))
            trial.listen(socket.SOMAXCONN)  # two cannot listen: the next one is tried
            return trial
        except OSError as error:
            trial.close()
            problem = error
    raise ConfigError(
        "the page cannot be served",
        where=f"{host}, ports {port} to {port + _PORTS_TRIED - 1}",
        expected="an address of this machine with a free port",
        found=problem,
        mend="qa-bot chat --port 8000, or --host 127.0.0.1",
    )
