"""The table of articles and the report of an upload."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import pytest

from qa_bot.records import IndexReport, Skipped
from qa_bot.web.background import Step
from qa_bot.web.catalogue import Catalogue, Order, catalogue_of
from qa_bot.web.listing import (
    MOST_SHOWN,
    progress_html,
    refusal_html,
    report_html,
    table_html,
)
from qa_bot.web.uploads import Kept


@dataclass(frozen=True)
class Row:
    """What of an ArticleSummary the table reads."""

    article_id: str
    title: str
    source: str | None = None
    published: str | None = None
    characters: int = 10
    url: str | None = None


ROWS = [
    Row("a/3", "banana", "BBC", "2023-01-02", 300),
    Row("a/1", "Apple", None, None, 200),
    Row("a/2", "cherry", "AP", "2022-05-06", 100),
]


def ids(*arguments: object) -> list[str]:
    found = Catalogue(ROWS).listed(*arguments)  # type: ignore[arg-type]
    return [row.article_id for row in found]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order("title"), ["a/1", "a/3", "a/2"]),
        (Order("title", True), ["a/2", "a/3", "a/1"]),
        (Order("source"), ["a/2", "a/3", "a/1"]),
        (Order("source", True), ["a/3", "a/2", "a/1"]),
        (Order("published", True), ["a/3", "a/2", "a/1"]),
        (Order("characters"), ["a/2", "a/1", "a/3"]),
    ],
)
def test_sorting_ignores_case_and_puts_what_is_missing_last(
    order: Order, expected: list[str]
) -> None:
    assert ids("", order) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("", 3), ("APP", 1), ("bbc 2023", 1), ("a/", 3), ("bbc ap", 0), ("  ", 3), ("<b>", 0)],
)
def test_filter_wants_every_word_somewhere(wanted: str, expected: int) -> None:
    assert len(ids(wanted, Order())) == expected


def test_clicking_a_head_sorts_by_it_and_again_turns_it_round() -> None:
    assert Order().clicked("title") == Order("title", True)
    assert Order().clicked("published") == Order("published", True)
    assert Order("published", True).clicked("published") == Order("published", False)
    assert Order("source").clicked("nonsense") == Order("source")
    assert Order("source").clicked("__class__") == Order("source")


def test_the_table_is_bounded_and_says_so() -> None:
    many = [Row(f"a/{n:04}", f"title {n}") for n in range(MOST_SHOWN + 50)]
    made = table_html(many, len(many), "", Order())  # type: ignore[arg-type]
    assert made.count("<tr>") == MOST_SHOWN + 1
    assert "250 articles; the first 200 are shown" in made


def test_the_table_escapes_and_says_how_many_match() -> None:
    row = Row("a/<i>", "<script>alert(1)</script>", "<b>", "<u>", url="javascript:alert(1)")
    made = table_html([row], 7, "x", Order())  # type: ignore[list-item]
    assert "1 of 7 articles" in made
    for tag in ("<script>", "<i>", "<b>", "<u>", "javascript:"):
        assert tag not in made
    assert "No articles yet" in table_html([], 0, "", Order())
    assert "0 of 7 articles" in table_html([], 7, "zzz", Order())


def report(**more: object) -> IndexReport:
    fields: dict[str, object] = {
        "added": (), "changed": (), "unchanged": (), "removed": (), "skipped": (), "chunks": 3,
        "generation": 2, "seconds": 1.25,
    }  # fmt: skip
    return IndexReport(**{**fields, **more})  # type: ignore[arg-type]


def test_the_report_names_what_was_added_changed_renamed_and_skipped() -> None:
    made = report_html(
        [Kept("a.txt", "a-2.txt", True), Kept("b.txt", "b.txt", False)],
        [Skipped("<x>.exe", "only text")],
        report(
            added=("uploads/a-2.txt",), changed=("uploads/c.txt",),
            skipped=(Skipped("uploads/d.txt", "it is empty"),),
        ),
    )  # fmt: skip
    assert "1 article added: <bdi>uploads/a-2.txt</bdi>" in made
    assert "1 article changed: <bdi>uploads/c.txt</bdi>" in made
    assert "<bdi>a.txt</bdi> is kept as <bdi>a-2.txt</bdi>" in made
    assert "nothing to do: <bdi>b.txt</bdi>" in made
    assert "Skipped <bdi>uploads/d.txt</bdi>: <bdi>it is empty</bdi>" in made
    assert "Skipped <bdi>&lt;x&gt;.exe</bdi>" in made
    assert "You can ask about them now." in made


def test_a_report_of_nothing_says_so() -> None:
    assert "The collection is as it was." in report_html([], [], report())


def test_refusals_and_progress_are_escaped() -> None:
    assert "&lt;b&gt;" in refusal_html("<b>", [Skipped("<b>", "<b>")])
    assert "<b>" not in refusal_html("<b>", [Skipped("<b>", "<b>")])
    assert 'value="0.250"' in progress_html(Step("Embedding", 0.25))
    assert "value=" not in progress_html(Step("<b>"))
    assert "<b>" not in progress_html(Step("<b>"))


def test_programs_have_them_by_id_and_only_those_that_pass() -> None:
    assert ids() == ["a/1", "a/2", "a/3"]
    assert ids("", Order("article_id"), {"a/3", "a/2"}.__contains__) == ["a/2", "a/3"]
    assert ids("BANANA bbc", Order("article_id")) == ["a/3"]


def test_a_generation_is_listed_once_and_forgotten_with_it() -> None:
    class Generation:
        read = 0

        def articles(self) -> list[Row]:
            self.read += 1
            return ROWS

    one, two = Generation(), Generation()
    assert catalogue_of(one) is catalogue_of(one)
    assert catalogue_of(one) is not catalogue_of(two)
    assert (one.read, two.read) == (1, 1)
    made = weakref.ref(catalogue_of(one))
    del one
    assert made() is None


def test_a_column_that_nobody_fills_is_left_out() -> None:
    plain = [Row("a/1", "Apple"), Row("a/2", "Pear")]
    assert "Date" in table_html(ROWS, 3, "", Order())  # type: ignore[arg-type]
    html = table_html(plain, 2, "", Order())  # type: ignore[arg-type]
    assert "Date" not in html
    assert "Source" not in html
    assert html.count("<td") == 4
