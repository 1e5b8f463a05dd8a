"""Web addresses: which strings are one, one spelling for each, and what lies in the own network."""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from qa_bot.errors import FetchError

_ADDRESS = re.compile(r"(?i)\s*[a-z][a-z0-9+.-]*://")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT = "%/:=&?~+!$,;'@()*"
_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that is reached."""


def is_address(given: object) -> bool:
    """Whether ``given`` is written as an address (``scheme://...``), not as a path."""
    return isinstance(given, str) and _ADDRESS.match(given) is not None


def normalised(address: str) -> str:
    """``address`` in one spelling: scheme and host in lower case, the host as ASCII (IDNA),
    no default port, no fragment, at least the path "/", other characters than ASCII quoted.

    Raises:
        FetchError: it is no address of http or https, or carries a password.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
        name = _ascii_host(host)
    except ValueError as error:
        raise _refused(address, str(error)) from None
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise _refused(address, f"the scheme {parts.scheme!r}")
    if not name:
        raise _refused(address, "no host")
    if parts.username is not None or parts.password is not None:
        raise _refused(address, "a user name or password")
    scheme = parts.scheme.lower()
    shown = f"[{name}]" if ":" in name else name
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        shown += f":{port}"
    path = quote(parts.path or "/", safe=_KEPT)
    return urlunsplit((scheme, shown, path, quote(parts.query, safe=_KEPT), ""))


def joined(base: str, reference: str) -> str:
    """``reference`` as seen from ``base``; one that is no address at all stays as it is."""
    try:
        return urljoin(base, reference.strip())
    except ValueError:  # "http://[" and the like
        return reference


def host_of(address: str) -> str:
    """The host of a normalised address, without brackets and port."""
    return urlsplit(address).hostname or ""


def site_of(address: str) -> str:
    """The host without its ``www.``, by which two addresses count as of one site."""
    return host_of(address).removeprefix("www.")


def own_network(address: str) -> str | None:
    """Why an IP address is not one of the public internet; None if it is.

    Loopback, private, link-local, unique local, shared (RFC 6598), multicast,
    unspecified and reserved ones are refused, and so are IPv6 addresses that only
    wrap such an IPv4 address (mapped, 6to4, NAT64).
    """
    ip = ip_address(address.partition("%")[0])
    inner = _wrapped(ip) if isinstance(ip, IPv6Address) else None
    if inner is not None:
        return own_network(str(inner))
    for name, holds in (
        ("a loopback address", ip.is_loopback),
        ("an unspecified address", ip.is_unspecified),
        ("a link-local address", ip.is_link_local),
        ("a multicast address", ip.is_multicast),
        ("a private address", ip.is_private or getattr(ip, "is_site_local", False)),
        ("a reserved address", ip.is_reserved or not ip.is_global),
    ):
        if holds:
            return name
    return None


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _ascii_host(host: str) -> str:
    """Lower case ASCII; names in other scripts by IDNA (the standard library's, of 2003)."""
    if host.isascii():
        return host.lower()
    return os.fsdecode(host.encode("idna")).lower()


def _refused(address: str, found: str) -> FetchError:
    return FetchError(
        "this is no address that can be indexed; the index is as it was",
        where=address,
        expected="https://host/... or http://host/..., without user name and password",
        found=found,
        mend="correct the address",
    )
