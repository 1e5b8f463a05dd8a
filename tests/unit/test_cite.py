"""Law 1: a quote is its slice, its sentence holds it, and nothing else leaves."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.cite import check, cite
from qa_bot.errors import CitationError
from qa_bot.records import Article, Span


def article(text: str) -> Article:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Article(
        "f/a.txt", "T", text, "The Paper", "/f/a.txt", None, None, "2023-09-13", "utf-8", {}, digest
    )


TEXT = "A caption\n\nKim met Putin. They talked for five hours.\r\n\r\nThe end came."


def test_the_sentence_around_a_quote() -> None:
    start = TEXT.index("five hours")
    citation = cite(article(TEXT), Span(start, start + len("five hours")))
    assert citation.quote == "five hours"
    assert citation.sentence == "They talked for five hours."
    assert citation.sentence_span.of(TEXT) == citation.sentence
    assert (citation.source, citation.published) == ("The Paper", "2023-09-13")
    assert (citation.page, citation.flags, citation.speaker) == (None, (), None)


@pytest.mark.parametrize("span", [Span(3, 3), Span(0, 10_000), Span(9_000, 9_001)])
def test_a_span_outside_its_article_is_refused(span: Span) -> None:
    with pytest.raises(CitationError, match="lies outside its article"):
        cite(article(TEXT), span)


def test_a_quote_that_is_not_there_is_refused() -> None:
    citation = cite(article(TEXT), Span(11, 14))
    with pytest.raises(CitationError, match="not what its article says"):
        check(replace(citation, quote="Kin"), article(TEXT))
    with pytest.raises(CitationError, match="not what its article says"):
        check(replace(citation, sentence="Kim met Putin!"), article(TEXT))


def test_a_changed_article_is_refused() -> None:
    with pytest.raises(CitationError, match="has changed since it was cited"):
        check(cite(article(TEXT), Span(11, 14)), article(TEXT + " More."))


def test_a_quote_outside_its_sentence_is_refused() -> None:
    citation = cite(article(TEXT), Span(11, 14))
    other = Span(TEXT.index("The end"), len(TEXT))
    moved = replace(citation, sentence_span=other, sentence=other.of(TEXT))
    with pytest.raises(CitationError, match="not inside its sentence"):
        check(moved, article(TEXT))


@given(
    text=st.text(alphabet='ab. \n\r"é😀', min_size=1, max_size=60),
    edges=st.tuples(st.integers(0, 59), st.integers(1, 10)),
)
def test_every_citation_is_a_slice(text: str, edges: tuple[int, int]) -> None:
    start = min(edges[0], len(text) - 1)
    span = Span(start, min(len(text), start + edges[1]))
    citation = cite(article(text), span)
    assert text[citation.span.start : citation.span.end] == citation.quote
    assert text[citation.sentence_span.start : citation.sentence_span.end] == citation.sentence
    assert citation.quote in citation.sentence
