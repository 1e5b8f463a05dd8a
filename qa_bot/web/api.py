"""What programs can ask of a bot: plain JSON values in, plain JSON values out.

The REST endpoints (:mod:`qa_bot.web.api_endpoints`) and the MCP tools
(:mod:`qa_bot.web.mcp_server`) are these four methods; :mod:`qa_bot.web.api_schema` says the
same as JSON Schema. Nothing here knows of HTTP.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa_bot.errors import QABotError, QuestionError
from qa_bot.records import SCHEMA_VERSION
from qa_bot.retrieval.filters import checked
from qa_bot.web.api_values import (
    filters_from,
    flag,
    fraction,
    history_from,
    refused,
    shown,
    text,
    whole,
)
from qa_bot.web.catalogue import catalogue_of
from qa_bot.web.markup import sendable

if TYPE_CHECKING:
    from qa_bot.bot import QABot

MOST_PASSAGES = 100
LONGEST_EXCERPT = 50_000
MOST_LISTED = 200
_FAR = 2**53 - 1  # the largest whole number that every JSON reader keeps
_UNFORESEEN = "Something went wrong here; the terminal that runs qa_bot says what."

_log = logging.getLogger(__name__)


class Programs:
    """The four endpoints, over one bot. Safe from many threads.

    Every method raises QuestionError where an argument cannot be used, with a message for
    whoever sent it, and answers from the newest generation of the index.
    """

    def __init__(self, bot: QABot) -> None:
        self._bot = bot

    def ask(
        self,
        question: str,
        top_k: int = 5,
        filters: dict[str, Any] | None = None,
        history: list[dict[str, Any]] | None = None,
        newest_first: bool = False,
        min_confidence: float | None = None,
    ) -> dict[str, Any]:
        """Answer a question with a verbatim quote from the indexed articles, or abstain.

        Args:
            question: what to ask, in plain words.
            top_k: how many of the closest passages the answer lists (1 to 100).
            filters: which articles may be searched; see docs/programs.md.
            history: earlier turns, oldest first: [{"question": ..., "answer": ...}].
            newest_first: of the answers that are confident enough, the newest leads.
            min_confidence: abstain below it (0 to 1); the default is the fitted threshold.

        Returns:
            The answer as JSON: status, text, confidence, citations, passages and more.
        """
        # The question itself is checked by the bot, which knows how long it may be.
        if not isinstance(question, str):
            raise refused("question", "a text", question)
        listed = whole("top_k", top_k, 1, MOST_PASSAGES)
        limits, turns = filters_from(filters), history_from(history)
        newest = flag("newest_first", newest_first)
        floor = fraction("min_confidence", min_confidence)
        self._bot.refresh()
        answer = self._bot.ask(
            question,
            history=turns,
            filters=limits,
            top_k=listed,
            min_confidence=floor,
            newest_first=newest,
        )
        return _plain(answer.to_dict())

    def search_passages(
        self, question: str, top_k: int = 5, filters: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Find the passages closest to a question or some words, best first, without reading them.

        Args:
            question: a question or some words.
            top_k: how many passages (1 to 100).
            filters: which articles may be searched; see docs/programs.md.

        Returns:
            {"question", "generation", "passages"}; a passage carries its article's id, its span
            (code points) and its text.
        """
        if not isinstance(question, str):
            raise refused("question", "a text", question)
        wanted, limits = whole("top_k", top_k, 1, MOST_PASSAGES), filters_from(filters)
        self._bot.refresh()
        # The first thing that a stream gives are the passages; nothing is read for it.
        stages = self._bot.stream(question, filters=limits, top_k=wanted)
        _, passages = next(stages)
        stages.close()  # type: ignore[attr-defined]  # a stream is a generator
        return _plain(
            {
                "schema_version": SCHEMA_VERSION,
                "question": question,
                "generation": self._bot.snapshot.generation,
                "passages": [asdict(passage) for passage in passages],  # type: ignore[union-attr]
            }
        )

    def get_article(self, article_id: str, start: int = 0, length: int = 10_000) -> dict[str, Any]:
        """Read a part of an article, by the id that citations, passages and lists carry.

        Args:
            article_id: the id of the article, exactly.
            start: the first character to give, counted from 0 in Unicode code points.
            length: how many characters to give (1 to 50,000).

        Returns:
            The article's fields, "text" from "start" to "end", and "next_start" (null at its end).
        """
        wanted = text("article_id", article_id)
        first = whole("start", start, 0, _FAR)
        most = whole("length", length, 1, LONGEST_EXCERPT)
        self._bot.refresh()
        snapshot = self._bot.snapshot
        try:
            article = snapshot.article(wanted)
        except KeyError:
            raise QuestionError(
                f"article_id: there is no article {shown(wanted)} (list_articles gives the ids)"
            ) from None
        first = min(first, len(article.text))
        end = min(first + most, len(article.text))
        return _plain(
            {
                "schema_version": SCHEMA_VERSION,
                "generation": snapshot.generation,
                "article_id": article.article_id,
                "title": article.title,
                "source": article.source,
                "author": article.author,
                "url": article.url,
                "published": article.published,
                "location": article.location,
                "content_hash": article.content_hash,
                # Pairs, not an object: keys that an article chooses ("path" and "meta") would
                # be taken by Gradio's clients for a file to fetch.
                "metadata": [{"key": k, "value": v} for k, v in article.metadata.items()],
                "characters": len(article.text),
                "start": first,
                "end": end,
                "next_start": end if end < len(article.text) else None,
                "text": article.text[first:end],
            }
        )

    def list_articles(
        self,
        contains: str = "",
        filters: dict[str, Any] | None = None,
        start: int = 0,
        limit: int = 50,
    ) -> dict[str, Any]:
        """List the indexed articles, sorted by id, a page at a time.

        Args:
            contains: only articles with all these words in title, source, date or id.
            filters: only articles that pass; see docs/programs.md.
            start: how many articles to leave out at the beginning.
            limit: how many to list (1 to 200).

        Returns:
            {"total", "start", "next_start", "articles"}; "total" counts all that pass, and
            "next_start" is null on the last page.
        """
        words = text("contains", contains)
        limits = checked(filters_from(filters))
        first, most = whole("start", start, 0, _FAR), whole("limit", limit, 1, MOST_LISTED)
        self._bot.refresh()
        snapshot = self._bot.snapshot
        passing = snapshot.matching(limits) if filters else None
        found = catalogue_of(snapshot).listed(
            words, passes=None if passing is None else passing.__contains__
        )
        page = found[first : first + most]
        after = first + len(page)
        return _plain(
            {
                "schema_version": SCHEMA_VERSION,
                "generation": snapshot.generation,
                "total": len(found),
                "start": first,
                "next_start": after if page and after < len(found) else None,
                "articles": [asdict(article) for article in page],
            }
        )


def said(error: Exception) -> str:
    """An error of ours in its own words; any other is logged and not shown."""
    if isinstance(error, QABotError):
        return str(sendable(str(error)))
    _log.error("an unforeseen error", exc_info=error)
    return _UNFORESEEN


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """``record`` as JSON has it: lists for tuples, and nothing that UTF-8 cannot carry."""
    plain: dict[str, Any] = sendable(_lists(record))
    return plain


def _lists(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_lists(item) for item in value]
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return value
