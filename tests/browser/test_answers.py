"""What an answer shows beside its quote: who says it, its sources, the other side, a reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fake_bot import FakeBot, article
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.records import Answer

TRAIN = "How many hours did the leader ride his armoured train?"

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]


def test_who_says_it_and_that_it_is_denied_stands_under_the_quote(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    fake.cited_with = {"speaker": "the minister", "flags": ("denied", "hedged"), "page": 3}
    user = visit(serve(fake))
    exchange = user.ask(TRAIN)
    said = exchange.locator(".said").first
    expect(said).to_contain_text("according to the minister, 14 September 2023")
    expect(said.locator(".flag")).to_have_text(["denied", "not said for certain"])
    expect(exchange.locator(".source-line")).to_contain_text("page 3")
    expect(user.panel.locator(".where")).to_contain_text("page 3")


def test_a_conflict_stands_side_by_side_with_dates_and_opens_either_article(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    fake.conflicting = True
    user = visit(serve(fake))
    exchange = user.ask(TRAIN)
    sides = exchange.locator(".conflict .side")
    expect(sides).to_have_count(2)
    expect(sides.first).to_contain_text("This answer · 14 September 2023")
    expect(sides.last).to_contain_text("no date")
    expect(sides.last.locator("mark")).to_have_text("900")
    left, right = sides.first.bounding_box(), sides.last.bounding_box()
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]
    sides.last.locator(".opener").click()
    expect(user.panel.locator("h2")).to_have_text("Four to the Moon")


def test_what_contradicts_is_seen_at_the_end_of_a_long_sentence(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    fake.conflicting = True
    long = "which nobody who was there that day would have believed before it happened, " * 6
    fake.publish(
        [
            fake.published[0],
            article("seeds/other.txt", f"On his armoured train the leader, {long}rode 31 hours."),
        ]
    )
    exchange = visit(serve(fake)).ask(TRAIN)
    for side in exchange.locator(".conflict .side").all():
        mark, quote = side.locator("mark").bounding_box(), side.locator(".quote").bounding_box()
        assert mark is not None
        assert quote is not None
        assert mark["y"] + mark["height"] <= quote["y"] + quote["height"] + 1
    assert sorted(exchange.locator(".conflict mark").all_text_contents()) == ["20", "31"]


def test_sources_are_chips_and_the_further_ones_are_under_a_number(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    stream = fake.stream

    def agreed(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        for stage, result in stream(question, **options):
            if isinstance(result, Answer) and result.citations:
                result = replace(
                    result, citations=result.citations * 4, independent_sources=3, alternatives=()
                )
            yield stage, result

    fake.stream = agreed  # type: ignore[method-assign]
    fake.publish([article("reports/pier report.txt", "The pier has 57 herons.", title=" ")])
    user = visit(serve(fake))
    exchange = user.ask("How many herons does the pier have?")
    expect(exchange.locator(".agree")).to_contain_text("3 sources agree")
    chips = exchange.locator(".chip:visible")
    expect(chips).to_have_count(2)
    expect(chips.first).to_contain_text("pier report.txt")
    exchange.get_by_text("+2").click()
    expect(chips).to_have_count(4)


def test_a_follow_up_is_shown_as_it_was_understood_and_can_be_put_otherwise(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    follow_up = "And how heavy is it?"
    fake.rewrites[follow_up] = "How much does the armoured rover weigh in kilograms?"
    user = visit(serve(fake))
    user.ask(TRAIN)
    user.ask(follow_up)
    exchange = user.page.locator(".exchange").nth(1)
    expect(exchange.locator(".understood")).to_contain_text(fake.rewrites[follow_up])
    expect(exchange.locator(".quote mark")).to_have_text("900")
    exchange.get_by_role("button", name="Change").click()
    box = user.page.get_by_label("The question to ask instead")
    expect(box).to_be_focused()
    box.press("Escape")
    expect(exchange.get_by_role("button", name="Change")).to_be_focused()
    exchange.get_by_role("button", name="Change").click()
    box.fill(TRAIN)
    box.press("Enter")
    expect(user.page.locator(".exchange")).to_have_count(3)
    expect(user.last.locator(".quote mark")).to_have_text("20")
    exchange.get_by_role("button", name="Ask as typed").click()
    expect(user.page.locator(".exchange")).to_have_count(4)
    expect(user.last).to_have_attribute("data-state", "abstained")
    assert fake.histories == [[], [TRAIN], [], []]  # what is put otherwise stands by itself


def test_a_reply_to_small_talk_is_no_abstention(
    fake: FakeBot, serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_bot.web import chat, replies

    monkeypatch.setattr(replies, "is_talk", lambda answer: True)
    monkeypatch.setattr(chat, "is_talk", lambda answer: True)
    user = visit(serve(fake))
    exchange = user.ask("Hello there", "abstained")
    expect(exchange.locator(".talk")).to_contain_text("no sentence shares two words")
    expect(exchange).not_to_contain_text("Not in these articles")
    expect(exchange.locator(".verdicts")).to_have_count(0)
    expect(user.panel).to_contain_text("opens here")


def test_suggested_questions_are_offered_and_asked_by_a_click(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    fake.suggested = (TRAIN, "How much does the rover weigh?")
    user = visit(serve(fake))
    offered = user.page.locator(".suggestions button")
    expect(offered).to_have_text(list(fake.suggested))
    offered.first.click()
    expect(user.last.locator(".quote mark")).to_have_text("20")
    expect(user.page.locator(".suggestions")).to_be_hidden()


def test_the_citations_of_an_answer_are_walked_by_button_and_by_key(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    place = user.panel.locator(".place")
    expect(place).to_have_text("1 of 2")
    user.panel.get_by_role("button", name="Next citation").click()
    expect(place).to_have_text("2 of 2")
    expect(user.panel.locator("h2")).to_have_text("Four to the Moon")
    expect(user.panel.locator("h2")).to_be_focused()
    user.page.keyboard.press("n")
    expect(place).to_have_text("1 of 2")
    assert user.in_view(user.panel.locator("mark"), user.panel.locator(".text"))
    user.page.keyboard.press("p")
    expect(place).to_have_text("2 of 2")
    user.page.keyboard.press("ArrowLeft")
    expect(place).to_have_text("1 of 2")


def test_a_quote_is_copied_with_its_citation(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    user = visit(serve(fake), permissions=["clipboard-read", "clipboard-write"])
    user.ask(TRAIN)
    user.panel.get_by_role("button", name="Copy quote").click()
    expect(user.panel.locator(".copied")).to_have_text("copied")
    text = user.page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("“The leader rode his armoured train for 20 hours")
    assert "— An armoured train goes east, The Daily Example, 14 September 2023. https://" in text
    user.panel.get_by_role("button", name="Copy as Markdown").click()
    user.page.wait_for_function(
        "async () => (await navigator.clipboard.readText()).includes('**20**')"
    )


def test_without_a_clipboard_the_old_way_of_copying_serves(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
        "document.addEventListener('copy', () => {"
        " window.copied = document.activeElement.value; });"
    )
    user.ask(TRAIN)
    user.panel.get_by_role("button", name="Copy quote").click()
    expect(user.panel.locator(".copied")).to_have_text("copied")
    assert "20 hours" in user.page.evaluate("window.copied")


def test_the_floor_of_confidence_holds_for_this_tab_and_is_said(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    asked: list[Any] = []
    stream = fake.stream

    def noting(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        asked.append(options.get("min_confidence"))
        yield from stream(question, **options)

    fake.stream = noting  # type: ignore[method-assign]
    user = visit(serve(fake))
    user.ask(TRAIN)
    user.tab("About")
    user.page.locator("#floor input[type=number]").fill("60")
    user.page.keyboard.press("Tab")
    expect(user.page.locator(".meaning")).to_contain_text("60%")
    user.tab("Ask")
    exchange = user.ask(TRAIN)
    expect(exchange.locator(".limits")).to_have_text("Answers from 60% sure")
    assert asked == [None, 0.6]
