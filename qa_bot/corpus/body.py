"""Which blocks of a web page are its article.

trafilatura says what the article is; the words come from the page itself. So a sentence
that trafilatura returned without its links is whole again, and paragraphs, lists and tables
keep their form. What trafilatura left out in the middle is taken up where it is set like the
paragraphs that were found; what it took from far outside them is left.

Measured by benchmarks/extraction.py; the numbers here were chosen on its fitting half.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from qa_bot.corpus.blocks import Block

COVERED = 0.6
"""A block belongs to the article when this share of its word triples was extracted."""
COVERED_SHORT = 0.9
"""The same for a block below twelve words, and for one inside a figure."""
CONTAINER = 0.8
"""The article lies in the innermost element with this share of what was extracted."""

_SHORT_WORDS = 12
_LIKE = 3
"""So many found paragraphs make a style; an unfound one of the same style is taken too."""
_LINKED = 0.5
_APART = frozenset(("nav", "header", "footer", "aside", "form", "menu", "address"))


def article_blocks(blocks: Sequence[Block], extracted: str, title: str) -> list[Block]:
    """Those of ``blocks`` that are the article, in their order, without its headline.

    ``extracted`` is what trafilatura returned; where it is empty, everything that is no
    menu, header, footer or list of links counts.
    """
    if extracted.strip():
        kept = _covered(blocks, extracted)
        kept = _with_alike(blocks, kept)
        kept = _in_container(blocks, kept)
        kept = _once(blocks, kept, extracted)
    else:
        kept = [_APART.isdisjoint(b.within) and b.linked < _LINKED for b in blocks]
    chosen = [block for block, keep in zip(blocks, kept, strict=True) if keep]
    headline = _key(title)
    first = 0
    while first < len(chosen) - 1 and (
        chosen[first].kind == "h1" or (headline and _key(chosen[first].text) == headline)
    ):
        first += 1
    return chosen[first:]


def _covered(blocks: Sequence[Block], extracted: str) -> list[bool]:
    words = re.findall(r"\w+", extracted)
    triples = set(zip(words, words[1:], words[2:], strict=False))
    lines = {_key(line) for line in extracted.split("\n")}
    kept = []
    for block in blocks:
        own = block.words
        if len(own) < 4:
            kept.append(bool(own) and _key(block.text) in lines)
            continue
        these = list(zip(own, own[1:], own[2:], strict=False))
        share = sum(triple in triples for triple in these) / len(these)
        strict = len(own) < _SHORT_WORDS or not {"figure", "figcaption"}.isdisjoint(block.within)
        kept.append(share >= (COVERED_SHORT if strict else COVERED))
    return kept


def _with_alike(blocks: Sequence[Block], kept: Sequence[bool]) -> list[bool]:
    prose = [block.kind == "p" and len(block.words) >= _SHORT_WORDS for block in blocks]
    styles = Counter(
        block.style
        for block, keep, is_prose in zip(blocks, kept, prose, strict=True)
        if keep and is_prose
    )
    return [
        keep or (is_prose and block.linked < _LINKED and styles[block.style] >= _LIKE)
        for block, keep, is_prose in zip(blocks, kept, prose, strict=True)
    ]


def _in_container(blocks: Sequence[Block], kept: Sequence[bool]) -> list[bool]:
    weights: Counter[int] = Counter()
    total = 0
    for block, keep in zip(blocks, kept, strict=True):
        if keep:
            total += len(block.text)
            for place in block.place:
                weights[place] += len(block.text)
    # Elements are numbered as they open, so that of those on one path the innermost is last.
    inmost = max((place for place, w in weights.items() if w >= CONTAINER * total), default=None)
    return [keep and inmost in block.place for block, keep in zip(blocks, kept, strict=True)]


def _once(blocks: Sequence[Block], kept: Sequence[bool], extracted: str) -> list[bool]:
    """A block that the page shows again, as a teaser, is taken as often as it was extracted."""
    flat = f" {_key(extracted)} "
    seen: Counter[str] = Counter()
    result = []
    for block, keep in zip(blocks, kept, strict=True):
        key = _key(block.text)
        if keep:
            seen[key] += 1
            keep = seen[key] == 1 or seen[key] <= flat.count(f" {key} ")
        result.append(keep)
    return result


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).casefold()
