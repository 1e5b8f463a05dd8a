"""The conversation as HTML: questions, answers in their sentences, and abstentions."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.records import Answer, ScoredPassage
from qa_bot.web import answers
from qa_bot.web.conversation import Conversation, Exchange
from qa_bot.web.markup import escaped, isolated, link, shortened, title_or_name

VERDICTS = {
    "right": "Right",
    "wrong": "Wrong",
    "wrong source": "Wrong source",
    "outdated": "Outdated",
}
"""What a reader can say of an answer."""

_SNIPPET = 220


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


def is_talk(answer: Answer) -> bool:
    """Whether it is a reply in words, about no article."""
    return getattr(answer, "kind", "span") == "talk"


def suggestions_html(questions: Sequence[str]) -> str:
    """Questions that these articles are known to answer, as buttons; empty for none."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-ask="{escaped(question)}">{isolated(question)}</button>'
        "</li>"
        for question in questions
    )
    return (
        '<section class="suggestions" aria-labelledby="try"><h3 id="try">These articles answer, '
        f"for example</h3><ul>{items}</ul></section>"
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
    first = answer.citations[0]
    # The two sides of a conflict show the answer and its source already.
    sides = answers.conflicts(exchange, answer)
    alone = not sides or len(answer.citations) > 1
    parts = [
        _understood(exchange, answer),
        sides or answers.sentence(first) + answers.said(first),
        answers.sources(exchange.number, answer.citations) if alone else "",
        '<p class="meta">',
        answers.confidence(answer.confidence, calibrated="uncalibrated" not in first.flags),
        answers.agreement(answer),
        link(first.link, "Open at the quote"),
        "</p>",
        answers.alternatives(exchange, answer),
    ]
    if answer.passages:
        parts.append(
            f'<details class="read"><summary>Closest passages ({len(answer.passages)})</summary>'
            f"{_passages(exchange, answer.passages)}</details>"
        )
    parts.append(_footer(exchange))
    return "".join(parts)


def _abstained(exchange: Exchange) -> str:
    answer = exchange.answer
    assert answer is not None
    if is_talk(answer):
        return f'<p class="talk" dir="auto">{escaped(answer.reason or "")}</p>'
    parts = [_understood(exchange, answer), '<p class="abstained">Not in these articles.</p>']
    if answer.reason:
        parts.append(f'<p class="reason">{escaped(_as_sentence(answer.reason))}</p>')
    if answer.passages:
        parts.append(
            '<div class="closest"><h3>Closest passages <span>(not answers)</span></h3>'
            f"{_passages(exchange, answer.passages)}</div>"
        )
    parts.append(_footer(exchange))
    return "".join(parts)


def _understood(exchange: Exchange, answer: Answer) -> str:
    """How a follow-up was read, to be changed or taken back."""
    rewritten = answer.rewritten_question
    if not rewritten:
        return ""
    return (
        f'<p class="understood"><span>Understood as: {isolated(rewritten, "rewritten")}</span> '
        f'<button type="button" data-edit="{exchange.number}">Change</button> '
        f'<button type="button" data-ask="{escaped(exchange.question)}">Ask as typed</button></p>'
    )


def _passages(exchange: Exchange, passages: Sequence[ScoredPassage]) -> str:
    items = []
    for i, scored in enumerate(passages):
        passage = scored.passage
        title = title_or_name(passage.title, passage.chunk.article_id)
        opener = answers.opener(
            f"{exchange.number}/p/{i}/0", title, passage.source, passage.published
        )
        snippet = escaped(shortened(passage.chunk.text, _SNIPPET))
        items.append(f'<li>{opener}<p dir="auto">{snippet}</p></li>')
    return f'<ol class="passages">{"".join(items)}</ol>'


def _footer(exchange: Exchange) -> str:
    """Time taken, and what the reader thinks of the answer."""
    verdicts = VERDICTS if exchange.state == "answered" else {"right": "Right", "wrong": "Wrong"}
    buttons = "".join(
        f'<button type="button" data-verdict="{verdict}" data-of="{exchange.number}" '
        f'aria-pressed="{"true" if exchange.verdict == verdict else "false"}">{words}</button>'
        for verdict, words in verdicts.items()
    )
    thanks = '<span class="thanks">noted, thank you</span>' if exchange.verdict else ""
    return (
        f'<div class="footer"><p class="footnote">{exchange.seconds:.2f} s</p>'
        '<div class="verdicts" role="group" aria-label="Was this the right reply?">'
        f"{thanks}{buttons}</div></div>"
    )


def _as_sentence(reason: str) -> str:
    reason = reason.strip()
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith((".", "!", "?")) else ".")
