"""The parts of one answer as HTML: its sentence, who says it, its sources, the other side."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.answering.confidence import confidence_word
from qa_bot.records import Answer, Citation, Span
from qa_bot.web.conversation import Exchange
from qa_bot.web.markup import (
    byline,
    date_in_words,
    escaped,
    highlighted,
    isolated,
    title_or_name,
)

CHIPS_SHOWN = 2
"""Sources of an answer that are named at once; the others are under "+N"."""

_BARS = {"strong": 3, "fair": 2, "weak": 1}
_FLAGS = {
    "negated": "said not to be so",
    "denied": "denied",
    "hedged": "not said for certain",
    "question": "asked, not stated",
    "headline": "from a headline",
}


def sentence(citation: Citation) -> str:
    """The sentence with its quote marked; offsets are made relative to the sentence."""
    return f'<blockquote class="quote" dir="auto">{marked(citation)}</blockquote>'


def marked(citation: Citation) -> str:
    """The sentence's text, the quote in ``<mark>``; the quote alone where it is not in it."""
    origin = citation.sentence_span.start
    start, end = citation.span.start - origin, citation.span.end - origin
    if not 0 <= start <= end <= len(citation.sentence):
        text, quote = citation.quote, Span(0, len(citation.quote))
    else:
        text, quote = citation.sentence, Span(start, end)
    return highlighted(text, Span(0, len(text)), quote=quote)


def said(citation: Citation) -> str:
    """Who says it, when, and whether it is denied, doubted or only asked; else empty."""
    parts = []
    if citation.speaker:
        when = f", {escaped(date_in_words(citation.published))}" if citation.published else ""
        parts.append(f"<span>according to {isolated(citation.speaker, 'speaker')}{when}</span>")
    elif "quoted" in citation.flags:
        parts.append("<span>in someone’s words</span>")
    parts += [
        f'<span class="flag {flag}">{words}</span>'
        for flag, words in _FLAGS.items()
        if flag in citation.flags
    ]
    return f'<p class="said">{" ".join(parts)}</p>' if parts else ""


def opener(
    reference: str,
    title: str,
    source: str | None,
    published: str | None,
    *more: str,
    chip: bool = False,
) -> str:
    """A button that opens an article; ``more`` (HTML already) ends its line."""
    line = byline(source, published, *more)
    return (
        f'<button type="button" class="opener{" chip" if chip else ""}" '
        f'data-open="{escaped(reference)}">{isolated(title, "title")}'
        + (
            f' <span class="byline"><span class="dot" aria-hidden="true">·</span> {line}</span>'
            if line
            else ""
        )
        + '<span class="aside"> (show in the article)</span></button>'
    )


def cited(reference: str, citation: Citation, *, chip: bool = False) -> str:
    """The opener of a citation: title or file name, and what the article states of itself."""
    title = title_or_name(citation.title, citation.article_id)
    page = () if citation.page is None else (f"page {citation.page}",)
    return opener(reference, title, citation.source, citation.published, *page, chip=chip)


def sources(number: int, citations: Sequence[Citation]) -> str:
    """A chip for each source, the first few at once and the others under "+N"."""
    chips = [cited(f"{number}/c/{i}/0", c, chip=True) for i, c in enumerate(citations)]
    shown, rest = chips[:CHIPS_SHOWN], chips[CHIPS_SHOWN:]
    more = (
        f'<details class="more"><summary aria-label="{len(rest)} more sources">+{len(rest)}'
        f'</summary><div class="chips">{"".join(rest)}</div></details>'
        if rest
        else ""
    )
    return f'<div class="source-line chips">{"".join(shown)}{more}</div>'


def agreement(answer: Answer) -> str:
    """``3 sources agree``; empty for one. Copies of one text, and one publisher, count once."""
    count = answer.independent_sources
    if count < 2:
        return ""
    return (
        '<span class="agree" title="Each publisher, and each text, is counted once">'
        f'<span aria-hidden="true">✓</span> {count} sources agree</span>'
    )


def confidence(value: float, *, calibrated: bool) -> str:
    """As a word and as bars, which read without colour."""
    word = confidence_word(value)
    bars = _BARS.get(word, 0)
    drawn = "".join(f'<i class="{"on" if n < bars else "off"}"></i>' for n in range(3))
    meaning = (
        f"Estimated to be right in {round(100 * value)} of 100 such answers"
        if calibrated
        else "A rough guess: confidence was fitted for other models or settings"
    )
    return (
        f'<span class="confidence {escaped(word)}" title="{meaning}">'
        f'<span class="bars" aria-hidden="true">{drawn}</span>Confidence: {escaped(word)}'
        f"{'' if calibrated else ' (uncalibrated)'}</span>"
    )


def conflicts(exchange: Exchange, answer: Answer) -> str:
    """The answer and what other articles say instead, side by side, each with its date."""
    sides = [other for other in answer.conflicts if other.citations]
    if not sides:
        return ""
    ages = {other.newer for other in sides}
    own = "older" if ages == {True} else "newer" if ages == {False} else ""
    cards = [_side(f"{exchange.number}/c/0/0", answer.citations[0], "This answer", own)]
    cards += [
        _side(
            f"{exchange.number}/x/{i}/0",
            other.citations[0],
            "Against it",
            "" if other.newer is None else "newer" if other.newer else "older",
        )
        for i, other in enumerate(answer.conflicts)
        if other.citations
    ]
    return (
        '<div class="conflict"><h3>The articles do not agree</h3>'
        f'<div class="sides">{"".join(cards)}</div></div>'
    )


def _side(reference: str, citation: Citation, whose: str, age: str) -> str:
    published = citation.published
    date = f"<time>{escaped(date_in_words(published))}</time>" if published else "no date"
    word = f' <span class="age">{age}</span>' if age else ""
    return (
        f'<div class="side"><p class="whose">{whose} · {date}{word}</p>'
        f'<blockquote class="quote" dir="auto">{marked(citation)}</blockquote>'
        f"{said(citation)}{cited(reference, citation)}</div>"
    )


def alternatives(exchange: Exchange, answer: Answer) -> str:
    """Other answers: the fair ones at once, the weak ones folded away. Of a list, the
    further items, which are no rivals."""
    listed = getattr(answer, "kind", "span") == "list"
    shown: list[str] = []
    weak: list[str] = []
    for i, other in enumerate(answer.alternatives):
        word = confidence_word(other.confidence)
        place = cited(f"{exchange.number}/a/{i}/0", other.citations[0]) if other.citations else ""
        said_so = "" if listed else f'<span class="word">{escaped(word)}</span>'
        item = f'<li><q dir="auto">{escaped(other.text)}</q> {place}{said_so}</li>'
        (weak if word == "weak" and not listed else shown).append(item)
    head = "Further items" if listed else "Also found"
    made = f'<div class="also"><h3>{head}</h3><ul>{"".join(shown)}</ul></div>' if shown else ""
    if weak:
        made += (
            f'<details class="also weak"><summary>Less likely answers ({len(weak)})</summary>'
            f"<ul>{''.join(weak)}</ul></details>"
        )
    return made
