"""One text in many papers: it is read once, and all its places are cited.

Which articles are near-duplicates was found when indexing. Here their passages are
compared word by word: a passage whose words stand in passages of its copies that are
read already takes no reading place; and a quote is carried over to a copy where the
words around it are the same there, at one place only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa_bot.answering.quantities import NUMBER_WORDS
from qa_bot.records import ScoredPassage, Span

NearDuplicates = Callable[[str], frozenset[str]]
"""Article id to the ids of its near-duplicates, itself included."""
MOST_NEW = 0.1
"""Share of a passage's words that may differ from what is read already, if none of them is
a number or a name: a corrected figure is read."""
_SHINGLE = 4
_BESIDE = 4
"""Words on either side of a quote that must be the same in a copy; ..."""
_ON_ONE_SIDE = 10
"""... or so many on one side, where the other was edited or the text ends."""
_REACH = 400
"""Characters around a quote that are compared."""
_WORD = re.compile(r"\w+(?:['’.,]\w+)*")


_NUMBERS = NUMBER_WORDS - {"a", "an"}


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    start: int
    end: int


def without_copies(
    passages: Sequence[ScoredPassage], near_duplicates: NearDuplicates, most: int
) -> list[ScoredPassage]:
    """The first ``most`` passages that are worth reading: without those whose words stand in
    better passages of a near-duplicate article."""
    kept: list[ScoredPassage] = []
    held: dict[str, set[tuple[str, ...]]] = {}
    for scored in passages:
        if len(kept) == most:
            break
        article_id = scored.passage.chunk.article_id
        others = near_duplicates(article_id) - {article_id}
        if others:
            words = _words(scored.passage.chunk.text)
            known = set().union(*(held.get(other, ()) for other in others))
            if known and not _is_new(words, scored.passage.chunk.text, known):
                continue
            held.setdefault(article_id, set()).update(_shingles(words))
        kept.append(scored)
    return kept


def place_in_copy(text: str, span: Span, copy: str) -> Span | None:
    """Where the words at ``span`` of ``text`` stand in ``copy``; None where the words around
    them are others there, or stand there twice. ``place.of(copy) == span.of(text)``."""
    start = max(0, span.start - _REACH)
    words = [
        _Word(word.key, word.start + start, word.end + start)
        for word in _words(text[start : span.end + _REACH])
    ]
    inside = [i for i, word in enumerate(words) if word.start < span.end and span.start < word.end]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    there = _words(copy)
    for before, after in ((_BESIDE, _BESIDE), (_ON_ONE_SIDE, 0), (0, _ON_ONE_SIDE)):
        begin, end = max(0, first - before), min(len(words), last + 1 + after)
        if end - begin < last - first + 1 + min(_BESIDE, before + after):
            continue
        keys = [word.key for word in words[begin:end]]
        found = [
            place
            for place in range(len(there) - len(keys) + 1)
            if there[place].key == keys[0]
            and all(there[place + i].key == key for i, key in enumerate(keys))
        ]
        if len(found) != 1:
            continue
        shift = found[0] - begin
        place_start = there[first + shift].start - (words[first].start - span.start)
        place = Span(max(0, place_start), max(0, place_start) + len(span))
        if place.of(copy) == span.of(text):
            return place
    return None


def _is_new(words: Sequence[_Word], text: str, known: set[tuple[str, ...]]) -> bool:
    """Whether ``words`` say what ``known`` shingles do not."""
    covered = [False] * len(words)
    for begin, shingle in enumerate(_shingles(words)):
        if shingle in known:
            covered[begin : begin + _SHINGLE] = [True] * _SHINGLE
    new = [word for word, is_known in zip(words, covered, strict=True) if not is_known]
    return len(new) > MOST_NEW * len(words) or any(
        word.key[:1].isdigit() or word.key in _NUMBERS or text[word.start].isupper() for word in new
    )


def _words(text: str) -> list[_Word]:
    return [
        _Word(match.group().casefold().replace("’", "'"), *match.span())
        for match in _WORD.finditer(text)
    ]


def _shingles(words: Sequence[_Word]) -> list[tuple[str, ...]]:
    keys = [word.key for word in words]
    return [tuple(keys[i : i + _SHINGLE]) for i in range(len(keys) - _SHINGLE + 1)]
