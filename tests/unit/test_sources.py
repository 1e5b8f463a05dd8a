"""Independent sources."""

from __future__ import annotations

import pytest

from qa_bot.answering.sources import independent_sources
from qa_bot.records import Citation, Span


def cited(article: str, source: str | None = None, url: str | None = None) -> Citation:
    span = Span(0, 1)
    return Citation(article, "T", source, "/x", url, None, span, "x", "x", span)


def count(*citations: Citation, **texts: str) -> int:
    return independent_sources(citations, lambda article: texts.get(article, article))


@pytest.mark.parametrize(
    ("one", "other", "sources"),
    [
        (cited("a"), cited("b"), 2),  # nothing is known of either
        (cited("a", "The Paper"), cited("b", "the paper"), 1),
        (cited("a", "The Paper"), cited("b", "The Post"), 2),
        (cited("a", "paper.example"), cited("b", None, "https://www.paper.example/2"), 1),
        (cited("a", None, "https://a.example/1"), cited("b", None, "https://b.example/1"), 2),
        (cited("a", "A", "http://[broken"), cited("b", "B"), 2),
    ],
)
def test_a_publisher_counts_once(one: Citation, other: Citation, sources: int) -> None:
    assert count(one, other) == sources
    assert count(other, one) == sources


def test_one_text_in_two_papers_is_one_source() -> None:
    one, other = cited("a", "The Paper"), cited("b", "The Post")
    assert count(one, other, a="It  “rained”\ntoday.", b='It "Rained" today.') == 1
    assert count(one, other, a="It rained today.", b="It snowed today.") == 2


def test_what_joins_two_sources_joins_all() -> None:
    chain = (cited("a", "A"), cited("b", "B"), cited("c", "A", "https://b.example"), cited("d"))
    assert count(*chain) == 3
    assert count(*chain, b="same", c="Same") == 2
    assert count() == 0
