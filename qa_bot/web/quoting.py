"""A citation as text to carry away: plain, or Markdown; and a conversation as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa_bot.records import Alternative, Citation
from qa_bot.web.conversation import Exchange
from qa_bot.web.markup import date_in_words, sendable, title_or_name

_BLANKS = re.compile(r"\s+")
# What CommonMark, with tables and strikethrough, could read as markup inside a line.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&!])")
_LINE_START = re.compile(r"^(\d+)([.)])|^([-+=])")
_IN_ADDRESS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20"})


def plain(citation: Citation) -> str:
    """``“sentence” — title, source, 14 September 2023, page 3. https://…``"""
    where = ", ".join((_title(citation), *_stated(citation)))
    link = citation.link
    return f"“{_line(citation.sentence or citation.quote)}” — {where}." + (
        f" {link}" if link else ""
    )


def markdown(citation: Citation) -> str:
    """The sentence as a block quotation, the quote bold; below it a linked title."""
    title, link = _safe(_title(citation)), citation.link
    linked = f"[{title}](<{link.translate(_IN_ADDRESS)}>)" if link else title
    where = ", ".join((linked, *map(_safe, _stated(citation))))
    return f"> {_with_bold(citation)}\n>\n> — {where}"


def conversation_markdown(exchanges: Sequence[Exchange]) -> str:
    """The conversation, every answer with all its citations."""
    return "\n\n".join(("# Questions and answers", *map(_exchange, exchanges))) + "\n"


def _exchange(exchange: Exchange) -> str:
    parts = [f"## {_safe(_line(exchange.question))}"]
    if exchange.limits:
        parts.append(f"*{_safe(_line(exchange.limits))}*")
    answer = exchange.answer
    if answer is None:
        parts.append(_safe(_line(exchange.problem)) or "(no answer)")
    elif answer.status == "abstained":
        talk = getattr(answer, "kind", "span") == "talk"
        parts += [] if talk else ["**Not in these articles.**"]
        parts += [_safe(_line(answer.reason))] if answer.reason else []
    else:
        parts.append(f"**{_safe(_line(answer.text or ''))}** (confidence {answer.confidence:.0%})")
        parts += map(markdown, answer.citations)
        parts += _others("Other articles say otherwise", answer.conflicts)
        parts += _others("Also found", answer.alternatives)
    return "\n\n".join(parts)


def _others(heading: str, others: Sequence[Alternative]) -> list[str]:
    if not others:
        return []
    return [f"### {heading}", *(markdown(c) for other in others for c in other.citations)]


def _title(citation: Citation) -> str:
    return _line(title_or_name(citation.title, citation.article_id))


def _stated(citation: Citation) -> list[str]:
    """Source, date and page, as far as the article states them."""
    stated = [_line(citation.source)] if citation.source else []
    stated += [date_in_words(_line(citation.published))] if citation.published else []
    stated += [f"page {citation.page}"] if citation.page is not None else []
    return stated


def _with_bold(citation: Citation) -> str:
    start = citation.span.start - citation.sentence_span.start
    end = start + len(citation.quote)
    sentence = citation.sentence
    if start < 0 or sentence[start:end] != citation.quote:
        sentence, start, end = citation.quote, 0, len(citation.quote)
    before, quote, after = (_safe(_flat(s)) for s in (sentence[:start], sentence[start:end],
                                                      sentence[end:]))  # fmt: skip
    inner = quote.strip()
    lead, tail = quote[: len(quote) - len(quote.lstrip())], quote[len(quote.rstrip()) :]
    bold = f"{lead}**{inner}**{tail}" if inner else quote
    return f"{before}{bold}{after}".strip()


def _flat(text: str) -> str:
    return _BLANKS.sub(" ", str(sendable(text)))


def _line(text: str) -> str:
    return _flat(text).strip()


def _safe(text: str) -> str:
    """``text`` (one line) so that Markdown shows it as it stands."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)
