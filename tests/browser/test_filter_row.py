"""The filter row: folded away, narrow, and what it is set to reaches the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fake_bot import FakeBot
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.records import Filters

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]
TRAIN = "How many hours did the leader ride his armoured train?"


@pytest.fixture
def asked(fake: FakeBot) -> list[dict[str, Any]]:
    """The options of every question that reaches the bot."""
    options_seen: list[dict[str, Any]] = []
    stream = fake.stream

    def noting(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        options_seen.append(options)
        yield from stream(question, **options)

    fake.stream = noting  # type: ignore[method-assign]
    return options_seen


def unfold(user: Visitor) -> None:
    user.page.get_by_role("button", name="Filters").click()
    expect(user.page.get_by_label("From")).to_be_visible()


def test_without_a_filter_nothing_is_limited_and_nothing_is_said(
    fake: FakeBot, asked: list[dict[str, Any]], serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    expect(user.page.get_by_label("From")).to_be_hidden()
    exchange = user.ask(TRAIN)
    expect(exchange.locator(".limits")).to_have_count(0)
    assert asked[0]["filters"] == Filters()
    assert asked[0]["newest_first"] is False


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)])
def test_what_is_set_reaches_the_question_and_is_said(
    viewport: tuple[int, int],
    fake: FakeBot,
    asked: list[dict[str, Any]],
    serve: Serve,
    visit: Visit,
) -> None:
    width, height = viewport
    user = visit(serve(fake), viewport={"width": width, "height": height})
    unfold(user)
    user.page.get_by_label("From").fill("2023-01-01")
    user.page.get_by_label("Until").fill("2023-12-31")
    user.page.get_by_label("Source").click()
    user.page.get_by_role("option", name="The Daily Example").click()
    user.page.get_by_label("Metadata").fill("section=World")
    user.page.get_by_label("Newest first").check()
    user.page.get_by_label("Undated articles too").check()
    for label in ("From", "Until", "Source", "Metadata", "Newest first"):
        box = user.page.get_by_label(label).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    exchange = user.ask(TRAIN)
    expect(exchange.locator(".limits")).to_have_text(
        "Only articles from 1 January 2023 until 31 December 2023 or undated, "
        "the daily example, section = World; newest first"
    )
    assert asked[0]["filters"] == Filters(
        published_from="2023-01-01",
        published_until="2023-12-31",
        sources=("the daily example",),
        equals={"section": "World"},
        include_undated=True,
    )
    assert asked[0]["newest_first"] is True
    assert user.page.evaluate("document.documentElement.scrollWidth") == width


def test_a_date_that_cannot_be_read_is_told_and_the_question_stays(
    fake: FakeBot, asked: list[dict[str, Any]], serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    unfold(user)
    user.page.get_by_label("From").fill("last May")
    exchange = user.ask(TRAIN, "problem")
    expect(exchange.get_by_role("alert")).to_contain_text("YYYY-MM-DD")
    expect(user.box).to_have_value(TRAIN)
    assert asked == []


def test_an_answer_links_to_its_quote_on_the_live_page(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    exchange = user.ask(TRAIN)
    target = "https://example.org/train#:~:text=his%20armoured%20train%20for-,20,-hours%20to%20the%20remote"
    for place in (exchange.locator(".meta"), user.panel):
        link = place.get_by_role("link", name="Open at the quote")
        expect(link).to_have_attribute("href", target)
        expect(link).to_have_attribute("rel", "noopener noreferrer")
    exchange.locator(".read summary").click()
    exchange.locator(".passages .opener").first.click()
    expect(user.panel.get_by_role("link", name="Open the original")).to_have_attribute(
        "href", "https://example.org/train"
    )
