"""Noun phrases of a question, told without a tagger."""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.answering.followup_mentions import (
    CAPITAL,
    POSSESSIVE,
    Mention,
    Word,
    adjacent,
    is_plural,
    kind_of_noun,
    names,
    words,
)
from qa_bot.answering.followup_words import (
    AUXILIARIES,
    DETERMINERS,
    DO,
    EVENT_VERBS,
    NATIONALITIES,
    NO_HEAD,
)


def noun_phrases(text: str) -> list[Mention]:
    """Phrases with a determiner, a nationality or an owner before their noun: "the trial of
    Derek Chauvin", "Russian oil imports", "Biden's student loan program"."""
    found: list[Mention] = []
    tokens = words(text)
    verb = _hidden_verb(tokens, text)
    place = 0
    while place < len(tokens):
        opening = tokens[place]
        opens = (
            opening.low in DETERMINERS - {"that"}
            or opening.low in NATIONALITIES
            or (opening.owns and opening.text[0].isupper())
        )
        end = _phrase_end(tokens, place + 1, text) if opens else place
        if verb is not None and place < verb < end:
            end = verb
        if end <= place + 1:
            place = max(end, place + 1)
            continue
        start = opening.start
        if opening.owns:
            owner = [name for name in names(text) if name.start <= start < name.end]
            start = owner[0].start if owner else start
            the = place - len(words(text[start : opening.start])) - 1
            start = tokens[the].start if the >= 0 and tokens[the].low == "the" else start
        head = _head(tokens, place + 1, text, end)
        phrase = POSSESSIVE.sub("", text[start : tokens[end - 1].end])
        found.append(
            Mention(
                phrase,
                kind_of_noun(head.low),
                start,
                start + len(phrase),
                plural=is_plural(head.low),
            )
        )
        place = end
    return found


def _hidden_verb(tokens: Sequence[Word], text: str) -> int | None:
    """The place of the verb in "When does the shower peak": after "do" and a subject with a
    determiner comes a base form, which nothing but its place tells from a noun."""
    do = next((i for i, token in enumerate(tokens[:9]) if token.low in DO), None)
    if do is None or do + 1 >= len(tokens):
        return None
    start = do + 1 + (tokens[do + 1].low in DETERMINERS)
    if start >= len(tokens):
        return None
    owned = tokens[start].owns or tokens[start].low in NATIONALITIES
    if start == do + 1 and not owned:
        return None
    start += tokens[start].owns
    end = _phrase_end(tokens, start, text)
    known = end < len(tokens) and tokens[end].low in EVENT_VERBS | DO | AUXILIARIES
    if known:
        return None
    run = _phrase_end(tokens, start, text, deep=0)
    ends = [end - 1]
    if run < end and tokens[run].low != "of":
        ends.append(run - 1)  # "peak" of "the shower peak in Spain"
    return next((i for i in ends if i > start and tokens[i].text[0].islower()), None)


def _phrase_end(tokens: Sequence[Word], place: int, text: str, *, deep: int = 2) -> int:
    """The place after the last word of a noun phrase whose words begin at ``place``."""
    end = place
    while end < len(tokens) and _goes_on(tokens, end, text):
        end += 1
        if end - place > 6:
            break
    if end == place or end >= len(tokens) or not deep:
        return end
    if tokens[end].low in ("of", "in", "at", "on", "for", "between", "against", "with", "to"):
        after = end + 1
        if after < len(tokens) and tokens[after].low in DETERMINERS:
            after += 1
        elif not (after < len(tokens) and CAPITAL.match(tokens[after].text)) and (
            tokens[end].low != "of"
        ):
            return end
        further = _phrase_end(tokens, after, text, deep=deep - 1)
        if further > after:
            return further
    return end


def _goes_on(tokens: Sequence[Word], place: int, text: str) -> bool:
    token = tokens[place]
    if token.low in NO_HEAD and not token.text[0].isupper():
        return False
    if place and not adjacent(text, tokens[place - 1], token):
        return False
    # A verb after the head: "the company pay", "the earthquake strike" cannot be told without a
    # tagger; past forms in -ed and the commonest others can.
    return not (place and token.low in EVENT_VERBS)


def _head(tokens: Sequence[Word], place: int, text: str, most: int) -> Word:
    """The noun of a phrase: the last word before a preposition."""
    end = min(most, _phrase_end(tokens, place, text, deep=0))
    return tokens[max(place, end - 1)]
