"""Independent sources: articles of one publisher, or with one text or nearly, count once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from qa_bot.answering.words import folded
from qa_bot.records import Citation


def independent_sources(
    citations: Sequence[Citation],
    text: Callable[[str], str],
    near_duplicates: Callable[[str], frozenset[str]] = lambda article_id: frozenset((article_id,)),
) -> int:
    """How many sources stand behind ``citations``.

    Two articles are one source when their source is the same, by name or by the
    host of their address, when they are near-duplicates, or when their texts are the
    same but for case, accents and white space. An article that names no source is its own.

    Args:
        text: article id to the article's text.
        near_duplicates: article id to those of its near-duplicates, itself included.
    """
    groups: list[set[str]] = []
    for citation in citations:
        near = near_duplicates(citation.article_id)
        marks = {*_publishers(citation), f"text {_fingerprint(text(citation.article_id))}"}
        marks |= {f"article {article_id}" for article_id in near}
        apart = []
        for group in groups:
            if group & marks:
                marks |= group
            else:
                apart.append(group)
        groups = [*apart, marks]
    return len(groups)


def _publishers(citation: Citation) -> Iterable[str]:
    """The source's name and the host, as one kind of mark: either may stand for the other."""
    if citation.source:
        yield f"source {_host_or_name(citation.source)}"
    if citation.url:
        try:
            host = urlsplit(citation.url).hostname
        except ValueError:
            host = None
        if host:
            yield f"source {host.removeprefix('www.')}"


def _host_or_name(source: str) -> str:
    return " ".join(source.casefold().split()).removeprefix("www.")


@lru_cache(maxsize=512)
def _fingerprint(text: str) -> str:
    return hashlib.sha256(folded(text).encode("utf-8", "surrogatepass")).hexdigest()
