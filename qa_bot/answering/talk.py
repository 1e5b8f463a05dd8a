"""Replies to small talk: about the bot and the collection, never about what articles say.

A reply is an :class:`~qa_bot.records.Answer` of kind "talk": abstained, with the reply as
its ``reason``, without a citation, and nothing was searched or read for it. What it
says of the collection (counts, titles, sources, dates) is read from the index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nlargest
from typing import Protocol

from qa_bot.answering.small_talk import TalkKind
from qa_bot.records import Answer

NEWEST_SHOWN = 5
SOURCES_SHOWN = 8

_HOW_TO = (
    "Ask one thing at a time, in a whole sentence that names what it is about: who met whom, when, "
    "where, why, how, how many, which, or whether something is so. "
)
_PROMISE = (
    "Every answer is a quote, word for word, with its article; what the articles do not say is "
    "refused. "
)
_FIXED: dict[TalkKind, str] = {
    "greeting": "Hello. " + _HOW_TO + _PROMISE,
    "thanks": "You are welcome. Ask on whenever you like.",
    "farewell": "Goodbye.",
    "help": _HOW_TO
    + _PROMISE
    + "Filters by date and source limit which articles are searched. “What articles do you have?” "
    "tells what is here.",
    "ability": "This is a search for quotes, not a person and not a writer: it answers what its "
    "articles state, word for word. " + _HOW_TO + "A list is quoted whole, a question for yes or "
    "no is answered by the sentence that settles it. It does not sum up, judge, calculate or know "
    "anything from elsewhere.",
}


class Summary(Protocol):
    """What the list of articles tells of one."""

    @property
    def article_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str | None: ...
    @property
    def published(self) -> str | None: ...


def talk_answer(
    question: str,
    kind: TalkKind,
    articles: Iterable[Summary],
    *,
    generation: int,
    only: Mapping[str, bool] | None = None,
) -> Answer:
    """The reply to a line of small talk.

    Args:
        question: the line as it was said.
        kind: what it is.
        articles: those of the collection; looked at for the kinds "ability" and
            "collection" alone.
        generation: of the index.
        only: ids of the articles that the filters let through; None: all.
    """
    reason = _FIXED.get(kind, "").strip()
    if kind in ("ability", "collection"):
        known = [a for a in articles if only is None or a.article_id in only]
        described = _collection(known, limited=only is not None, whole=kind == "collection")
        reason = f"{reason} {described}".strip()
    return Answer.abstained(question, reason, generation=generation, kind="talk")


def _collection(articles: list[Summary], *, limited: bool, whole: bool) -> str:
    """How many articles there are, from whom and from when; with ``whole``, the newest too."""
    passing = " that pass the filters" if limited else ""
    if not articles:
        return f"There are no articles{passing or ' here yet'}."
    count = len(articles)
    said = [f"There {'is' if count == 1 else 'are'} {count:,} article{'s' * (count != 1)}{passing}"]
    dates = sorted(a.published for a in articles if a.published)
    if dates:
        said.append(
            f", published {'on ' + dates[0] if dates[0] == dates[-1] else ''}"
            f"{'' if dates[0] == dates[-1] else f'from {dates[0]} to {dates[-1]}'}"
        )
        if undated := count - len(dates):
            said.append(f" ({undated:,} without a date)")
    said.append(".")
    if not whole:
        return "".join(said)
    sources = Counter(a.source for a in articles if a.source)
    if sources:
        shown = sorted(sources.items(), key=lambda item: (-item[1], item[0]))
        named = [f"{name} ({n:,})" for name, n in shown[:SOURCES_SHOWN]]
        more = len(shown) - SOURCES_SHOWN
        said.append(f" Sources: {', '.join(named)}{f' and {more:,} more' if more > 0 else ''}.")
    newest = nlargest(NEWEST_SHOWN, articles, key=lambda a: (a.published or "", a.title))
    titles = [
        f"“{' '.join(a.title.split()) or 'untitled'}”{f' ({a.published})' if a.published else ''}"
        for a in newest
    ]
    said.append(f" {'Newest' if dates else 'Among them'}: {'; '.join(titles)}.")
    return "".join(said)
