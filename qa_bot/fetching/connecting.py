"""Connections to checked addresses only.

A name is resolved once, right before connecting; every IP address that it stands
for is checked, and the connection goes to one of those, while the Host header and
TLS keep the name. So a name that answers with another address the second time (DNS
rebinding) gains nothing, and every redirect is checked like the first request.
Proxies of the environment are not used: behind one nobody could check.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from qa_bot.fetching.addresses import own_network

Resolve = Callable[[str, int], list[str]]
"""``resolve(host, port)``: the IP addresses of a host, best first.

Raises:
    OSError: it has none.
"""


class PrivateAddress(Exception):
    """A host stands for an address of the own network; says which, and of what kind."""


def resolve(host: str, port: int) -> list[str]:
    """What the system says. Decimal, octal and short spellings of IPv4 are taken as such."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Connects for httpcore. Nothing it does goes on after :attr:`deadline`."""

    def __init__(self, *, allow_private: bool, resolve: Resolve = resolve) -> None:
        self._allow_private, self._resolve = allow_private, resolve
        self._system = httpcore.SyncBackend()
        self.deadline = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises:
        PrivateAddress: it is not allowed to connect there.
        httpcore.ConnectError, httpcore.ConnectTimeout: nobody answers.
        """
        trouble: Exception = httpcore.ConnectError("it has no address")
        for address in self._checked(host, port):
            try:
                stream = self._system.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
                return _UntilDeadline(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    def left(self, timeout: float | None) -> float:
        """``timeout``, or what is left until the deadline.

        Raises:
            httpcore.ReadTimeout: nothing is left.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this address is up")
        return left if timeout is None else min(left, timeout)

    def _checked(self, host: str, port: int) -> list[str]:
        """All addresses of ``host``; one that is not public spoils them all."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"its name cannot be resolved: {error}") from None
        for address in addresses:
            reason = own_network(address)
            if reason and not self._allow_private:
                raise PrivateAddress(f"{host} is {reason} ({address})")
        return addresses


class _UntilDeadline(httpcore.NetworkStream):
    """A stream whose every wait ends at its backend's deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, backend: CheckedBackend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _UntilDeadline(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
