"""What in a question points back: pronouns, "there", "that country", "the company".

A word that the question itself explains points nowhere: "it" in "How long does it
take to ...", "he" in "Did Biden say that he ...", "there" in "Are there any ...".
The rules follow the binding theory as far as capital letters and closed lists can:
a pronoun in a later clause, or a possessive, may mean a name before it; the object of
the same clause may not (Hobbs 1978; Lappin and Leass 1994, also for "it" that means
nothing).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa_bot.answering.followup_mentions import (
    Mention,
    Word,
    gender,
    names,
    words,
)
from qa_bot.answering.followup_phrases import noun_phrases
from qa_bot.answering.followup_words import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    NO_HEAD,
    PREPOSITIONS,
    REPORTING,
    SUBORDINATORS,
    TIMES,
    WORLDLY,
)

CueKind = Literal["he", "she", "they", "it", "there", "then", "this", "noun"]

PRONOUNS: dict[str, CueKind] = {
    "he": "he",
    "him": "he",
    "his": "he",
    "she": "she",
    "her": "she",
    "hers": "she",
    "they": "they",
    "them": "they",
    "their": "they",
    "theirs": "they",
    "it": "it",
    "its": "it",
}
_OWNING = frozenset(("his", "her", "its", "their"))
_SUBJECTS = frozenset(("he", "she", "they", "it"))
_EMPTY_IT = re.compile(
    r"\bit(?:'s| is| was| be| will be| would be) (?:\w+ ){0,2}(?:that|to|for|if|whether|who)\b"
    r"|\b(?:is|was|will|would) it (?:\w+ ){0,2}(?:that|to|for|if|whether|who|like to)\b"
    r"|\bit (?:take|takes|took|cost|costs|feel|feels|rain|rains|snow|snows|matter|matters)\b.* to\b"
    r"|\b(?:what time|how late|what day|how hot|how cold|how far) (?:is|was) it\b"
    r"|\bit (?:rain|snow)(?:s|ed|ing)?\b|\bmake it\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[a-z0-9)”][.!:] (?=[A-Z])")
_EMPTY_THERE = re.compile(
    r"\bthere (?:is|are|was|were|be|been|has been|have been|will be|to be)\b"
    r"|\b(?:is|are|was|were|will|has|have|can|could|may|might) there\b"
    r"|\bover there\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that points back. ``owning``: a possessive; ``head`` the noun of
    "that country", folded."""

    kind: CueKind
    start: int
    end: int
    text: str
    owning: bool = False
    head: str = ""

    @property
    def is_object(self) -> bool:
        """Whether a pronoun's form says that it is no subject."""
        return not self.owning and self.text.lower() in ("him", "her", "them")


def find_cues(question: str) -> list[Cue]:
    """What points back to earlier turns, in order."""
    tokens = words(question)
    own = [*names(question), *_inner_nouns(question, tokens)]
    found: list[Cue] = []
    for place, token in enumerate(tokens):
        kind = PRONOUNS.get(token.low)
        if kind is not None and not token.text.isupper():
            owning = token.low in _OWNING and _before_noun(tokens, place)
            if kind == "it" and not owning and _covers(_EMPTY_IT, question, token):
                continue
            if _explained(kind, question, tokens, place, own, owning=owning):
                continue
            found.append(Cue(kind, token.start, token.end, token.text, owning))
        elif token.low == "there" and not _covers(_EMPTY_THERE, question, token):
            found.append(Cue("there", token.start, token.end, token.text))
        elif token.low == "then" and place == len(tokens) - 1 and len(tokens) > 2:
            found.append(Cue("then", token.start, token.end, token.text))
        elif token.low in ("this", "that", "these", "those"):
            cue = _demonstrative(question, tokens, place)
            if cue is not None:
                found.append(cue)
    taken = {cue.start for cue in found}
    return found + [cue for cue in _definite(question, tokens, own) if cue.start not in taken]


def _covers(pattern: re.Pattern[str], question: str, token: Word) -> bool:
    return any(m.start() <= token.start < m.end() for m in pattern.finditer(question))


def _before_noun(tokens: Sequence[Word], place: int) -> bool:
    """Whether a noun can follow: "her" in "her son", not in "about her?" or "her in"."""
    if tokens[place].low in ("his", "its", "their"):
        return place + 1 < len(tokens)
    return place + 1 < len(tokens) and tokens[place + 1].low not in NO_HEAD


