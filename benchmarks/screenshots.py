"""Screenshots of the page's main states, at 1280 and 390 pixels, light and dark.

    python benchmarks/screenshots.py            writes docs/images/*.png

Indexes seeds/ in a temporary folder, serves the page, and drives the system's
Chromium. Needs the extra ``dev`` and a Chromium on PATH.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from qa_bot import QABot, build_index
from qa_bot.web import launch

ROOT = Path(__file__).parent.parent
ANSWERED = "How many hours did Kim ride his armoured train?"
CONFLICT = "How long was the meeting between Putin and Kim?"
ABSTAINED = "Which team won the football world cup in 2018?"
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync")


def ask(page: Page, question: str) -> None:
    """Ask and wait until the reply stands still."""
    before = page.locator(".exchange").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    page.locator(".exchange").nth(before).wait_for()
    done = ".exchange:last-child:is([data-state=answered], [data-state=abstained])"
    page.locator(done).wait_for(timeout=60_000)
    page.wait_for_timeout(800)  # smooth scrolling


def shoot(browser: Browser, url: str, out: Path) -> list[Path]:
    """One file a state, size and colour scheme."""
    made = []
    for size, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page = context.new_page()

            def keep(state: str, page: Page = page, suffix: str = f"{size}-{scheme}") -> None:
                made.append(out / f"{state}-{suffix}.png")
                page.screenshot(path=made[-1])

            page.goto(url)
            page.locator(".log").wait_for()
            page.locator(".suggestions li").first.wait_for(timeout=120_000)
            page.wait_for_timeout(500)
            keep("empty")
            ask(page, ANSWERED)
            keep("answered")
            if size == "phone":
                page.locator(".source-line .opener").first.click()
                page.wait_for_timeout(800)
                keep("evidence")
            for state, question in (("conflict", CONFLICT), ("abstained", ABSTAINED)):
                page.get_by_role("button", name="New conversation").click()
                page.locator(".welcome").wait_for()
                ask(page, question)
                keep(state)
            page.get_by_role("tab", name="Articles").click()
            page.locator(".articles tbody tr").first.wait_for()
            page.wait_for_timeout(500)
            keep("articles")
            page.locator("[data-remove]").first.click()
            page.locator("dialog.sure").wait_for()
            keep("removing")
            page.keyboard.press("Escape")
            page.get_by_role("tab", name="About").click()
            page.locator(".about").wait_for()
            page.wait_for_timeout(500)
            keep("about")
            context.close()
    return made


def shrink(path: Path) -> None:
    """A palette of 256 colours: a page has few, and the file is a third as large."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> int:
    """Index, serve, shoot; prints the files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--corpus", type=Path, default=ROOT / "seeds")
    arguments = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        print(f"no Chromium on PATH (looked for {', '.join(CHROMIUM)})", file=sys.stderr)
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build_index(arguments.corpus, folder)
        served = launch(QABot.open(folder), port=0, prevent_thread_lock=True)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
                for path in shoot(browser, served.local_url, arguments.out):
                    shrink(path)
                    print(path)
        finally:
            served.close(verbose=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
