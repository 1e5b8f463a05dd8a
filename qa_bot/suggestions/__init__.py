"""Questions to begin with: made from the articles' own sentences, and known to be answered.

clauses    the plain statement in a parsed sentence
templates  that statement to questions, by rules
worker     a process of its own that parses
making     which sentences, and which questions the bot answers rightly
keeping    the questions of a generation, beside its index
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_bot.bot import QABot

MOST = 5
"""Questions that are suggested."""


def suggested_questions(
    bot: QABot, *, most: int = MOST, busy: Callable[[], bool] = lambda: False
) -> tuple[str, ...]:
    """Questions that ``bot`` answers above its threshold from the generation it has opened.

    Made once a generation, which takes a while (some dozens of questions are asked);
    kept beside the index where that can be written to. Empty where no sentence makes
    a good question, or spaCy's English model is not installed.

    Args:
        busy: while it is true, nothing is asked.
    """
    from qa_bot.suggestions.keeping import keep, kept, key_of
    from qa_bot.suggestions.making import make

    key = key_of(bot)
    found = kept(bot.index, key)
    if found is None:
        found = make(bot, most=most, busy=busy)
        keep(bot.index, key, found)
    return found[:most]
