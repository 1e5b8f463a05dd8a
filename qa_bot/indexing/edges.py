"""The first and last sentences of an article, as :mod:`qa_bot.storage.repeated` compares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from qa_bot.corpus.text import sentences
from qa_bot.records import Article, Span
from qa_bot.storage.repeated import FIRST, LAST, RULE, unknown_edges

MIN_WORDS = 4
"""A shorter sentence says too little: a name, a section, "Full story"."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def edges(article: Article) -> Any:
    """One row of :data:`~qa_bot.storage.repeated.EDGE`, with nothing masked for repeating.

    ``article.masked`` must be what its loader masked, and no more.
    """
    row = unknown_edges(1)[0]
    found = sentences(article.text)
    row["rule"] = RULE
    row["length"] = max(0, sum(map(len, found)) - sum(map(len, article.masked)))
    source = source_of(article)
    for place, span in enumerate(_at_the_edge(found, article.masked)):
        row["starts"][place], row["ends"][place] = span.start, span.end
        row["keys"][place] = _key(source, span.of(article.text))
    return row


def source_of(article: Article) -> str:
    """Whose boilerplate an article may have: its publisher's; where none is known, that of the
    folder that was indexed, by which its id begins."""
    if article.source:
        return f"source {article.source}"
    return f"root {article.article_id.partition('/')[0]}"


def _at_the_edge(found: Sequence[Span], masked: Sequence[Span]) -> list[Span]:
    """The first and the last of the sentences that are not masked, in order."""
    hidden = set(masked)

    def open_ones(spans: Iterable[Span], most: int) -> list[Span]:
        taken: list[Span] = []
        for span in spans:
            if len(taken) == most:
                break
            if span not in hidden:
                taken.append(span)
        return taken

    first = open_ones(found, FIRST)
    behind = first[-1].end if first else 0
    last = [span for span in open_ones(reversed(found), LAST) if span.start >= behind]
    return first + last[::-1]


def _key(source: str, sentence: str) -> int:
    """Equal for one source and the same words, whatever the case and the punctuation."""
    words = _WORD.findall(sentence.casefold().replace("’", "'"))
    if len(words) < MIN_WORDS:
        return 0
    content = f"{source}\0{' '.join(words)}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=8).digest()) or 1
