"""Which names this server answers to, and from which pages it takes requests.

A page of another site can make a browser send requests here (CSRF), and with a name that it
lets point at this machine even read the answers (DNS rebinding). So the Host header has to be
one of ours, and what a browser sends has to come from our own page.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_READING = ("GET", "HEAD")
_OWN_SITES = ("same-origin", "none", "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``, an address or "localhost"."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    address = _address(bare)
    return address is not None and address.is_loopback


class Hosts:
    """The names that a server listening on ``host`` answers to, whatever the port.

    On loopback: localhost, loopback addresses and ``host``. Elsewhere also this machine's name,
    and any address in numbers, as no name can be made to point at those. ``also``: further
    names, such as that of a proxy in front.
    """

    def __init__(self, host: str, also: Iterable[str] = ()) -> None:
        self._any_address = not is_loopback(host)
        names = {"localhost", host.strip("[]"), *also}
        if self._any_address:
            own = socket.gethostname()
            names |= {own, f"{own}.local"}
        self._names = {name.lower().rstrip(".") for name in names if name}

    def answers(self, header: str) -> bool:
        """Whether a Host header names this server."""
        name = host_name(header)
        if name is None:
            return False
        address = _address(name)
        if address is not None and (self._any_address or address.is_loopback):
            return True
        return name in self._names


def host_name(header: str) -> str | None:
    """The name or address in a Host header, in lower case, without the port; None: not one."""
    if not header or any(char in header for char in "/\\@?# \t,"):
        return None
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    return (parts.hostname or "").rstrip(".") or None


class HostGuard:
    """ASGI: ``app`` for requests to one of ``hosts`` that no other site's page has sent."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            problem = self._problem(scope["method"], Headers(scope=scope))
            if problem is not None:
                await JSONResponse({"detail": problem[1]}, problem[0])(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _problem(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """(status, why) where the request is refused."""
        named = headers.getlist("host")
        if len(named) != 1 or not self._hosts.answers(named[0]):
            return 421, "This server does not go by that name (qa-bot chat --allow-host NAME)."
        forwarded = headers.get("x-forwarded-host")
        if forwarded is not None and not self._hosts.answers(forwarded):
            return 421, "This server does not go by the forwarded name."
        origin = headers.get("origin")
        if origin is not None and not _same_place(origin, named[0], forwarded):
            return 403, "Requests from the pages of other sites are not answered."
        opened = method in _READING and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "") not in _OWN_SITES and not opened:
            return 403, "Requests from the pages of other sites are not answered."
        return None


def _same_place(origin: str, host: str, forwarded: str | None) -> bool:
    scheme, sign, place = origin.partition("://")
    if not sign or scheme not in ("http", "https"):
        return False
    default = f":{443 if scheme == 'https' else 80}"
    own = {name.lower().removesuffix(default) for name in (host, forwarded or host)}
    return place.lower().removesuffix(default) in own


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
