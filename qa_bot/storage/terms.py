"""Text to terms: lower case, accents folded, English stems, numbers kept whole.

Chunks and questions go through the same function, so that they meet. Whoever
changes what it gives raises ``manifest.SCHEMA_VERSION``: indexes made before are
then rebuilt from their stored articles. The stems
are Snowball's English ones (Porter, "Snowball: a language for stemming
algorithms", 2001).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

_TOKEN = re.compile(
    r"""
    (?: (?P<grouped>(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d))   # 1,000 and 1,000.5
      | (?P<number>\d+(?:\.\d+)*)                                   # 21, 21.1, 1.2.3
    ) (?:(?:st|nd|rd|th)\b)?                                         # 21st
  | (?P<initials>(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_]))   # u.s, p.m
  | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)                           # words, don't, o'neill
    """,
    re.VERBOSE,
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'"})

_FUNCTION_WORDS = (
    "a about an and any are as at be because been being but by can could did do does doing for "
    "from had has have having he her hers him his how i if in into is it its many me much my of "
    "on or our she should so some than that the their them then there these they this those to "
    "was we were what when where which while who whom whose why will with would you your"
)


class _Memory(dict[str, tuple[str, ...]]):
    """What stands between two blanks -> its terms: most of a text is words met before.

    Emptied when it has grown large. One thread at a time works out a new entry, as
    a PyStemmer object must not be used by two.
    """

    _LARGEST = 1 << 18

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._stemmer: Any = None

    def __missing__(self, piece: str) -> tuple[str, ...]:
        with self._lock:
            if self._stemmer is None:
                import Stemmer

                self._stemmer = Stemmer.Stemmer("english", 0)
            found = tuple(_terms_of(piece, self._stemmer.stemWord))
            if len(self) >= self._LARGEST:
                self.clear()
            self[piece] = found
        return found


_MEMORY = _Memory()


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, repeats included.

    "Putin's £21.1bn" gives putin, 21.1, bn; a hyphenated word gives its parts;
    "U.S." gives us; "1,000th" gives 1000.
    """
    found: list[str] = []
    for piece in text.split():  # no term reaches over a blank
        found += _MEMORY[piece]
    return found


@cache
def function_terms() -> frozenset[str]:
    """Terms of words that say how a question is built, not what it is about."""
    return frozenset(terms(_FUNCTION_WORDS))


def distinct(found: Iterable[str]) -> list[str]:
    """Each term once, in the order of its first use."""
    return list(dict.fromkeys(found))


def _terms_of(piece: str, stem: Callable[[str], str]) -> Iterator[str]:
    if not piece.isascii():
        piece = _fold(piece.translate(_APOSTROPHES))
    for match in _TOKEN.finditer(piece.lower()):
        kind = match.lastgroup
        if kind == "word":
            yield stem(_bare(match[0]))
        elif kind == "number":
            yield match["number"]
        elif kind == "grouped":
            yield match["grouped"].replace(",", "")
        else:
            yield match[0].replace(".", "")


def _bare(word: str) -> str:
    """Without possessive and apostrophes: putin's -> putin, o'neill -> oneill."""
    if "'" not in word:
        return word
    return word.removesuffix("'s").replace("'", "")


def _fold(text: str) -> str:
    """Compatibility forms taken apart, combining marks dropped, case folded."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()
