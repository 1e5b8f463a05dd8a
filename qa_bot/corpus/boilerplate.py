"""Which sentences of a scraped article are not the article's own words.

Four kinds, each found by what it says and where it stands, never by the site it
came from: menu words alone on a line, teasers for other articles, picture
credits, and calls to the reader (subscribe, register, follow, write to us). A
masked sentence stays in the text and can still be found, as a last resort. A long
sentence and one inside quotation marks are left alone: they are prose, most likely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa_bot.corpus import phrases
from qa_bot.records import Span

MASKING_VERSION = 1
"""Raised when a change here masks other sentences; part of the chunking fingerprint."""

MAX_WORDS = 40
"""A longer sentence is masked only as a legal notice."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_COMPLETE = re.compile(r"[.!?…][\"'”’)\]]*\Z")


def masked_sentences(text: str, sentences: Sequence[Span]) -> tuple[Span, ...]:
    """The boilerplate among ``sentences`` (those of ``text``, in order), in order."""
    masked = [False] * len(sentences)
    calls = [False] * len(sentences)
    first = 0
    while first < len(sentences):
        line_start, line_end = _line(text, sentences[first])
        last = first + 1
        while last < len(sentences) and sentences[last].start < line_end:
            last += 1
        line = sentences[first:last]
        if _is_teaser(text[line_start:line_end]) or (len(line) == 1 and _is_menu(line[0].of(text))):
            masked[first:last] = [True] * len(line)
        else:
            for index, sentence in enumerate(line, start=first):
                alone = _is_credit(text, sentence, sentences[index - 1] if index > first else None)
                calls[index] = not alone and _is_call(text, sentence, line_start)
                masked[index] = alone or calls[index]
        first = last
    for index in range(len(sentences) - 1):
        if calls[index + 1] and not masked[index]:  # "Want to hear more? Sign up"
            masked[index] = bool(phrases.LEADING_QUESTION.match(sentences[index].of(text)))
    return tuple(sentence for sentence, hide in zip(sentences, masked, strict=True) if hide)


def _line(text: str, sentence: Span) -> tuple[int, int]:
    start = max(text.rfind("\n", 0, sentence.start), text.rfind("\r", 0, sentence.start)) + 1
    ends = (text.find("\n", sentence.end), text.find("\r", sentence.end))
    return start, min((end for end in ends if end >= 0), default=len(text))


def _is_menu(sentence: str) -> bool:
    if len(sentence) > 80:
        return False
    words = [word.lower() for word in _WORD.findall(sentence)]
    if not words or " ".join(words) in phrases.MENU_PHRASES:  # no word: a ruler, a row of stars
        return True
    if len(words) > 8 or not phrases.LABELS.union(phrases.FILLERS).issuperset(words):
        return False
    return phrases.LABELS.issuperset(words) or not phrases.PLAIN_LABELS.isdisjoint(words)


def _is_teaser(line: str) -> bool:
    return bool(phrases.TEASER.match(line)) and len(line) < 400 and len(line.split()) <= MAX_WORDS


def _is_credit(text: str, sentence: Span, before: Span | None) -> bool:
    """``before`` is the sentence before on the same line: a caption, perhaps."""
    raw = sentence.of(text)
    if len(raw) > 160:
        return False
    words = raw.split()
    bracketed = raw[0] in "([" and raw[-1] in ")]"
    bare = raw.strip("()[] ")
    label = phrases.CREDIT_LABEL.match(bare)
    if label and len(words) <= 12 and (":" in label.group() or _is_names(words)):
        return True
    if len(words) > 12 or (_COMPLETE.search(bare) and not bracketed):
        return False
    if phrases.AGENCY_ALONE.fullmatch(bare):
        return True
    if not _is_names(words):
        return False
    if phrases.SLASHED_NAMES.search(bare) and phrases.AGENCY.search(bare):
        return True
    after_caption = before is not None and bool(_COMPLETE.search(before.of(text)))
    if not after_caption or not 2 <= len(words) <= 10 or not phrases.NOT_IN_NAMES.isdisjoint(raw):
        return False
    if raw.isupper() and len(words) > 2:  # a heading run into the line
        return False
    # “The quotation.” — Its Speaker
    return not (raw[0] in "-–—" and before is not None and text[before.end - 1] in "”\"'’")


def _is_names(words: Sequence[str]) -> bool:
    """Capitalised words and the small words between names, nothing else."""
    letters = [word.strip("()[],.&|/-–—:") for word in words]
    return any(word[:1].isupper() for word in letters) and all(
        not word or word[0].isupper() or word.lower() in phrases.SMALL_WORDS for word in letters
    )


def _is_call(text: str, sentence: Span, line_start: int) -> bool:
    if len(sentence) > 600:
        return False
    raw = sentence.of(text)
    lower = raw.lower()
    hinted = any(hint in lower for hint in phrases.HINTS)
    if hinted and phrases.LEGAL.search(raw):
        return True
    found = phrases.CALL_AT_START.match(raw) or (
        phrases.CALL_ANYWHERE.search(raw) if hinted else None
    )
    if found is None or len(raw.split()) > MAX_WORDS:
        return False
    return not _is_quoted(text, line_start, sentence.start + found.end())


def _is_quoted(text: str, line_start: int, position: int) -> bool:
    """Whether ``position`` lies inside a quotation begun on its own line."""
    before = text[max(line_start, position - 2000) : position]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1
