"""What an empty chat offers: questions that the bot is known to answer from this index."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa_bot import suggestions

if TYPE_CHECKING:
    from qa_bot.bot import QABot

LONGEST_WAIT = 180.0
"""Seconds that an open page waits for its suggestions."""
_EVERY = 0.5

_log = logging.getLogger(__name__)


class Suggestions:
    """Makes the questions of a generation once, in a thread that nobody waits for."""

    def __init__(self, bot: QABot) -> None:
        self._bot = bot
        self._lock = threading.Lock()
        self._made: dict[int, tuple[str, ...]] = {}
        self._running: set[int] = set()
        self._asking = 0

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person's question is being answered, none of ours is asked."""
        with self._lock:
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1

    async def questions(self) -> AsyncIterator[tuple[str, ...]]:
        """Yields the questions of the opened generation, as soon as there are any."""
        waited = 0.0
        while waited < LONGEST_WAIT:
            made = self._start()
            if made is not None:
                yield made
                return
            await asyncio.sleep(_EVERY)
            waited += _EVERY

    def _start(self) -> tuple[str, ...] | None:
        """The questions where they are made; else None, and they are being made."""
        generation = self._bot.snapshot.generation
        with self._lock:
            if generation in self._made:
                return self._made[generation]
            if generation not in self._running:
                self._running.add(generation)
                threading.Thread(
                    target=self._make, args=(generation,), name="suggestions", daemon=True
                ).start()
        return None

    def _make(self, generation: int) -> None:
        try:
            made = suggestions.suggested_questions(self._bot, busy=lambda: self._asking > 0)
        except Exception as error:  # the chat is as good without them
            if not _is_ending(error):
                _log.warning("no questions could be suggested: %s", error)
            made = ()
        with self._lock:
            self._made[generation] = tuple(made)
            self._running.discard(generation)


def _is_ending(error: Exception) -> bool:
    """Whether the program ends while questions are being made: then no thread can be started,
    and nobody wants to hear of it."""
    return (
        sys.is_finalizing()
        or not threading.main_thread().is_alive()
        or (isinstance(error, RuntimeError) and "shutdown" in str(error))
    )
