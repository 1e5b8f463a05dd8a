"""The HTML of the page: everything escaped, every mark at its offsets, nothing lost."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import threading
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.records import (
    Alternative,
    Answer,
    Article,
    Chunk,
    Citation,
    Passage,
    ScoredPassage,
    Span,
)
from qa_bot.web import evidence, markup
from qa_bot.web.conversation import (
    MAX_EXCHANGES,
    MAX_WAITING,
    Exchange,
    Talk,
    resolve,
    turns,
)
from qa_bot.web.replies import conversation_html

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    '"><iframe src="javascript:alert(1)">',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)" x="',
    "</div></article></section><h1>taken over</h1>",
    "</textarea></title></style><b>out</b>",
    "<!-- <!--- --> ]]> <![CDATA[ x ]]>",
    "{{constructor.constructor('alert(1)')()}} {{#each value}}{{this}}{{/each}}",
    "${alert(1)} `${alert(1)}` \\${alert(1)}",
    "&lt;script&gt; &amp;#x3c; &#60;b&#62; &nbsp",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
    "<a href='javascript:alert(1)'>x</a><form action=//evil.example><input name=q>",
    "\u202egnol txet a si siht\u202c \u2066x",
    "\x00\x08\x1b[31m\x7f\x85 <b\x00>",
    "half \ud83d a pair \udc00",
    "<mark>not the quote</mark><button data-open='1/c/0/0'>",
]
ALLOWED = {
    *("section", "article", "header", "h2", "h3", "p", "div", "span", "bdi", "time", "a", "mark"),
    *("blockquote", "button", "ul", "ol", "li", "q", "i", "details", "summary", "kbd"),
}
ATTRIBUTES = {
    *("class", "aria-label", "aria-hidden", "aria-live", "role", "tabindex", "dir", "type"),
    *("data-opened", "data-focus", "data-open", "data-number", "data-state", "title"),
    *("href", "target", "rel", "referrerpolicy", "aria-pressed", "aria-keyshortcuts"),
    *("data-step", "data-copy", "data-ask", "data-edit", "data-verdict", "data-of"),
}


class Page(HTMLParser):
    """Tags, attributes and text, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.marked = ""
        self.pale = ""
        self._pale_depth = 0
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append("around" if ("class", "around") in attrs else tag)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop()
        assert opened == tag or (opened == "around" and tag == "span")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marked += data
        if "around" in self.open:
            self.pale += data

    def check(self) -> Page:
        assert set(self.tags) <= ALLOWED
        for name, value in self.attributes:
            assert name in ATTRIBUTES, name
            if name == "href":
                assert value is not None
                assert value.lower().startswith(("http://", "https://"))
        return self


def shown(text: str) -> str:
    """What a reader should see of ``text``, white space aside."""
    unshown = {*range(32), *range(0x7F, 0xA0), *range(0xD800, 0xE000)} - set(map(ord, "\t\n\r"))
    kept = "".join("\ufffd" if ord(c) in unshown else c for c in text)
    return "".join(kept.split())


def article(text: str, title: str = "A title", **more: str | None) -> Article:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    fields = {"source": None, "url": None, "published": None, **more}
    return Article(
        article_id="seeds/a.txt", title=title, text=text, location="/seeds/a.txt", author=None,
        encoding="utf-8", metadata={}, content_hash=digest, **fields,
    )  # fmt: skip


def cite(a: Article, start: int, end: int, sentence: Span | None = None) -> Citation:
    around = sentence or Span(0, len(a.text))
    return Citation(
        a.article_id, a.title, a.source, a.location, a.url, a.published, Span(start, end),
        a.text[start:end], around.of(a.text), around, content_hash=a.content_hash,
    )  # fmt: skip


def scored(a: Article, start: int, end: int) -> ScoredPassage:
    chunk = Chunk("0" * 16, a.article_id, Span(start, end), a.text[start:end])
    return ScoredPassage(Passage(chunk, a.title, a.source, a.url, a.published), 0.5, 1, 0.5, 1.0)


