"""Questions to begin with: made from the articles' own sentences, and known to be answered.

clauses    the plain statements in a parsed sentence
cutting    what of them can be left out
nouns      what kind of thing a noun means
drafts     a question and its answer's place
subjects   statements to questions that ask for the subject
templates  statements turned round to questions; all rules together
worker     a process of its own that parses
people     who is a person in an article, by its stored analysis
making     which sentences, and which questions the bot answers rightly
keeping    the questions of a generation, beside its index
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_bot.bot import QABot

MOST = 6
"""Questions that are suggested."""
SECONDS = 60.0
"""For making them where nobody waits, and as many again for starting the process that parses."""


def suggested_questions(
    bot: QABot,
    *,
    most: int = MOST,
    seconds: float = SECONDS,
    busy: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Questions that ``bot`` answers above its threshold from the generation it has opened.

    Made once a generation, which takes some seconds, and kept beside the index where that
    can be written to. Empty where no sentence makes a good question, or spaCy's English
    model is not installed.

    Args:
        seconds: half of them for parsing, half for asking; those found by then are returned.
        busy: while it is true, nothing is asked.
    """
    from qa_bot.suggestions.keeping import keep, kept, key_of
    from qa_bot.suggestions.making import make

    key = key_of(bot)
    found = kept(bot.index, key)
    if found is None:
        found = make(bot, most=most, seconds=seconds, busy=busy)
        if key_of(bot) == key:
            keep(bot.index, key, found)
    return found[:most]
