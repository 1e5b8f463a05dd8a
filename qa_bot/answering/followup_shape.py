"""How a question is built, and the same question with another question word or another part.

Enough of English grammar for questions: the asking phrase ("With what share of the
vote"), the auxiliary, and the rest. Past forms are led back to their base
(:mod:`qa_bot.answering.followup_verbs`), so that "Who won the vote?" and "When?" give
"When did Lula win the vote?".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa_bot.answering.followup_mentions import Word, singular, words
from qa_bot.answering.followup_verbs import IRREGULAR, base_form
from qa_bot.answering.followup_words import (
    AUXILIARIES,
    BE,
    DO,
    NO_HEAD,
    OPENERS,
    ORGANISATION_NOUNS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    QUANTITIES,
    TIMES,
    WH,
)

Build = Literal["inverted", "subject", "yes or no", "fragment", "asking"]

_IN_BRACKETS = re.compile(r"(?<=\w) \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Shape:
    """A question in parts, each verbatim: ``asking`` phrase, auxiliary, rest without "?".

    inverted   asking + auxiliary + subject and rest: "When did | they meet"
    subject    the asking phrase is the subject: "Who | won the vote"; no auxiliary
    yes or no  auxiliary + rest
    asking     an asking phrase alone: "With what share of the vote", "Why"
    fragment   anything else: "in 2022", "Japan"

    ``word`` is the question word, ``noun`` what follows it in its phrase ("share of the
    vote"), ``lead`` the preposition before it.
    """

    build: Build
    asking: str
    auxiliary: str
    rest: str
    word: str = ""
    noun: str = ""
    lead: str = ""


def shape(question: str) -> Shape:
    """The parts of a question, an opening "And" or "But" left out."""
    core = bare(question, topicless=True)
    tokens = words(core)
    if not tokens:
        return Shape("fragment", "", "", core)
    if tokens[0].low in AUXILIARIES and len(tokens) > 1:
        return Shape("yes or no", "", tokens[0].text, core[tokens[1].start :])
    first = _question_word(tokens)
    if first is None:
        return Shape("fragment", "", "", core)
    lead = core[: tokens[first].start].strip()
    word = tokens[first].low
    aux = _auxiliary(tokens, first, word)
    if aux is None:
        if first + 1 < len(tokens) and not lead:
            verb = _subject_verb(tokens, first)
            if verb is not None:
                return Shape(
                    "subject",
                    core[: tokens[verb - 1].end],
                    "",
                    core[tokens[verb].start :],
                    word,
                    _between(core, tokens, first + 1, verb),
                    lead,
                )
        return Shape(
            "asking", core, "", "", word, _between(core, tokens, first + 1, len(tokens)), lead
        )
    asking = core[: tokens[aux - 1].end] if aux else ""
    rest = core[tokens[aux].end :].strip()
    if not rest:
        return Shape("asking", core, "", "", word, _between(core, tokens, first + 1, aux), lead)
    noun = _between(core, tokens, first + 1, aux)
    following = tokens[aux + 1]
    # "Which pipeline is exempt", "Who will sing": the phrase before the auxiliary is its subject.
    subject = (
        tokens[aux].low not in DO
        and (bool(noun) or word in ("who", "what"))
        and following.text.islower()
        and following.low not in NO_HEAD
    )
    if subject:
        return Shape("subject", asking, "", core[tokens[aux].start :], word, noun, lead)
    return Shape("inverted", asking, tokens[aux].text, rest, word, noun, lead)


def bare(question: str, *, topicless: bool = False) -> str:
    """``question`` without its mark and without "And", "But", "So" before it; ``topicless``:
    without the topic in brackets that a rewriting may end with."""
    core = " ".join(question.split()).strip(" ?!.…")
    core = _IN_BRACKETS.sub("", core) if topicless else core
    tokens = words(core)
    skip = 0
    while skip < len(tokens) - 1 and tokens[skip].low in OPENERS:
        skip += 1
    return core[tokens[skip].start :] if skip and tokens else core


def asked_anew(asking: str, earlier: Shape, answer: str | None) -> str | None:
    """``earlier`` with another asking phrase: "Why" and "Where did they meet" give "Why did
    they meet?". ``answer`` takes the place of what was asked for. None where the parts do
    not fit."""
    asking = asking[:1].upper() + asking[1:]
    if earlier.build == "yes or no":
        return f"{asking} {earlier.auxiliary.lower()} {earlier.rest}?"
    if earlier.build == "inverted":
        known = ""
        if earlier.noun:
            known = answered_noun(earlier)
            head = singular(next((w.low for w in words(known)), ""))
            known = "" if head in TIMES | QUANTITIES else known
        elif earlier.word in ("who", "whom", "what") and not earlier.noun:
            if earlier.auxiliary.lower() in BE and answer:
                return f"{asking} {earlier.auxiliary.lower()} {answer} {earlier.rest}?"
            known = answer or ""
        if known.casefold() in earlier.rest.casefold():
            known = ""
        rest = _with_object(earlier.rest, known)
        return f"{asking} {earlier.auxiliary.lower()} {rest}?"
    if earlier.build == "subject":
        who = answer or (f"the {earlier.noun}" if earlier.noun else None)
        if who is None:
            return None
        verb, _, after = earlier.rest.partition(" ")
        if verb.lower() in AUXILIARIES:
            return " ".join(f"{asking} {verb.lower()} {who} {after}".split()) + "?"
        base, do = base_form(verb), "did"
        if base is None and verb.endswith("s") and not verb.endswith("ss"):
            base, do = singular(verb.lower()), "does"
        if base is None:
            return None
        return " ".join(f"{asking} {do} {who} {base} {after}".split()) + "?"
    return None


def _with_object(rest: str, thing: str) -> str:
    """``rest`` with the object behind its verb: before the first preposition, or at the end."""
    if not thing:
        return rest
    at = next((w.start for w in words(rest)[1:] if w.low in PREPOSITIONS - {"of", "to"}), len(rest))
    return " ".join(f"{rest[:at]} {thing} {rest[at:]}".split())


def answered_noun(earlier: Shape) -> str:
    """What an asking phrase is about: "Russian oil" of "What share of Russian oil"."""
    _, of, after = earlier.noun.partition(" of ")
    if of:
        return after
    first, _, others = earlier.noun.partition(" ")
    return others if first.lower() in ("many", "much") else earlier.noun


def with_else(core: str, earlier: Shape) -> str | None:
    """ "Who else" and "Who won" give "Who else won?"."""
    asking = core[:1].upper() + core[1:]
    if earlier.build == "inverted":
        return f"{asking} {earlier.auxiliary.lower()} {earlier.rest}?"
    if earlier.build == "subject":
        return f"{asking} {earlier.rest}?"
    return None


def _question_word(tokens: list[Word]) -> int | None:
    """The place of the question word: first, or after one preposition or two."""
    for place, token in enumerate(tokens[:3]):
        if token.low in WH:
            return place
        if token.low not in PREPOSITIONS:
            return None
    return None


def _auxiliary(tokens: list[Word], first: int, word: str) -> int | None:
    """The place of the auxiliary that belongs to the asking phrase."""
    for place in range(first + 1, min(len(tokens), first + 9)):
        low = tokens[place].low
        if low in AUXILIARIES:
            return place
        bare_word = word in ("who", "whom", "when", "where", "why")
        if bare_word or low in ("that", "who", "which", "to", "because", "and"):
            return None
    return None


_ASKED_NOUNS = QUANTITIES | PERSON_NOUNS | ORGANISATION_NOUNS | PLACE_NOUNS | TIMES
_NOT_VERBS = frozenset(
    ("else", "exactly", "ever", "precisely", "many", "much", "long", "old", "far", "often")
)


def _subject_verb(tokens: list[Word], first: int) -> int | None:
    """The place of the verb after an asking phrase that is the subject; None where the words
    are an asking phrase and no more ("what share of the vote", "which country")."""
    word = tokens[first].low
    if word in ("when", "where", "why"):
        return None
    for place in range(first + 1, min(len(tokens), first + 6)):
        low = tokens[place].low
        if low in _NOT_VERBS:
            continue
        if low in IRREGULAR or (low.endswith("ed") and len(low) > 4):
            return place
        if word == "who" and low not in PREPOSITIONS:
            return place
    nouns = [
        place for place in range(first + 1, len(tokens)) if tokens[place].low not in _NOT_VERBS
    ]
    if not nouns or tokens[nouns[0]].low in PREPOSITIONS:
        return None
    noun = nouns[0]
    ends = noun + 1 == len(tokens) or tokens[noun + 1].low in PREPOSITIONS
    if ends and singular(tokens[noun].low) in _ASKED_NOUNS:
        return None
    # "What causes inflation", "Which countries border Ukraine": some verb is in there.
    return noun if word == "what" else min(noun + 1, len(tokens) - 1)


def _between(core: str, tokens: list[Word], start: int, end: int) -> str:
    if start >= end:
        return ""
    return core[tokens[start].start : tokens[end - 1].end]
