"""Titles found in the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.corpus.boilerplate import masked_sentences
from qa_bot.corpus.headline import MAX_CHARACTERS, find_title, shorten
from qa_bot.corpus.text import sentences


def title(text: str) -> str:
    found = sentences(text)
    return find_title(text, found, masked_sentences(text, found))


HEADLINE = "Council closes the old river bridge for repairs"
BODY = (
    "The council voted on Monday to close the old bridge over the river for a year of repairs, "
    "after engineers found cracks in it.\n\nThe bridge carries 20,000 cars a day, and the repairs "
    "will cost more than the city planned to spend."
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_headline_on_the_first_line(newline: str) -> None:
    assert title(f"{HEADLINE}\n\n{BODY}".replace("\n", newline)) == HEADLINE


def test_headline_below_menu_picture_and_credit() -> None:
    text = (
        "Menu Close\nAn aerial view of the bridge across the river\n"
        "Closed for a year: the old bridge. Jane Doe/Getty Images\n\n"
        f"{HEADLINE}\n\n{BODY}"
    )
    assert title(text) == HEADLINE


def test_the_one_the_body_repeats_is_taken() -> None:
    text = f"Seven things to do this weekend\n\n{HEADLINE}\n\n{BODY}"
    assert title(text) == HEADLINE


def test_byline_is_no_headline() -> None:
    assert title(f"By Bridge Council River of the City\n\n{HEADLINE}\n\n{BODY}") == HEADLINE


def test_without_headline_the_first_sentence_is_shortened() -> None:
    found = title(BODY)
    assert found.endswith("…")
    assert len(found) <= MAX_CHARACTERS
    assert BODY.startswith(found[:-1] + " ")  # cut at a word's end


def test_section_heading_in_the_body_is_no_headline() -> None:
    text = f"{BODY}\n\nThe bridge and the river council\n\n{BODY}"
    assert title(text) == title(BODY)


@pytest.mark.parametrize(
    "text",
    [
        f"# {HEADLINE}\n\n{BODY}",
        f"# **{HEADLINE}** #\n{BODY}",
        f"# [{HEADLINE}](https://example.org/a)\n\n{BODY}",
        f"{HEADLINE}\n=======\n\n{BODY}",
        f"{HEADLINE}\r\n=======\r\n\r\n{BODY}",
    ],
)
def test_markdown_heading(text: str) -> None:
    assert title(text) == HEADLINE


def test_seeds(seeds) -> None:
    first = (seeds / "000_312f29ef6c85a351.txt").read_text(encoding="utf-8")
    assert title(first) == (
        "Ukraine recap: Kim Jong-un visits Putin for arms-for-tech talks while Kyiv urges west for "
        "longer-range missiles to aid counteroffensive"
    )
    second = (seeds / "003_9284dc65d5c3829f.txt").read_text(encoding="utf-8")
    found = title(second)
    assert found.startswith("On Sept. 13, Russian President Vladimir Putin and ")
    assert found.endswith("…")
    assert second.startswith(found[:-1] + " ")


def test_nothing_to_name() -> None:
    assert title("") == ""
    assert title("Menu Close") == "Menu Close"


@pytest.mark.parametrize(
    ("text", "named"), [("_\x0c0", "0"), ("***\n\nA fire.", "A fire."), ("[](a)", "[](a)")]
)
def test_what_is_only_markup_names_nothing_while_there_is_more(text: str, named: str) -> None:
    assert title(text) == named


@given(st.text(max_size=300))
def test_always_one_line_within_reason(text: str) -> None:
    found = title(text)
    assert "\n" not in found
    assert bool(found) or not any(map(str.isalnum, text))


@given(st.text(max_size=200), st.integers(2, 50))
def test_shorten(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= max(limit, 1)
    if len(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
