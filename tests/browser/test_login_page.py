"""Logging in and out with a real browser: its Origin and cookie rules are its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_bot import FakeBot
from playwright.sync_api import Browser, expect

from qa_bot.web import launch
from qa_bot.web.auth import Accounts, account_line

PASSWORD = "a good long password"


@pytest.fixture
def url(fake: FakeBot) -> Iterator[str]:
    accounts = Accounts.parse(account_line("ada", PASSWORD), "accounts")
    served = launch(fake, port=0, prevent_thread_lock=True, accounts=accounts, read_only=True)
    yield served.local_url
    served.close()


@pytest.mark.parametrize(
    "context",
    [{}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}],
    ids=["wide", "phone"],
)
def test_in_and_out_again(browser: Browser, url: str, context: dict[str, object]) -> None:
    window = browser.new_context(**context)
    page = window.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text))
    page.goto(url)
    assert page.url == f"{url}login"
    for password, what in (("a wrong password", "Name or password is not right."), (PASSWORD, "")):
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        if what:
            expect(page.get_by_role("alert")).to_have_text(what)
    expect(page.locator(".log")).to_be_visible()
    link = page.get_by_role("link", name="Log out")
    expect(link).to_be_in_viewport()
    # Nothing of the page lies over it.
    link.click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto(url)
    assert page.url == f"{url}login"
    window.close()
    assert [text for text in problems if "Content Security Policy" in text] == []


def test_a_logged_in_page_answers(browser: Browser, url: str) -> None:
    window = browser.new_context()
    page = window.new_page()
    page.goto(url)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".log")).to_be_visible()
    page.get_by_label("Your question").fill("How long did the leader ride his armoured train?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".exchange").last).to_have_attribute("data-state", "answered")
    window.close()
