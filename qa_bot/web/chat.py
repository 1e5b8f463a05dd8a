"""What happens when a question is asked or a citation is opened. No layout, no HTML."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.records import Answer, Citation, Span
from qa_bot.web import feedback
from qa_bot.web.api import said
from qa_bot.web.conversation import MAX_WAITING, Talk, resolve, turns, walk
from qa_bot.web.evidence import citation_panel, no_quote, nothing_open, passage_panel
from qa_bot.web.filtering import Choice, chosen
from qa_bot.web.keeping import exported, kept, opened, restored
from qa_bot.web.replies import VERDICTS, conversation_html, is_talk, suggestions_html
from qa_bot.web.starting import Suggestions

if TYPE_CHECKING:
    from qa_bot.bot import QABot


_log = logging.getLogger(__name__)


class Chat:
    """The events of the page, over one bot. Safe from many threads."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot
        self._starting = Suggestions(bot)

    async def suggestions(self) -> AsyncIterator[str]:
        """The questions that an empty page offers, when they are known to be answered."""
        async for questions in self._starting.questions():
            yield suggestions_html(questions)

    def reply(
        self,
        question: str | None,
        talk: Talk,
        sure: float | None,
        *boxes: Any,
        alone: bool = False,
    ) -> Iterator[tuple[Any, ...]]:
        """Yields (question box, conversation HTML, evidence HTML, message to the browser).

        The question is drawn at once, the passages when retrieval is done, the answer
        when reading is. The page empties the box when it sends a question; one that
        cannot be asked comes back into it, and the reason is a reply.

        Args:
            sure: how sure an answer must be to be shown (0 to 1); None: as the bot is set.
            boxes: those of the filter row, as :func:`qa_bot.web.filtering.chosen` takes them.
            alone: what was said before is not looked at.
        """
        if not question or not question.strip():
            yield (gr.skip(),) * 4
            return
        number = talk.begin(question)
        if number is None:
            gr.Warning(f"{MAX_WAITING} questions are waiting; this one stays in the box.")
            yield question, gr.skip(), gr.skip(), gr.skip()
            return
        try:
            yield gr.skip(), conversation_html(talk.exchanges), gr.skip(), gr.skip()
            talk.wait(number)
            with self._starting.asking():
                for panel in self._answers(question, number, talk, sure, boxes, alone=alone):
                    yield gr.skip(), conversation_html(talk.exchanges), panel, gr.skip()
            yield gr.skip(), gr.skip(), gr.skip(), kept(talk, number)
        except Exception as error:
            talk.change(number, problem=said(error))
            yield question, conversation_html(talk.exchanges), gr.skip(), gr.skip()
        finally:
            talk.done(number)

    def again(
        self, event: gr.EventData, talk: Talk, sure: float | None, *boxes: Any
    ) -> Iterator[tuple[Any, ...]]:
        """A question that a button asks: a suggested one, or a follow-up put otherwise."""
        question = event._data.get("question")
        if isinstance(question, str):
            yield from self.reply(question, talk, sure, *boxes, alone=True)

    def _answers(
        self,
        question: str,
        number: int,
        talk: Talk,
        sure: float | None,
        boxes: tuple[Any, ...],
        *,
        alone: bool,
    ) -> Iterator[Any]:
        """Changes exchange ``number`` as far as it has come; yields the evidence panel."""
        began = time.perf_counter()
        choice = chosen(*boxes) if boxes else Choice()
        limits = choice.in_words()
        if sure is not None:
            limits += f"{'; ' if limits else ''}{'a' if limits else 'A'}nswers from {sure:.0%} sure"
        talk.change(number, limits=limits)
        self._bot.refresh()
        stages = self._bot.stream(
            question,
            history=[] if alone else turns(talk.exchanges),
            filters=choice.filters,
            min_confidence=sure,
            newest_first=choice.newest_first,
        )
        for _, result in stages:
            if isinstance(result, Answer):
                seconds = time.perf_counter() - began
                talk.change(number, answer=result, seconds=seconds)
                if result.citations:
                    yield self._panel(talk, f"{number}/c/0/0", focus=False)
                else:
                    yield nothing_open() if is_talk(result) else no_quote()
            else:
                talk.change(number, passages=result)
                yield gr.skip()

    def open(self, event: gr.EventData, talk: Talk) -> Any:
        """The evidence panel for the citation or passage that was clicked."""
        return self._panel(talk, str(event._data.get("reference", "")), focus=True)

    def _panel(self, talk: Talk, reference: str, *, focus: bool) -> Any:
        exchanges = talk.exchanges
        target = resolve(exchanges, reference)
        if target is None:
            return gr.skip()
        source = self._bot.snapshot
        if not isinstance(target, Citation):
            return passage_panel(source, target, focus=focus)
        exchange = talk.find(int(reference.partition("/")[0]))
        answer = exchange.answer if exchange else None
        return citation_panel(
            source,
            target,
            walk=walk(exchanges, reference),
            passage=_passage_of(answer, target) if answer else None,
            focus=focus,
        )

    def clear(self, talk: Talk) -> tuple[str, str, str]:
        """An empty page: (conversation HTML, evidence HTML, message to the browser)."""
        talk.clear()
        return conversation_html(()), nothing_open(), opened(talk)

    def restore(self, event: gr.EventData, talk: Talk) -> tuple[Any, Any, Any]:
        """An earlier conversation: (conversation HTML, evidence HTML, message to the browser)."""
        found = restored(event._data.get("conversation"))
        if found is None:
            return gr.skip(), gr.skip(), gr.skip()
        talk.restore(*found)
        self._bot.refresh()
        shown: Any = nothing_open()
        for exchange in reversed(talk.exchanges):
            if exchange.answer and exchange.answer.citations:
                shown = self._panel(talk, f"{exchange.number}/c/0/0", focus=False)
                break
        return conversation_html(talk.exchanges), shown, opened(talk)

    def export(self, event: gr.EventData, talk: Talk) -> Any:
        """The message that makes the browser save the conversation."""
        return exported(talk, str(event._data.get("form")))

    def judge(self, event: gr.EventData, talk: Talk) -> tuple[Any, Any]:
        """Notes what a reader thinks of an answer: (conversation HTML, message to the browser)."""
        number, verdict = event._data.get("number"), event._data.get("verdict")
        exchange = talk.find(number) if type(number) is int else None
        if exchange is None or exchange.answer is None or verdict not in VERDICTS:
            return gr.skip(), gr.skip()
        try:
            feedback.add(self._bot.index, exchange.answer, verdict)
        except Exception as error:
            _log.error("feedback could not be kept", exc_info=error)
            gr.Warning("This could not be noted; the terminal that runs qa_bot says why.")
            return gr.skip(), gr.skip()
        talk.change(exchange.number, verdict=verdict)
        return conversation_html(talk.exchanges), kept(talk, exchange.number)


def _passage_of(answer: Answer, citation: Citation) -> Span | None:
    """The passage of ``answer`` that holds the quote, where it is among those listed."""
    for scored in answer.passages:
        chunk = scored.passage.chunk
        if (
            chunk.article_id == citation.article_id
            and chunk.span.start <= citation.span.start
            and citation.span.end <= chunk.span.end
        ):
            return chunk.span
    return None
