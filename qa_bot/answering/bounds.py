"""Bounds of a quantity: "at least", "up to", "about", before or after the number."""

from __future__ import annotations

import re

_BEFORE = {
    "least": ("at least", "more than", "over", "upwards of", "no fewer than", "no less than",
              "above", "a minimum of"),
    "most": ("up to", "at most", "fewer than", "less than", "under", "below", "no more than",
             "as many as", "as much as", "a maximum of"),
    "about": ("about", "around", "approximately", "roughly", "some", "nearly", "almost", "circa",
              "an estimated", "estimated", "close to", "~"),
}  # fmt: skip
_AFTER = {"or more": "least", "or so": "about", "or less": "most", "or fewer": "most"}
_KINDS = {phrase: kind for kind, phrases in _BEFORE.items() for phrase in phrases}
_LONGEST = max(map(len, _KINDS)) + 2
# The search takes the leftmost match: "no more than" before "more than".
_IN_FRONT = re.compile(rf"(?:^|(?<=\W))({'|'.join(map(re.escape, _KINDS))})$")


def bound_before(spoken: str) -> tuple[str, str]:
    """The bound that folded ``spoken`` begins with ("least", "most", "about" or none), and
    what is left of it."""
    bare = re.sub(r"^(?:for|by|to|of|in|the) ", "", spoken)
    for phrase, kind in _KINDS.items():
        if bare.startswith(phrase) and not bare[len(phrase) : len(phrase) + 1].isalpha():
            return kind, bare[len(phrase) :].strip()
    return "", spoken


def bound_after(rest: str) -> tuple[str, str]:
    """The bound in what follows a number ("or more"), and what is left of it."""
    for words, kind in _AFTER.items():
        if rest.startswith(words):
            return kind, rest.removeprefix(words).strip()
    return "", rest


def bound_in_front(before: str) -> str:
    """The bound that the text before a span ends with."""
    tail = " ".join(before[-_LONGEST:].casefold().split()).rstrip("$£€¥₹ ")
    found = _IN_FRONT.search(tail)
    return _KINDS[found[1]] if found else ""
