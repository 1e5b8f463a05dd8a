"""Denial: what somebody says not to be so, or what is said of it that it is false."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa_bot.analysis.clauses import Sentence, is_negated, is_verb, whole
from qa_bot.analysis.words import CLAIMS, DENIABLE, DENY, FALSE, REJECT, forms
from qa_bot.records import Cue

_CLAUSES = ("ccomp", "xcomp", "pcomp", "acl")
_DENY_OR_REFUSE = forms("deny")
_OBJECTS = (*_CLAUSES, "dobj")


def denials(sentence: Sentence) -> Iterator[Cue]:
    """The cues of denial in a sentence; "did not deny" leaves open what it governs, and is a
    hedge."""
    for token in sentence.doc:
        word = token.lower_
        scope: list[Any] = []
        if word in DENY and is_verb(token):
            scope = _denied(token)
        elif word in REJECT and is_verb(token):
            scope = _rejected(token)
        elif word in ("denial", "denials"):
            scope = _content(token)
        elif word in FALSE and token.dep_ in ("amod", "acomp", "oprd", "conj"):
            scope = _false(token)
        elif word == "contrary" and any(c.lower_ == "to" for c in token.children):
            scope = [
                t for c in token.children if c.lower_ == "to" for t in whole(c)
                if any(one.lower_ in CLAIMS for one in c.children)
            ]  # fmt: skip
        if scope:
            cue = [token, *(c for c in token.children if c.dep_ == "neg")]
            kind = "hedge" if is_verb(token) and is_negated(token) else "denial"
            yield from sentence.cues(kind, cue, scope)


def _denied(verb: Any) -> list[Any]:
    if any(child.dep_ == "auxpass" for child in verb.children):
        # "was denied bail" refuses; "the claims were denied" denies.
        return [
            token
            for child in verb.children
            if child.dep_ in ("nsubjpass", "ccomp") and _says_something(child)
            for token in whole(child)
        ]
    if any(child.dep_ in ("dative", "iobj") for child in verb.children):
        return []
    return [
        token
        for child in verb.children
        if child.dep_ in _OBJECTS and child.i > verb.i and _can_be_denied(verb, child)
        for token in whole(child)
    ]


def _rejected(verb: Any) -> list[Any]:
    objects = ("dobj", "nsubjpass")
    return [
        token
        for child in verb.children
        if (child.dep_ == "ccomp" and child.i > verb.i)
        or (child.dep_ in objects and _is_claim(child))
        for token in whole(child)
    ]


def _false(word: Any) -> list[Any]:
    if word.dep_ == "amod":
        return _content(word.head) if _is_claim(word.head) else []
    verb = word.head.head if word.dep_ == "conj" else word.head
    if word.dep_ == "conj" and word.head.dep_ not in ("acomp", "amod", "oprd"):
        return []
    said = ("ccomp", "csubj", "advcl")
    found = [t for c in verb.children if c.dep_ in said and c.i > verb.i for t in whole(c)]
    return found or [
        t for c in verb.children if c.dep_ == "nsubj" and _is_claim(c) for t in whole(c)
    ]


def _content(noun: Any) -> list[Any]:
    """What a claim or a denial says: the clause that depends on it."""
    return [token for child in noun.children if child.dep_ == "acl" for token in whole(child)]


def _is_claim(noun: Any) -> bool:
    return noun.lower_ in CLAIMS


def _can_be_denied(verb: Any, child: Any) -> bool:
    """Whether "deny" is said of a fact: "denied the petition" refuses it."""
    if child.dep_ != "dobj" or verb.lower_ not in _DENY_OR_REFUSE or is_verb(child):
        return True
    any_of = any(one.lower_ == "any" for one in child.children)
    return any_of or child.lower_ in DENIABLE or _is_claim(child)


def _says_something(child: Any) -> bool:
    return is_verb(child) or child.lower_ in CLAIMS
