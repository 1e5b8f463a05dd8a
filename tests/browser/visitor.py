"""A visitor of the page, whose browser notes all that should not happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

# Gradio's own and harmless; the last two, when a page is left while it listens.
QUIET = (
    *("Autofocus processing was blocked", "Method not implemented"),
    *("AbortError", "errored out"),
)

expect.set_options(timeout=20_000)


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

    def drop(self, onto: Locator, *paths: Path) -> None:
        """Drop files and folders, as from a file manager."""
        box = onto.bounding_box()
        assert box is not None
        devtools = self.context.new_cdp_session(self.page)
        for kind in ("dragEnter", "dragOver", "drop"):
            devtools.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": box["x"] + box["width"] / 2,
                    "y": box["y"] + box["height"] / 2,
                    "data": {"items": [], "files": list(map(str, paths)), "dragOperationsMask": 1},
                },
            )
        devtools.detach()

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
