"""The page in the browser. ``launch(bot)`` serves it; ``build_page(bot)`` only builds it."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

# Before Gradio is imported: the page calls nobody.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from qa_bot.errors import ConfigError
from qa_bot.web.page import build_page, head, resource
from qa_bot.web.theme import quiet_theme

if TYPE_CHECKING:
    from qa_bot.bot import QABot

__all__ = ["build_page", "launch"]

LARGEST_UPLOAD = "200mb"
WORDS = {  # Gradio's own words that we say otherwise
    "upload_text.drop_file": "Drop text, Markdown or JSONL files here to add them",
    "upload_text.click_to_upload": "choose files",
}
_PORTS_TRIED = 20


def launch(
    bot: QABot,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    prevent_thread_lock: bool = False,
) -> gr.Blocks:
    """Serve the page and print its address.

    Where ``port`` is taken, one of the next nineteen is used; port 0 takes any
    that is free. Returns when the server stops, or at once with
    ``prevent_thread_lock``; ``.local_url`` of what is returned is the address and
    ``.close()`` ends it.

    Raises:
        ConfigError: none of the ports is free, or ``host`` is not an address of
            this machine.
    """
    free = _free_port(host, port)
    page = build_page(bot)
    page.launch(
        server_name=host,
        server_port=free,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
        max_file_size=LARGEST_UPLOAD,
        i18n=gr.I18n(en=WORDS),
        theme=quiet_theme(),
        css=resource("style.css"),
        head=head(),
    )
    if port not in (0, free):
        print(f"Port {port} is taken; using {free}.", flush=True)
    print(f"qa_bot answers on {page.local_url}  (Ctrl-C ends it)", flush=True)
    if not host.startswith(("127.", "localhost", "::1")):
        print("Anyone who reaches this address can ask, and add articles.", flush=True)
    if not prevent_thread_lock:
        page.block_thread()
    return page


def _free_port(host: str, port: int) -> int:
    """``port`` or the next free one after it."""
    candidates = [0] if port == 0 else range(port, min(port + _PORTS_TRIED, 65536))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    problem: OSError | None = None
    for candidate in candidates:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host.strip("[]"), candidate))
                return int(trial.getsockname()[1])
            except OSError as error:
                problem = error
    raise ConfigError(
        "the page cannot be served",
        where=f"{host}, ports {port} to {port + _PORTS_TRIED - 1}",
        expected="an address of this machine with a free port",
        found=problem,
        mend="qa-bot chat --port 8000, or --host 127.0.0.1",
    )
