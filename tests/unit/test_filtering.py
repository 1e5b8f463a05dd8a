"""The filter row of the page: boxes to Filters, Filters to words, sources to choose from."""

from __future__ import annotations

import pytest

from qa_bot.errors import QuestionError
from qa_bot.records import Filters
from qa_bot.storage.library import ArticleSummary
from qa_bot.web.filtering import MOST_SOURCES, Choice, chosen, source_names


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_empty_boxes_limit_nothing(empty: str | None) -> None:
    choice = chosen(empty, empty, empty, empty, False, False)
    assert choice == Choice()
    assert choice.in_words() == ""


def test_all_boxes() -> None:
    choice = chosen(
        " 2023-01-01", "2023-12-31 ", "BBC News; www.cnn.com;", "section=World; a = b", True, True
    )
    assert choice.filters == Filters(
        published_from="2023-01-01",
        published_until="2023-12-31",
        sources=("bbc news", "cnn.com"),
        equals={"section": "World", "a": "b"},
        include_undated=True,
    )
    assert choice.newest_first
    assert choice.in_words() == (
        "Only articles from 1 January 2023 until 31 December 2023 or undated, "
        "bbc news or cnn.com, section = World, a = b; newest first"
    )


def test_newest_alone_in_words() -> None:
    assert chosen("", "", "", "", False, True).in_words() == "Newest first"
    assert chosen("", "", "", "", True, False).in_words() == ""


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (("May", "", "", ""), "published_from"),
        (("", "2023-13-01", "", ""), "published_until"),
        (("2023-02-01", "2023-01-01", "", ""), "wrong order"),
        (("", "", "", "World"), "key=value"),
    ],
)
def test_what_cannot_be_read_is_told(boxes: tuple[str, str, str, str], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        chosen(*boxes, False, False)


def summary(number: int, source: str | None, url: str | None = None) -> ArticleSummary:
    return ArticleSummary(f"news/{number}.txt", "A title", source, url, None, "/a", 10, 1)


def test_sources_are_named_once_and_else_by_their_host() -> None:
    articles = [
        summary(1, "Post"),
        summary(2, "bbc", "https://www.bbc.com/2"),
        summary(3, "Post"),
        summary(4, None, "https://www.cnn.com/4"),
        summary(5, None, "javascript:alert(1)"),
        summary(6, None),
    ]
    assert source_names(articles) == ["bbc", "cnn.com", "Post"]


def test_of_very_many_sources_those_with_most_articles_are_named() -> None:
    articles = [summary(n, f"source {n:04}") for n in range(MOST_SOURCES + 50)]
    articles += [summary(9000 + n, f"source {n:04}") for n in range(50, 60)]
    names = source_names(articles)
    assert len(names) == MOST_SOURCES
    assert {f"source {n:04}" for n in range(50, 60)} <= set(names)
