"""Links to a quote: parsed and looked for as the draft says, by a reader written from it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa_bot.links import LONGEST_WHOLE, is_web_address, quote_link, text_directive

PAGE = "https://example.org/a"


def parsed(directive: str) -> tuple[str, str, str, str]:
    """(prefix, start, end, suffix) of a text directive, "" for a part that is not there.

    https://wicg.github.io/scroll-to-text-fragment/, "parse a text directive".
    """
    assert directive.startswith("text=")
    tokens = directive.removeprefix("text=").split(",")
    assert 1 <= len(tokens) <= 4
    prefix = suffix = end = ""
    if tokens[0].endswith("-"):
        prefix = unquote(tokens.pop(0)[:-1])
    if tokens[-1].startswith("-"):
        suffix = unquote(tokens.pop()[1:])
    assert 1 <= len(tokens) <= 2
    start = unquote(tokens.pop(0))
    if tokens:
        end = unquote(tokens.pop())
    return prefix, start, end, suffix


def found(directive: str, page: str) -> tuple[int, int] | None:
    """What a browser marks of ``page``, a text in one element with single spaces."""
    prefix, start, end, suffix = parsed(directive)
    middle = re.escape(start) + (rf".*?(?<!\w){re.escape(end)}" if end else "")
    before = rf"{re.escape(prefix)}\s*" if prefix else ""
    after = rf"\s*{re.escape(suffix)}" if suffix else ""
    match = re.search(rf"(?<!\w){before}(?P<quote>{middle}){after}(?!\w)", page)
    return None if match is None else match.span("quote")


@pytest.mark.parametrize(
    ("quote", "before", "after", "expected"),
    [
        ("20 hours", "It took ", " in all.", "text=It%20took-,20%20hours,-in%20all."),
        ("20 hours", "", "", "text=20%20hours"),
        # The three characters that part a directive, and one that ends a fragment's word.
        ("a-b, c & d", "", "", "text=a%2Db%2C%20c%20%26%20d"),
        ("Müller #1", "", "", "text=M%C3%BCller%20%231"),
        # At most four words on either side.
        (
            "Ole",
            "one two three four five ",
            " six seven eight nine ten",
            "text=two%20three%20four%20five-,Ole,-six%20seven%20eight%20nine",
        ),
        # White space is one space, as the page draws it.
        ("20 \t hours", "", "", "text=20%20hours"),
        # Eight words stand alone.
        ("a b c d e f g h", "before ", " after", "text=a%20b%20c%20d%20e%20f%20g%20h"),
        # A full stop is no context.
        ("Ole Lund", "by ", ".", "text=by-,Ole%20Lund"),
        # Over two lines: the beginning and the end, and context from the same lines only.
        (
            "the first\n\nand the second",
            "Not this\nbut ",
            " one\nnot this",
            "text=but-,the%20first,and%20the%20second,-one",
        ),
        ("  \n", "a", "b", ""),
    ],
)
def test_directives(quote: str, before: str, after: str, expected: str) -> None:
    directive = text_directive(quote, before, after)
    assert directive == expected


def test_a_long_quote_is_named_by_its_first_and_last_words() -> None:
    words = [f"word{n}" for n in range(LONGEST_WHOLE)]
    directive = text_directive(" ".join(words), "before ", " after")
    assert parsed(directive) == ("", " ".join(words[:5]), " ".join(words[-5:]), "")


@pytest.mark.parametrize(
    ("quote", "before", "after", "whole"),
    [
        ("hour", "20 ", "s in all", "hours"),
        ("3", "it is ", ".5 metres", "3.5"),
        ("t", "they don'", " know", "don't"),
        ("20", "the ", "-hour ride", "20"),
        ("$20", "US", " a day", "$20"),
    ],
)
def test_a_word_that_is_cut_is_completed(quote: str, before: str, after: str, whole: str) -> None:
    """A browser matches whole words (UAX #29) alone."""
    assert parsed(text_directive(quote, before, after))[1] == whole


WORDS = st.lists(
    st.sampled_from(["Kim", "rode", "20", "hours,", "train-bound", "&", "on;", "3.5", "“Ärger”"])
)


@given(WORDS, WORDS.filter(bool), WORDS)
def test_a_browser_finds_the_quote_in_its_sentence(
    before: list[str], quote: list[str], after: list[str]
) -> None:
    head, words, tail = " ".join(before), " ".join(quote), " ".join(after)
    assume(len(quote) < 8)
    assume(re.search(r"\w", words))
    directive = text_directive(words, head + " " * bool(head), " " * bool(tail) + tail)
    page = " ".join([*before, *quote, *after])
    span = found(directive, page)
    assert span is not None
    assert page[slice(*span)] == words
    around = " ".join([*before[-4:], *quote, *after[:4]])
    if len(re.findall(rf"(?={re.escape(around)})", page)) == 1:
        assert span[0] == len(" ".join([*before, ""]))


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_any_text_gives_a_directive_that_can_be_parsed(quote: str, before: str, after: str) -> None:
    directive = text_directive(quote, before, after)
    assert directive.isascii()
    if not quote.split():
        assert directive == ""
        return
    assert not set(directive.removeprefix("text=")) & set(" #&?\"<>'")
    start = parsed(directive)[1]
    shown = re.sub("[\ud800-\udfff]", "\ufffd", before + quote + after)
    assert start
    assert start in " ".join(shown.split())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PAGE, f"{PAGE}#:~:text=20"),
        (f"{PAGE}?b=1&c=2", f"{PAGE}?b=1&c=2#:~:text=20"),
        (f"{PAGE}#part-2", f"{PAGE}#part-2:~:text=20"),
        (f"{PAGE}#", f"{PAGE}#:~:text=20"),
        (f"{PAGE}#part:~:text=old", f"{PAGE}#part:~:text=20"),
        (f"{PAGE}#:~:text=old", f"{PAGE}#:~:text=20"),
        (None, None),
        ("", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("ftp://example.org/a", None),
        ("/a", None),
        (f"{PAGE}\n", None),
    ],
)
def test_links(url: str | None, expected: str | None) -> None:
    assert quote_link(url, "20") == expected


def test_a_quote_without_words_leaves_the_address() -> None:
    assert quote_link(f"{PAGE}#:~:text=old", " ") == PAGE
    assert quote_link(f"{PAGE}#part", "\n") == f"{PAGE}#part"


@given(st.text(), st.text(), st.text())
def test_a_link_is_an_address_of_the_web(quote: str, before: str, after: str) -> None:
    link = quote_link(PAGE, quote, before, after)
    assert link is not None
    assert is_web_address(link)
    assert link.startswith(PAGE)
