"""A citation's link in a real browser: it scrolls to the quote and marks just that."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from qa_bot.links import quote_link

PADDING = f"<p>{'Filler words are here. ' * 60}</p>" * 8
PAGE = f"""<!doctype html><meta charset="utf-8"><title>News</title>
<style>::target-text {{ background: #ff00ff; color: #ff00ff }}</style>{PADDING}
<p>It was 20 hours ago, he said.</p>{PADDING}
<p>Kim rode his <a href="#x">armoured</a>
   train   “20 hours” to Vostochny &amp; back — a 3.5-day trip.</p>{PADDING}
<p>The first part ends here,</p><div>Advertisement</div>
<p>and the second-rate part begins.</p>{PADDING}"""
MARKED = (255, 0, 255)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/news"
    server.shutdown()
    server.server_close()


def marked(page: Page) -> str | None:
    """The text between the first and the last marked pixel in view; None: nothing is marked."""
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    width, height = picture.size
    pixels = picture.load()
    assert pixels is not None
    rows = [y for y in range(height) if any(pixels[x, y] == MARKED for x in range(0, width, 2))]
    if not rows:
        return None

    def columns(y: int) -> list[int]:
        return [x for x in range(width) if pixels[x, y] == MARKED]

    top, bottom = rows[0] + 4, rows[-1] - 4
    edges = [min(columns(top)) + 1, top, max(columns(bottom)) + 1, bottom]
    text = page.evaluate(
        """([x0, y0, x1, y1]) => {
          const a = document.caretRangeFromPoint(x0, y0), b = document.caretRangeFromPoint(x1, y1);
          const range = document.createRange();
          range.setStart(a.startContainer, a.startOffset);
          range.setEnd(b.startContainer, b.startOffset);
          return range.toString();
        }""",
        edges,
    )
    return " ".join(str(text).split())


@pytest.mark.parametrize(
    ("quote", "before", "after", "expected"),
    [
        ("20 hours", "It was ", " ago, he said.", "20 hours"),
        # The same words further down, across a link, typographic quotes and wrapped source.
        ("20 hours", "Kim rode his armoured train “", "” to Vostochny & back", "20 hours"),
        ("armoured train “20 hours” to Vostochny & back", "his ", " — a",
         "armoured train “20 hours” to Vostochny & back"),
        ("3.5-day", "back — a ", " trip.", "3.5-day"),
        ("3", "back — a ", ".5-day trip.", "3.5"),
        ("ends here,\n\nand the second-rate part", "The first part ", " begins.",
         "ends here,Advertisement and the second-rate part"),
    ],
)  # fmt: skip
def test_the_page_opens_at_the_quote(
    browser: Browser, url: str, quote: str, before: str, after: str, expected: str
) -> None:
    page = browser.new_page()
    try:
        page.goto(str(quote_link(url, quote, before, after)))
        assert marked(page) == expected
        assert page.evaluate("scrollY") > 500
    finally:
        page.close()


def test_the_second_place_is_the_one_further_down(browser: Browser, url: str) -> None:
    page = browser.new_page()
    try:
        tops = []
        for before in ("It was ", "train “"):
            page.goto("about:blank")
            page.goto(str(quote_link(url, "20 hours", before)))
            page.wait_for_timeout(300)
            tops.append(page.evaluate("scrollY"))
        assert tops[1] > tops[0] + 300
    finally:
        page.close()


def test_words_that_the_page_does_not_have_open_it_at_its_beginning(
    browser: Browser, url: str
) -> None:
    page = browser.new_page()
    try:
        page.goto(str(quote_link(url, "30 hours", "It was ")))
        assert marked(page) is None
        assert page.evaluate("scrollY") == 0
    finally:
        page.close()
