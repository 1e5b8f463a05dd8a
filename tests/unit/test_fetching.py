"""Fetching: what counts as an address, robots.txt, and one request within its limits."""

from __future__ import annotations

import gzip
import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_server import Answer, Site, serving

from qa_bot.errors import FetchError
from qa_bot.fetching.addresses import is_address, normalised, own_network
from qa_bot.fetching.fetcher import Fetcher, Limits, NotFetched
from qa_bot.fetching.kinds import kind_of
from qa_bot.fetching.robots import parse_robots

# --- addresses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://Example.COM", "https://example.com/"),
        ("HTTP://example.com:80/a#part", "http://example.com/a"),
        ("https://example.com:8443/a b?q=ü", "https://example.com:8443/a%20b?q=%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        (" https://example.com/%7Euser ", "https://example.com/%7Euser"),
        ("http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/"),
    ],
)
def test_an_address_has_one_spelling(written: str, address: str) -> None:
    assert is_address(written)
    assert normalised(written) == address
    assert normalised(address) == address


@pytest.mark.parametrize(
    "written",
    ["ftp://example.com/", "file:///etc/passwd", "http://", "https://u:p@example.com/",
     "http://example.com:99999/", "http://[::1", "https://ü" + "x" * 70 + ".de/"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(written: str) -> None:
    assert is_address(written)
    with pytest.raises(FetchError, match="no address that can be indexed"):
        normalised(written)


def test_paths_are_no_addresses() -> None:
    assert not any(map(is_address, ["news", "/a/b", "C:\\news", "a.txt", "mailto:x", "a//b", 3]))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
     "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1",
     "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
     "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1",
     "64:ff9b::c0a8:1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "::127.0.0.1",
     "2001:0:7f00:1::"],
)  # fmt: skip
def test_the_own_network_is_known_in_every_spelling(address: str) -> None:
    assert own_network(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
     "2002:808:808::1"],
)  # fmt: skip
def test_the_public_internet_is_not(address: str) -> None:
    assert own_network(address) is None


