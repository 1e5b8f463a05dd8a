"""Hedges: what a sentence says only to be possible, believed, alleged, or true if something is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa_bot.analysis.clauses import Sentence, clause, is_negated, is_verb, phrase, whole
from qa_bot.analysis.words import (
    ABLE,
    BELIEVE,
    DOUBT_ADJECTIVES,
    DOUBT_ADVERBS,
    DOUBTED,
    HELD,
    MODALS,
    SEEM,
    UNKNOWN,
)
from qa_bot.records import Cue

_LINKS = ("mark", "advmod", "det", "prep")


def hedges(sentence: Sentence) -> Iterator[Cue]:
    """The cues of doubt in a sentence."""
    for token in sentence.doc:
        for cue, scope in _hedged(token, token.lower_):
            yield from sentence.cues("hedge", cue, scope)


def _hedged(token: Any, word: str) -> Iterator[tuple[list[Any], list[Any]]]:
    head = token.head
    if word in MODALS and token.tag_ == "MD" and token.dep_ == "aux":
        if not (word == "could" and _is_ability(head)):
            yield [token], clause(head)
    elif word in DOUBT_ADVERBS and token.dep_ in ("advmod", "npadvmod", "amod"):
        yield [token], clause(head) if is_verb(head) else phrase(head)
    elif word in DOUBT_ADJECTIVES and token.dep_ == "amod":
        yield [token], phrase(head)
    elif word in UNKNOWN and token.dep_ in ("acomp", "oprd", "attr"):
        yield from _unknown(token)
    elif (word in HELD and _is_held(token)) or (
        word in SEEM and any(c.dep_ in ("xcomp", "oprd", "ccomp") for c in token.children)
    ):
        yield [token], clause(token)
    elif word in BELIEVE and is_verb(token):
        scope = [
            t for c in token.children if c.dep_ == "ccomp" and c.i > token.i for t in clause(c)
        ]
        if scope:
            yield [token], scope
    elif word in DOUBTED and token.tag_.startswith("NN"):
        scope = [t for c in token.children if _is_content(c) for t in whole(c)]
        if scope:
            yield [token], scope
    elif word == "if" and _is_condition(token):
        yield [token], clause(head)
        if head.dep_ == "advcl" and is_verb(head.head) and _is_conditional(head.head):
            yield [token], clause(head.head)
    elif word == "whether" and head.dep_ != "advcl" and token.dep_ in _LINKS:
        yield [token], clause(head) if is_verb(head) else phrase(head)


def _is_condition(token: Any) -> bool:
    """Whether "if" makes a clause hold only in a case; "even if" leaves the other one as it is."""
    before = token.doc[token.i - 1].lower_ if token.i else ""
    return token.dep_ == "mark" and token.head.dep_ in ("advcl", "ccomp") and before != "even"


def _is_ability(verb: Any) -> bool:
    """Whether "could" says what somebody was able to do."""
    return (
        verb.lower_ in ABLE
        or is_negated(verb)
        or any(child.lower_ in ("barely", "hardly", "scarcely", "only") for child in verb.children)
    )


def _is_held(token: Any) -> bool:
    """ "is believed to", "was thought to be"."""
    return (
        any(child.dep_ == "auxpass" for child in token.children)
        and any(child.dep_ == "xcomp" for child in token.children)
        and not is_negated(token)
    )


def _unknown(token: Any) -> Iterator[tuple[list[Any], list[Any]]]:
    verb = token.head
    said = ("ccomp", "csubj", "advcl")
    clauses = [c for c in (*verb.children, *token.children) if c.dep_ in said and c.i > token.i]
    if clauses:
        yield [token], [t for one in clauses for t in clause(one)]
    elif is_verb(verb) and any(child.dep_ == "xcomp" for child in token.children):
        yield [token], clause(verb)


def _is_content(child: Any) -> bool:
    """Whether a noun's dependent says what it is about: "claims that ...", "the chance of ..."."""
    if child.dep_ in ("acl", "ccomp"):
        return any(one.dep_ == "mark" for one in child.children) or child.tag_ != "VBN"
    return False


def _is_conditional(verb: Any) -> bool:
    """Whether a main clause holds only if another does: it has "would", "could" or "will"."""
    modals = {child.lower_ for child in verb.children if child.dep_ == "aux"}
    return bool(modals & {"would", "could", "might", "will", "wo", "'ll", "’ll", "'d", "’d"})
