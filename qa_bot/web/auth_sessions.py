"""Who is logged in, and how often one may try. Both in bounded memory."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

IDLE_SECONDS = 12 * 3600.0
MOST_SESSIONS = 10_000
FREE_TRIES = 5
FIRST_WAIT = 2.0
LONGEST_WAIT = 300.0
FORGET_SECONDS = 900.0
MOST_ADDRESSES = 10_000


class Sessions:
    """Secret cookies to names. A session ends at logout, after IDLE_SECONDS without a request,
    with the process, or, the oldest first, beyond MOST_SESSIONS. Safe from many threads."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST_SESSIONS
    ) -> None:
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        # By the hash of the cookie: how long a look-up takes says nothing about the cookie.
        self._open: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def begin(self, name: str) -> str:
        """A new secret for ``name``."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._open[_key(secret)] = (name, self._clock())
            while len(self._open) > self._most:
                self._open.popitem(last=False)
        return secret

    def name(self, secret: str) -> str | None:
        """Whose secret it is; None where the session has ended or never was."""
        key = _key(secret)
        with self._lock:
            name, last = self._open.get(key, ("", 0.0))
            if not name:
                return None
            now = self._clock()
            if now - last > IDLE_SECONDS:
                del self._open[key]
                return None
            self._open[key] = (name, now)
            self._open.move_to_end(key)
            return name

    def end(self, secret: str) -> None:
        """Log out."""
        with self._lock:
            self._open.pop(_key(secret), None)


class Throttle:
    """Failed logins by address: FREE_TRIES at once, then a wait that doubles with each.

    An address that has not failed for FORGET_SECONDS starts afresh, and so does the one that
    failed longest ago beyond MOST_ADDRESSES. Safe from many threads.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST_ADDRESSES
    ) -> None:
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until ``address`` may try again; 0: now."""
        with self._lock:
            count, last = self._failed.get(address, (0, 0.0))
            since = self._clock() - last
            if count < FREE_TRIES or since > FORGET_SECONDS:
                return 0.0
            wait = min(FIRST_WAIT * 2.0 ** min(count - FREE_TRIES, 30), LONGEST_WAIT)
            return max(0.0, wait - since)

    def failed(self, address: str) -> None:
        """A login from ``address`` failed."""
        with self._lock:
            count, last = self._failed.pop(address, (0, 0.0))
            now = self._clock()
            self._failed[address] = (1 if now - last > FORGET_SECONDS else count + 1, now)
            while len(self._failed) > self._most:
                self._failed.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """A login from ``address`` went well."""
        with self._lock:
            self._failed.pop(address, None)


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
