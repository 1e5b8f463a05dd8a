"""How the page looks: contrast, dark mode, phones, no stranger's marks, no motion unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_bot import FakeBot
from playwright.sync_api import expect
from visitor import Visitor

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]

TRAIN = "How many hours did the leader ride his armoured train?"
PHONE = {"width": 390, "height": 844}

# WCAG 2.2, 1.4.3: contrast of every drawn text node with the first opaque colour behind it.
FAINT_TEXT = """() => {
  const parse = (c) => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
    const ink = canvas.getContext('2d', {willReadFrequently: true});
    ink.fillStyle = c; ink.fillRect(0, 0, 1, 1);
    return [...ink.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  let seen = 0;
  const check = (e, style, text) => {
    const [a, b] = [luminance(parse(style.color)), luminance(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    seen += 1;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${text}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility({visibilityProperty: true})) continue;
    if (['SCRIPT', 'STYLE'].includes(e.tagName)) continue;
    check(e, getComputedStyle(e), node.data.trim().slice(0, 40));
  }
  for (const e of document.querySelectorAll('[placeholder]'))
    if (e.checkVisibility()) check(e, getComputedStyle(e, '::placeholder'), e.placeholder);
  return [seen, faint];
}"""


def faint(user: Visitor) -> list[str]:
    user.page.wait_for_timeout(250)  # let colour transitions end
    seen, found = user.page.evaluate(FAINT_TEXT)
    assert seen > 5
    return list(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast_enough(
    scheme: str, fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake), color_scheme=scheme)
    assert faint(user) == []
    user.page.get_by_role("button", name="Filters").click()
    expect(user.page.get_by_label("From")).to_be_visible()
    user.page.get_by_label("Newest first").check()
    assert faint(user) == []
    exchange = user.ask(TRAIN)
    exchange.locator(".read summary").click()
    assert faint(user) == []
    user.ask("Who won yesterday evening?", "abstained")
    assert faint(user) == []
    user.ask("why " * 2500, "problem")
    assert faint(user) == []
    user.tab("Articles")
    expect(user.page.locator(".articles tbody tr")).to_have_count(2)
    assert faint(user) == []


def test_the_measure_of_contrast_finds_faint_text(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.page.add_style_tag(content=".welcome p { color: #999 !important }")
    assert len(faint(user)) == 1


def test_the_page_follows_the_system_into_the_dark(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    url = serve(fake)
    shades = {}
    for scheme in ("light", "dark"):
        user = visit(url, color_scheme=scheme)
        ground = user.page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, ground.strip("rgb()").split(",")))
    assert shades["light"] > 600 > 150 > shades["dark"]


def test_on_a_phone_the_evidence_lies_under_the_answer_and_nothing_scrolls_sideways(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake), viewport=PHONE, has_touch=True, is_mobile=True)

    def sideways() -> int:
        return int(
            user.page.evaluate(
                "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
            )
        )

    assert sideways() == PHONE["width"]
    exchange = user.ask(TRAIN)
    exchange.locator(".read summary").click()
    expect(user.panel.locator("mark")).to_have_text("20")
    answer, sheet = exchange.bounding_box(), user.panel.bounding_box()
    box = user.box.bounding_box()
    assert answer is not None
    assert sheet is not None
    assert box is not None
    assert sheet["y"] >= answer["y"] + answer["height"]
    assert 0 < sheet["x"] < sheet["x"] + sheet["width"] < PHONE["width"]
    assert box["y"] + box["height"] <= PHONE["height"]  # the box stays in reach
    assert sideways() == PHONE["width"]
    exchange.locator(".source-line .opener").click()
    expect(user.panel.locator("mark")).to_be_in_viewport()
    user.ask("Who won yesterday evening?", "abstained")
    assert sideways() == PHONE["width"]
    user.ask("why" * 3000, "problem")
    assert sideways() == PHONE["width"]
    user.tab("Articles")
    expect(user.page.locator(".articles tbody tr")).to_have_count(2)
    assert sideways() == PHONE["width"]


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700), (1600, 1000)])
def test_on_a_desk_answer_box_and_evidence_are_all_in_view(
    size: tuple[int, int], fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake), viewport={"width": size[0], "height": size[1]})
    user.ask(TRAIN)
    user.ask(TRAIN)
    user.page.wait_for_timeout(600)  # let smooth scrolling end
    scroll = "document.documentElement.scrollHeight"
    assert user.page.evaluate(scroll) <= size[1]
    log = user.page.locator(".log")
    assert user.in_view(user.last.locator(".quote mark"), log)
    assert user.in_view(user.panel.locator("mark"), user.panel.locator(".text"))
    box = user.box.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size[1]


def test_nothing_of_the_template_is_left(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    assert user.page.title() == "qa_bot"
    expect(user.page.get_by_role("heading", level=1)).to_have_text("qa_bot")
    shown = user.page.inner_text("body")
    assert "gradio" not in shown.lower()
    assert "api" not in shown.lower().split()
    icons = user.page.locator("link[rel~=icon]").evaluate_all("all => all.map(e => e.href)")
    assert any(icon.startswith("data:image/svg+xml") for icon in icons)
    assert not any(request.endswith((".woff", ".woff2", ".ttf")) for request in user.requests)


def test_motion_is_left_out_where_it_is_not_wanted(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    fake.answer_pause = 1.0
    user = visit(serve(fake), reduced_motion="reduce")
    user.send(TRAIN)
    expect(user.last).to_have_attribute("data-state", "reading")
    assert user.page.evaluate("document.getAnimations().length") == 0
    expect(user.last).to_have_attribute("data-state", "answered")
