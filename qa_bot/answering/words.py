"""Words without what does not matter: case, accents, quotes, the kinds of dash and blank."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(map(chr, [*range(32), *range(127, 160)]), " "),
        **{"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"},
    }
)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "“”‘’«»–—…", " "))
_OUTER = " \t\n\"'.,;:!?()[]…-"
_ABBREVIATION = re.compile(r"\b[a-z]\.(?:\s?[a-z]\.)*\s?[a-z]\b(?!')\.?")


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """``text`` in small letters, without accents and outer punctuation, on one line.

    Quotes, dashes and blanks become the plain ones. Folding twice changes nothing.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(text.translate(_PLAIN).casefold().split()).strip(_OUTER)


def joined_initials(text: str) -> str:
    """Folded ``text`` with the stops of abbreviations left out: u.s. becomes us."""
    if "." not in text:
        return text
    return _ABBREVIATION.sub(lambda found: re.sub(r"[.\s]", "", found.group()), text)


def answer_key(text: str) -> str:
    """``text`` without case, punctuation, articles and spaces that do not matter."""
    return " ".join(_ARTICLES.sub(" ", text.casefold().translate(_PUNCTUATION)).split())


def vocabulary(words: str) -> frozenset[str]:
    """The words of a line, for the closed lists of the rules."""
    return frozenset(words.split())


FINITE_VERBS = vocabulary(
    "is are was were be been being am has have had do does did will would shall should can could"
    " may might must said says say told tells added announced wrote made makes make took takes take"
    " came comes come went goes go gave gives give got gets get became becomes become began begins"
    " led leads left leaves won wins lost loses held holds kept keeps saw sees found finds met"
    " meets put puts set sets let lets ran runs died"
)
"""Common verb forms. Words that hold one say something; words without are a noun phrase."""
