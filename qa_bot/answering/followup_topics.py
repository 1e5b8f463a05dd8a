"""What was meant, put into a question: in the place of the word that points, or in brackets."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.answering.followup_cues import Cue
from qa_bot.answering.followup_earlier import Earlier, words_of
from qa_bot.answering.followup_mentions import names
from qa_bot.answering.followup_shape import answered_noun
from qa_bot.answering.followup_words import TIMES

_TOPICS = 3


def fitted(cue: Cue, phrase: str, text: str) -> str:
    """``phrase`` as it stands in the place of the cue."""
    if cue.owning:
        return f"{phrase}’" if phrase.endswith("s") else f"{phrase}’s"
    if cue.kind == "there":
        before = text[: cue.start].rstrip().lower()
        return phrase if before.endswith((" from", " in", " at", " to")) else f"in {phrase}"
    if cue.kind == "then":
        return f"in {phrase}" if phrase[:1].isdigit() and len(phrase) == 4 else f"on {phrase}"
    return phrase


def with_topic(asked: str, earlier: Sequence[Earlier]) -> str | None:
    """``asked`` with the names and phrases of the latest question that has some, in brackets."""
    told = set(words_of(asked))
    for turn in reversed(earlier):
        topics: list[str] = []
        known = set(told)
        phrases = turn.phrases()
        spoken = [
            mention.text
            for mention in phrases
            if not any(m.start <= mention.start and mention.end < m.end for m in phrases)
        ]
        asked_for = answered_noun(turn.shape)
        if names(asked_for) or " " in asked_for:
            spoken.insert(0, asked_for)
        for phrase in spoken:
            told_now = words_of(phrase)
            new = set(told_now) - known
            if new and told_now[-1] not in TIMES and len(topics) < _TOPICS:
                topics.append(phrase)
                known |= new
        if topics:
            return f"{asked.rstrip(' ?!.')} ({', '.join(topics)})?"
    return None
