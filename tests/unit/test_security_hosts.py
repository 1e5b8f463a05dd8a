"""Which names a server answers to, and whose pages may send it requests."""

import asyncio

import pytest

from qa_bot.web.security_hosts import HostGuard, Hosts, host_name, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("localhost", True), ("LOCALHOST", True),
        ("::1", True), ("[::1]", True), ("0.0.0.0", False), ("::", False), ("10.0.0.5", False),
        ("example.org", False), ("127.0.0.1.evil.org", False), ("localhost.evil.org", False),
        ("", False),
    ],
)  # fmt: skip
def test_loopback_is_what_other_machines_cannot_reach(host, loopback):
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:7860", "localhost"), ("LocalHost", "localhost"), ("[::1]:80", "::1"),
        ("example.org.", "example.org"), ("", None), ("a/b", None), ("user@localhost", None),
        ("localhost, evil.org", None), ("localhost:x", None), ("local host", None), (":7860", None),
    ],
)  # fmt: skip
def test_the_name_in_a_host_header(header, name):
    assert host_name(header) == name


LOCAL = ("localhost", "localhost:7860", "127.0.0.1:7860", "[::1]:7860", "127.0.0.1", "localhost.:1")
FOREIGN = ("evil.org", "evil.org:7860", "127.0.0.1.evil.org", "localhost.evil.org", "", "10.0.0.5")


def test_on_loopback_only_loopback_names_are_answered():
    hosts = Hosts("127.0.0.1")
    assert [header for header in LOCAL if not hosts.answers(header)] == []
    assert [header for header in FOREIGN if hosts.answers(header)] == []


def test_a_proxy_adds_its_name():
    hosts = Hosts("127.0.0.1", ["QA.example.org"])
    assert hosts.answers("qa.example.org")
    assert hosts.answers("qa.example.org:443")
    assert not hosts.answers("example.org")


def test_elsewhere_addresses_in_numbers_and_the_machines_own_name_are_answered(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Desk7")
    hosts = Hosts("0.0.0.0")
    for header in (*LOCAL, "10.0.0.5:7860", "[fe80::1]:7860", "desk7:7860", "desk7.local"):
        assert hosts.answers(header), header
    assert not hosts.answers("evil.org")
    assert Hosts("files.lan").answers("files.lan:7860")


def status(method="GET", hosts=None, **headers):
    """The status of a request with these headers, 200 where the app behind was reached."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    async def send(message):
        sent.append(message)

    pairs = {"host": "localhost:7860", **{k.replace("_", "-"): v for k, v in headers.items()}}
    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "headers": [(k.encode(), v.encode()) for k, v in pairs.items() if v is not None],
    }
    asyncio.run(HostGuard(app, hosts or Hosts("127.0.0.1"))(scope, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, 200),
        ("POST", {}, 200),  # programs send no Origin
        ("GET", {"host": "evil.org"}, 421),
        ("GET", {"host": None}, 421),
        ("POST", {"host": "evil.org", "origin": "http://evil.org"}, 421),
        ("GET", {"x_forwarded_host": "evil.org"}, 421),
        ("POST", {"origin": "http://localhost:7860"}, 200),
        ("POST", {"origin": "https://localhost:7860"}, 200),  # a proxy speaks https
        ("POST", {"origin": "http://localhost:3000"}, 403),
        ("POST", {"origin": "http://evil.org"}, 403),
        ("GET", {"origin": "http://evil.org"}, 403),
        ("POST", {"origin": "null"}, 403),
        ("POST", {"origin": ""}, 403),
        ("OPTIONS", {"origin": "http://evil.org", "access_control_request_method": "POST"}, 403),
        ("POST", {"sec_fetch_site": "cross-site"}, 403),
        ("GET", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, 403),
        ("GET", {"sec_fetch_site": "same-site", "sec_fetch_mode": "cors"}, 403),
        ("GET", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 200),
        ("POST", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 403),
        ("POST", {"sec_fetch_site": "same-origin", "origin": "http://localhost:7860"}, 200),
    ],
)
def test_requests_of_other_sites_are_refused(method, headers, expected):
    assert status(method, **headers) == expected


def test_a_proxy_on_the_usual_port_is_the_same_place():
    hosts = Hosts("127.0.0.1", ["qa.example.org"])
    for host in ("qa.example.org", "qa.example.org:443"):
        assert status("POST", hosts, host=host, origin="https://qa.example.org") == 200
    assert (
        status(
            "POST",
            hosts,
            x_forwarded_host="qa.example.org",
            origin="https://qa.example.org",
        )
        == 200
    )


def test_websockets_are_closed():
    sent = []

    async def send(message):
        sent.append(message)

    guard = HostGuard(None, Hosts("127.0.0.1"))
    asyncio.run(guard({"type": "websocket", "path": "/"}, None, send))
    assert [message["type"] for message in sent] == ["websocket.close"]
