"""Conversations that outlive a reload and the server; export; feedback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_bot
from fake_bot import FakeBot
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.web import launch

TRAIN = "How many hours did the leader ride his armoured train?"
ROVER = "How much does the armoured rover weigh in kilograms?"
WINNER = "Who won yesterday evening?"

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]


def kept(user: Visitor) -> list[Any]:
    """The conversations that the browser holds."""
    return list(
        json.loads(user.page.evaluate("localStorage.getItem('qa_bot.conversations') ?? '[]'"))
    )


def until_kept(user: Visitor, exchanges: int) -> None:
    user.page.wait_for_function(
        "n => JSON.parse(localStorage.getItem('qa_bot.conversations') ?? '[]')"
        ".at(-1)?.exchanges.length === n",
        arg=exchanges,
    )


def test_a_reload_brings_the_conversation_back_and_it_goes_on(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    user.ask(WINNER, "abstained")
    until_kept(user, 2)
    user.page.reload()
    exchanges = user.page.locator(".exchange")
    expect(exchanges).to_have_count(2)
    expect(exchanges.locator(".question")).to_have_text([TRAIN, WINNER])
    expect(user.panel.locator("mark")).to_have_text("20")
    user.ask(ROVER)
    assert fake.histories[-1] == [TRAIN, WINNER]
    exchanges.first.locator(".source-line .opener").click()
    expect(user.panel.locator("h2")).to_have_text("An armoured train goes east")
    until_kept(user, 3)
    assert len(kept(user)) == 1


def test_an_earlier_conversation_is_opened_from_the_list(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    user.page.get_by_role("button", name="New conversation").click()
    expect(user.page.locator(".welcome")).to_be_visible()
    user.ask(ROVER)
    until_kept(user, 1)
    user.page.locator("#history summary").click()
    user.page.locator("#history .past", has_text=TRAIN).click()
    expect(user.page.locator(".question")).to_have_text([TRAIN])
    expect(user.panel.locator("mark")).to_have_text("20")
    # another tab begins afresh, and can open either
    other = user.context.new_page()
    other.goto(user.url)
    expect(other.locator(".welcome")).to_be_visible()
    other.locator("#history summary").click()
    expect(other.locator("#history .past")).to_have_count(2)
    other.get_by_role("button", name="Forget all of them").click()
    expect(other.locator("#history .past")).to_have_count(0)
    # what one window stores reaches the other a moment later
    user.page.wait_for_function(
        "() => JSON.parse(localStorage.getItem('qa_bot.conversations')).length === 0"
    )


def test_what_the_browser_hands_back_may_be_anything(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    until_kept(user, 1)
    user.page.evaluate(
        """() => {
          const all = JSON.parse(localStorage.getItem('qa_bot.conversations'));
          const bad = structuredClone(all[0].exchanges[0]);
          bad.number = 2; bad.answer.citations[0].title = 7;
          const evil = structuredClone(all[0].exchanges[0]);
          evil.number = 3; evil.question = '<img src=x onerror=window.taken=1>';
          evil.answer.citations[0].title = '<script>window.taken=1</script>';
          evil.answer.citations[0].url = 'javascript:window.taken=1';
          all[0].exchanges.push(bad, evil, null, 5, {number: 'x'});
          localStorage.setItem('qa_bot.conversations', JSON.stringify(all));
        }"""
    )
    user.page.reload()
    expect(user.page.locator(".exchange")).to_have_count(2)
    expect(user.last.locator(".chip")).to_contain_text("<script>")
    assert user.page.evaluate("window.taken") is None
    user.page.evaluate("localStorage.setItem('qa_bot.conversations', '{not json')")
    user.page.reload()
    expect(user.page.locator(".welcome")).to_be_visible()
    user.ask(TRAIN)


def test_a_conversation_is_saved_as_markdown_and_as_json(
    fake: FakeBot, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    user = visit(serve(fake), accept_downloads=True)
    user.ask(TRAIN)
    until_kept(user, 1)
    texts = {}
    for form in ("Markdown", "JSON"):
        user.page.locator("#history summary").click()
        with user.page.expect_download() as saving:
            user.page.get_by_role("button", name=form, exact=True).click()
        saving.value.save_as(tmp_path / form)
        texts[form] = (tmp_path / form).read_text(encoding="utf-8")
        assert saving.value.suggested_filename.endswith(".md" if form == "Markdown" else ".json")
        user.page.keyboard.press("Escape")
    assert f"## {TRAIN}" in texts["Markdown"]
    assert "> The leader rode his armoured train for **20** hours" in texts["Markdown"]
    (record,) = json.loads(texts["JSON"])
    citation = record["answer"]["citations"][0]
    text = fake.published[0].text
    assert text[citation["span"]["start"] : citation["span"]["end"]] == citation["quote"] == "20"


def test_feedback_is_kept_and_shown_and_survives_a_reload(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    exchange = user.ask(TRAIN)
    verdicts = exchange.locator(".verdicts button")
    expect(verdicts).to_have_text(["Right", "Wrong", "Wrong source", "Outdated"])
    exchange.get_by_role("button", name="Wrong source").click()
    pressed = exchange.get_by_role("button", name="Wrong source")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(exchange.locator(".thanks")).to_be_visible()
    user.page.wait_for_function(
        "localStorage.getItem('qa_bot.conversations').includes('wrong source')"
    )
    exchange.get_by_role("button", name="Outdated").click()
    expect(pressed).to_have_attribute("aria-pressed", "false")
    assert fake_bot.verdicts(fake) == [(TRAIN, "wrong source"), (TRAIN, "outdated")]
    user.page.wait_for_function("localStorage.getItem('qa_bot.conversations').includes('outdated')")
    user.page.reload()
    chosen = user.last.get_by_role("button", name="Outdated")
    expect(chosen).to_have_attribute("aria-pressed", "true")


def test_after_the_server_was_restarted_the_page_goes_on(
    fake: FakeBot, visit: Visit, serve: Serve
) -> None:
    first = launch(fake, port=0, prevent_thread_lock=True)  # type: ignore[arg-type]
    port = first.server_port
    user = visit(first.local_url)
    user.ask(TRAIN)
    until_kept(user, 1)
    first.close(verbose=False)
    again = launch(fake, port=port, prevent_thread_lock=True)  # type: ignore[arg-type]
    try:
        assert again.server_port == port
        user.page.reload()
        expect(user.page.locator(".question")).to_have_text([TRAIN])
        user.ask(ROVER)
        assert fake.histories[-1] == [TRAIN]
    finally:
        again.close(verbose=False)
    user.problems.clear()  # the browser notes that the server was away


def test_two_visitors_keep_their_own(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    url = serve(fake)
    one, two = visit(url), visit(url)
    one.ask(TRAIN)
    two.ask(ROVER)
    for user, question in ((one, TRAIN), (two, ROVER)):
        until_kept(user, 1)
        user.page.reload()
        expect(user.page.locator(".question")).to_have_text([question])