def _inner_nouns(question: str, tokens: Sequence[Word]) -> list[Mention]:
    """Noun phrases of the question that a pronoun in a later clause may mean; also "which
    word", "how many people", and "who"."""
    found = [
        phrase for phrase in noun_phrases(question) if phrase.text.split()[0].lower() != "that"
    ]
    for place, token in enumerate(tokens):
        if token.low in ("who", "whom"):
            found.append(Mention(token.text, "name", token.start, token.end))
        elif token.low in ("which", "what", "many") and place + 1 < len(tokens):
            noun = tokens[place + 1]
            if noun.low not in NO_HEAD:
                # Whatever it is: "which star ... his", "which chain ... it".
                found.append(Mention(noun.text, "any", token.start, noun.end))
        # A bare plural: "Do vaccines work when they ...".
        elif token.low.endswith("s") and len(token.low) > 3 and token.low not in NO_HEAD:
            found.append(Mention(token.text, "thing", token.start, token.end, plural=True))
    return found


def _explained(
    kind: CueKind,
    question: str,
    tokens: Sequence[Word],
    place: int,
    own: Sequence[Mention],
    *,
    owning: bool,
) -> bool:
    """Whether the question itself holds what a pronoun means."""
    token = tokens[place]
    agreeing = [m for m in own if _agrees(kind, m) or (owning and kind == "they")]
    before = [m for m in agreeing if m.end <= token.start]
    after_comma = question.find(",", token.end)
    if not before:
        # "After a joke about his wife, Will Smith ...": what is meant follows.
        return after_comma > 0 and any(m.start > after_comma for m in agreeing)
    first = min(m.end for m in before)
    if owning or _SENTENCE_END.search(question, first, token.start):
        return True
    since = [t.low for t in tokens[:place] if t.start >= first]
    previous = tokens[place - 1].low
    if previous.endswith("ing") or any(word in SUBORDINATORS for word in since):
        return True
    is_subject = token.low in _SUBJECTS and previous not in PREPOSITIONS
    return is_subject and any(word in REPORTING for word in since)


def _agrees(kind: CueKind, mention: Mention) -> bool:
    if mention.kind == "any":
        return True
    if kind in ("he", "she"):
        if mention.kind not in ("person", "name"):
            return False
        known = mention.gender or gender(mention.text)
        return known is None or (known == "m") == (kind == "he")
    if kind == "they":
        return mention.plural or mention.kind in ("organisation", "people", "name", "place")
    return mention.kind not in ("person", "people") and not mention.plural


def _demonstrative(question: str, tokens: Sequence[Word], place: int) -> Cue | None:
    """ "that" that stands for something said, with its noun if it has one; else None."""
    token = tokens[place]
    previous = tokens[place - 1] if place else None
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    after_verb = previous is None or previous.low in (
        AUXILIARIES | PREPOSITIONS | CONJUNCTIONS - {"that"}
    )
    ends = following is None or question[token.end : following.start].strip() != ""
    if ends:
        return Cue("this", token.start, token.end, token.text) if previous is not None else None
    assert following is not None
    if following.low in TIMES or following.low in ("way", "kind", "sort", "type"):
        return None
    if not after_verb:
        return None
    if following.low in NO_HEAD:
        # "Is that what", "does that in": a pronoun after an auxiliary or a preposition.
        return Cue("this", token.start, token.end, token.text)
    phrase = next((p for p in noun_phrases(question) if p.start == token.start), None)
    if token.low == "that" and previous is not None and previous.low in AUXILIARIES - BE:
        return Cue("this", token.start, token.end, token.text)  # "did that happen"
    end = phrase.end if phrase else following.end
    if phrase is None and following.text[:1].isupper():
        return None
    head = words(question[token.start : end])[-1].low
    return Cue("noun", token.start, end, question[token.start : end], head=head)


def _definite(question: str, tokens: Sequence[Word], own: Sequence[Mention]) -> list[Cue]:
    """ "the" with a noun that nothing explains: no name, number, superlative or "of ..."."""
    found = []
    for phrase in noun_phrases(question):
        inside = words(phrase.text)
        if inside[0].low != "the" or len(inside) > 4:
            continue
        rest = inside[1:]
        following = next((t for t in tokens if t.start >= phrase.end), None)
        explained = (
            any(word.text[0].isupper() or word.text[0].isdigit() for word in rest)
            or any(word.low in WORLDLY or word.low in TIMES for word in rest)
            or any(word.low.endswith("est") and len(word.low) > 4 for word in rest)
            or any(word.low in PREPOSITIONS for word in rest)
            or phrase.text.endswith(("'s", "’s"))
            or question[phrase.end : phrase.end + 2] in ("'s", "’s")
            or (following is not None and following.low in ("of", "that", "who", "which", "for"))
        )
        if not explained:
            found.append(Cue("noun", phrase.start, phrase.end, phrase.text, head=rest[-1].low))
    return found