def answered(question: str, *citations: Citation, **more: object) -> Answer:
    base = Answer(
        question=question, status="answered", text=citations[0].quote, confidence=0.9,
        citations=citations, alternatives=(), conflicts=(), independent_sources=1, passages=(),
        reason=None, rewritten_question=None, generation=1,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def abstained(question: str, reason: str, *passages: ScoredPassage) -> Answer:
    return Answer(
        question=question, status="abstained", text=None, confidence=0.1, citations=(),
        alternatives=(), conflicts=(), independent_sources=0, passages=passages, reason=reason,
        rewritten_question=None, generation=1,
    )  # fmt: skip


class Shelf:
    """An ArticleSource over the articles given."""

    generation = 1

    def __init__(self, *articles: Article) -> None:
        self._articles = {a.article_id: a for a in articles}

    def article(self, article_id: str) -> Article:
        return self._articles[article_id]


# --- markup ---------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_holds_no_markup_and_loses_nothing(text: str) -> None:
    page = Page(f'<p>{markup.escaped(text)}</p><p title="{markup.escaped(text)}"></p>')
    assert page.tags == ["p", "p"]
    assert [name for name, _ in page.attributes] == ["title"]
    assert shown(page.text) == shown(text)
    page.text.encode("utf-8")  # what reaches the browser can be sent


@given(st.text(alphabet=st.characters(), max_size=200))
def test_escaped_text_reads_back_as_it_was(text: str) -> None:
    page = Page(f"<p>{markup.escaped(text)}</p>")
    assert page.tags == ["p"]
    assert shown(page.text) == shown(text)


def test_what_is_sent_can_be_sent_and_keeps_its_offsets() -> None:
    record = {"quote": "a\ud83db", "spans": [{"text": "\udc00"}, 3, None, 0.5, True], "😀": "ok"}
    sent = markup.sendable(record)
    json.dumps(sent, ensure_ascii=False).encode("utf-8")
    assert sent["quote"] == "a\ufffdb"
    assert sent["spans"] == [{"text": "\ufffd"}, 3, None, 0.5, True]
    assert sent["😀"] == "ok"


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG/", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("https://exa\x00mple.org", False),
        (" https://example.org", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//evil.example/x", False),
        ("/relative", False),
        ("https://", False),
        ("http://[::1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, is_link: bool) -> None:
    made = markup.link(url, "original")
    assert bool(made) is is_link
    if is_link:
        page = Page(made).check()
        assert dict(page.attributes)["href"] == url
        assert dict(page.attributes)["rel"] == "noopener noreferrer"
        assert dict(page.attributes)["target"] == "_blank"


def test_a_quote_in_an_address_stays_inside_its_attribute() -> None:
    made = markup.link('https://example.org/"onclick="alert(1)', "original")
    assert dict(Page(made).attributes)["href"] == 'https://example.org/"onclick="alert(1)'


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2023-09-14", "14 September 2023"),
        ("1999-01-01", "1 January 1999"),
        ("last week", "last week"),
        ("2023-13-01", "2023-13-01"),
    ],
)
def test_dates_in_words(published: str, words: str) -> None:
    assert markup.date_in_words(published) == words


def test_byline_leaves_out_what_is_missing() -> None:
    assert markup.byline(None, None) == ""
    assert Page(f"<p>{markup.byline('BBC', None)}</p>").text == "BBC"
    both = Page(f"<p>{markup.byline('BBC', '2023-09-14')}</p>")
    assert both.text == "BBC · 14 September 2023"


@given(st.text(max_size=80), st.integers(1, 40))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    short = markup.shortened(text, limit)
    line = " ".join(text.split())
    assert len(short) <= limit + 1
    assert short == line if len(line) <= limit else short.endswith("…")


@given(st.data())
def test_marks_stand_at_their_offsets(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="ab <&\n\r", max_size=60))
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    around, quote = Span(edges[0], edges[3]), Span(edges[1], edges[2])
    made = markup.highlighted(text, Span(0, len(text)), quote=quote, around=around)
    page = Page(f"<p>{made}</p>")
    assert shown(page.text) == shown(text)
    assert shown(page.marked) == shown(quote.of(text))
    outside = text[around.start : quote.start] + text[quote.end : around.end]
    assert shown(page.pale) == shown(outside)


