"""What of a noun or a clause can be left out, and whether what is kept is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

Sentence: TypeAlias = Any
Token: TypeAlias = Any
"""spaCy's; spaCy itself is not needed here."""

_POINTING = frozenset(
    {"this", "that", "these", "those", "there", "here", "then", "such", "former", "latter"}
    | {"today", "yesterday", "tomorrow", "tonight", "now", "ago", "also", "too", "however"}
    | {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    | {"last", "next", "previous", "following", "recently", "soon", "still", "already"}
    | {"another", "other", "others", "same", "not", "never", "n't", "earlier", "later", "meanwhile"}
    | {"second", "third", "instead", "even", "again", "both", "neither", "rest"}
)
_MEASURES = frozenset({"million", "billion", "trillion", "thousand", "hundred"})
_LEFT_OUT = frozenset({"punct", "relcl", "acl", "appos", "advcl", "parataxis"})


def named(head: Token) -> list[Token]:
    """A noun without what is only said beside it: "BAE, which makes planes," is "BAE"."""
    kept: list[Token] = []
    for token in head.subtree:
        if token.i > head.i and (
            (token.is_punct and token.text not in ("-", "‑", "'", "’"))
            or any(token == above.left_edge for above in _asides(token, head))
        ):
            break
        kept.append(token)
    return kept


def cut(tokens: Sequence[Token], verb: Token) -> list[Token]:
    """What belongs to the clause: up to a comma, or to a clause beside or below it."""
    kept: list[Token] = []
    for token in tokens:
        if kept and token.i != kept[-1].i + 1:
            break
        if token.is_punct and token.text not in ("-", "'", "’", "%"):
            break
        if token.dep_ in ("cc", "conj", "preconj") and token.head == verb:
            break
        if any(token == above.left_edge for above in _clauses_above(token, verb)):
            if token.lower_ == "for":  # "for them to join", or a name: "Space for Humanity"
                return []
            break
        kept.append(token)
    while kept and kept[-1].dep_ == "prep" and not any(True for _ in kept[-1].children):
        kept.pop()  # it belonged to what was cut off, or to nothing
    return kept


def is_whole(rest: Sequence[Token], verb: Token) -> bool:
    """Whether cutting left every phrase whole, and something is said of the subject."""
    inside = {token.i for token in rest}
    if not rest or rest[-1].pos_ in ("DET", "ADP", "ADJ", "AUX", "SCONJ", "ADV", "PART"):
        return False
    if any(token.head.i not in inside and token.head != verb for token in rest):
        return False
    if rest[-1].lower_ in _MEASURES:
        return False
    beside = (child for token in rest for child in token.rights if child.i not in inside)
    if not all(map(_is_aside, beside)):
        return False
    for token in rest:
        if token.dep_ == "prep" and not any(c.i in inside for c in token.children):
            return False
    telling = ("dobj", "attr", "xcomp", "prep", "agent", "ccomp", "acomp", "prt")
    objects = [c for c in verb.rights if c.dep_ in telling]
    return any(child.i in inside for child in objects)


def points_elsewhere(token: Token) -> bool:
    """Whether what it stands for has to be looked up before: "she", "this", "yesterday"."""
    if token.dep_ == "mark" and token.lower_ == "that":
        return False
    return token.tag_ in ("PRP", "WP", "WDT", "EX", "WRB") or token.lower_ in _POINTING


def words_of(tokens: Sequence[Token]) -> str:
    return "".join(t.text_with_ws for t in tokens).strip()


def _asides(token: Token, head: Token) -> Iterator[Token]:
    """The clauses and appositions below ``head`` that ``token`` is in."""
    for above in (token, *token.ancestors):
        if above == head:
            return
        if above.dep_ in ("relcl", "acl", "appos"):
            yield above


def _clauses_above(token: Token, verb: Token) -> Iterator[Token]:
    """The clauses around ``token`` that can be left out: adverbial, relative, added on."""
    for above in (token, *token.ancestors):
        if above == verb:
            return
        if above.dep_ in ("advcl", "relcl", "parataxis") or above.lower_ == "because":
            yield above


def _is_aside(child: Token) -> bool:
    """Whether it can be left off a noun: only where a comma sets it off, else it says which."""
    if child.is_punct or child.lower_ == "because":
        return True
    return child.dep_ in _LEFT_OUT and child.doc[child.left_edge.i - 1].is_punct
