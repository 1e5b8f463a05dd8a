"""Words of a question that occur nowhere: a slip of the keys, or another spelling.

"armuored" or "Zelensky" (where the articles write "Zelenskyy") brings nothing by
itself. Such a term is replaced by one that does occur and is one edit away: a
letter missing, too much, wrong, or two swapped (Damerau 1964). Only the lexical
search sees the replacement; the encoder and the reader get what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_lowercase

SHORTEST = 5
"""Shorter terms have too many neighbours for one of them to be meant."""

Frequency = Callable[[Sequence[str]], list[int]]
"""How many chunks hold each of some terms."""


def mend_terms(terms: Sequence[str], frequency: Frequency) -> list[str]:
    """``terms``, those that occur nowhere replaced by the nearest one that does.

    Swapped letters come before other edits; among equals, the term that more chunks
    hold, then the first in the alphabet. A term without such a neighbour, with a
    digit, or shorter than :data:`SHORTEST` stays.
    """
    counts = frequency(terms)
    return [
        term if count else _nearest(term, frequency)
        for term, count in zip(terms, counts, strict=True)
    ]


def _nearest(term: str, frequency: Frequency) -> str:
    if len(term) < SHORTEST or not (term.isascii() and term.isalpha()):
        return term
    for neighbours in (_swapped(term), _edited(term)):
        candidates = sorted(neighbours - {term})
        counts = frequency(candidates)
        known = [(-count, word) for word, count in zip(candidates, counts, strict=True) if count]
        if known:
            return min(known)[1]
    return term


def _swapped(term: str) -> set[str]:
    """Every term with two neighbouring letters in each other's place."""
    return {
        term[:place] + term[place + 1] + term[place] + term[place + 2 :]
        for place in range(len(term) - 1)
    }


def _edited(term: str) -> set[str]:
    """Every term with one letter less, one more, or another one."""
    cuts = [(term[:place], term[place:]) for place in range(len(term) + 1)]
    less = {head + tail[1:] for head, tail in cuts if tail}
    more = {head + letter + tail for head, tail in cuts for letter in ascii_lowercase}
    other = {head + letter + tail[1:] for head, tail in cuts if tail for letter in ascii_lowercase}
    return less | more | other
