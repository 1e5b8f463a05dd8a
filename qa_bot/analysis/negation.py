"""Negation: what a sentence says not to be so, not to have been done, or not to be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa_bot.analysis.clauses import Sentence, clause, is_verb, phrase, predicate_of
from qa_bot.analysis.words import DENY, NOBODY, NOT_DO, ONLY, PREVENT, listed
from qa_bot.records import Cue

_NO_IDIOMS = listed("doubt matter wonder question")
_COMPARED = listed("fewer less more later earlier other sooner better worse")
_WHOLE_CLAUSE = listed("way circumstances circumstance point time means account case")


def negations(sentence: Sentence) -> Iterator[Cue]:
    """The cues of negation in a sentence."""
    for token in sentence.doc:
        word = token.lower_
        for cue, scope in _negated(token, word):
            yield from sentence.cues("negation", cue, scope)


def _negated(token: Any, word: str) -> Iterator[tuple[list[Any], list[Any]]]:
    """Cue words and what they govern, where ``token`` is one."""
    if token.dep_ == "neg" and word != "no":
        yield from _by_not(token)
    elif word == "no":
        yield from _by_no(token)
    elif word in NOBODY:
        verb = predicate_of(token)
        if verb is not None and not _is_only(token):
            yield [token], clause(verb)
    elif word == "neither":
        head = token.head
        verb = head if is_verb(head) else predicate_of(head if token.dep_ != "nsubj" else token)
        if verb is not None:
            yield [token], clause(verb)
    elif word == "without" and token.dep_ == "prep":
        yield [token], [one for child in token.children for one in phrase(child)]
    elif word in NOT_DO and any(child.dep_ == "xcomp" for child in token.children):
        if not any(child.dep_ == "neg" for child in token.children):
            yield [token], clause(token)
    elif word == "unable" and any(child.dep_ == "xcomp" for child in token.children):
        yield [token], clause(token.head if is_verb(token.head) else token)
    elif word in ("ruled", "rules", "rule", "ruling"):
        out = [child for child in token.children if child.dep_ == "prt" and child.lower_ == "out"]
        if out:
            yield [token, *out], _behind(token, ("dobj", "xcomp", "ccomp", "pcomp"))
    elif word in PREVENT and any(child.dep_ == "dobj" for child in token.children):
        kept = [c for c in token.children if c.dep_ == "prep" and c.lower_ == "from"]
        if any(child.dep_ == "pcomp" for one in kept for child in one.children):
            yield [token], [t for one in kept for t in phrase(one)] + _behind(token, ("dobj",))


def _by_not(token: Any) -> Iterator[tuple[list[Any], list[Any]]]:
    head = token.head
    after = token.doc[token.i + 1].lower_ if token.i + 1 < len(token.doc) else ""
    if after in ONLY or head.lower_ in DENY:  # "not only"; "did not deny" is in denial.py
        return
    if after == "the" and token.doc[token.i + 2 : token.i + 3].text.lower() == "only":
        return
    if after in _COMPARED | {"least"} and token.i + 2 < len(token.doc):
        return
    if after == "until" or (is_verb(head) and _until(head)):
        # "did not leave until Tuesday": he left.
        return
    if is_verb(head):
        yield [token], clause(head)
        return
    verb = predicate_of(head)
    if head.dep_ in ("attr", "acomp") and verb is not None:
        yield [token], clause(verb)
    else:
        yield [token], phrase(head)


def _by_no(token: Any) -> Iterator[tuple[list[Any], list[Any]]]:
    head = token.head
    after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else None
    if after is None or token.dep_ == "intj" or after.is_punct:
        return
    if after.lower_ == "one":  # spaCy gives "one" the place in the clause
        verb = predicate_of(after)
        if verb is not None and not _is_only(after):
            yield [token, after], clause(verb)
        return
    if after.lower_ in _COMPARED | _NO_IDIOMS or after.like_num:
        return
    if after.lower_ == "longer":
        verb = after.head
        if is_verb(verb):
            yield [token, after], clause(verb)
        return
    if head.i < token.i or token.dep_ not in ("det", "neg"):
        return
    verb = predicate_of(head)
    if verb is None and head.dep_ == "pobj" and head.lower_ in _WHOLE_CLAUSE:
        verb = head.head.head if is_verb(head.head.head) else None
    yield [token], clause(verb) if verb is not None else phrase(head)


def _behind(token: Any, labels: tuple[str, ...]) -> list[Any]:
    return [one for child in token.children if child.dep_ in labels for one in phrase(child)]


def _until(head: Any) -> bool:
    return any(
        child.lower_ in ("until", "till") or
        (child.dep_ == "advcl" and any(one.lower_ in ("until", "till") for one in child.children))
        for child in head.children
    )  # fmt: skip


def _is_only(token: Any) -> bool:
    """ "Nothing but", "none other than": they say that it is so."""
    after = token.doc[token.i + 1].lower_ if token.i + 1 < len(token.doc) else ""
    return after in ("but", "other", "else")
