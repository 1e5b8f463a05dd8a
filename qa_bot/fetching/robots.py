"""robots.txt by RFC 9309: the longest rule that matches decides, "*" and "$" included.

(The standard library's parser takes the first rule that matches and knows no
wildcards, so it would fetch what many sites forbid.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_READ = 500 * 1024
"""RFC 9309, 2.5: at least this much of the file is to be read (bytes)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robot may fetch from a host. ``rules``: (path pattern, allowed)."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allows(self, address: str) -> bool:
        """Whether ``address`` may be fetched. Without a rule for it, it may."""
        parts = urlsplit(address)
        path = _same_quoting(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        matching = [(len(p), allowed) for p, allowed in self.rules if _matches(p, path)]
        return max(matching, default=(0, True))[1]  # of two as long, the one that allows


def parse_robots(content: bytes, robot: str) -> Rules:
    """The rules for ``robot``: all groups that name it, else all for "*"."""
    named: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    is_named = False
    for agents, lines in _groups(content[:_READ].decode("utf-8", "replace")):
        if robot.lower() in agents:
            is_named = True
            named += lines
        elif "*" in agents:
            others += lines
    chosen = named if is_named else others
    rules = tuple(
        (_same_quoting(value), key == "allow")
        for key, value in chosen
        if key in ("allow", "disallow") and value
    )
    delays = [_seconds(value) for key, value in chosen if key == "crawl-delay"]
    return Rules(rules, max(delays, default=0.0))


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """(robots in lower case, [(field, value)]) of each group."""
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = set(), []
            agents.add(value.partition("/")[0].strip().lower())
        elif key in ("allow", "disallow", "crawl-delay") and agents:
            lines.append((key, value))
    yield agents, lines


def _matches(pattern: str, path: str) -> bool:
    """Whether a rule's path matches from the beginning of ``path``."""
    end = r"\Z" if pattern.endswith("$") else ""
    pieces = pattern.removesuffix("$").split("*")
    place = 0
    # Piece by piece, each as early as it can be: a regular expression of many "*" can take
    # time without bound on a path that does not match.
    for number, piece in enumerate(pieces):
        if number == 0:
            if not path.startswith(piece):
                return False
            place = len(piece)
        elif end and number == len(pieces) - 1:
            return len(path) - len(piece) >= place and path.endswith(piece)
        else:
            found = path.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
    return not end or place == len(path)


def _same_quoting(path: str) -> str:
    """One spelling of a path, so that ``%7e`` and ``~`` are the same."""
    return re.sub(
        r"(?:%[0-9a-fA-F]{2}|[^\x00-\x7f])+",
        lambda found: quote(unquote(found.group(), errors="surrogateescape"), safe="~"
                            , errors="surrogateescape"),
        path,
    )  # fmt: skip


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e6 else 0.0
