"""The conversation as HTML: questions, answers in their sentences, and abstentions."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.answering.confidence import confidence_word
from qa_bot.records import Alternative, Answer, Citation, ScoredPassage, Span
from qa_bot.web.conversation import Conversation, Exchange
from qa_bot.web.markup import (
    byline,
    escaped,
    highlighted,
    isolated,
    link,
    shortened,
    title_or_untitled,
)

_SNIPPET = 220
_BARS = {"strong": 3, "fair": 2, "weak": 1}


def conversation_html(conversation: Conversation) -> str:
    """The whole conversation, oldest first, in one live region."""
    inside = "".join(map(_exchange, conversation)) or _welcome()
    return (
        '<div class="log" role="log" aria-live="polite" aria-label="Conversation" tabindex="0">'
        f"{inside}</div>"
    )


def _welcome() -> str:
    return (
        '<div class="welcome"><h2>What do you want to know?</h2>'
        "<p>Every answer is a quote, word for word, shown where it stands in its article. "
        "What the articles do not say is answered by “Not in these articles.”</p></div>"
    )


def _exchange(exchange: Exchange) -> str:
    body = {
        "problem": _problem,
        "answered": _answered,
        "abstained": _abstained,
        "reading": _waiting,
        "searching": _waiting,
    }[exchange.state](exchange)
    return (
        f'<section class="exchange" data-number="{exchange.number}" data-state="{exchange.state}">'
        f'<p class="question" dir="auto">{escaped(shortened(exchange.question, 600))}</p>'
        f"{_limits(exchange)}"
        f'<div class="reply">{body}</div></section>'
    )


def _limits(exchange: Exchange) -> str:
    return f'<p class="limits">{isolated(exchange.limits)}</p>' if exchange.limits else ""


def _problem(exchange: Exchange) -> str:
    return f'<p class="problem" role="alert">{escaped(exchange.problem)}</p>'


def _waiting(exchange: Exchange) -> str:
    if exchange.passages is None:
        return '<p class="waiting">Searching the articles…</p>'
    return '<p class="waiting">Reading the closest passages…</p>' + _passages(
        exchange, exchange.passages
    )


def _answered(exchange: Exchange) -> str:
    answer = exchange.answer
    assert answer is not None
    first, others = answer.citations[0], answer.citations[1:]
    parts = [
        _understood(answer),
        _sentence(first),
        '<p class="source-line">',
        _opener(f"{exchange.number}/c/0/0", first.title, first.source, first.published),
        link(first.link, "Open at the quote"),
        _confidence(answer.confidence, calibrated="uncalibrated" not in first.flags),
        "</p>",
    ]
    if others:
        parts.append('<div class="also"><h3>Also quoted from</h3><ul>')
        parts += [
            f"<li>{_opener(f'{exchange.number}/c/{i}/0', c.title, c.source, c.published)}</li>"
            for i, c in enumerate(others, start=1)
        ]
        parts.append("</ul></div>")
    parts.append(_conflicts(exchange, answer.conflicts))
    parts.append(_others(exchange, answer.alternatives))
    if answer.passages:
        parts.append(
            f'<details class="read"><summary>Closest passages ({len(answer.passages)})</summary>'
            f"{_passages(exchange, answer.passages)}</details>"
        )
    parts.append(_footnote(exchange))
    return "".join(parts)


def _abstained(exchange: Exchange) -> str:
    answer = exchange.answer
    assert answer is not None
    parts = [_understood(answer), '<p class="abstained">Not in these articles.</p>']
    if answer.reason:
        parts.append(f'<p class="reason">{escaped(_as_sentence(answer.reason))}</p>')
    if answer.passages:
        parts.append(
            '<div class="closest"><h3>Closest passages <span>(not answers)</span></h3>'
            f"{_passages(exchange, answer.passages)}</div>"
        )
    parts.append(_footnote(exchange))
    return "".join(parts)


def _understood(answer: Answer) -> str:
    if not answer.rewritten_question:
        return ""
    return f'<p class="understood">Understood as: {isolated(answer.rewritten_question)}</p>'


def _sentence(citation: Citation) -> str:
    """The sentence with its quote marked; offsets are made relative to the sentence."""
    origin = citation.sentence_span.start
    start, end = citation.span.start - origin, citation.span.end - origin
    if not 0 <= start <= end <= len(citation.sentence):
        text, quote = citation.quote, Span(0, len(citation.quote))
    else:
        text, quote = citation.sentence, Span(start, end)
    inside = highlighted(text, Span(0, len(text)), quote=quote)
    return f'<blockquote class="quote" dir="auto">{inside}</blockquote>'


def _opener(reference: str, title: str, source: str | None, published: str | None) -> str:
    line = byline(source, published)
    return (
        f'<button type="button" class="opener" data-open="{escaped(reference)}">'
        f"{isolated(title_or_untitled(title), 'title')}"
        + (
            f' <span class="byline"><span class="dot" aria-hidden="true">·</span> {line}</span>'
            if line
            else ""
        )
        + '<span class="aside"> (show in the article)</span></button>'
    )


def _confidence(confidence: float, *, calibrated: bool) -> str:
    word = confidence_word(confidence)
    bars = _BARS.get(word, 0)
    drawn = "".join(f'<i class="{"on" if n < bars else "off"}"></i>' for n in range(3))
    meaning = (
        f"Estimated to be right in {round(100 * confidence)} of 100 such answers"
        if calibrated
        else "A rough guess: confidence was fitted for other models or settings"
    )
    return (
        f'<span class="confidence {escaped(word)}" title="{meaning}">'
        f'<span class="bars" aria-hidden="true">{drawn}</span>Confidence: {escaped(word)}'
        f"{'' if calibrated else ' (uncalibrated)'}</span>"
    )


def _others(exchange: Exchange, others: Sequence[Alternative]) -> str:
    if not others:
        return ""
    items = []
    for i, other in enumerate(others):
        opener = ""
        if other.citations:
            cited = other.citations[0]
            opener = _opener(
                f"{exchange.number}/a/{i}/0", cited.title, cited.source, cited.published
            )
        word = confidence_word(other.confidence)
        items.append(
            f'<li><q dir="auto">{escaped(other.text)}</q> {opener}'
            f'<span class="word">{escaped(word)}</span></li>'
        )
    return f'<div class="also"><h3>Also found</h3><ul>{"".join(items)}</ul></div>'


def _conflicts(exchange: Exchange, conflicts: Sequence[Alternative]) -> str:
    """The other sides, each in its sentence with its date; newer or older is said."""
    items = []
    for i, other in enumerate(conflicts):
        cited = other.citations[0]
        opener = _opener(f"{exchange.number}/x/{i}/0", cited.title, cited.source, cited.published)
        age = "" if other.newer is None else "newer" if other.newer else "older"
        word = f' <span class="word">{age}</span>' if age else ""
        items.append(f"<li>{_sentence(cited)}{opener}{word}</li>")
    if not items:
        return ""
    return (
        '<div class="also conflict"><h3>Other articles say otherwise</h3>'
        f"<ul>{''.join(items)}</ul></div>"
    )


def _passages(exchange: Exchange, passages: Sequence[ScoredPassage]) -> str:
    items = []
    for i, scored in enumerate(passages):
        passage = scored.passage
        opener = _opener(
            f"{exchange.number}/p/{i}/0", passage.title, passage.source, passage.published
        )
        snippet = escaped(shortened(passage.chunk.text, _SNIPPET))
        items.append(f'<li>{opener}<p dir="auto">{snippet}</p></li>')
    return f'<ol class="passages">{"".join(items)}</ol>'


def _footnote(exchange: Exchange) -> str:
    answer = exchange.answer
    parts = [f"{exchange.seconds:.2f} s"]
    if answer is not None and answer.independent_sources > 1:
        parts.append(f"{answer.independent_sources} independent sources")
    return f'<p class="footnote">{" · ".join(parts)}</p>'


def _as_sentence(reason: str) -> str:
    reason = reason.strip()
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith((".", "!", "?")) else ".")
