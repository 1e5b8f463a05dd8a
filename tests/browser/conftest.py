"""A served page, and the visitors of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_bot
import pytest
from playwright.sync_api import Browser, sync_playwright
from visitor import Visitor

from qa_bot import suggestions
from qa_bot.web import feedback, launch, uploads

SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path is not None, "marked browser, so only run where there is one"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=SWITCHES)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens windows; afterwards none may have met an error, a dialog or a stranger."""
    visitors: list[Visitor] = []

    def open_window(url: str, **context: Any) -> Visitor:
        visitors.append(Visitor(browser, url, **context))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
    assert [url for visitor in visitors for url in visitor.third_parties()] == []


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves a bot; gives the address."""
    pages: list[Any] = []

    def start(bot: Any) -> str:
        pages.append(launch(bot, port=0, prevent_thread_lock=True))
        return str(pages[-1].local_url)

    yield start
    for page in pages:
        page.close(verbose=False)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> fake_bot.FakeBot:
    """A FakeBot over two articles: one long, one short."""
    monkeypatch.setattr(uploads, "index_uploads", fake_bot.index_uploads)
    monkeypatch.setattr(uploads, "index_address", fake_bot.index_address)
    monkeypatch.setattr(uploads, "remove_articles", fake_bot.remove_articles)
    monkeypatch.setattr(feedback, "add", fake_bot.add_feedback)
    monkeypatch.setattr(suggestions, "suggested_questions", lambda bot, **_: bot.suggested)
    padding = "\n\n".join(f"Filler paragraph {n} says nothing of note." for n in range(120))
    return fake_bot.FakeBot(
        [
            fake_bot.article(
                "seeds/train.txt",
                f"Menu\r\n\r\n{padding}\r\n\r\nThe leader rode his armoured train for 20 hours to "
                f"the remote spaceport. He left at noon.\r\n\r\n{padding}",
                title="An armoured train goes east",
                source="The Daily Example",
                published="2023-09-14",
                url="https://example.org/train",
            ),
            fake_bot.article(
                "seeds/moon.txt",
                "A crew of four will land on the Moon. Their armoured rover weighs 900 kilograms "
                "on its train of wheels.",
                title="Four to the Moon",
            ),
        ],
        index=tmp_path / "index",
    )
