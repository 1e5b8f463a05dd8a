"""A parsed sentence, and what a word in it governs.

The labels are spaCy's English ones (ClearNLP's: nsubj, dobj, ccomp, acl, relcl, ...).
A scope is what the governed clause says: its verb with subject, objects and
complements. What only accompanies it (a relative clause, an apposition, a reason, a
time clause, what it is joined to by "but") holds by itself and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qa_bot.analysis.words import NO_SCOPE_PREPOSITIONS, REASON_MARKS
from qa_bot.records import Cue, Span

SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj", "csubjpass"))
_ARGUMENTS = SUBJECTS | {"dobj", "attr", "dative", "oprd", "agent", "acomp"}
_ASIDE = frozenset(("relcl", "appos", "parataxis", "intj", "discourse", "punct", "meta"))
_BOUND = frozenset(("nsubj", "nsubjpass", "expl"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and spaCy's document of it, whose offsets begin with the sentence."""

    span: Span
    doc: Any

    def over(self, tokens: Iterable[Any]) -> Span:
        """From the first of some tokens to the last, in article offsets."""
        found = sorted(tokens, key=lambda token: token.i)
        last = found[-1]
        return Span(self.span.start + found[0].idx, self.span.start + last.idx + len(last.text))

    def runs(self, tokens: Iterable[Any]) -> Iterator[Span]:
        """The runs of neighbouring tokens, without punctuation at their ends; a comma or a
        quotation mark between two tokens parts nothing."""
        words = (token for token in tokens if not (token.is_punct or token.is_space))
        run: list[Any] = []
        for token in sorted(words, key=lambda token: token.i):
            if run and any(not one.is_punct for one in self.doc[run[-1].i + 1 : token.i]):
                yield self.over(run)
                run = []
            run.append(token)
        if run:
            yield self.over(run)

    def cues(self, kind: str, cue: Iterable[Any], scope: Iterable[Any]) -> Iterator[Cue]:
        """A cue for every run of its scope."""
        words = list(cue)
        for run in self.runs(token for token in scope if token not in words):
            yield Cue(self.span, kind, self.over(words), run)


def predicate_of(token: Any) -> Any | None:
    """The verb that ``token`` is subject, object or the like of; None where it is deeper."""
    while token.dep_ in ("conj", "compound", "amod", "nmod", "det", "poss", "nummod"):
        token = token.head
    return token.head if token.dep_ in _ARGUMENTS and is_verb(token.head) else None


def is_verb(token: Any) -> bool:
    """Whether a token can head a clause."""
    return bool(token.tag_.startswith(("VB", "MD")))


def clause(head: Any, *, joined: bool = True) -> list[Any]:
    """What the clause of ``head`` says, in order; see the module.

    ``joined``: also the verbs joined to it that share its auxiliary ("did not eat or
    drink"), which they do in the same form and without a subject of their own.
    """
    found: list[Any] = []
    _gather(head, found, joined=joined, top=True)
    return sorted(found, key=lambda token: token.i)


def phrase(head: Any) -> list[Any]:
    """A noun with all that says which one or what is held of it, without asides."""
    found: list[Any] = []
    _gather(head, found, joined=True, top=False)
    return sorted(found, key=lambda token: token.i)


def whole(head: Any) -> list[Any]:
    """All that depends on ``head``, relative clauses too."""
    return list(head.subtree)


def name_of(head: Any) -> list[Any]:
    """A speaker as one would name him: without appositions, clauses and what follows them."""
    kept = [head]
    for child in head.children:
        if child.dep_ in ("compound", "det", "amod", "poss", "nmod", "nummod", "case", "flat"):
            kept += child.subtree
        elif (child.dep_ == "prep" and child.i > head.i and child.text.lower() in (
            "of", "for", "at", "from", "in",
        )) or child.dep_ == "conj" or (child.dep_ == "cc" and child.i > head.i):  # fmt: skip
            kept += phrase(child)
    kept.sort(key=lambda token: token.i)
    while kept and (kept[-1].is_punct or kept[-1].dep_ == "cc"):
        kept.pop()
    return kept or [head]


def is_negated(head: Any) -> bool:
    """Whether a verb has "not" or "never" of its own."""
    return any(child.dep_ == "neg" for child in head.children)


def has_subject(head: Any) -> bool:
    """Whether a verb has a subject of its own."""
    return any(child.dep_ in SUBJECTS for child in head.children)


def _gather(token: Any, found: list[Any], *, joined: bool, top: bool) -> None:
    found.append(token)
    for child in token.children:
        if _is_inside(token, child, joined=joined, top=top):
            _gather(child, found, joined=joined, top=False)


def _is_inside(head: Any, child: Any, *, joined: bool, top: bool) -> bool:
    """Whether what depends on ``head`` through ``child`` belongs to what ``head`` says."""
    label = child.dep_
    if label in _ASIDE:
        return False
    if label == "prep":
        return child.text.lower() not in NO_SCOPE_PREPOSITIONS
    if label == "advcl":
        marks = {one.text.lower() for one in child.children if one.dep_ in ("mark", "advmod")}
        return child.tag_ == "VB" and not marks & REASON_MARKS
    if label == "ccomp" and child.i < head.i and top:
        return any(one.dep_ == "mark" for one in child.children)
    if label in ("conj", "cc") and (is_verb(head) or is_verb(child)):
        verb = child if label == "conj" else _conjunct(head)
        return verb is not None and joined and _shares(head, verb)
    return True


def _conjunct(head: Any) -> Any | None:
    return next((one for one in head.children if one.dep_ == "conj"), None)


def _shares(head: Any, verb: Any) -> bool:
    """Whether a joined verb stands under the auxiliary of the first."""
    links = {one.text.lower() for one in head.children if one.dep_ == "cc"}
    if "but" in links or has_subject(verb):
        return False
    own = any(one.dep_ in ("aux", "auxpass", "neg") for one in verb.children)
    return bool(links & {"or", "nor"}) or (verb.tag_ == head.tag_ and not own)
