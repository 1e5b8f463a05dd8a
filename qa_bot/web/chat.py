"""What happens when a question is asked or a citation is opened. No layout, no HTML."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.errors import QABotError, QuestionError
from qa_bot.records import Citation
from qa_bot.web.conversation import (
    Conversation,
    resolve,
    turns,
    with_last,
    with_question,
)
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

    def reply(
        self, question: str | None, conversation: Conversation, *boxes: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Yields (question box, conversation HTML, evidence HTML, conversation).

        ``boxes`` are those of the filter row, as :func:`qa_bot.web.filtering.chosen`
        takes them.

        The passages are drawn when retrieval is done, the answer when reading is.
        A question that cannot be asked stays in the box, and the reason is a reply.
        """
        if not question or not question.strip():
            yield (gr.skip(),) * 4
            return
        history = turns(conversation)
        conversation = with_question(conversation, question)
        yield "", conversation_html(conversation), gr.skip(), conversation
        began = time.perf_counter()
        try:
            choice = chosen(*boxes) if boxes else Choice()
            conversation = with_last(conversation, limits=choice.in_words())
            self._bot.refresh()
            for stage, result in self._bot.stream(
                question,
                history=history,
                filters=choice.filters,
                newest_first=choice.newest_first,
            ):
                if stage == "passages":
                    conversation = with_last(conversation, passages=result)
                    yield gr.skip(), conversation_html(conversation), gr.skip(), conversation
                else:
                    seconds = time.perf_counter() - began
                    conversation = with_last(conversation, answer=result, seconds=seconds)
        except QuestionError as error:
            conversation = with_last(conversation, problem=str(error))
            yield question, conversation_html(conversation), gr.skip(), conversation
            return
        except Exception as error:
            conversation = with_last(conversation, problem=_said(error))
            yield question, conversation_html(conversation), gr.skip(), conversation
            return
        citations = conversation[-1].answer.citations if conversation[-1].answer else ()
        panel = citation_panel(self._bot.snapshot, citations[0]) if citations else no_quote()
        yield gr.skip(), conversation_html(conversation), panel, conversation

    def open(self, conversation: Conversation, event: gr.EventData) -> Any:
        """The evidence panel for the citation or passage that was clicked."""
        target = resolve(conversation, str(event._data.get("reference", "")))
        if target is None:
            return gr.skip()
        source = self._bot.snapshot
        if isinstance(target, Citation):
            return citation_panel(source, target, focus=True)
        return passage_panel(source, target, focus=True)

    def clear(self) -> tuple[str, str, Conversation]:
        """An empty page: (conversation HTML, evidence HTML, conversation)."""
        return conversation_html(()), nothing_open(), ()

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
