"""What an article's words are like, in one row: by MinHash over its word shingles.

Shingles are runs of :data:`SHINGLE` words, without case and punctuation, of the text
that is not masked as boilerplate and no picture gallery: neither the menus of one site
nor the pictures that it shows under every match report make two of its articles
alike, and a title of its own makes no copy different.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from qa_bot.corpus.phrases import SLASHED_CREDIT
from qa_bot.records import Article, Span
from qa_bot.storage.duplicates import (
    COLUMNS,
    MIN_CONTAINMENT,
    MIN_JACCARD,
    MIN_JACCARD_APART,
    MIN_SHINGLES,
    MOST_DAYS_APART,
    PERMUTATIONS,
    SignatureArray,
)

SHINGLE = 5
"""Words of one shingle."""
SCHEME = "affine32"
"""Of datasketch's permutations; named, so that a new default changes nothing stored."""
RULE = (
    f"2/{SCHEME}/{PERMUTATIONS}/{SHINGLE}/{MIN_SHINGLES}/{MIN_JACCARD}/{MIN_CONTAINMENT}"
    f"/{MOST_DAYS_APART}/{MIN_JACCARD_APART}"
)
"""Changes whenever two articles could be near-duplicates under one and not the other; the
number in front, when rows are made otherwise. Another rule makes an index anew."""
MOST_OF_CAPTION = 800
"""Characters between two picture credits: a caption. What lies further apart is text."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def shingles(article: Article) -> set[bytes]:
    """The distinct shingles of the text that is neither masked nor a gallery; fewer words
    than :data:`SHINGLE` make none."""
    parts, position = [], 0
    for span in sorted([*article.masked, *galleries(article.text)]):
        parts.append(article.text[position : span.start])
        position = max(position, span.end)
    parts.append(article.text[position:])
    words = _WORD.findall("\n".join(parts).casefold().replace("’", "'"))
    return {
        " ".join(words[begin : begin + SHINGLE]).encode("utf-8", "surrogatepass")
        for begin in range(len(words) - SHINGLE + 1)
    }


def galleries(text: str) -> Iterator[Span]:
    """Where caption follows upon caption: from one picture credit ("A. Name/AP", "Hide Caption
    3 of 9") of a line to the next. The caption before the first credit has no known beginning."""
    before = None
    for credit in SLASHED_CREDIT.finditer(text):
        if before is not None and credit.start() - before <= MOST_OF_CAPTION:
            caption = Span(before, credit.end())
            if "\n" not in caption.of(text):
                yield caption
        before = credit.end()


def signature(article: Article) -> SignatureArray:
    """A row: uint32 (COLUMNS,), see :data:`qa_bot.storage.duplicates.COLUMNS`."""
    found = shingles(article)
    row = np.empty(COLUMNS, dtype=np.uint32)
    row[0] = len(found)
    minhash = _minhash()(num_perm=PERMUTATIONS, seed=1, scheme=SCHEME)
    if found:
        minhash.update_batch(sorted(found))
    row[1:-1] = minhash.hashvalues
    row[-1] = date.fromisoformat(article.published).toordinal() if article.published else 0
    return row


@cache
def _minhash() -> Any:
    # Importing it takes SciPy, a second: only where there is something new to index.
    from datasketch import MinHash

    return MinHash
