"""With accounts: nothing without credentials, everything with them, read-only as asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from starlette.routing import Mount
from strangers import PASSWORD, curl, over_mcp

from qa_bot.records import Answer
from qa_bot.web.auth_sessions import FREE_TRIES
from qa_bot.web.security_doors import is_served

if TYPE_CHECKING:
    from qa_bot.web.serving import Served

QUESTION = "When was the bridge at Norby built?"
HTML = {"Accept": "text/html"}
EXTRA = (
    "/mcp", "/mcp/", "/gradio_api/openapi.json", "/openapi.json", "/docs", "/gradio_api/info",
    "/gradio_api/info?all_endpoints=true", "/config", "/theme.css", "/static/img/logo.svg",
    "/assets/index.js", "/gradio_api/file=/etc/passwd", "/gradio_api/upload", "/favicon.ico",
    "/gradio_api/queue/join", "/gradio_api/queue/data?session_hash=x", "/gradio_api/startup-events",
    "/gradio_api/mcp", "/gradio_api/mcp/schema", "/gradio_api/mcp/sse", "/monitoring", "//config",
    "/login/../config", "/login%2f..%2fconfig", "/Login", "/loginx", "/login/x", "/.well-known/x",
    "/gradio_api/call/ask", "/gradio_api/call/v2/ask", "/gradio_api/run/ask", "/%2e/config",
    "/logout", "/x", "/robots.txt", "/manifest.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def url(login_server: Served) -> str:
    return login_server.local_url.rstrip("/")


@pytest.fixture(scope="module")
def bearer(login_token: tuple[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {login_token[0]}"}


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route of an app, of what it mounts and of what it includes."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)  # FastAPI keeps included routers whole
        if isinstance(route, Mount):
            yield from routes(route.app, prefix + route.path)
        elif inner is not None:
            yield from routes(inner, prefix)
        else:
            for method in getattr(route, "methods", None) or ("GET", "POST", "DELETE"):
                yield method, prefix + re.sub(r"{(\w+)(:\w+)?}", r"x\1", route.path)


def every_request(served: Served) -> list[tuple[str, str]]:
    walked = set(routes(served.routes))
    assert len({path for _, path in walked}) > 60, "the walk finds Gradio's routes too"
    assert ("POST", "/gradio_api/queue/join") in walked
    assert ("GET", "/gradio_api/info") in walked
    assert ("GET", "/config") in walked
    return sorted(walked | {(method, path) for path in EXTRA for method in ("GET", "POST")})


def test_no_route_answers_without_credentials(login_server: Served, url: str) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        for method, path in every_request(login_server):
            if path.split("?")[0].rstrip("/") == "/login":
                continue
            reply = client.request(method, path, json={} if method == "POST" else None)
            assert reply.status_code == 401, (method, path)
            assert "Log in" in (reply.text or "Log in")
            assert len(reply.content) < 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {PASSWORD}"},
        {"Authorization": "Basic YWRhOmEgZ29vZCBsb25nIHBhc3N3b3Jk"},
        {"Cookie": "qa_bot_session=wrong; access-token=x"},
        {"Cookie": "qa_bot_session="},
    ],
)
def test_nor_with_wrong_ones(url: str, headers: dict[str, str]) -> None:
    for path in ("/", "/mcp", "/config", "/gradio_api/info", "/logout", "/nothing"):
        assert httpx.get(f"{url}{path}", headers=headers).status_code == 401


def test_every_route_answers_a_token(
    login_server: Served, url: str, bearer: dict[str, str]
) -> None:
    """Served ones with something else than a refusal; the others are not there."""
    served = 0
    with httpx.Client(base_url=url, headers=bearer, timeout=60) as client:
        for method, path in every_request(login_server):
            if path.rstrip("/") in ("/login", "/logout"):  # these are tested for themselves
                continue
            body = {} if method == "POST" else None
            with client.stream(method, path, json=body) as reply:  # some never end
                assert reply.status_code not in (401, 303, 500), (method, path)
                if reply.status_code != 404:
                    served += 1
                elif not is_served(path.split("?")[0]):
                    assert reply.headers["content-type"] == "application/json"
    assert served > 30


def test_a_browser_is_shown_the_way_to_the_login_page(url: str) -> None:
    reply = httpx.get(f"{url}/", headers=HTML)
    assert (reply.status_code, reply.headers["location"]) == (303, "/login")
    page = httpx.get(f"{url}/login", headers=HTML)
    assert page.status_code == 200
    assert "script" not in page.text
    assert "src=" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert httpx.post(f"{url}/", headers=HTML).status_code == 401


def test_logging_in_and_out(url: str) -> None:
    with httpx.Client(base_url=url, headers=HTML) as browser:
        form = {"username": "ada", "password": PASSWORD}
        reply = browser.post("/login", data=form, headers={"Origin": url})
        assert (reply.status_code, reply.headers["location"]) == (303, "/")
        cookie = reply.headers["set-cookie"]
        for attribute in ("HttpOnly", "SameSite=strict", "Path=/"):
            assert attribute in cookie
        assert "Secure" not in cookie  # over http it would never come back
        assert "window.gradio_config" in browser.get("/").text
        assert "Log out of qa_bot?" in browser.get("/logout").text
        assert browser.get("/").status_code == 200, "a mere link logs nobody out"
        stolen = dict(browser.cookies)
        assert browser.post("/logout").status_code == 303
        assert browser.get("/").status_code == 303
        # The session itself has ended, not just its cookie.
        assert httpx.get(f"{url}/config", cookies=stolen).status_code == 401


def test_over_https_the_cookie_is_secure(url: str) -> None:
    form = {"username": "ada", "password": PASSWORD}
    reply = httpx.post(f"{url}/login", data=form, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in reply.headers["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Host": "evil"}, 421)],
)
def test_another_site_cannot_log_anybody_in(url: str, headers: dict[str, str], status: int) -> None:
    form = {"username": "ada", "password": PASSWORD}
    reply = httpx.post(f"{url}/login", data=form, headers=headers)
    assert reply.status_code == status
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"username": "ada", "password": PASSWORD}},
        {
            "content": b"x" * 20_000,
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        {"data": {"username": "ada"}},
        {"data": {"username": ["ada", "eve"], "password": PASSWORD}},
        {"data": {"a": [str(n) for n in range(100)], "username": "ada", "password": PASSWORD}},
    ],
)
def test_what_is_not_the_form_is_refused(url: str, sent: dict[str, Any]) -> None:
    reply = httpx.post(f"{url}/login", **sent)
    assert reply.status_code == 400
    assert "set-cookie" not in reply.headers


def test_guessing_is_slowed_down_by_address(url: str) -> None:
    """From an address of its own, which a proxy on this machine names."""
    guesser = {"X-Forwarded-For": "203.0.113.7"}
    statuses = [
        httpx.post(
            f"{url}/login", data={"username": "ada", "password": f"guess {n}"}, headers=guesser
        )
        for n in range(FREE_TRIES + 1)
    ]
    assert [reply.status_code for reply in statuses] == [401] * FREE_TRIES + [429]
    assert int(statuses[-1].headers["retry-after"]) >= 1
    right = {"username": "ada", "password": PASSWORD}
    assert httpx.post(f"{url}/login", data=right, headers=guesser).status_code == 429
    other = {"X-Forwarded-For": "203.0.113.8"}
    assert httpx.post(f"{url}/login", data=right, headers=other).status_code == 200


def test_the_programs_of_strangers_work_with_a_token(
    login_server: Served, bearer: dict[str, str]
) -> None:
    url = login_server.local_url
    with_token = Client(url, headers=bearer, verbose=False)
    assert Answer.from_dict(with_token.predict(QUESTION, api_name="/ask")).question == QUESTION
    with_password = Client(url, auth=("ada", PASSWORD), verbose=False)
    assert with_password.predict(QUESTION, api_name="/ask")["question"] == QUESTION
    assert curl(url, "ask", {"question": QUESTION}, headers=bearer)["question"] == QUESTION
    tools, (result,) = over_mcp(f"{url}mcp", ("ask", {"question": QUESTION}), headers=bearer)
    assert len(tools) == 4
    assert result.structuredContent["question"] == QUESTION
    document = httpx.get(f"{url}gradio_api/openapi.json", headers=bearer).json()
    assert document["security"] == [{"token": []}]


def test_and_not_without(login_server: Served) -> None:
    url = login_server.local_url
    with pytest.raises(AuthenticationError, match="Invalid credentials"):
        Client(url, auth=("ada", "wrong"), verbose=False)
    with pytest.raises(Exception, match="Please login"):
        Client(url, verbose=False)
    with pytest.raises(BaseExceptionGroup):
        over_mcp(f"{url}mcp")


def test_read_only_takes_no_files(url: str, bearer: dict[str, str]) -> None:
    files = {"files": ("a.txt", b"An article.")}
    for path in ("/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload?upload_id=x"):
        reply = httpx.post(f"{url}{path}", files=files, headers=bearer)
        assert reply.status_code == 403
        assert "cannot be changed" in reply.text
