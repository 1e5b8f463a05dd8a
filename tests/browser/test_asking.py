"""Asking on the page: answers, evidence, abstentions, errors, hostile text, many users."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from fake_bot import FakeBot, article
from playwright.sync_api import expect
from visitor import Visitor

from qa_bot.errors import IndexCorrupt

TRAIN = "How many hours did the leader ride his armoured train?"
WINNER = "Who won yesterday evening?"

Visit = Callable[..., Visitor]
Serve = Callable[[Any], str]


def test_an_answer_stands_in_its_sentence_and_its_article_opens_at_the_quote(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    exchange = user.ask(TRAIN)
    expect(exchange.locator(".question")).to_have_text(TRAIN)
    expect(exchange.locator(".quote mark")).to_have_text("20")
    expect(exchange.locator(".quote")).to_contain_text("rode his armoured train for 20 hours")
    line = exchange.locator(".source-line")
    expect(line).to_contain_text("An armoured train goes east")
    expect(line).to_contain_text("The Daily Example")
    expect(line).to_contain_text("14 September 2023")
    expect(exchange.locator(".meta")).to_contain_text(re.compile("Confidence: (strong|fair|weak)"))
    expect(exchange.locator(".footnote")).to_have_text(re.compile(r"^\d+\.\d\d s"))
    # the whole article, its quote in view though it stands far below its beginning
    mark = user.panel.locator("mark")
    expect(mark).to_have_text("20")
    assert user.panel.locator(".text p").count() > 200
    assert user.in_view(mark, user.panel.locator(".text"))
    assert user.panel.locator(".text").evaluate("e => e.scrollTop") > 1000
    expect(user.panel.locator(".around").first).to_contain_text("The leader rode")
    link = user.panel.get_by_role("link", name="Open at the quote")
    expect(link).to_have_attribute("href", re.compile(r"^https://example\.org/train#:~:text="))
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_passages_are_shown_while_the_answer_is_still_being_read(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    reading = threading.Event()
    fake.answer_pause = 0
    stream = fake.stream

    def slow(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        stages = stream(question, **options)
        yield next(stages)
        assert reading.wait(30)
        yield from stages

    fake.stream = slow  # type: ignore[method-assign]
    user = visit(serve(fake))
    user.send(TRAIN)
    expect(user.last).to_have_attribute("data-state", "reading")
    expect(user.last.locator(".passages li")).to_have_count(5)
    expect(user.last.locator("mark")).to_have_count(0)
    reading.set()
    expect(user.last).to_have_attribute("data-state", "answered")


def test_an_abstention_says_so_and_offers_passages_that_are_no_answers(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    exchange = user.ask(WINNER, "abstained")
    expect(exchange.locator(".abstained")).to_have_text("Not in these articles.")
    expect(exchange.locator(".reason")).to_contain_text("No sentence shares two words")
    expect(exchange.locator(".closest h3")).to_have_text("Closest passages (not answers)")
    expect(exchange.locator("mark")).to_have_count(0)
    expect(user.panel).to_contain_text("No quote to show")
    exchange.locator(".closest .opener").first.click()
    expect(user.panel.locator(".around")).not_to_have_count(0)
    expect(user.panel.locator("mark")).to_have_count(0)
    assert user.in_view(user.panel.locator(".around").first, user.panel.locator(".text"))


def test_other_answers_and_earlier_citations_open_their_own_article(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    first = user.ask(TRAIN)
    other = first.locator(".also", has_text="Also found")
    expect(other.locator("q")).to_have_text("900")
    other.locator(".opener").click()
    expect(user.panel.locator("h2")).to_have_text("Four to the Moon")
    expect(user.panel.locator("mark")).to_have_text("900")
    user.ask(WINNER, "abstained")
    user.page.locator(".exchange").first.locator(".source-line .opener").click()
    expect(user.panel.locator("h2")).to_have_text("An armoured train goes east")
    assert user.in_view(user.panel.locator("mark"), user.panel.locator(".text"))
    # scrolled away, the same click brings it back
    user.panel.locator(".text").evaluate("e => e.scrollTo(0, 0)")
    user.page.locator(".exchange").first.locator(".source-line .opener").click()
    expect(user.panel.locator("mark")).to_be_in_viewport()
    assert user.in_view(user.panel.locator("mark"), user.panel.locator(".text"))


def test_an_empty_question_does_nothing(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    user = visit(serve(fake))
    for blank in ("", "   "):
        user.send(blank)
    user.ask(TRAIN)
    expect(user.page.locator(".exchange")).to_have_count(1)


def test_questions_sent_before_the_last_is_answered_are_answered_in_order(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    reading = threading.Event()
    stream = fake.stream

    def slow(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        stages = stream(question, **options)
        yield next(stages)
        if question == TRAIN:
            assert reading.wait(30)
        yield from stages

    fake.stream = slow  # type: ignore[method-assign]
    user = visit(serve(fake))
    user.send(TRAIN)
    expect(user.box).to_have_value("")  # nobody types faster than that
    user.send(WINNER)
    exchanges = user.page.locator(".exchange")
    expect(exchanges).to_have_count(2)
    expect(exchanges.first).to_have_attribute("data-state", "reading")
    reading.set()
    expect(exchanges.first).to_have_attribute("data-state", "answered")
    expect(user.last).to_have_attribute("data-state", "abstained")
    expect(exchanges.locator(".question")).to_have_text([TRAIN, WINNER])


def test_a_question_too_long_says_why_and_stays_in_the_box(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    question = "why " * 2500
    exchange = user.ask(question, "problem")
    expect(exchange.get_by_role("alert")).to_contain_text("the question is too long")
    expect(exchange.get_by_role("alert")).to_contain_text("at most 2000 characters")
    expect(user.box).to_have_value(question)
    user.ask(TRAIN)


def test_an_error_of_ours_is_told_and_a_foreign_one_is_kept_in_the_terminal(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    refresh = fake.refresh

    def corrupt() -> bool:
        raise IndexCorrupt("a file is damaged", where="index/x", mend="qa-bot index seeds")

    fake.refresh = corrupt  # type: ignore[method-assign]
    expect(user.ask(TRAIN, "problem")).to_contain_text("qa-bot index seeds")

    def fails() -> bool:
        raise RuntimeError("a secret")

    fake.refresh = fails  # type: ignore[method-assign]
    exchange = user.ask(TRAIN, "problem")
    expect(exchange).to_contain_text("Something went wrong")
    assert "secret" not in user.page.content()
    assert "Traceback" not in user.page.content()
    fake.refresh = refresh  # type: ignore[method-assign]
    user.ask(TRAIN)


HOSTILE = [
    "<script>window.taken = 1; alert(1)</script>",
    '<img src=x onerror="window.taken = 1; alert(1)">',
    "<svg/onload=window.taken=1>",
    '"><iframe src="javascript:parent.taken=1"></iframe>',
    "' onmouseover='window.taken=1' x='",
    '" autofocus onfocus="window.taken=1" x="',
    "</div></article></section></main><h1>taken over</h1>",
    "<style>*{display:none!important}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css><img src=//evil.example/pixel>",
    "{{constructor.constructor('window.taken=1')()}}",
    "${window.taken = 1} `${window.taken = 1}` \\${window.taken = 1}",
    "&lt;script&gt;window.taken=1&lt;/script&gt; &#60;b&#62;",
    "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=//evil.example'>",
    "\u202egnol txet a si siht\u202c <details open ontoggle=window.taken=1>",
    "half \ud83d a pair and \x00\x1b[31m controls",
    "<form action=https://evil.example><input autofocus onfocus=window.taken=1>",
    "<scr<script>ipt>window.taken=1</scr</script>ipt>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script\t>window.taken=1</script\t>",
    "<svg><script>window.taken=1</script></svg>",
    "<svg><animate onbegin=window.taken=1 attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.taken=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.taken=1>'>",
    "<template><img src=x onerror=window.taken=1></template>",
    "<video><source onerror=window.taken=1></video>",
    "<audio src=x onerror=window.taken=1></audio>",
    "<body onload=window.taken=1><body onpageshow=window.taken=1>",
    "<marquee onstart=window.taken=1>x</marquee>",
    "<object data=javascript:window.taken=1><embed src=javascript:window.taken=1>",
    "<a href=javascript:window.taken=1>click</a> [x](javascript:window.taken=1)",
    "<a href='data:text/html,<script>parent.taken=1</script>'>click</a>",
    "<button data-open='1/c/0/0' data-ask='who' onclick=window.taken=1>press</button>",
    "<input type=image src=x onerror=window.taken=1>",
    "<textarea></textarea><script>window.taken=1</script>",
    "</title></textarea></style></noscript></script><script>window.taken=1</script>",
    "<!--><img src=x onerror=window.taken=1>-->",
    "<![CDATA[<img src=x onerror=window.taken=1>]]> <?xml x?>",
    "{{#each value}}<img src=x onerror=window.taken=1>{{/each}} {{{this}}} @children",
    "\\u003cscript\\u003ewindow.taken=1\\u003c/script\\u003e %3Cscript%3E",
    "<img src=`x`onerror=window.taken=1> <img src=x:x onerror=window.taken=1>",
    "<dialog open onclose=window.taken=1><style>@import '//evil.example/x.css'</style>",
    '<div style="background:url(//evil.example/x)" popover id=composer>x</div>',
    "<select autofocus onfocus=window.taken=1><option>x</select>",
    "\u2066\u2067\u200f right \u05d0\u05d1 \u0627\u0628 <b onpointerenter=window.taken=1>to</b>",
]


TOGETHER = 4
"""Hostile articles that one question finds, which is as many as the bot cites."""


def _named(n: int) -> str:
    """Words that one group of articles shares, and more than any two hostile texts share."""
    group = n // TOGETHER
    return " ".join(f"{group:02}{word}" for word in ("wicked", "gadget", "rusty", "engine", "tool"))


def test_hostile_text_is_shown_and_never_run(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    assert len(HOSTILE) >= 40
    fake.publish(
        [
            article(
                f"seeds/{n:02}{text}",
                f"The {_named(n)} is named {text} it is said",
                title=text,
                source=text,
                published=text,
                url=f"javascript:window.taken=1//{text}",
            )
            for n, text in enumerate(HOSTILE)
        ]
    )
    # No keyboard types half a pair or a NUL.
    fake.suggested = tuple(re.sub("[\ud83d\x00]", "", text) for text in HOSTILE)
    user = visit(serve(fake))
    offered = user.page.locator(".suggestions button")
    expect(offered).to_have_count(len(HOSTILE))
    offered.nth(1).click()
    expect(user.last.locator(".question")).to_have_text(HOSTILE[1])
    expect(user.last).to_have_attribute("data-state", re.compile("answered|abstained"))
    shown = [re.sub(r"[\ud83d\x00\x1b]", "\ufffd", text) for text in HOSTILE]
    heading = user.panel.locator("h2")
    for first in range(0, len(HOSTILE), TOGETHER):
        user.ask(f"{_named(first)} <b>?")
        for n in range(first, first + TOGETHER):
            expect(heading).to_have_text(shown[n])
            expect(user.panel.locator(".text")).to_contain_text(" ".join(shown[n].split()))
            expect(user.panel.locator(".place")).to_have_text(f"{n - first + 1} of {TOGETHER}")
            user.panel.get_by_role("button", name="Next citation").click()
        titles = [shown[n] for n in range(first, first + TOGETHER)]
        expect(user.last.locator(":is(.chip, .also .opener) .title")).to_have_text(titles)
    user.last.locator(".read summary").click()
    user.last.locator(".passages .opener").first.click()
    expect(user.panel.locator("mark")).to_have_count(0)
    user.tab("Articles")
    titles_shown = user.page.locator(".articles tbody .title bdi.title")
    expect(titles_shown).to_have_count(len(HOSTILE))
    squeezed = sorted(" ".join(text.split()) for text in shown)
    assert sorted(" ".join(t.split()) for t in titles_shown.all_inner_texts()) == squeezed
    user.page.get_by_label("Filter").fill(HOSTILE[0][:12])
    user.page.locator(".articles .opener").first.click()
    expect(user.panel.locator(".around")).to_have_count(0)
    user.page.reload()
    expect(user.page.locator(".exchange")).to_have_count(1 + len(HOSTILE) // TOGETHER)
    user.page.locator("#history summary").click()
    expect(user.page.locator("#history .exports")).to_be_visible()
    assert user.page.evaluate("window.taken") is None
    for selector in ("script", "img", "iframe", "style", "link", "form", "base", "svg", "a"):
        inside = user.page.locator(f":is(.log, .evidence, .articles, #history) {selector}")
        assert inside.count() == 0, selector


def test_two_users_are_answered_at_the_same_time_and_apart(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    together = threading.Barrier(2)  # neither question ends unless both are running
    stream = fake.stream

    def meet(question: str, **options: Any) -> Iterator[tuple[str, Any]]:
        together.wait(30)
        yield from stream(question, **options)

    fake.stream = meet  # type: ignore[method-assign]
    url = serve(fake)
    one, two = visit(url), visit(url)
    one.send(TRAIN)
    two.send("How much does the armoured rover weigh in kilograms?")
    expect(one.last.locator(".quote mark")).to_have_text("20")
    expect(two.last.locator(".quote mark")).to_have_text("900")
    expect(one.page.locator(".exchange")).to_have_count(1)
    expect(two.page.locator(".exchange")).to_have_count(1)
    expect(two.panel.locator("h2")).to_have_text("Four to the Moon")


def test_when_the_index_is_replaced_the_next_question_is_answered_from_the_new_one(
    fake: FakeBot, serve: Serve, visit: Visit
) -> None:
    user = visit(serve(fake))
    user.ask(TRAIN)
    fake.publish(
        [article("seeds/train.txt", "The leader rode his armoured train for 31 hours this time.")]
    )
    # the old citation is not drawn at offsets of another text
    user.last.locator(".source-line .opener").click()
    expect(user.panel.locator("mark")).to_have_text("20")
    second = user.ask(TRAIN)
    expect(second.locator(".quote mark")).to_have_text("31")
    expect(user.panel.locator("mark")).to_have_text("31")
    user.page.locator(".exchange").first.locator(".source-line .opener").click()
    expect(user.panel).to_contain_text("has changed since this answer")
    expect(user.panel).to_contain_text("for 20 hours to the remote spaceport")
    expect(user.panel.locator("mark")).to_have_count(0)


def test_a_new_conversation_forgets_the_old_one(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    histories: list[int] = []
    stream = fake.stream

    def noting(question: str, history: Any = (), **options: Any) -> Iterator[tuple[str, Any]]:
        histories.append(len(history))
        yield from stream(question, history=history, **options)

    fake.stream = noting  # type: ignore[method-assign]
    user = visit(serve(fake))
    user.ask(TRAIN)
    user.ask(TRAIN)
    user.page.get_by_role("button", name="New conversation").click()
    expect(user.page.locator(".exchange")).to_have_count(0)
    expect(user.page.locator(".welcome")).to_be_visible()
    user.ask(TRAIN)
    assert histories == [0, 1, 0]


def test_everything_works_from_the_keyboard(fake: FakeBot, serve: Serve, visit: Visit) -> None:
    user = visit(serve(fake))
    expect(user.box).to_be_focused()
    user.page.keyboard.type(TRAIN)
    user.page.keyboard.press("Enter")
    expect(user.last).to_have_attribute("data-state", "answered")
    expect(user.box).to_be_focused()
    expect(user.box).to_have_value("")
    log = user.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    opener = user.last.locator(".source-line .opener")
    for _ in range(12):
        user.page.keyboard.press("Shift+Tab")
        if opener.evaluate("e => e === document.activeElement"):
            break
    expect(opener).to_be_focused()
    user.panel.locator(".text").evaluate("e => e.scrollTo(0, 0)")
    user.page.keyboard.press("Enter")
    expect(user.panel.locator("h2")).to_be_focused()
    assert user.in_view(user.panel.locator("mark"), user.panel.locator(".text"))
