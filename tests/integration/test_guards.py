"""A page as it is served by default: its headers, its limits, and what it does not do."""

from __future__ import annotations

import http.client
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from qa_bot.errors import ConfigError
from qa_bot.web import launch
from qa_bot.web.security_bodies import LARGEST_BODY, LARGEST_UPLOAD

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.web.serving import Served


@pytest.fixture(scope="module")
def web(open_server: Served) -> httpx.Client:
    return httpx.Client(base_url=open_server.local_url, timeout=60)


PATHS = (
    "/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/openapi.json", "/mcp",
    "/gradio_api/file=/etc/passwd", "/static/img/logo.svg", "/nothing", "/gradio_api/call/ask/x",
    "/manifest.json", "/robots.txt",
)  # fmt: skip


def test_every_response_carries_the_headers(web: httpx.Client) -> None:
    replies = [web.get(path) for path in PATHS]
    replies += [web.post("/gradio_api/upload"), web.post("/gradio_api/queue/join", json={})]
    replies.append(web.get("/", headers={"Host": "evil.example"}))
    replies.append(web.post("/", headers={"Origin": "http://evil.example"}))
    for reply in replies:
        headers = reply.headers
        policy = headers["content-security-policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy, reply.url
        assert "http" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert not [name for name in headers if name.startswith("access-control-")]
        assert "server" not in headers


def test_only_the_pages_own_scripts_may_run(web: httpx.Client) -> None:
    first, second = web.get("/"), web.get("/", headers={"Accept-Encoding": "br, gzip"})
    nonces = set()
    for reply in (first, second):
        (nonce,) = re.findall(r"'nonce-([\w-]+)'", reply.headers["content-security-policy"])
        scripts = re.findall(r"<script[^>]*>", reply.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert (
            "'unsafe-inline'" not in reply.headers["content-security-policy"].split("style-src")[0]
        )
        assert "object-src 'none'" in reply.headers["content-security-policy"]
        nonces.add(nonce)
    assert len(nonces) == 2
    head = web.head("/")
    assert head.status_code == 200


def test_the_page_names_no_other_host(web: httpx.Client) -> None:
    head = web.get("/").text.split("<script")[0]
    assert re.findall(r"https?://", head) == []
    assert "Gradio" not in head


def test_other_names_and_other_sites_are_refused(web: httpx.Client) -> None:
    for path in PATHS:
        assert web.get(path, headers={"Host": "rebound.example:7860"}).status_code == 421
        assert web.get(path, headers={"Origin": "http://evil.example"}).status_code == 403
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert web.options("/mcp", headers=preflight).status_code == 403
    assert web.options("/gradio_api/queue/join", headers=preflight).status_code == 403


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/mcp", "/gradio_api/call/v2/ask"])
def test_large_requests_are_refused(web: httpx.Client, path: str) -> None:
    assert web.post(path, content=b"x" * (LARGEST_BODY + 1)).status_code == 413

    def in_pieces() -> object:  # without a length beforehand
        for _ in range(LARGEST_BODY // 2**20 + 1):
            yield b"x" * 2**20

    assert web.post(path, content=in_pieces()).status_code == 413


def test_uploads_are_limited_by_size_and_number(web: httpx.Client) -> None:
    upload = "/gradio_api/upload"
    # One that says it is too large is answered before it is sent.
    connection = http.client.HTTPConnection(web.base_url.host, web.base_url.port, timeout=60)
    connection.request("POST", upload, headers={"Content-Length": str(LARGEST_UPLOAD + 1)})
    assert connection.getresponse().status == 413
    connection.close()
    many = [("files", (f"{n}.txt", b"x")) for n in range(501)]
    for files, problem in ((many, "At most 500"), ([("other", ("a.txt", b"x"))], "Only files")):
        reply = web.post(upload, files=files)
        assert reply.status_code == 400
        assert problem in reply.text


def test_an_upload_never_comes_back_as_a_page(web: httpx.Client) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    for name in ("a.txt", "a.html", "a.svg", "a.js", "a.xhtml", "a.pdf"):
        (path,) = web.post("/gradio_api/upload", files={"files": (name, page)}).json()
        try:
            for headers in ({}, {"Range": "bytes=0-20"}):
                reply = web.get(f"/gradio_api/file={path}", headers=headers)
                assert reply.status_code in (200, 206)
                assert reply.headers["content-type"] == "application/octet-stream"
                assert reply.headers["content-disposition"].startswith("attachment")
                assert "sandbox" in reply.headers["content-security-policy"]
        finally:
            Path(path).unlink()


def test_nothing_else_of_this_machine_is_handed_out(web: httpx.Client, hostile_bot: QABot) -> None:
    """Neither files of the index, nor of the system, nor what other hosts serve."""
    index = hostile_bot.index
    named = [str(file) for file in index.rglob("*") if file.is_file()]
    assert len(named) > 5
    paths = [f"file={path}" for path in (*named, "/etc/passwd", "/proc/self/environ", __file__)]
    paths += [f"file={Path(named[0]).parent}/../CURRENT", "file=qa_bot.toml", "file=..%2f..%2fx"]
    paths += [f"file={scheme}127.0.0.1:1/x" for scheme in ("http://", "https://", "//", "file://")]
    paths += ["proxy=http://127.0.0.1:1/x", "proxy=https://x.hf.space/x", "stream/x/y/z/a.ts"]
    paths += ["vibe-code/", "dev/reload", "custom_component/x/client/y/z", "deep_link", "runs"]
    for path in paths:
        reply = web.get(f"/gradio_api/{path}")
        assert reply.status_code in (403, 404), path


def test_no_file_is_fetched_from_elsewhere(web: httpx.Client) -> None:
    fetched = {"path": "http://127.0.0.1:1/x", "meta": {"_type": "gradio.FileData"}}
    for path, sent in (
        ("queue/join", {"data": [[fetched], "", None], "fn_index": 0, "session_hash": "x"}),
        ("call/v2/ask", {"question": "Who?", "filters": fetched}),
        ("call/ask", {"data": ["Who?", 5, {"equals": fetched}]}),
    ):
        reply = web.post(f"/gradio_api/{path}", json=sent)
        assert reply.status_code == 422, path
        assert "not fetched" in reply.text


def test_without_login_there_is_no_login_page(web: httpx.Client) -> None:
    assert web.get("/login").status_code == 404
    assert web.get("/logout").status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_machines_have_to_log_in(hostile_bot: QABot, host: str) -> None:
    with pytest.raises(ConfigError, match="nobody would have to log in") as caught:
        launch(hostile_bot, host=host, port=0, prevent_thread_lock=True)
    for way in ("--auth-file", "--no-auth", "qa-bot password"):
        assert way in str(caught.value)


def test_small_replies_are_not_held_back() -> None:
    """asyncio sets TCP_NODELAY where a socket's protocol is TCP by name, and not where it is 0."""
    from qa_bot.web.serving import _listening

    with _listening("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
