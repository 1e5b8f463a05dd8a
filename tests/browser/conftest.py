"""A served page, and visitors whose browser notes all that should not happen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_bot
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from qa_bot import suggestions
from qa_bot.web import feedback, launch, uploads

SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Gradio's own and harmless; the last two, when a page is left while it listens.
QUIET = (
    *("Autofocus processing was blocked", "Method not implemented"),
    *("AbortError", "errored out"),
)

expect.set_options(timeout=20_000)


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


class Visitor:
    """One browser window on the page, with an empty history."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.url = url
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **context}
        )
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", self._on_console)
        self.page.on("dialog", self._on_dialog)
        self.page.goto(url)
        expect(self.page.locator(".log")).to_be_visible()

    def _on_console(self, message: Any) -> None:
        if message.type == "error" and not any(q in message.text for q in QUIET):
            self.problems.append(f"console: {message.text}")

    def _on_dialog(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @property
    def box(self) -> Locator:
        return self.page.get_by_label("Your question")

    @property
    def last(self) -> Locator:
        return self.page.locator(".exchange").last

    @property
    def panel(self) -> Locator:
        return self.page.locator(".evidence")

    def send(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")

    def ask(self, question: str, state: str = "answered", *, drawn: bool = False) -> Locator:
        """The newest exchange, once it is in ``state``; ``drawn``: however many there are."""
        before = self.page.locator(".exchange").count()
        number = int(self.last.get_attribute("data-number") or 0) if before else 0
        self.send(question)
        if drawn:
            expect(self.last).to_have_attribute("data-number", str(number + 1))
        else:
            expect(self.page.locator(".exchange")).to_have_count(before + 1)
        expect(self.last).to_have_attribute("data-state", state)
        return self.last

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def upload(self, *files: Path) -> None:
        self.tab("Articles")
        self.page.locator("#upload input[type=file]").set_input_files(list(files))

    def third_parties(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.url, "data:", "blob:"))]

    def in_view(self, locator: Locator, inside: Locator) -> bool:
        """Whether all of ``locator`` is drawn within ``inside`` and within the window."""
        box, frame = locator.bounding_box(), inside.bounding_box()
        window = self.page.viewport_size
        assert box is not None
        assert frame is not None
        assert window is not None
        return (
            box["y"] >= max(0, frame["y"])
            and box["y"] + box["height"] <= min(frame["y"] + frame["height"], window["height"])
            and box["x"] >= 0
            and box["x"] + box["width"] <= window["width"]
        )


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
