"""What happens when a question is asked or a citation is opened. No layout, no HTML."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.errors import QABotError
from qa_bot.records import Answer, Citation
from qa_bot.web.conversation import MAX_WAITING, Talk, resolve, turns
from qa_bot.web.evidence import citation_panel, no_quote, nothing_open, passage_panel
from qa_bot.web.filtering import Choice, chosen
from qa_bot.web.markup import sendable
from qa_bot.web.replies import conversation_html

if TYPE_CHECKING:
    from qa_bot.bot import QABot

MOST_PASSAGES = 100
_UNFORESEEN = "Something went wrong here; the terminal that runs qa_bot says what."

_log = logging.getLogger(__name__)


class Chat:
    """The events of the page, over one bot. Safe from many threads: it keeps nothing."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot

    def reply(self, question: str | None, talk: Talk, *boxes: Any) -> Iterator[tuple[Any, ...]]:
        """Yields (question box, conversation HTML, evidence HTML).

        ``boxes`` are those of the filter row, as :func:`qa_bot.web.filtering.chosen`
        takes them.

        The question is drawn at once, the passages when retrieval is done, the answer
        when reading is. The page empties the box when it sends a question; one that
        cannot be asked comes back into it, and the reason is a reply.
        """
        if not question or not question.strip():
            yield (gr.skip(),) * 3
            return
        number = talk.begin(question)
        if number is None:
            gr.Warning(f"{MAX_WAITING} questions are waiting; this one stays in the box.")
            yield question, gr.skip(), gr.skip()
            return
        try:
            yield gr.skip(), conversation_html(talk.exchanges), gr.skip()
            talk.wait(number)
            for panel in self._answers(question, number, talk, boxes):
                yield gr.skip(), conversation_html(talk.exchanges), panel
        except Exception as error:
            talk.change(number, problem=_said(error))
            yield question, conversation_html(talk.exchanges), gr.skip()
        finally:
            talk.done(number)

    def _answers(
        self, question: str, number: int, talk: Talk, boxes: tuple[Any, ...]
    ) -> Iterator[Any]:
        """Changes exchange ``number`` as far as it has come; yields the evidence panel."""
        began = time.perf_counter()
        choice = chosen(*boxes) if boxes else Choice()
        talk.change(number, limits=choice.in_words())
        self._bot.refresh()
        stages = self._bot.stream(
            question,
            history=turns(talk.exchanges),
            filters=choice.filters,
            newest_first=choice.newest_first,
        )
        for _, result in stages:
            if isinstance(result, Answer):
                seconds = time.perf_counter() - began
                talk.change(number, answer=result, seconds=seconds)
                cited = result.citations
                yield citation_panel(self._bot.snapshot, cited[0]) if cited else no_quote()
            else:
                talk.change(number, passages=result)
                yield gr.skip()

    def open(self, talk: Talk, event: gr.EventData) -> Any:
        """The evidence panel for the citation or passage that was clicked."""
        target = resolve(talk.exchanges, str(event._data.get("reference", "")))
        if target is None:
            return gr.skip()
        source = self._bot.snapshot
        if isinstance(target, Citation):
            return citation_panel(source, target, focus=True)
        return passage_panel(source, target, focus=True)

    def clear(self, talk: Talk) -> tuple[str, str]:
        """An empty page: (conversation HTML, evidence HTML)."""
        talk.clear()
        return conversation_html(()), nothing_open()

    def answer(self, question: str, top_k: int = 5) -> dict[str, Any]:
        """Answer a question with a quote from the indexed articles, or abstain.

        Args:
            question: what to ask, in plain words.
            top_k: how many of the closest passages the answer lists (1 to 100).

        Returns:
            The answer as JSON: status, text, confidence, citations, passages and more.
        """
        if type(top_k) is not int or not 1 <= top_k <= MOST_PASSAGES:
            raise gr.Error(f"top_k: a whole number from 1 to {MOST_PASSAGES}, found {top_k!r}")
        if not isinstance(question, str):
            raise gr.Error(f"question: a text, found {question!r}")
        try:
            self._bot.refresh()
            record: dict[str, Any] = sendable(self._bot.ask(question, top_k=top_k).to_dict())
            return record
        except Exception as error:
            raise gr.Error(_said(error)) from error


def _said(error: Exception) -> str:
    """An error of ours in its own words; any other is logged and not shown."""
    if isinstance(error, QABotError):
        return str(error)
    _log.error("an unforeseen error", exc_info=error)
    return _UNFORESEEN
