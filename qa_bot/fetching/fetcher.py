"""One address to its bytes: politely, within limits, never from the own network."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpcore

from qa_bot import __version__
from qa_bot.errors import FetchError
from qa_bot.fetching.addresses import host_of, joined, normalised
from qa_bot.fetching.connecting import CheckedBackend, PrivateAddress, Resolve, resolve
from qa_bot.fetching.robots import Rules, parse_robots

ROBOT = "qa_bot"
"""The name that robots.txt may speak to."""
USER_AGENT = f"{ROBOT}/{__version__} (indexes articles for question answering)"
_REDIRECTS = 5
_LONGEST_DELAY = 60.0
_ROBOTS_BYTES = 512 * 1024
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take. Bytes are unpacked ones; seconds are those of one address."""

    pages: int = 500
    page_bytes: int = 10_000_000
    total_bytes: int = 500_000_000
    seconds: float = 30.0
    pause: float = 1.0
    private: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What an address gave. ``address`` is where the last redirect led.

    ``content`` is unpacked; None when nothing has changed since the validators given.
    """

    address: str
    content: bytes | None
    content_type: str = ""
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class NotFetched(Exception):
    """An address gave nothing; says why. ``gone``: its server says that there is nothing (any
    more); ``unreachable``: no server answered."""

    def __init__(self, reason: str, *, gone: bool = False, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.gone, self.unreachable = gone, unreachable


class Fetcher:
    """Fetches for one run, on one thread; remembers robots.txt and when each host was asked."""

    def __init__(
        self,
        limits: Limits,
        *,
        resolve: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits, self._clock, self._sleep = limits, clock, sleep
        self._backend = CheckedBackend(allow_private=limits.private, resolve=resolve)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, network_backend=self._backend, max_keepalive_connections=8
        )
        self._robots: dict[str, Rules | NotFetched] = {}
        self._free_at: dict[str, float] = {}
        self.taken = 0
        """Bytes taken so far."""

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(
        self, address: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """The content of a normalised ``address``. The validators of an earlier answer make
        the server send nothing when it has nothing new.

        Raises:
            NotFetched: it gave nothing that can be used; says why.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        sent = {name: value for name, value in validators.items() if value}
        return self._follow(address, sent, self._limits.page_bytes, obey=True)

    def _follow(
        self, address: str, headers: Mapping[str, str], most: int, *, obey: bool
    ) -> Response:
        for _ in range(_REDIRECTS + 1):
            if obey:
                self._obey(address)
            self._wait(address)
            found = self._request(address, headers, most)
            if isinstance(found, Response):
                return found
            try:
                address = normalised(joined(address, found))
            except FetchError:
                raise NotFetched(f"it redirects to {found!r}, which is no web address") from None
        raise NotFetched(f"it redirects more than {_REDIRECTS} times")

    def _obey(self, address: str) -> None:
        """Raises:
        NotFetched: robots.txt does not allow it.
        """
        rules = self._rules(address)
        if isinstance(rules, NotFetched):
            raise rules
        if not rules.allows(address):
            raise NotFetched("its robots.txt does not allow it")
        if rules.delay > _LONGEST_DELAY:
            raise NotFetched(f"its robots.txt asks for {rules.delay:.0f} s between two requests")

    def _rules(self, address: str) -> Rules | NotFetched:
        """RFC 9309, 2.3.1: none where there is no file; nothing is allowed where a server
        fails to say."""
        place = urljoin(address, "/robots.txt")
        if place not in self._robots:
            try:
                found = self._follow(place, {}, _ROBOTS_BYTES, obey=False)
                self._robots[place] = parse_robots(found.content or b"", ROBOT)
            except NotFetched as error:
                if error.unreachable:
                    raise  # the page would not be reached either
                failed = NotFetched(f"its robots.txt cannot be read: {error}")
                self._robots[place] = Rules() if isinstance(error, _Refused) else failed
        return self._robots[place]

    def _wait(self, address: str) -> None:
        """Until the host may be asked again."""
        host, now = host_of(address), self._clock()
        wait = self._free_at.get(host, 0.0) - now
        if wait > 0:
            self._sleep(wait)
        rules = self._robots.get(urljoin(address, "/robots.txt"))
        asked = rules.delay if isinstance(rules, Rules) else 0.0
        self._free_at[host] = self._clock() + max(self._limits.pause, asked)

    def _request(self, address: str, headers: Mapping[str, str], most: int) -> Response | str:
        """The answer to one request; a string is where it redirects."""
        seconds = self._limits.seconds
        self._backend.deadline = time.monotonic() + seconds
        wait = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        sent = {
            "User-Agent": USER_AGENT,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip",
            **headers,
        }
        try:
            with self._pool.stream(
                "GET", address, headers=list(sent.items()), extensions={"timeout": wait}
            ) as answer:
                return self._read(answer, address, most)
        except PrivateAddress as error:
            raise NotFetched(
                f"{error}, in the own network; --allow-private lets it be fetched"
            ) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise NotFetched(f"its server cannot be reached: {error}", unreachable=True) from None
        except httpcore.TimeoutException:
            raise NotFetched(f"it took longer than {seconds:g} s", unreachable=True) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as e:
            raise NotFetched(f"its server broke off: {e}") from None

    def _read(self, answer: httpcore.Response, address: str, most: int) -> Response | str:
        headers = {
            key.decode("latin-1").lower(): value.decode("latin-1") for key, value in answer.headers
        }
        status = answer.status
        if status in _REDIRECT and "location" in headers:
            return headers["location"]
        kept = headers.get("etag"), headers.get("last-modified")
        if status == 304:
            return Response(address, None, etag=kept[0], last_modified=kept[1])
        if 400 <= status < 500 and status != 429:
            raise _Refused(f"HTTP {status}", gone=status in _GONE)
        if status != 200:
            raise NotFetched(f"HTTP {status}")
        media, _, parameters = headers.get("content-type", "").partition(";")
        content = self._content(answer, headers, most)
        return Response(address, content, media.strip().lower(), _charset(parameters), *kept)

    def _content(self, answer: httpcore.Response, headers: Mapping[str, str], most: int) -> bytes:
        declared = headers.get("content-length", "")
        too_large = f"larger than the limit of {most / 1e6:g} MB"
        if declared.isascii() and declared.isdigit() and int(declared) > most:
            raise NotFetched(too_large)
        coding = headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise NotFetched(f"it came packed as {coding!r}, which was not asked for")
        raw = bytearray()
        for piece in answer.iter_stream():
            raw += piece
            self.taken += len(piece)
            if len(raw) > most:
                raise NotFetched(too_large)
            if self.taken > self._limits.total_bytes:
                total = self._limits.total_bytes / 1e6
                raise NotFetched(f"the limit of {total:g} MB for one run was reached")
        return gunzipped(bytes(raw), most) if "gzip" in coding else bytes(raw)


class _Refused(NotFetched):
    """The server says no (4xx)."""


def gunzipped(content: bytes, most: int) -> bytes:
    """``content`` unpacked.

    Raises:
        NotFetched: it is no gzip, or larger than ``most`` bytes.
    """
    unpacked = bytearray()
    while content:
        stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            unpacked += stream.decompress(content, most + 1 - len(unpacked))
        except zlib.error as error:
            raise NotFetched(f"its compression is damaged: {error}") from None
        if len(unpacked) > most:
            raise NotFetched(f"larger than the limit of {most / 1e6:g} MB when unpacked")
        if not stream.eof:
            raise NotFetched("its compression is damaged: it ends too early")
        content = stream.unused_data
    return bytes(unpacked)


def _charset(parameters: str) -> str | None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None
