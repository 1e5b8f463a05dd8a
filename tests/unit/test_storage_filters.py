"""Which articles pass which filters."""

from __future__ import annotations

import json

import pytest

from qa_bot.records import Filters
from qa_bot.storage.filters import StoredFields, is_open, passes


def stored(
    article_id: str = "a",
    source: str | None = "BBC News",
    url: str | None = None,
    published: str | None = "2023-05-10",
    **metadata: str,
) -> StoredFields:
    row = (0, article_id, source, url, published, "A title", "An author", json.dumps(metadata))
    return StoredFields.of(row)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), True),
        (Filters(published_from="2023-05-10"), True),
        (Filters(published_from="2023-05-11"), False),
        (Filters(published_until="2023-05-10"), True),
        (Filters(published_until="2023-05-09"), False),
        (Filters(published_from="2023-01-01", published_until="2023-12-31"), True),
        (Filters(sources=("bbc news",)), True),
        (Filters(sources=("CNN", "BBC News")), True),
        (Filters(sources=("CNN",)), False),
        (Filters(equals={"section": "world"}), True),
        (Filters(equals={"section": "sport"}), False),
        (Filters(equals={"absent": "world"}), False),
        (Filters(equals={"author": "An author", "section": "world"}), True),
        (Filters(exclude_articles=("a",)), False),
        (Filters(exclude_articles=("b",)), True),
    ],
)
def test_one_article(filters: Filters, expected: bool) -> None:
    assert passes(filters, stored(section="world")) is expected


@pytest.mark.parametrize("source", ["bbc.co.uk", "www.BBC.co.uk", "BBC.CO.UK"])
def test_a_source_may_be_the_host_of_the_url(source: str) -> None:
    article = stored(source=None, url="https://www.bbc.co.uk/news/1")
    assert passes(Filters(sources=(source,)), article)
    assert not passes(Filters(sources=("co.uk",)), article)


@pytest.mark.parametrize("source", ["https://www.BBC.co.uk/", "bbc.co.uk", "WWW.bbc.co.uk/"])
def test_a_source_that_is_an_address_is_known_by_its_host(source: str) -> None:
    assert passes(Filters(sources=("bbc.co.uk",)), stored(source=source))
    assert passes(Filters(sources=(source,)), stored(source="bbc.co.uk"))


def test_a_url_that_cannot_be_parsed_has_no_host() -> None:
    assert not passes(Filters(sources=("x",)), stored(source=None, url="http://[broken"))
    assert not passes(Filters(sources=("",)), stored(source=None))


def test_undated_articles_pass_a_date_filter_only_when_asked_for() -> None:
    undated = stored(published=None)
    assert not passes(Filters(published_from="2023-01-01"), undated)
    assert passes(Filters(published_from="2023-01-01", include_undated=True), undated)
    assert passes(Filters(sources=("bbc news",)), undated)


def test_only_empty_filters_are_open() -> None:
    assert is_open(Filters())
    assert is_open(Filters(include_undated=True))
    for filters in (
        Filters(published_from="2023-01-01"),
        Filters(published_until="2023-01-01"),
        Filters(sources=("x",)),
        Filters(equals={"a": "b"}),
        Filters(exclude_articles=("x",)),
    ):
        assert not is_open(filters)
