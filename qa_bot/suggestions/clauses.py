"""The main clause of a parsed sentence, where it is a plain statement that stands by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
)
_MARKS = '"“”«»:;()[]?!…\n–—'
_UNTELLING = frozenset({"csubj", "csubjpass", "expl", "neg", "dative", "preconj"})
_MEASURES = frozenset({"million", "billion", "trillion", "thousand", "hundred"})
_LEFT_OUT = frozenset({"punct", "relcl", "acl", "appos", "advcl", "parataxis"})


@dataclass(frozen=True, slots=True)
class Clause:
    """``date, subject group rest``: the tokens of a plain statement.

    ``group`` ends with ``verb`` and holds its auxiliaries, and adverbs between them.
    """

    date: Sequence[Token]
    subject: Sequence[Token]
    head: Token
    group: Sequence[Token]
    verb: Token
    rest: Sequence[Token]

    @property
    def plain(self) -> bool:
        """Whether it can be turned round: no adverb in the group, no clause for an object."""
        return all(t.dep_ in ("aux", "auxpass", "ROOT") for t in self.group) and not any(
            child.dep_ == "ccomp" for child in self.verb.children
        )


def main_clause(sentence: Sentence) -> Clause | None:
    root = sentence.root
    if not sentence.text.endswith(".") or root.pos_ not in ("VERB", "AUX"):
        return None
    subjects = [t for t in root.lefts if t.dep_ in ("nsubj", "nsubjpass")]
    if len(subjects) != 1 or any(child.dep_ in _UNTELLING for child in root.children):
        return None
    head = subjects[0]
    whole = list(head.subtree)
    subject = _named(whole, head)
    if not _is_plain_subject(subject, head):
        return None
    date = _leading_date([t for t in sentence if t.i < subject[0].i], root)
    if date is None:
        return None
    group = [t for t in sentence if whole[-1].i < t.i <= root.i]
    if not all(t.head == root and t.dep_ in ("aux", "auxpass", "advmod") for t in group[:-1]):
        return None
    verbs = [t for t in group if t.dep_ != "advmod"]
    if not (verbs and _is_finite(verbs[0])):
        return None
    rest = _cut([t for t in sentence if t.i > root.i], root)
    said = [*subject, *group, *rest]
    if any(map(_points_elsewhere, [*group, *rest])) or not _is_whole(rest, root):
        return None
    if any(mark in words_of(said) for mark in _MARKS):
        return None
    return Clause(date, subject, head, group, root, rest)


def _named(whole: Sequence[Token], head: Token) -> list[Token]:
    """A subject without what is only said beside it: "BAE, which makes planes," is "BAE"."""
    named = []
    for token in whole:
        if token.i > head.i and (token.is_punct or token.dep_ in ("relcl", "acl", "appos")):
            break
        named.append(token)
    return named


def _leading_date(before: Sequence[Token], root: Token) -> Sequence[Token] | None:
    """The date of "In March 2022, he ..."; empty for nothing before, None for anything else."""
    words = [t for t in before if not t.is_punct]
    if not words:
        return () if not before else None
    first, date = words[0], words[1:]
    if first.dep_ == "prep" and first.head == root and first.lower_ in ("in", "on") and date:
        return date if all(t.ent_type_ == "DATE" for t in date) else None
    return None


def _is_finite(token: Token) -> bool:
    return token.tag_ in ("VBD", "VBZ") or token.lower_ == "were"


def _is_plain_subject(subject: Sequence[Token], head: Token) -> bool:
    if len(subject) > 6 or subject[-1].i - subject[0].i + 1 != len(subject):
        return False
    if any(t.dep_ in ("relcl", "acl", "appos", "conj", "cc", "punct") for t in subject):
        return False
    if any(t.pos_ == "PRON" or _points_elsewhere(t) for t in subject):
        return False
    return head.pos_ in ("PROPN", "NOUN")


def _cut(tokens: Sequence[Token], root: Token) -> list[Token]:
    """What belongs to the main clause: up to a comma, or to a clause beside or below it."""
    kept: list[Token] = []
    for token in tokens:
        if token.is_punct and token.text not in ("-", "'", "’", "%"):
            break
        if token.dep_ in ("cc", "conj", "preconj") and token.head == root:
            break
        if any(token == above.left_edge for above in _clauses_above(token, root)):
            break
        kept.append(token)
    return kept


def _clauses_above(token: Token, root: Token) -> Iterator[Token]:
    """The clauses around ``token`` that can be left out: adverbial, relative, added on."""
    for above in (token, *token.ancestors):
        if above == root:
            return
        if above.dep_ in ("advcl", "relcl", "parataxis"):
            yield above


def _is_whole(rest: Sequence[Token], root: Token) -> bool:
    """Whether cutting left every phrase whole, and something is said of the subject."""
    inside = {token.i for token in rest}
    if not rest or rest[-1].pos_ in ("DET", "ADP", "ADJ", "AUX", "SCONJ", "ADV", "PART"):
        return False
    if any(token.head.i not in inside and token.head != root for token in rest):
        return False
    if rest[-1].lower_ in _MEASURES:
        return False
    beside = (child for token in rest for child in token.rights if child.i not in inside)
    if any(child.dep_ not in _LEFT_OUT for child in beside):
        return False
    for token in rest:
        if token.dep_ == "prep" and not any(c.i in inside for c in token.children):
            return False
    telling = ("dobj", "attr", "xcomp", "prep", "agent", "ccomp", "acomp", "prt")
    objects = [c for c in root.rights if c.dep_ in telling]
    return any(child.i in inside for child in objects)


def _points_elsewhere(token: Token) -> bool:
    """Whether what it stands for has to be looked up before: "she", "this", "yesterday"."""
    if token.dep_ == "mark" and token.lower_ == "that":
        return False
    return token.tag_ in ("PRP", "WP", "WDT", "EX", "WRB") or token.lower_ in _POINTING


def words_of(tokens: Sequence[Token]) -> str:
    return "".join(t.text_with_ws for t in tokens).strip()
