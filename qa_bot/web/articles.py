"""The Articles tab: what is indexed, and adding to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.errors import IndexLocked, QABotError
from qa_bot.records import Skipped
from qa_bot.web import uploads
from qa_bot.web.background import Background
from qa_bot.web.evidence import article_panel
from qa_bot.web.filtering import source_names
from qa_bot.web.listing import (
    Order,
    handle,
    progress_html,
    refusal_html,
    report_html,
    selected,
    table_html,
)

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.storage.snapshot import ArticleSummary

FIRST_TAB = "ask"
_log = logging.getLogger(__name__)
_LOCKED = (
    "Another program is adding to this index just now. Your files are kept; "
    "press “Index kept files” when it is done."
)
_FAILED = "The files are kept, but indexing them failed; the terminal that runs qa_bot says why."


class Articles:
    """The events of the tab, over one bot."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot
        self._lock = threading.Lock()
        self._listed: tuple[int, tuple[ArticleSummary, ...]] | None = None

    def _articles(self) -> tuple[ArticleSummary, ...]:
        """The summaries of the opened generation, read once."""
        snapshot = self._bot.snapshot
        with self._lock:
            if self._listed is None or self._listed[0] != snapshot.generation:
                self._listed = (snapshot.generation, tuple(snapshot.articles()))
            return self._listed[1]

    def sources(self) -> Any:
        """The choices of the filter row's "Source", as they are in the opened generation."""
        return gr.update(choices=source_names(self._articles()))

    def table(self, wanted: str | None, order: Order) -> str:
        """The table of the newest generation."""
        try:
            self._bot.refresh()
        except QABotError as error:
            return refusal_html(str(error))
        articles = self._articles()
        wanted = wanted or ""  # Gradio sends None for a box not yet drawn
        return table_html(selected(articles, wanted, order), len(articles), wanted, order)

    def sort(self, wanted: str | None, order: Order, event: gr.EventData) -> tuple[Order, str]:
        """(order, table) after a click on a column's head."""
        order = order.clicked(str(event._data.get("column", "")))
        return order, self.table(wanted, order)

    def pick(self, event: gr.EventData) -> tuple[Any, Any]:
        """(tabs, evidence panel) after a click on a title: the article, on the first tab."""
        wanted = str(event._data.get("article", ""))
        for article in self._articles():
            if handle(article.article_id) == wanted:
                panel = article_panel(self._bot.snapshot, article.article_id, focus=True)
                return gr.update(selected=FIRST_TAB), panel
        return gr.skip(), gr.skip()

    def add(
        self, files: Sequence[str] | None, wanted: str | None, order: Order
    ) -> Iterator[tuple[Any, ...]]:
        """Yields (upload box, report, retry button, table) after files were chosen."""
        if not files:
            yield (gr.skip(),) * 4
            return
        folder = self._bot.index / uploads.UPLOADS
        try:
            kept, refused = uploads.keep(files, folder)
        except OSError as error:
            said = f"The files could not be kept in {folder}: {error.strerror or error}"
            yield None, refusal_html(said), gr.skip(), gr.skip()
            return
        if not kept:
            yield None, refusal_html("Nothing was added.", refused), gr.skip(), gr.skip()
            return
        for shown in self._index_kept(kept, refused, wanted, order):
            yield None, *shown

    def retry(self, wanted: str | None, order: Order) -> Iterator[tuple[Any, ...]]:
        """Yields (report, retry button, table) after another try with the files already kept."""
        yield from self._index_kept([], [], wanted, order)

    def _index_kept(
        self,
        kept: list[uploads.Kept],
        refused: list[Skipped],
        wanted: str | None,
        order: Order,
    ) -> Iterator[tuple[Any, ...]]:
        indexing = Background(partial(uploads.index_uploads, self._bot))
        for step in indexing.steps():
            yield progress_html(step), gr.update(visible=False), gr.skip()
        try:
            report = indexing.result()
        except IndexLocked:
            said = refusal_html(_LOCKED, refused)
        except QABotError as error:
            said = refusal_html(str(error), refused)
        except Exception as error:
            _log.error("uploaded files could not be indexed", exc_info=error)
            said = refusal_html(_FAILED, refused)
        else:
            said = report_html(kept, refused, report)
            yield said, gr.update(visible=False), self.table(wanted, order)
            return
        yield said, gr.update(visible=True), gr.skip()
