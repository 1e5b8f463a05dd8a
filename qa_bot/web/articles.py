"""The Articles tab: what is indexed, adding to it and taking away. No layout."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa_bot.errors import IndexLocked, QABotError
from qa_bot.links import is_web_address
from qa_bot.protocols import Progress
from qa_bot.records import IndexReport, Skipped
from qa_bot.web import uploads
from qa_bot.web.background import Background
from qa_bot.web.catalogue import Order, catalogue_of
from qa_bot.web.evidence import article_panel
from qa_bot.web.filtering import source_names
from qa_bot.web.listing import (
    gaps_html,
    handle,
    progress_html,
    refusal_html,
    report_html,
    table_html,
)
from qa_bot.web.markup import sendable

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.storage.snapshot import ArticleSummary

FIRST_TAB = "ask"
_log = logging.getLogger(__name__)
_LOCKED = "Another program is adding to this index just now. Try again when it is done."
_LOCKED_FILES = (
    "Another program is adding to this index just now. Your files are kept; "
    "press “Index kept files” when it is done."
)
_FAILED = "This failed; the terminal that runs qa_bot says why."
_FAILED_FILES = (
    "The files are kept, but indexing them failed; the terminal that runs qa_bot says why."
)
_NO_ADDRESS = "This is no web address. It begins with http:// or https://."
_READ_ONLY = "This collection can be read only."


class Articles:
    """The events of the tab, over one bot; ``read_only``: nothing is added or removed."""

    def __init__(self, bot: QABot, *, read_only: bool = False) -> None:
        self._bot, self.read_only = bot, read_only

    def _articles(self) -> tuple[ArticleSummary, ...]:
        """The summaries of the opened generation, sorted by id."""
        return catalogue_of(self._bot.snapshot).articles

    def _find(self, wanted: str) -> str | None:
        """The id of the article with that handle."""
        ids = (article.article_id for article in self._articles())
        return next((found for found in ids if handle(found) == wanted), None)

    def sources(self) -> Any:
        """The choices of the filter row's "Source", as they are in the opened generation."""
        return gr.update(choices=sendable(source_names(self._articles())))

    def table(self, wanted: str | None, order: Order) -> str:
        """The table of the newest generation."""
        try:
            self._bot.refresh()
        except QABotError as error:
            return refusal_html(str(error))
        catalogue = catalogue_of(self._bot.snapshot)
        wanted = wanted or ""  # Gradio sends None for a box not yet drawn
        found = catalogue.listed(wanted, order)
        total = len(catalogue.articles)
        return table_html(found, total, wanted, order, removable=not self.read_only)

    def gaps(self) -> str:
        """What people asked that the articles do not hold, where that is kept."""
        if not getattr(self._bot.settings, "gap_log", False):
            return ""
        try:
            return gaps_html(import_module("qa_bot.journal.gaps").gaps(self._bot.index))
        except Exception as error:
            _log.warning("the unanswered questions cannot be read: %s", error)
            return ""

    def sort(self, wanted: str | None, order: Order, event: gr.EventData) -> tuple[Order, str]:
        """(order, table) after a click on a column's head."""
        order = order.clicked(str(event._data.get("column", "")))
        return order, self.table(wanted, order)

    def pick(self, event: gr.EventData) -> tuple[Any, Any]:
        """(tabs, evidence panel) after a click on a title: the article, on the first tab."""
        article_id = self._find(str(event._data.get("article", "")))
        if article_id is None:
            return gr.skip(), gr.skip()
        panel = article_panel(self._bot.snapshot, article_id, focus=True)
        return gr.update(selected=FIRST_TAB), panel

    def add(
        self, files: Sequence[str] | None, wanted: str | None, order: Order
    ) -> Iterator[tuple[Any, ...]]:
        """Yields (upload box, report, retry button, table) after files were chosen."""
        if not files:
            yield (gr.skip(),) * 4
            return
        if self.read_only:
            yield None, refusal_html(_READ_ONLY), gr.skip(), gr.skip()
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
        if not self.read_only:
            yield from self._index_kept([], [], wanted, order)

    def fetch(
        self, address: str | None, wanted: str | None, order: Order
    ) -> Iterator[tuple[Any, ...]]:
        """Yields (address box, report, retry button, table) after an address was given.

        The box is emptied when the address has been added.
        """
        address = (address or "").strip()
        if not address:
            yield (gr.skip(),) * 4
            return
        if self.read_only or not is_web_address(address):
            why = _READ_ONLY if self.read_only else _NO_ADDRESS
            yield gr.skip(), refusal_html(why), gr.skip(), gr.skip()
            return
        work = partial(uploads.index_address, self._bot, address)
        for said, done in self._watched(work, _LOCKED, _FAILED):
            table = self.table(wanted, order) if done else gr.skip()
            yield "" if done else gr.skip(), said, gr.skip(), table

    def drop(
        self, event: gr.EventData, wanted: str | None, order: Order
    ) -> Iterator[tuple[Any, Any]]:
        """Yields (report, table) after an article was to be removed, or purged."""
        article_id = self._find(str(event._data.get("article", "")))
        if self.read_only or article_id is None:
            yield (
                refusal_html(_READ_ONLY if self.read_only else "It is gone already."),
                (self.table(wanted, order)),
            )
            return
        purge = event._data.get("purge") is True
        work = partial(uploads.remove_articles, self._bot, [article_id], purge=purge)
        for said, done in self._watched(work, _LOCKED, _FAILED):
            yield said, self.table(wanted, order) if done is not None else gr.skip()

    def _index_kept(
        self,
        kept: list[uploads.Kept],
        refused: list[Skipped],
        wanted: str | None,
        order: Order,
    ) -> Iterator[tuple[Any, ...]]:
        work = partial(uploads.index_uploads, self._bot)
        watched = self._watched(work, _LOCKED_FILES, _FAILED_FILES, kept, refused)
        for said, done in watched:
            table = self.table(wanted, order) if done else gr.skip()
            yield said, gr.update(visible=done is False), table

    def _watched(
        self,
        work: Callable[[Progress], IndexReport],
        locked: str,
        failed: str,
        kept: Sequence[uploads.Kept] = (),
        refused: Sequence[Skipped] = (),
    ) -> Iterator[tuple[str, bool | None]]:
        """Yields (report HTML, None) while ``work`` goes on, then whether it succeeded."""
        indexing = Background(work)
        for step in indexing.steps():
            yield progress_html(step), None
        try:
            report = indexing.result()
        except IndexLocked:
            yield refusal_html(locked, refused), False
        except QABotError as error:
            yield refusal_html(str(error), refused), False
        except Exception as error:
            _log.error("the index could not be changed", exc_info=error)
            yield refusal_html(failed, refused), False
        else:
            yield report_html(kept, refused, report), True
