"""The earlier question with one part changed: "What about Japan?", "And in 2022?"."""

from __future__ import annotations

import re
from collections.abc import Callable

from qa_bot.answering.followup_earlier import Earlier, words_of
from qa_bot.answering.followup_mentions import Mention, kind_of, names, words
from qa_bot.answering.followup_phrases import noun_phrases
from qa_bot.answering.followup_words import DATE_NAMES, PREPOSITIONS

Near = Callable[[str, str], float]
"""Cosine of two texts."""

ALIKE = 0.2
"""Least cosine of a part and what it takes the place of, where nothing else tells."""

_YEAR = re.compile(r"\b(?:1[89]|20)\d\d(?:s\b|\b)(?:[-–]\d\d\b)?")
_NAMED_DAY = "|".join(sorted(DATE_NAMES, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?:{_NAMED_DAY})\b\.?(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:{_NAMED_DAY})\b)(?:,? (?:1[89]|20)\d\d\b)?",
    re.IGNORECASE,
)


def put_into(part: str, earlier: Earlier, near: Near) -> str | None:
    """The question of ``earlier`` with ``part`` in the place of what it is like.

    A year for a year, a day for a day, a name for a name of its kind; else the phrase with
    the same noun, or the nearest by the encoder. A part with a preposition that finds
    nothing of its kind goes to the end. None where nothing fits: the topic has changed.
    """
    part = part.strip(" ?!.,")
    tokens = words(part)
    if not tokens:
        return None
    lead = tokens[0].text if tokens[0].low in PREPOSITIONS and len(tokens) > 1 else ""
    inner = part[tokens[1].start :] if lead else part
    question = earlier.question.rstrip(" ?!.")
    for pattern in (_DATE, _YEAR):
        if pattern.search(inner):
            old = list(pattern.finditer(question))
            if old:
                return f"{question[: old[-1].start()]}{inner}{question[old[-1].end() :]}?"
            return f"{question} {lead or 'in'} {inner}?"
    old_part = _slot(inner, lead, question, earlier, near)
    if old_part is not None:
        before = question[: old_part.start]
        if before.lower().endswith("the ") and inner.lower().startswith("the "):
            before = before[:-4]
        return f"{before}{inner}{question[old_part.end :]}?"
    if lead:
        return f"{question} {lead} {inner}?"
    return None


def _slot(inner: str, lead: str, question: str, earlier: Earlier, near: Near) -> Mention | None:
    """What of the question ``inner`` takes the place of."""
    slots = [m for m in earlier.phrases() if m.end <= len(question)]
    slots = [m for m in slots if folded_words(m.text) != folded_words(inner)]
    if lead:
        fronted = [
            m for m in slots if question[: m.start].rstrip().lower().endswith(f" {lead.lower()}")
        ]
        slots = fronted or ([] if names(inner) == [] else slots)
    own = names(inner)
    if len(own) > 1:
        return None  # "And Russia from Ukraine?" changes two parts
    plain = inner[4:] if inner.lower().startswith("the ") else inner
    if own and own[0].text == plain:
        kind = kind_of(plain)
        named = [m for m in slots if m.named and m.text[:1].isupper()]
        alike = [m for m in named if m.kind == kind and kind != "name"]
        if alike:
            return alike[-1] if len(alike) == 1 else _nearest(inner, alike, near)
        open_kind = [m for m in named if "name" in (m.kind, kind)]
        return _nearest(inner, open_kind, near) if open_kind else None
    head = words_of(inner)[-1:]
    shared = [m for m in slots if words_of(m.text)[-1:] == head]
    if shared:
        return shared[-1]
    phrases = [m for m in slots if m in noun_phrases(question)] or slots
    best = _nearest(inner, phrases, near) if phrases else None
    return best if best is not None and near(inner, best.text) >= ALIKE else None


def _nearest(inner: str, slots: list[Mention], near: Near) -> Mention:
    return max(slots, key=lambda slot: (near(inner, slot.text), -slot.start))


def folded_words(text: str) -> list[str]:
    """The words of a phrase in small letters."""
    return [word.low for word in words(text)]
