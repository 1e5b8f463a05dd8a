"""Where a text names a person: in full as asked, or by the last word of the name alone."""

from __future__ import annotations

import re
from functools import lru_cache

from qa_bot.records import Span

_NAMESAKE = re.compile(r"[A-Z][\w.’'-]*\s+\Z")
"""Another first name, or a firm's: "Anna Lund" is not Ole Lund."""


def names(text: str, name: str) -> bool:
    """Whether ``text`` holds the name, with any kind of apostrophe, blank and case."""
    return _mention(name).search(text) is not None


def mentions(text: str, name: str, sentence: Span) -> list[Span]:
    """The places of the name inside ``sentence``, in order: in full, and the last word of it
    where no other first name stands before."""
    full, surname = _mention(name), _mention(name.split()[-1])
    taken = [Span(*found.span()) for found in full.finditer(text, sentence.start, sentence.end)]
    for found in surname.finditer(text, sentence.start, sentence.end):
        alone = Span(*found.span())
        if not any(alone.overlaps(whole) for whole in taken) and not _NAMESAKE.search(
            text, sentence.start, alone.start
        ):
            taken.append(alone)
    return sorted(taken)


@lru_cache(maxsize=64)
def _mention(name: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in re.split(r"[\s.]+", name) if word]
    # "J. Alex Navarro" may be written with or without stops; a middle name may stand between.
    between = r"[.\s\u00a0]+(?:(?:[A-Z]\.|[\"“‘'(][A-Z]\w+[\"”’')])[\s\u00a0]+)?"
    joined = between.join(words).replace("'", "['’]").replace("’", "['’]")
    return re.compile(rf"(?<![\w-]){joined}(?![\w-])", re.IGNORECASE)
