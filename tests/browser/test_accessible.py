"""axe-core finds nothing against WCAG 2.2 A and AA, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from fake_bot import FakeBot, article
from playwright.sync_api import expect
from visitor import Visitor

TRAIN = "How many hours did the leader ride his armoured train?"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]


def violations(user: Visitor) -> list[str]:
    """Rule and element of everything that axe-core finds."""
    page = user.page
    page.wait_for_function("document.getAnimations().every(a => a.playState !== 'running')")
    if not page.evaluate("'axe' in window"):
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        page.evaluate(source)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
def test_axe_finds_nothing_in_any_state(
    scheme: str, size: dict[str, int], fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    pytest.importorskip("axe_playwright_python")
    fake.suggested = (TRAIN,)
    fake.cited_with = {"speaker": "the minister", "flags": ("denied",)}
    user = visit(serve(fake), color_scheme=scheme, viewport=size, reduced_motion="reduce")
    expect(user.page.locator(".suggestions")).to_be_visible()
    assert violations(user) == []
    fake.conflicting = True
    user.ask(TRAIN)
    fake.conflicting = False
    user.ask("Who won yesterday evening?", "abstained")
    user.ask("why " * 2500, "problem")
    user.page.locator(".exchange").first.locator(".side .opener").first.click()
    user.page.locator(".exchange").first.get_by_text("Closest passages").click()
    user.page.locator("#history summary").click()
    assert violations(user) == []
    user.page.keyboard.press("Escape")
    user.tab("Articles")
    expect(user.page.locator(".articles tbody tr")).to_have_count(2)
    assert violations(user) == []
    user.page.get_by_role("button", name="Remove Four to the Moon").click()
    assert violations(user) == []
    user.page.keyboard.press("Escape")
    user.tab("About")
    expect(user.page.locator(".about")).to_be_visible()
    assert violations(user) == []


def test_a_long_title_another_direction_and_a_huge_article_keep_the_layout(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    long = "Unbroken" * 60
    text = ("word " * 40_000)[:200_000] + " The silver falcon flew 77 miles over the desert."
    hebrew = "הנשיא ביקר 12 ערים ביום שלישי בדרום, silver falcon miles desert."
    fake.publish(
        [
            article("a/long.txt", text, title=long, source=long, published="2024-02-03"),
            article("a/rtl.txt", hebrew, title="כותרת ארוכה מאוד " * 6),
        ]
    )
    user = visit(serve(fake), viewport=PHONE)
    for width in (390, 1024, 2560):
        user.page.set_viewport_size({"width": width, "height": 844})
        user.ask("How many miles did the silver falcon fly over the desert?")
        user.last.locator(".chip").first.click()
        expect(user.panel.locator("mark")).to_have_text("77")
        expect(user.panel.locator("mark")).to_be_in_viewport()
        wide = user.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
        )
        assert wide == width
    user.page.locator(".also .opener").last.click()
    expect(user.panel.locator(".text p").first).to_have_css("direction", "rtl")
