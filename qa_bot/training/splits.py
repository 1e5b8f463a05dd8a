"""Which training passages are kept apart, and that none of them is a dev passage.

Hyper-parameters are chosen on a tenth of the training passages. Passages that
share a title or a fifth of their word 8-grams stand together on one side, so that
what is held out has not been seen under another name.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from qa_bot.errors import QABotError

GRAM = 8
"""Words of a gram."""
SHARED = 0.2
"""Passages are the same text when they share this much of the shorter one's grams."""
HELD_OUT = 10
"""One group in so many is held out."""
MOST_TITLED = 200
"""A title on more passages names a whole set, not an article."""


def word_grams(text: str) -> set[int]:
    """Hashes of the runs of :data:`GRAM` words of ``text``, case folded.

    A text with fewer words has one gram: all of its words.
    """
    words = re.findall(r"\w+", text.casefold())
    if not words:
        return set()
    runs = range(max(1, len(words) - GRAM + 1))
    return {hash(tuple(words[begin : begin + GRAM])) for begin in runs}


class Overlaps:
    """Finds the texts that share grams with a given one.

    Args:
        texts: what is searched; positions in it are what is found.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._sizes: list[int] = []
        self._holders: dict[int, list[int]] = {}
        for position, text in enumerate(texts):
            grams = word_grams(text)
            self._sizes.append(len(grams))
            for gram in grams:
                self._holders.setdefault(gram, []).append(position)

    def of(self, text: str) -> list[int]:
        """Positions of the texts that share at least :data:`SHARED` of the grams of
        ``text``, or of their own, ascending."""
        grams = word_grams(text)
        counts: Counter[int] = Counter()
        for gram in grams:
            counts.update(self._holders.get(gram, ()))
        return sorted(
            position
            for position, count in counts.items()
            if count >= SHARED * min(len(grams), self._sizes[position])
        )


def connected(texts: Sequence[str], titles: Mapping[str, str]) -> list[int]:
    """The group of each text: the smallest position that it is connected with.

    Args:
        texts: distinct passages.
        titles: title of a passage by its text; an empty one connects nothing.
    """
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    overlaps = Overlaps(texts)
    titled = Counter(titles.get(text, "").casefold() for text in texts)
    first_of: dict[str, int] = {}
    for position, text in enumerate(texts):
        for other in overlaps.of(text):
            join(position, other)
        title = titles.get(text, "").casefold()
        if title and titled[title] <= MOST_TITLED:
            join(position, first_of.setdefault(title, position))
    return [root(position) for position in range(len(texts))]


def held_out(texts: Sequence[str], titles: Mapping[str, str]) -> set[str]:
    """About one in :data:`HELD_OUT` of ``texts``, whole groups of them.

    Which groups is decided by the sha256 of a group's smallest text, so that it
    does not depend on the order of the texts.
    """
    members: dict[int, list[str]] = {}
    for text, group in zip(texts, connected(texts, titles), strict=True):
        members.setdefault(group, []).append(text)
    chosen: set[str] = set()
    for group_texts in members.values():
        digest = hashlib.sha256(min(group_texts).encode("utf-8", "surrogatepass")).digest()
        if int.from_bytes(digest, "big") % HELD_OUT == 0:
            chosen.update(group_texts)
    return chosen


def check_apart(training: Iterable[str], dev: Sequence[str]) -> int:
    """Makes sure that no training passage is a dev passage; how many were looked at.

    Raises:
        QABotError: a training passage shares :data:`SHARED` of its 8-grams with a
            dev passage, or the reverse.
    """
    overlaps, seen = Overlaps(dev), 0
    for text in training:
        seen += 1
        if found := overlaps.of(text):
            raise QABotError(
                "a training passage is a dev passage",
                where=f"{text[:60]!r}",
                expected=f"less than {SHARED:.0%} of its 8-grams in any dev passage",
                found=f"{dev[found[0]][:60]!r}",
                mend="leave that passage out of the training sets",
            )
    return seen
