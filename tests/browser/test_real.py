"""The page over the real index, embedder and reader.

The floor of confidence is set so that each test knows whether an answer is shown;
how good the answers are is the evaluation's business.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.indexing import build_index

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]

TRAIN = "How many hours did Kim ride his armoured train?"
STARFISH = "How many purple starfish did the divers count on the northern reef?"
REEF = "Divers counted 412 purple starfish on the northern reef last summer.\n"


@pytest.fixture
def index(seeds_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path / "index"))


def opened(bot: QABot, index: Path, floor: float) -> QABot:
    """A bot of its own over ``index``, with the models of ``bot``."""
    return QABot.open(
        index,
        settings=Settings(min_confidence=floor),
        embedder=bot.embedder,
        reader=bot.reader,
    )


def test_a_seed_is_quoted_and_its_article_opens_at_the_quote(
    bot: QABot, index: Path, serve: Serve, visit: Visit
) -> None:
    answers = opened(bot, index, 0.0)
    citation = answers.ask(TRAIN).citations[0]
    user = visit(serve(answers))
    exchange = user.ask(TRAIN)
    expect(exchange.locator(".quote mark")).to_have_text(citation.quote)
    expect(exchange.locator(".source-line")).to_contain_text(citation.title)
    expect(user.panel.locator("mark").first).to_have_text(citation.quote)
    assert user.in_view(user.panel.locator("mark").first, user.panel.locator(".text"))


def test_below_the_floor_it_abstains_with_passages_that_open(
    bot: QABot, index: Path, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(opened(bot, index, 1.0)))
    exchange = user.ask(TRAIN, "abstained")
    expect(exchange.locator(".abstained")).to_have_text("Not in these articles.")
    expect(exchange.locator(".closest li")).to_have_count(5)
    exchange.locator(".closest .opener").first.click()
    expect(user.panel.locator(".around").first).to_be_in_viewport()
    expect(user.panel.locator("mark")).to_have_count(0)


def test_an_upload_is_indexed_and_answers_on_the_same_page(
    bot: QABot, index: Path, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "reef.txt"
    file.write_text(REEF, encoding="utf-8")
    answers = opened(bot, index, 0.0)
    before = answers.snapshot.generation
    user = visit(serve(answers))
    user.upload(file)
    expect(user.page.locator(".report")).to_contain_text("1 article added: uploads/reef.txt")
    expect(user.page.locator(".articles tbody tr")).to_have_count(3)
    user.tab("Ask")
    user.ask(STARFISH)
    expect(user.panel.locator(".text")).to_contain_text("412 purple starfish")
    expect(user.panel.locator("mark")).to_have_count(1)
    assert answers.snapshot.generation > before
    user.upload(file)
    expect(user.page.locator(".report")).to_contain_text("Already here, nothing to do: reef.txt")


def test_an_index_brought_up_to_date_elsewhere_answers_the_next_question(
    bot: QABot, index: Path, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    user = visit(serve(opened(bot, index, 0.0)))
    user.ask(STARFISH)
    elsewhere = tmp_path / "reefs"
    elsewhere.mkdir()
    (elsewhere / "reef.txt").write_text(REEF, encoding="utf-8")
    build_index(elsewhere, index, embedder=bot.embedder)
    user.ask(STARFISH)
    expect(user.panel.locator(".text")).to_contain_text("412 purple starfish")


def test_an_empty_file_is_skipped_with_the_reason(
    bot: QABot, index: Path, serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "nothing.txt"
    file.write_text(" \n", encoding="utf-8")
    user = visit(serve(opened(bot, index, 0.0)))
    user.upload(file)
    expect(user.page.locator(".report .skipped")).to_contain_text("nothing.txt")


def test_a_purged_article_leaves_no_word_in_the_index_folder(
    bot: QABot, index: Path, serve: Serve, visit: Visit
) -> None:
    answers = opened(bot, index, 0.0)
    (kept, gone) = sorted(a.article_id for a in answers.snapshot.articles())
    title = answers.snapshot.article(gone).title
    user = visit(serve(answers))
    user.tab("Articles")
    user.page.locator("tr").filter(has_text=gone).get_by_role("button", name="Remove").click()
    user.page.get_by_role("button", name="Remove and purge").click()
    report = user.page.locator(".report").filter(has_text="1 article removed")
    expect(report).to_contain_text(gone)
    # this very page had the older generation open, and has let go of it
    expect(report).not_to_contain_text("is being read")
    assert [a.article_id for a in answers.snapshot.articles()] == [kept]
    assert len(list((index / "generations").iterdir())) == 1
    for file in (path for path in index.rglob("*") if path.is_file()):
        assert title.encode() not in file.read_bytes(), file


def test_the_about_tab_says_what_was_measured_and_what_each_setting_does(
    bot: QABot, index: Path, serve: Serve, visit: Visit
) -> None:
    fitted = bot.fitted
    user = visit(serve(opened(bot, index, -1.0)))
    user.tab("About")
    meaning, charts = user.page.locator(".meaning"), user.page.locator("#told .chart")
    expect(meaning).to_contain_text(fitted.setting_sentence(round(100 * fitted.threshold) / 100))
    expect(meaning).to_contain_text("the setting it comes with")
    figures = fitted.measured["all"]
    off = 100 * figures["calibration_error"]
    expect(user.page.locator("#told")).to_contain_text(f"off by {off:.1f} points on average")
    # the reliability drawing is there as soon as the shipped numbers hold its bins
    expect(charts).to_have_count(2 if "reliability" in figures else 1)
    user.page.get_by_label("number input").fill("80")
    user.page.keyboard.press("Tab")
    expect(meaning).to_contain_text(fitted.setting_sentence(0.8))
    line = charts.last.locator("line.at")
    expect(line).to_have_count(1)
    assert abs(float(line.get_attribute("x1") or 0) - (44 + 200 * 0.8)) < 0.2  # figures.py's scale
