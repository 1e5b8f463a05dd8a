"""What an article's words are like, in one row: by MinHash over its word shingles.

Shingles are runs of :data:`SHINGLE` words, without case and punctuation, of the text
that is not masked as boilerplate: the menus of one site make no two of its articles
alike, and a title of its own no copy different.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

from qa_bot.records import Article
from qa_bot.storage.duplicates import (
    COLUMNS,
    MIN_CONTAINMENT,
    MIN_JACCARD,
    MIN_SHINGLES,
    PERMUTATIONS,
    SignatureArray,
)

SHINGLE = 5
"""Words of one shingle."""
SCHEME = "affine32"
"""Of datasketch's permutations; named, so that a new default changes nothing stored."""
RULE = f"{SCHEME}/{PERMUTATIONS}/{SHINGLE}/{MIN_SHINGLES}/{MIN_JACCARD}/{MIN_CONTAINMENT}"
"""Changes whenever two articles could be near-duplicates under one and not the other."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def shingles(article: Article) -> set[bytes]:
    """The distinct shingles of the text that is not masked; fewer words than
    :data:`SHINGLE` make none."""
    parts, position = [], 0
    for span in article.masked:
        parts.append(article.text[position : span.start])
        position = max(position, span.end)
    parts.append(article.text[position:])
    words = _WORD.findall("\n".join(parts).casefold().replace("’", "'"))
    return {
        " ".join(words[begin : begin + SHINGLE]).encode("utf-8", "surrogatepass")
        for begin in range(len(words) - SHINGLE + 1)
    }


def signature(article: Article) -> SignatureArray:
    """The number of distinct shingles, then the MinHash values: uint32 (COLUMNS,)."""
    found = shingles(article)
    row = np.empty(COLUMNS, dtype=np.uint32)
    row[0] = len(found)
    minhash = _minhash()(num_perm=PERMUTATIONS, seed=1, scheme=SCHEME)
    if found:
        minhash.update_batch(sorted(found))
    row[1:] = minhash.hashvalues
    return row


@cache
def _minhash() -> Any:
    # Importing it takes SciPy, a second: only where there is something new to index.
    from datasketch import MinHash

    return MinHash