@given(st.ip_addresses(v=4))
def test_what_wraps_an_address_is_judged_like_it(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    verdict = own_network(str(inner)) is None
    for wrapped in (
        f"::ffff:{inner}",
        str(ipaddress.IPv6Address((0x64FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
    ):
        assert (own_network(wrapped) is None) == verdict


# --- robots.txt (RFC 9309) ------------------------------------------------------------------

# The examples of RFC 9309, 5.1 and 5.2.
RFC = b"""User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot

EOF"""
LONGEST = b"""User-Agent: foobot
Allow: /example/page/
Disallow: /example/page/disallowed.gif
"""


@pytest.mark.parametrize(
    ("content", "robot", "path", "allowed"),
    [
        (RFC, "other", "/a/picture.gif", False),
        (RFC, "other", "/a/picture.gift", True),
        (RFC, "other", "/publications/x", True),
        (RFC, "other", "/example/page.html", False),
        (RFC, "foobot", "/anything", False),
        (RFC, "FooBot", "/example/page.html", True),
        (RFC, "bazbot", "/example/page.html", False),
        (RFC, "barbot", "/a/picture.gif", True),
        (RFC, "quxbot", "/example/page.html", True),
        (LONGEST, "foobot", "/example/page/disallowed.gif", False),
        (LONGEST, "foobot", "/example/page/other.gif", True),
        (b"User-agent: *\nDisallow: /a\nAllow: /a", "x", "/a", True),
        (b"User-agent: *\nDisallow: /*?print=", "x", "/news/1?print=1", False),
        (b"User-agent: *\nDisallow: /*?print=", "x", "/news/1?q=1", True),
        (b"User-agent: *\nDisallow: /caf%C3%A9", "x", "/caf%c3%a9/1", False),
        (b"User-agent: *\r\nDisallow: /a # not\r\n", "x", "/a/b", False),
        (b"Disallow: /", "x", "/", True),
        (b"User-agent: *\nDisallow:", "x", "/", True),
        (b"User-agent: *\nDisallow: /a*b*c$", "x", "/a1b2c3c", False),
        (b"User-agent: *\nDisallow: /a*b$", "x", "/ab/", True),
        (b"\xff\xfe\x00garbage\n:::\n", "x", "/", True),
    ],
)
def test_robots(content: bytes, robot: str, path: str, allowed: bool) -> None:
    assert parse_robots(content, robot).allows(f"http://h{path}") == allowed


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    rules = parse_robots(b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"$", "x")
    assert rules.allows("http://h/" + "a" * 5000 + "b")


def test_crawl_delay() -> None:
    assert parse_robots(b"User-agent: *\nCrawl-delay: 2.5", "x").delay == 2.5
    assert parse_robots(b"User-agent: *\nCrawl-delay: soon", "x").delay == 0


# --- what a content is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "content_type", "kind"),
    [
        (b"<!DOCTYPE html><html><p>x", "text/html", "page"),
        (b"<html>", "", "page"),
        (b"just text", "text/html", "page"),
        (b"<?xml version='1.0'?>\n<!-- a --><urlset xmlns='x'>", "text/html", "sitemap"),
        (b"<sitemapindex>", "application/xml", "sitemaps"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><rss version='2.0'>", "text/xml", "feed"),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", "application/atom+xml", "feed"),
        (b"<rdf:RDF>", "application/rss+xml", "feed"),
        ("<?xml version='1.0' encoding='utf-16'?><rss>".encode("utf-16"), "text/xml", "feed"),
        (b"words", "text/plain", "file"),
        (b"%PDF-1.7", "application/pdf", "file"),
        (b"\x89PNG", "image/png", None),
        (b"<svg>", "image/svg+xml", None),
        (b"{}", "application/json", None),
    ],
)
def test_kinds(content: bytes, content_type: str, kind: str | None) -> None:
    assert kind_of(content, content_type) == kind


# --- one request --------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


Make = Callable[..., Fetcher]


@pytest.fixture
def fetcher() -> Iterator[Make]:
    made: list[Fetcher] = []

    def make(time: Time | None = None, resolve: Any = None, **limits: Any) -> Fetcher:
        time = time or Time()
        given = Limits(**{"private": True, "seconds": 20.0, **limits})
        more = {"resolve": resolve} if resolve else {}
        made.append(Fetcher(given, clock=lambda: time.now, sleep=time.sleep, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_page_and_who_asks_for_it(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer("<p>Grüße", "text/html; charset=UTF-8", etag='"1"')
    found = fetcher().get(site.url("/a"))
    assert found.content == "<p>Grüße".encode()
    assert (found.content_type, found.charset, found.etag) == ("text/html", "utf-8", '"1"')
    assert site.sent[-1]["user-agent"].startswith("qa_bot/")
    assert site.sent[-1]["host"] == f"127.0.0.1:{site.port}"
    assert [path for _, path in site.asked] == ["/robots.txt", "/a"]


def test_what_has_not_changed_is_not_sent(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer("x", etag='"1"')
    assert fetcher().get(site.url("/a"), etag='"1"').content is None


def test_one_request_a_second_and_host(site: Site, fetcher: Make) -> None:
    for path in ("/a", "/b"):
        site.pages[path] = Answer("x")
    time = Time()
    one = fetcher(time, resolve=lambda host, port: ["127.0.0.1"])
    for path in ("/a", "/b"):
        one.get(site.url(path, "one.example"))
    assert time.slept == [1.0, 1.0]  # before /a, as robots.txt was asked for, and before /b
    one.get(site.url("/a", "two.example"))
    assert time.slept == [1.0, 1.0, 1.0]
    assert [host for host, _ in site.asked] == ["one.example"] * 3 + ["two.example"] * 2


def test_a_crawl_delay_is_kept(site: Site, fetcher: Make) -> None:
    site.pages |= {"/robots.txt": Answer("User-agent: qa_bot\nCrawl-delay: 7"), "/a": Answer("x")}
    time = Time()
    one = fetcher(time)
    one.get(site.url("/a"))
    one.get(site.url("/a"))
    assert time.slept == [1.0, 7.0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("User-agent: *\nDisallow: /a"), "robots.txt does not allow"),
        (Answer("", status=503), "robots.txt cannot be read: HTTP 503"),
        (Answer("User-agent: *\nCrawl-delay: 600"), "asks for 600 s"),
        (Answer("", status=403), None),
        (Answer("", status=404), None),
        (Answer("User-agent: qa_bot\nAllow: /\n\nUser-agent: *\nDisallow: /"), None),
    ],
)
def test_robots_txt_is_obeyed(site: Site, fetcher: Make, answer: Answer, said: str | None) -> None:
    site.pages |= {"/robots.txt": answer, "/a": Answer("x")}
    if said is None:
        assert fetcher().get(site.url("/a")).content == b"x"
    else:
        with pytest.raises(NotFetched, match=said):
            fetcher().get(site.url("/a"))
        assert "/a" not in site.paths


def redirect(to: str) -> Answer:
    return Answer(status=302, headers={"Location": to})


def test_redirects_are_followed_a_few_times(site: Site, fetcher: Make) -> None:
    for n in range(9):
        site.pages[f"/{n}"] = redirect(f"{n + 1}")
    site.pages["/5"] = Answer("five")
    assert fetcher().get(site.url("/0")).address == site.url("/5")
    site.pages["/5"] = redirect("/6")
    with pytest.raises(NotFetched, match="more than 5 times"):
        fetcher().get(site.url("/0"))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://h/", "http://[", "javascript:x"])
def test_a_redirect_out_of_the_web_is_refused(site: Site, fetcher: Make, to: str) -> None:
    site.pages["/a"] = redirect(to)
    with pytest.raises(NotFetched, match="no web address"):
        fetcher().get(site.url("/a"))


# --- never the own network -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0", "localhost",
     "[::ffff:127.0.0.1]", "[::1]"],
)  # fmt: skip
def test_no_spelling_of_loopback_is_reached(site: Site, fetcher: Make, host: str) -> None:
    site.pages["/a"] = Answer("secret")
    with pytest.raises(NotFetched, match=r"own network; --allow-private|cannot be reached"):
        fetcher(private=False).get(normalised(f"http://{host}:{site.port}/a"))
    assert site.asked == []


def pretending(public: str = "93.184.216.34") -> Callable[[str, int], list[str]]:
    """Resolves ``*.example`` to a public address."""

    def resolve(host: str, port: int) -> list[str]:
        return [public] if host.endswith(".example") else [host]

    return resolve


def test_a_name_that_also_stands_for_a_private_address_is_refused(fetcher: Make) -> None:
    one = fetcher(private=False, resolve=lambda host, port: ["93.184.216.34", "10.0.0.7"])
    with pytest.raises(NotFetched, match=r"a private address \(10\.0\.0\.7\)"):
        one.get("http://two-faced.example/")


def test_a_redirect_into_the_own_network_is_refused(
    site: Site, fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public address is only pretended: its connections end at the server of the test."""
    real = socket.create_connection
    monkeypatch.setattr(
        socket,
        "create_connection",
        lambda address, *rest, **more: real(("127.0.0.1", site.port), *rest, **more),
    )
    for to in (f"http://127.0.0.1:{site.port}/secret", "http://169.254.169.254/latest/"):
        site.pages = {"/a": redirect(to), "/secret": Answer("secret")}
        with pytest.raises(NotFetched, match="own network"):
            fetcher(private=False, resolve=pretending()).get("http://news.example/a")
    assert "/secret" not in site.paths


def test_the_checked_address_is_the_one_connected_to(
    site: Site, fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that stands for another address the next time (DNS rebinding) gains nothing: it
    is resolved once a connection, checked, and the connection goes to what was checked."""
    reached: list[str] = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        reached.append(address[0])
        return real(("127.0.0.1", site.port), *rest, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    site.pages |= {"/robots.txt": Answer(""), "/a": Answer("x")}
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    one = fetcher(private=False, resolve=lambda host, port: next(answers))
    assert one.get("http://news.example/a").content == b"x"
    with pytest.raises(NotFetched, match="a loopback address"):
        one.get("http://news.example:81/a")  # a new connection, so the name is asked again
    assert set(reached) == {"93.184.216.34"}
    assert site.sent[-1]["host"] == "news.example"


# --- limits -------------------------------------------------------------------------------


def dripping(handler: Any) -> None:
    """Sends a byte now and then, for ever."""
    import time

    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
    while True:
        handler.wfile.write(b"X: y\r\n")
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        handler.wfile.write(b"x" * 10_000)


BOMB = gzip.compress(b"0" * 5_000_000)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"x" * 200_001), "larger than the limit of 0.2 MB"),
        (Answer(write=endless), "larger than the limit of 0.2 MB"),
        (Answer(BOMB, headers={"Content-Encoding": "gzip"}), "0.2 MB when unpacked"),
        (Answer(b"no", headers={"Content-Encoding": "gzip"}), "compression is damaged"),
        (Answer(BOMB[:99], headers={"Content-Encoding": "gzip"}), "0.2 MB|ends too early"),
        (Answer(b"x", headers={"Content-Encoding": "br"}), "packed as 'br'"),
        (Answer(b"x", status=500), "HTTP 500"),
        (Answer(b"x", status=404), "HTTP 404"),
        (Answer(write=lambda handler: handler.wfile.write(b"nonsense\r\n\r\n")), "broke off"),
        (Answer(write=lambda handler: None), "broke off"),
    ],
)
def test_what_is_not_taken(site: Site, fetcher: Make, answer: Answer, said: str) -> None:
    site.pages["/a"] = answer
    with pytest.raises(NotFetched, match=said):
        fetcher(page_bytes=200_000).get(site.url("/a"))


def test_a_server_that_drips_does_not_hold_us(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(write=dripping)
    site.pages["/b"] = Answer("x")
    one = fetcher(seconds=1.0)
    one.get(site.url("/b"))
    with pytest.raises(NotFetched, match="longer than 1 s"):
        one.get(site.url("/a"))
    assert one.get(site.url("/b")).content == b"x"


def test_all_in_all_is_limited(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"x" * 600)
    one = fetcher(total_bytes=1000)
    one.get(site.url("/a"))
    with pytest.raises(NotFetched, match=r"limit of 0\.001 MB for one run"):
        one.get(site.url("/a"))


def test_nobody_there(fetcher: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        with pytest.raises(NotFetched, match="cannot be reached") as failed:
            fetcher().get(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert failed.value.unreachable


def test_a_name_that_does_not_exist(fetcher: Make) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(NotFetched, match="name cannot be resolved") as failed:
        fetcher(resolve=resolve).get("http://nowhere.example/")
    assert failed.value.unreachable
