"""Whether two sentences can speak of one occasion: by the dates of their articles, and by the
times that they name.

Nothing of it says that they do. The rules only tell apart what is known to be apart: this
year's conference and last year's, a count and what is counted a season later.
"""

from __future__ import annotations

import re
from datetime import date

from qa_bot.answering.select import RankedSpan

MOST_DAYS_APART = 90
"""Articles published further apart speak of two events (this week's jackpot and last year's)."""
MOST_DAYS_OF_COUNT = 45
"""Within this time a count is corrected; a later number of the same kind counts anew."""
_NEAR = 120
"""Characters before and after a span that are looked at."""
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)]*\s|\n")
_YEAR = re.compile(r"\b(?:1[89]|20)\d{2}\b")
_EARLIER = re.compile(
    r"\b(?:last|the previous) (?:month|year|season|summer|winter|spring|fall|autumn)\b"
    r"|\b(?:months|years|decades) (?:ago|before|earlier)\b"
)
_MONTHS = "january february march april may june july august september october november december"
_ASKED_FOR = re.compile(
    rf"\b(?:({'|'.join(_MONTHS.split())}) (?:\d{{1,2}},? )?)?((?:19|20)\d{{2}})\b", re.IGNORECASE
)


def sentence_around(span: RankedSpan) -> tuple[str, str]:
    """What stands before and after ``span`` in its sentence, as far as it is near."""
    chunk = span.passage.passage.chunk
    start = span.candidate.span.start - chunk.span.start
    end = span.candidate.span.end - chunk.span.start
    before, after = chunk.text[max(0, start - _NEAR) : start], chunk.text[end : end + _NEAR]
    return _SENTENCE_END.split(before)[-1], _SENTENCE_END.split(after)[0]


def are_far_apart(one: RankedSpan, other: RankedSpan, *, most: int = MOST_DAYS_APART) -> bool:
    """Whether more than ``most`` days lie between their articles; False where one has no date."""
    first, second = (span.passage.passage.published for span in (one, other))
    if not first or not second:
        return False
    return abs((date.fromisoformat(first) - date.fromisoformat(second)).days) > most


def is_of_another_time(question: str, answer: RankedSpan, span: RankedSpan) -> bool:
    """Whether the sentence of ``span`` names a time that question, answer and the two dates do
    not: "... in Manchester in September 2019" is another conference, and so is last year's."""
    said, known = " ".join(sentence_around(span)), " ".join([question, *sentence_around(answer)])
    if _EARLIER.search(said.casefold()) and not _EARLIER.search(known.casefold()):
        return True
    named = set(_YEAR.findall(said))
    dates = [one.passage.passage.published or "" for one in (answer, span)]
    return bool(named) and named.isdisjoint(_YEAR.findall(" ".join([known, *dates])))


def is_too_early(question: str, span: RankedSpan) -> bool:
    """Whether the article appeared before the year, or month, that is asked about, and its
    sentence does not look ahead to it by name: it reports something of the same kind."""
    published = span.passage.passage.published
    asked = [(found[2], (found[1] or "january").lower()) for found in _ASKED_FOR.finditer(question)]
    if not published or not asked:
        return False
    began = max(f"{year}-{_MONTHS.split().index(month) + 1:02}" for year, month in asked)
    if published[:7] >= began:
        return False
    said = " ".join((*sentence_around(span), span.candidate.text))
    return not any(year in said for year, _ in asked)
