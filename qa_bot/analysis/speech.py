"""Who says what: quoted words with their speaker, "X said that ...", "according to X".

A quotation's speaker is the subject of a verb of speech in its own sentence, outside
the quotation; else, within one paragraph, that of the quotation before it or of a
sentence that ends in a colon. A pronoun is followed back to the nearest speaker that
is named, if the article has named one before; else the pronoun stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from qa_bot.analysis.clauses import SUBJECTS, Sentence, is_verb, name_of, phrase, whole
from qa_bot.analysis.words import SAY, TELL_THAT
from qa_bot.records import Entity, Span, Speech

FEWEST_WORDS = 4
"""Fewer quoted words without a verb of speech are a title or a name, and nobody's speech."""
_WORD = re.compile(r"[^\W\d_]+")
_STOPS = (".", ",", "!", "?", "…", "—")
_HE = frozenset(("he", "she"))
_NO_SPEAKER = frozenset(("it", "that", "this", "which", "who", "there", "what"))
_NOBODY = frozenset(("it", "that", "this", "which", "who", "they", "i", "we", "you", "there"))


def speeches_of(
    text: str,
    quoted: Sequence[Span],
    sentences: Sequence[Span],
    read: Sequence[Sentence],
    entities: Sequence[Entity],
) -> list[Speech]:
    """All speeches of a text, sorted by span.

    Args:
        quoted: what stands between quotation marks, in order.
        sentences: those of the text that are looked at, in order.
        read: those of them that are parsed.
        entities: the names in the text.
    """
    parsed = {sentence.span: sentence for sentence in read}
    found = list(_direct(text, quoted, sentences, parsed))
    for sentence in read:
        found += _indirect(sentence, quoted)
    return sorted(
        set(_named(found, text, entities)),
        key=lambda one: (one.span, one.quoted, one.speaker or one.span),
    )


def _direct(
    text: str, quoted: Sequence[Span], sentences: Sequence[Span], parsed: dict[Span, Sentence]
) -> Iterator[Speech]:
    starts = [sentence.start for sentence in sentences]
    last: tuple[Span, Span] | None = None  # the latest speaker, and where his quotation ends
    for quotation in quoted:
        first = bisect_right(starts, quotation.start) - 1
        if first < 0:
            continue
        around = [s for s in sentences[first:] if s.start < quotation.end][:40]
        speaker = next(
            (
                found
                for sentence in (*around[-1:], *around[:1])
                if sentence in parsed
                and (found := _speaker_beside(parsed[sentence], quoted)) is not None
            ),
            None,
        )
        words = _WORD.findall(quotation.of(text))
        is_short = len(words) < FEWEST_WORDS and speaker is None
        is_said = speaker is not None and quotation.of(text).endswith(_STOPS)
        if is_short or (_is_title(words) and not is_said):
            continue
        if speaker is None:
            before = sentences[first - 1] if first else None
            if before is not None and before.of(text).endswith(":") and before in parsed:
                speaker = _speaker_beside(parsed[before], quoted)
        if speaker is None and last and "\n" not in text[last[1].end : quotation.start]:
            speaker = last[0]
        if speaker is not None:
            last = speaker, quotation
        yield Speech(quotation, speaker)


def _speaker_beside(sentence: Sentence, quoted: Sequence[Span]) -> Span | None:
    """The subject of the sentence's first verb of speech outside all quotations."""
    for token in sentence.doc:
        if token.lower_ == "according" and not _is_quoted(sentence, token, quoted):
            speaker = _according_to(token)
            if speaker is not None:
                return sentence.over(name_of(speaker))
        if token.lower_ in SAY and not _is_quoted(sentence, token, quoted):
            for subject in (_subject(token), _inverted(token)):
                if subject is None or subject.lower_ in _NO_SPEAKER:
                    continue
                if not _is_quoted(sentence, subject, quoted):
                    return sentence.over(name_of(subject))
    return None


def _indirect(sentence: Sentence, quoted: Sequence[Span]) -> Iterator[Speech]:
    for token in sentence.doc:
        if _is_quoted(sentence, token, quoted):
            continue
        speaker: Any = None
        said: list[Any] = []
        if token.lower_ == "according":
            speaker = _according_to(token)
            beside = set(whole(token))
            said = [one for one in phrase(_clause_head(token)) if one not in beside]
        elif token.lower_ in TELL_THAT and token.tag_.startswith("VB"):
            speaker = _subject(token)
            clauses = [child for child in token.children if child.dep_ == "ccomp"]
            clauses = [child for child in clauses if is_verb(child)]  # "declared it a holiday"
            behind = [child for child in clauses if child.i > token.i]
            said = [t for child in behind or clauses for t in whole(child)]
            if token.dep_ == "parataxis" and not said:
                own = set(whole(token))
                said = [one for one in whole(token.head) if one not in own]
        if speaker is None or not said or speaker.lower_ in _NOBODY:
            continue
        named = sentence.over(name_of(speaker))
        for run in sentence.runs(said):
            if not run.overlaps(named) and not any(_inside(run, one) for one in quoted):
                yield Speech(run, named, quoted=False)


def _subject(verb: Any) -> Any | None:
    """Who does it: the verb's subject, or that of the verb which it is joined to."""
    for _ in range(3):
        for child in verb.children:
            if child.dep_ in SUBJECTS and child.lower_ != "there":
                return child
        if verb.dep_ != "conj":
            return None
        verb = verb.head
    return None


def _inverted(verb: Any) -> Any | None:
    """Who stands right behind a verb that follows a quotation: spaCy may take him for the
    object ("...?" asked the chairman)."""
    if verb.i == 0 or not verb.doc[verb.i - 1].is_punct:
        return None
    labels = ("dobj", "dative", "attr", "oprd", "npadvmod")
    return next(
        (c for c in verb.children if c.dep_ in labels and c.left_edge.i == verb.i + 1), None
    )


def _according_to(token: Any) -> Any | None:
    for to in token.children:
        if to.lower_ == "to":
            return next((child for child in to.children if child.dep_ == "pobj"), None)
    return None


def _clause_head(token: Any) -> Any:
    """The verb of the clause that ``token`` stands in."""
    while token.dep_ not in ("ROOT", "ccomp", "advcl", "relcl", "conj", "parataxis"):
        token = token.head
    return token


def _is_quoted(sentence: Sentence, token: Any, quoted: Sequence[Span]) -> bool:
    start = sentence.span.start + token.idx
    place = bisect_right(quoted, start, key=lambda span: span.start) - 1
    return place >= 0 and start < quoted[place].end


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _is_title(words: Sequence[str]) -> bool:
    """Whether nearly every longer word has a capital, as in the titles of books and songs."""
    long = [word for word in words if len(word) > 3]
    return sum(word[0].isupper() for word in long) > 0.7 * len(long)


def _named(speeches: Sequence[Speech], text: str, entities: Sequence[Entity]) -> Iterator[Speech]:
    """The speeches, "he" and "she" followed back to the nearest named speaker."""
    people = [one.span for one in entities if one.kind in ("PERSON", "ORG", "GPE", "NORP")]
    latest: Span | None = None
    ordered = sorted(speeches, key=lambda one: (one.speaker or one.span, one.span))
    for speech in ordered:
        speaker = speech.speaker
        if speaker is not None and speaker.of(text).lower() in _HE:
            if latest is not None:
                speech = replace(speech, speaker=latest)
        elif speaker is not None and any(_inside(one, speaker) for one in people):
            latest = speaker
        yield speech