@given(st.text(alphabet="ab \n\r\t", max_size=120))
def test_blocks_hold_all_text_in_order_and_no_blank_line(text: str) -> None:
    spans = list(markup.blocks(text, Span(0, len(text)), wrapped_at=5))
    assert "".join("".join(span.of(text).split()) for span in spans) == "".join(text.split())
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    for span in spans:
        lines = span.of(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert all(line.strip() for line in lines)


def test_blocks_part_long_lines_and_keep_wrapped_ones_together() -> None:
    long = "word " * 30
    text = f"{long}\n{long}\n\nshort\nlines\r\n\r\nlast"
    found = [span.of(text) for span in markup.blocks(text, Span(0, len(text)))]
    assert found == [long, long, "short\nlines", "last"]


# --- evidence -------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_panels_escape_text_title_source_and_date(text: str) -> None:
    a = article(f"Before. {text} after.", title=text, source=text, published=text, url=text)
    start = a.text.index(text)
    made = evidence.citation_panel(Shelf(a), cite(a, start, start + len(text)))
    page = Page(made).check()
    assert shown(a.text) in shown(page.text)
    assert shown(page.marked) == shown(text)
    Page(evidence.passage_panel(Shelf(a), scored(a, 0, len(a.text)).passage)).check()
    Page(evidence.article_panel(Shelf(a), a.article_id)).check()
    Page(evidence.citation_panel(Shelf(), cite(a, 0, 3))).check()
    Page(evidence.article_panel(Shelf(), text)).check()


def test_the_quote_is_marked_and_the_rest_of_its_sentence_is_pale() -> None:
    a = article("One stands here. Kim rode 20 hours by train.\r\n\r\nThree follows.")
    sentence = Span(17, 44)
    assert sentence.of(a.text) == "Kim rode 20 hours by train."
    panel = evidence.citation_panel(Shelf(a), cite(a, 26, 34, sentence))
    page = Page(panel).check()
    assert page.marked == "20 hours"
    assert page.pale == "Kim rode  by train."
    assert "characters 26 to 34 of 62" in page.text
    assert page.tags.count("mark") == 1


def test_a_passage_over_two_paragraphs_is_pale_in_both_and_nothing_is_marked() -> None:
    a = article("First part.\n\nSecond part.\n\nThird.")
    page = Page(evidence.passage_panel(Shelf(a), scored(a, 6, 19).passage)).check()
    assert page.pale == "part.Second"
    assert page.marked == ""


def test_an_astral_character_before_the_quote_does_not_move_the_mark() -> None:
    a = article("😀🏳️‍🌈 e\u0301 then the answer is 42.")
    start = a.text.index("42")
    assert Page(evidence.citation_panel(Shelf(a), cite(a, start, start + 2))).marked == "42"


def test_a_changed_article_is_not_marked_at_old_offsets() -> None:
    old = article("Kim rode 20 hours.")
    panel = evidence.citation_panel(Shelf(article("He rode for 30 hours.")), cite(old, 9, 17))
    page = Page(panel).check()
    assert "has changed since this answer" in page.text
    assert "Kim rode 20 hours." in page.text
    assert page.marked == ""
    chunk = evidence.passage_panel(Shelf(article("Other.")), scored(old, 0, 18).passage)
    assert "has changed since this answer" in Page(chunk).text


def test_a_vanished_article_is_said_to_be_gone() -> None:
    old = article("Kim rode 20 hours.", title="Train")
    page = Page(evidence.citation_panel(Shelf(), cite(old, 9, 17))).check()
    assert "Train is no longer in the collection" in page.text
    assert "Kim rode 20 hours." in page.text


@pytest.mark.parametrize("place", [0, 200_000, 399_990])
def test_of_a_long_article_the_part_around_the_quote_is_drawn(place: int) -> None:
    text = ("word " * 80_000)[:400_000]
    a = article(text[:place] + "THE QUOTE" + text[place:])
    page = Page(evidence.citation_panel(Shelf(a), cite(a, place, place + 9))).check()
    assert page.marked == "THE QUOTE"
    assert len(page.text) < evidence.LONGEST_SHOWN + 1_000
    assert "are not drawn" in page.text


def test_two_panels_of_one_citation_differ_so_that_the_second_click_scrolls() -> None:
    a = article("Kim rode 20 hours.")
    assert evidence.citation_panel(Shelf(a), cite(a, 0, 3)) != evidence.citation_panel(
        Shelf(a), cite(a, 0, 3)
    )


@given(st.text(alphabet=st.characters(), min_size=1, max_size=120), st.data())
@settings(max_examples=60)
def test_any_article_is_shown_whole_with_its_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    a = article(text, title=text)
    page = Page(evidence.citation_panel(Shelf(a), cite(a, start, end))).check()
    assert shown(page.marked) == shown(text[start:end])
    assert shown(page.text).endswith(shown(text))


# --- conversation ---------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_the_conversation_escapes_everything(text: str) -> None:
    a = article(f"Before. {text} after.", title=text, source=text, published=text, url=text)
    citation = cite(a, 8, 8 + len(text))
    other = Alternative(text, 0.3, (citation,))
    passages = (scored(a, 0, len(a.text)),)
    conversation = (
        Exchange(1, text, answer=answered(
            text, citation, citation, alternatives=(other,), conflicts=(other,),
            passages=passages, rewritten_question=text, independent_sources=2,
        )),
        Exchange(2, text, answer=abstained(text, text, *passages)),
        Exchange(3, text, passages=passages),
        Exchange(4, text, problem=text),
        Exchange(5, text),
    )  # fmt: skip
    page = Page(conversation_html(conversation)).check()
    references = [v for name, v in page.attributes if name == "data-open"]
    assert references
    assert all(resolve(conversation, v or "") is not None for v in references)


def test_an_answer_shows_its_sentence_source_and_confidence_in_words() -> None:
    a = article("Kim rode 20 hours by train.", title="Recap", source="BBC", published="2023-09-14")
    exchange = Exchange(1, "How long?", answer=answered("How long?", cite(a, 9, 17)), seconds=0.123)
    page = Page(conversation_html((exchange,))).check()
    assert page.marked == "20 hours"
    assert "Kim rode 20 hours by train." in page.text
    assert "Recap · BBC · 14 September 2023" in page.text
    assert "Confidence: strong" in page.text
    assert "0.12 s" in page.text


def test_a_conflict_shows_both_quotes_with_their_dates_and_which_is_newer() -> None:
    a = article("Kim rode 20 hours by train.", title="Recap", source="BBC", published="2023-09-14")
    b = article("He spent 5 hours there.", title="News", source="ABC", published="2023-09-20")
    other = Alternative("5 hours", 0.1, (cite(b, 9, 16),), newer=True)
    answer = answered("How long?", cite(a, 9, 17), conflicts=(other,))
    page = Page(conversation_html((Exchange(1, "How long?", answer=answer),))).check()
    said = page.text.split("The articles do not agree")[1]
    assert "He spent 5 hours there." in said
    assert "News · ABC · 20 September 2023" in said
    assert "newer" in said
    assert "weak" not in said
    assert "Recap · BBC · 14 September 2023" in page.text
    assert ("data-open", "1/x/0/0") in page.attributes


def test_an_abstention_is_no_answer_and_marks_nothing() -> None:
    a = article("Kim rode 20 hours by train.")
    exchange = Exchange(1, "Who won?", answer=abstained("Who won?", "no one", scored(a, 0, 27)))
    page = Page(conversation_html((exchange,))).check()
    assert "Not in these articles." in page.text
    assert "No one." in page.text
    assert "(not answers)" in page.text
    assert "mark" not in page.tags
    assert "Confidence" not in page.text


def test_a_sentence_that_does_not_hold_the_quote_gives_way_to_the_quote() -> None:
    a = article("One. Two two. Three.")
    citation = cite(a, 5, 13, Span(0, 4))
    page = Page(conversation_html((Exchange(1, "q", answer=answered("q", citation)),)))
    assert page.marked == "Two two."


@pytest.mark.parametrize(
    "reference",
    ["", "1", "1/c", "1/c/0", "2/c/0/0", "1/c/9/0", "1/c/-1/0", "1/a/0/0", "1/z/0/0", "x/c/0/0",
     "1/p/0/0/0", "1/p/5/0", "1/c/0/0/../..", "²/c/0/0", "1/c/0/<script>"],
)  # fmt: skip
def test_a_reference_that_fits_nothing_opens_nothing(reference: str) -> None:
    a = article("Kim rode 20 hours by train.")
    answer = answered("q", cite(a, 9, 17), passages=(scored(a, 0, 27),))
    assert resolve((Exchange(1, "q", answer=answer),), reference) is None


def test_references_open_what_they_name() -> None:
    a = article("Kim rode 20 hours by train.")
    first, second, third = cite(a, 0, 3), cite(a, 9, 17), cite(a, 21, 26)
    answer = answered(
        "q", first, second, alternatives=(Alternative("by train", 0.2, (third,)),),
        passages=(scored(a, 0, 27), scored(a, 4, 8)),
    )  # fmt: skip
    conversation = (Exchange(7, "q", answer=answer),)
    assert resolve(conversation, "7/c/0/0") == first
    assert resolve(conversation, "7/c/1/0") == second
    assert resolve(conversation, "7/a/0/0") == third
    assert resolve(conversation, "7/p/1/0") == scored(a, 4, 8).passage


def test_a_conversation_is_bounded_and_its_numbers_go_on() -> None:
    talk = Talk()
    for n in range(MAX_EXCHANGES + 5):
        number = talk.begin(f"question {n}")
        assert number == n + 1
        talk.done(number)
    assert len(talk.exchanges) == MAX_EXCHANGES
    assert talk.exchanges[0].question == "question 5"
    a = article("Kim rode 20 hours by train.")
    answer = answered("q", cite(a, 0, 3))
    talk.change(MAX_EXCHANGES + 5, answer=answer)
    assert [turn.answer for turn in turns(talk.exchanges)] == [answer]
    talk.clear()
    assert talk.exchanges == ()
    assert talk.begin("another") == MAX_EXCHANGES + 6


def test_questions_of_one_conversation_take_turns_in_the_order_asked() -> None:
    talk = Talk()
    numbers = [talk.begin(f"question {n}") for n in range(MAX_WAITING + 1)]
    assert talk.begin("one too many") is None
    assert [exchange.number for exchange in talk.exchanges] == numbers
    ended: list[int] = []

    def answer(number: int) -> None:
        talk.wait(number)
        ended.append(number)
        talk.done(number)

    # started backwards, so that only the turns can put them in order
    threads = [threading.Thread(target=answer, args=(n,)) for n in reversed(numbers) if n]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ended == numbers
    assert talk.begin("there is room again") == MAX_WAITING + 2


def test_each_browser_tab_has_a_conversation_of_its_own() -> None:
    first = Talk()
    first.begin("question")
    assert copy.deepcopy(first).exchanges == ()
