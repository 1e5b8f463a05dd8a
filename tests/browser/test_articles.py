"""The Articles tab: the list, uploads, and answers from what was just added."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_bot
import pytest
from fake_bot import FakeBot
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.errors import IndexLocked
from qa_bot.web import uploads

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]


@pytest.fixture
def reef(tmp_path: Path) -> Path:
    file = tmp_path / "given" / "reef.txt"
    file.parent.mkdir()
    file.write_text("Divers counted 412 purple starfish on the northern reef.", encoding="utf-8")
    return file


def test_the_list_is_sorted_filtered_and_opens_an_article(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.tab("Articles")
    rows = user.page.locator(".articles tbody tr")
    expect(rows).to_have_count(2)
    expect(user.page.locator(".count")).to_have_text("2 articles")
    expect(rows.first).to_contain_text("An armoured train goes east")
    expect(rows.first).to_contain_text("The Daily Example")
    expect(rows.first).to_contain_text("14 September 2023")
    characters = len(fake.published[0].text)
    expect(rows.first).to_contain_text(f"{characters:,}")
    head = user.page.get_by_role("columnheader", name="Characters")
    for direction in ("descending", "ascending"):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
    expect(rows.first).to_contain_text("Four to the Moon")
    user.page.get_by_label("Filter").fill("DAILY 2023")
    expect(rows).to_have_count(1)
    expect(user.page.locator(".count")).to_have_text("1 of 2 articles")
    rows.locator(".opener").click()
    expect(user.panel).to_be_visible()
    expect(user.panel.locator("h2")).to_have_text("An armoured train goes east")


def test_an_uploaded_article_answers_the_next_question_on_the_same_page(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path
) -> None:
    user = visit(serve(fake))
    question = "How many purple starfish did the divers count?"
    user.ask(question, "abstained")
    user.upload(reef)
    report = user.page.locator(".report")
    expect(report).to_contain_text("1 article added: uploads/reef.txt")
    expect(user.page.locator(".articles tbody tr")).to_have_count(3)
    user.tab("Ask")
    expect(user.page.locator(".exchange")).to_have_count(1)
    exchange = user.ask(question)
    expect(exchange.locator(".quote mark")).to_have_text("412")
    expect(user.panel.locator("mark")).to_have_text("412")
    assert (fake.index / "uploads" / "reef.txt").read_bytes() == reef.read_bytes()


def test_progress_is_shown_with_the_time_left(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def slow(bot: FakeBot, progress: Any) -> Any:
        progress("embedding", 0, 4)
        threading.Event().wait(1.2)
        progress("embedding", 1, 4)
        assert goes_on.wait(30)
        return fake_bot.index_uploads(bot, progress)

    monkeypatch.setattr(uploads, "index_uploads", slow)
    user = visit(serve(fake))
    user.upload(reef)
    busy = user.page.locator(".report.busy")
    expect(busy).to_contain_text("Embedding: 1 of 4, about 4 s left")
    bar = user.page.get_by_role("progressbar", name="Indexing")
    assert bar.evaluate("e => e.value") == pytest.approx(0.25)
    # the page goes on answering meanwhile
    user.tab("Ask")
    user.ask("How many hours did the leader ride his armoured train?")
    user.tab("Articles")
    goes_on.set()
    expect(user.page.locator(".report")).to_contain_text("1 article added")


def test_another_file_of_the_same_name_is_kept_beside_the_first(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path
) -> None:
    user = visit(serve(fake))
    user.upload(reef)
    report = user.page.locator(".report")
    expect(report).to_contain_text("uploads/reef.txt")
    reef.write_text("Divers counted 7 orange seahorses.", encoding="utf-8")
    user.upload(reef)
    expect(report).to_contain_text("reef.txt is kept as reef-2.txt")
    user.upload(reef)
    expect(report).to_contain_text("Already here, nothing to do: reef.txt")
    assert sorted(f.name for f in (fake.index / "uploads").iterdir()) == ["reef-2.txt", "reef.txt"]


def test_when_another_program_writes_the_files_are_kept_for_another_try(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(bot: FakeBot, progress: Any) -> Any:
        raise IndexLocked("another process writes to the index", where="index/lock")

    monkeypatch.setattr(uploads, "index_uploads", locked)
    user = visit(serve(fake))
    user.upload(reef)
    report = user.page.get_by_role("alert")
    expect(report).to_contain_text("Another program is adding to this index just now")
    assert (fake.index / "uploads" / "reef.txt").is_file()
    monkeypatch.setattr(uploads, "index_uploads", fake_bot.index_uploads)
    user.page.get_by_role("button", name="Index kept files").click()
    expect(user.page.locator(".report")).to_contain_text("1 article added: uploads/reef.txt")
    expect(user.page.get_by_role("button", name="Index kept files")).to_have_count(0)


def test_two_uploads_at_once_both_end_in_the_index(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path
) -> None:
    other = reef.with_name("kelp.txt")
    other.write_text("The kelp forest grew 60 centimetres.", encoding="utf-8")
    url = serve(fake)
    one, two = visit(url), visit(url)
    one.upload(reef)
    two.upload(other)
    expect(one.page.locator(".report")).to_contain_text("reef.txt")
    expect(two.page.locator(".report")).to_contain_text("kelp.txt")
    assert {a.article_id for a in fake.published} >= {"uploads/reef.txt", "uploads/kelp.txt"}


def test_an_address_is_fetched_and_answers_the_next_question(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    address = serve(fake)
    for wrong in ("example.org/herons", "javascript:alert(1)", "file:///etc/passwd"):
        # A page each: an alert of the attempt before would be taken for this one's, and its
        # answer could then still come and write over what is typed next.
        user = visit(address)
        user.tab("Articles")
        box = user.page.get_by_label("Add by web address")
        box.fill(wrong)
        box.press("Enter")
        expect(user.page.get_by_role("alert")).to_contain_text("no web address")
        expect(box).to_have_value(wrong)
    box.fill("https://example.org/herons")
    box.press("Enter")
    expect(user.page.locator(".report")).to_contain_text("1 article added")
    expect(box).to_have_value("")
    expect(user.page.locator(".articles tbody tr")).to_have_count(3)
    user.tab("Ask")
    user.ask("How many silver herons did the lighthouse keeper count?")
    expect(user.panel.locator("mark")).to_have_text("57")


@pytest.mark.parametrize("purge", [False, True])
def test_an_article_is_removed_after_it_was_asked_twice(
    purge: bool, fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.tab("Articles")
    rows = user.page.locator(".articles tbody tr")
    remove = user.page.get_by_role("button", name="Remove Four to the Moon")
    remove.click()
    sure = user.page.get_by_role("dialog", name="Remove this article? Four to the Moon")
    expect(sure.get_by_role("button", name="Keep it")).to_be_focused()
    plain = sure.get_by_role("button", name="Remove", exact=True)
    expect(plain).to_have_accessible_description(re.compile("stays in older generations"))
    purging = sure.get_by_role("button", name="Remove and purge")
    expect(purging).to_have_accessible_description(re.compile("There is no way back"))
    user.page.keyboard.press("Escape")
    expect(sure).to_have_count(0)
    expect(remove).to_be_focused()
    expect(rows).to_have_count(2)
    remove.click()
    (purging if purge else plain).click()
    expect(user.page.locator(".report")).to_contain_text("1 article removed: seeds/moon.txt")
    expect(rows).to_have_count(1)
    assert fake.purged == (("seeds/moon.txt",) if purge else ())
    user.tab("Ask")
    user.ask("How much does the lunar rover weigh in kilograms?", "abstained")


def test_a_whole_folder_is_added(fake: FakeBot, serve: Serve, visit: Visit, reef: Path) -> None:
    reef.with_name("kelp.md").write_text("The kelp forest grew 60 centimetres.", encoding="utf-8")
    reef.with_name("notes.exe").write_bytes(b"MZ")
    user = visit(serve(fake))
    user.tab("Articles")
    user.page.locator("#folder").locator("xpath=..").locator("input[type=file]").set_input_files(
        reef.parent
    )
    report = user.page.locator(".report")
    expect(report).to_contain_text("2 articles added: uploads/kelp.md, uploads/reef.txt")
    expect(report.locator(".skipped")).to_contain_text("notes.exe")


def test_a_folder_is_dropped_onto_the_box(
    fake: FakeBot, serve: Serve, visit: Visit, reef: Path
) -> None:
    inner = reef.parent / "deep" / "deeper"
    inner.mkdir(parents=True)
    (inner / "kelp.md").write_text("The kelp forest grew 60 centimetres.", encoding="utf-8")
    (inner / "notes.exe").write_bytes(b"MZ")
    (inner / ".hidden.txt").write_text("Nobody sees this.", encoding="utf-8")
    for number in range(120):  # more than a browser lists at a time
        (inner / f"empty{number}.exe").write_bytes(b"")
    user = visit(serve(fake))
    user.tab("Articles")
    user.drop(user.page.locator("#upload"), reef.parent)
    report = user.page.locator(".report")
    expect(report).to_contain_text("2 articles added: uploads/kelp.md, uploads/reef.txt")
    expect(report.locator(".skipped")).to_have_count(1)  # one reason for all of them
    expect(report.locator(".skipped")).to_contain_text("and 113 more: only .csv")
    expect(report).not_to_contain_text("hidden")
    # files alone go the usual way, and what misses the box does no harm
    squid = reef.with_name("squid.txt")
    squid.write_text("The squid swam 7 knots.", encoding="utf-8")
    user.drop(user.page.locator("#upload"), squid)
    expect(report).to_contain_text("1 article added: uploads/squid.txt")
    user.drop(user.page.locator(".brand"), squid)
    expect(user.page.locator(".articles tbody tr")).to_have_count(5)


def test_a_collection_that_is_read_only_offers_no_changes(fake: FakeBot, visit: Visit) -> None:
    from qa_bot.web.page import build_page, head, resource

    page = build_page(fake, read_only=True)  # type: ignore[arg-type]
    page.launch(
        server_name="127.0.0.1", server_port=None, prevent_thread_lock=True, quiet=True,
        ssr_mode=False, footer_links=[], css=resource("style.css"), head=head(),
    )  # fmt: skip
    try:
        user = visit(page.local_url)
        user.ask("How many hours did the leader ride his armoured train?")
        user.tab("Articles")
        expect(user.page.locator(".articles tbody tr")).to_have_count(2)
        for gone in ("#upload", "#address", "#folder", ".removal"):
            expect(user.page.locator(f"{gone}:visible")).to_have_count(0)
    finally:
        page.close(verbose=False)


def test_what_was_asked_in_vain_is_listed(
    fake: FakeBot, serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_bot.web import articles
    from qa_bot.web.listing import gaps_html

    gap = SimpleNamespace(
        question="Who <b>won</b>?", count=3, last_asked="2026-01-02T10:00:00+00:00",
        wordings=("Who <b>won</b>?", "Who was the winner?"),
    )  # fmt: skip
    monkeypatch.setattr(articles.Articles, "gaps", lambda self: gaps_html([gap]))
    user = visit(serve(fake))
    user.tab("Articles")
    listed = user.page.locator(".gaps li")
    expect(listed).to_contain_text("Who <b>won</b>?")
    expect(listed).to_contain_text("asked 3 times, last on 2 January 2026; also as")
