"""The plain statements in a parsed sentence: its main clause, and its relative clauses.

"Kim, who rode his train to Amur, met Putin" says that Kim met Putin, and that Kim rode his
train to Amur.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa_bot.suggestions.cutting import (
    Sentence,
    Token,
    cut,
    is_whole,
    named,
    points_elsewhere,
    words_of,
)

_OPENINGS = frozenset({"and", "but", "yet", "so", "meanwhile", "indeed", "of", "course"})
"""Words before a sentence that join it to the one before, and can be left out."""
_MARKS = '"“”«»:;()[]?!…\n–—/*_|@'
_UNTELLING = frozenset({"csubj", "csubjpass", "expl", "neg", "dative", "preconj"})
_NAMES = frozenset({"PERSON", "ORG", "GPE"})
_LONGEST_SUBJECT = 6
_AROUND = frozenset({"in", "at", "on", "during", "after", "before", "amid", "near", "since"})
"""Prepositions of place and time, whose phrases a clause can do without."""


@dataclass(frozen=True, slots=True)
class Clause:
    """``date, subject group rest``: the tokens of a plain statement.

    ``group`` ends with ``verb`` and holds its auxiliaries, and adverbs between them.
    ``several``: the subject is some names joined by "and".
    """

    date: Sequence[Token]
    subject: Sequence[Token]
    head: Token
    group: Sequence[Token]
    verb: Token
    rest: Sequence[Token]
    several: bool = False

    @property
    def plain(self) -> bool:
        """Whether it can be turned round: no adverb in the group, no clause for an object."""
        return all(t.dep_ in ("aux", "auxpass") for t in self.group[:-1]) and not any(
            child.dep_ == "ccomp" for child in self.verb.children
        )

    @property
    def name(self) -> Sequence[Token]:
        """A person's subject without titles: "Russian President Vladimir Putin" is "Vladimir
        Putin"; any other as it stands."""
        heads = {self.head.ent_type_, *(t.ent_type_ for t in self.head.conjuncts)}
        if heads != {"PERSON"} or self.subject[0].pos_ == "DET":
            return self.subject
        named = [t for t in self.subject if t.ent_type_ == "PERSON" or t.dep_ == "cc"]
        return named if named[0].pos_ == "PROPN" else self.subject

    def shorter(self) -> Clause | None:
        """Without its last phrase of place or time; None where it ends with another."""
        for token in self.verb.rights:
            if token.dep_ == "prep" and token.lower_ in _AROUND:
                phrase = {t.i for t in token.subtree}
                rest = [t for t in self.rest if t.i < token.i]
                if self.rest[-1].i in phrase and is_whole(rest, self.verb):
                    return replace(self, rest=rest)
        return None


def clauses(sentence: Sentence) -> Iterator[Clause]:
    """The main clause and the relative clauses that stand by themselves, as far as there are."""
    if not sentence.text.endswith("."):
        return
    main = _main_clause(sentence)
    if main is not None:
        yield main
    for token in sentence:
        if token.dep_ == "relcl":
            relative = _relative_clause(token)
            if relative is not None:
                yield relative


def _main_clause(sentence: Sentence) -> Clause | None:
    root = sentence.root
    subjects = [t for t in root.lefts if t.dep_ in ("nsubj", "nsubjpass")]
    if len(subjects) != 1:
        return None
    head = subjects[0]
    whole = list(head.subtree)
    date = _opening_date([t for t in sentence if t.i < whole[0].i], root)
    group = [t for t in sentence if whole[-1].i < t.i <= root.i]
    return None if date is None else _clause(date, head, group, root)


def _relative_clause(verb: Token) -> Clause | None:
    """``X, who does this`` as "X does this"."""
    pronouns = [t for t in verb.lefts if t.dep_ in ("nsubj", "nsubjpass")]
    if len(pronouns) != 1 or pronouns[0].lower_ not in ("who", "which"):
        return None
    pronoun, head = pronouns[0], verb.head
    if pronoun.i != verb.left_edge.i or head.i > pronoun.i:
        return None
    # A parser attaches "which" to the noun before it, whatever that is.
    if (pronoun.lower_ == "which" and head.ent_type_ == "PERSON") or any(
        t.like_num for t in named(head)
    ):
        return None
    # Of "the leader, Kim Jong-un, who", the name.
    called = [t for t in head.rights if t.dep_ == "appos" and t.ent_type_ == "PERSON"]
    if called and called[-1].i < pronoun.i:
        head = called[-1]
    return _clause((), head, list(verb.doc[pronoun.i + 1 : verb.i + 1]), verb)


def _clause(
    date: Sequence[Token], head: Token, group: Sequence[Token], verb: Token
) -> Clause | None:
    if verb.pos_ not in ("VERB", "AUX") or any(c.dep_ in _UNTELLING for c in verb.children):
        return None
    subject = named(head)
    several = any(t.dep_ == "conj" for t in subject)
    if not (_is_name_list(head, subject) if several else _is_plain_subject(subject, head)):
        return None
    if not all(t.head == verb and t.dep_ in ("aux", "auxpass", "advmod") for t in group[:-1]):
        return None
    verbs = [t for t in group if t.dep_ != "advmod"]
    if not (verbs and (_is_finite(verbs[0]) or (several and verbs[0].tag_ == "VBP"))):
        return None
    rest = cut([t for t in verb.subtree if t.i > verb.i], verb)
    after = list(verb.doc[rest[-1].i + 1 :]) if rest else []
    if after and after[0].tag_ in ("VBD", "VBZ", "VBP", "MD"):  # it was no object of this verb
        return None
    if any(map(points_elsewhere, [*group, *rest])) or not is_whole(rest, verb):
        return None
    if any(mark in words_of([*subject, *group, *rest]) for mark in _MARKS):
        return None
    return Clause(date, subject, head, group, verb, rest, several)


def _opening_date(before: Sequence[Token], root: Token) -> Sequence[Token] | None:
    """The date of "In March 2022, he ..."; empty for nothing or for words that only join;
    None for anything else."""
    words = [t for t in before if not t.is_punct]
    while words and words[0].lower_ in _OPENINGS and words[0].pos_ != "NOUN":
        if words[0].dep_ == "prep" and [t.lower_ for t in words] != ["of", "course"]:
            break
        words = words[1:]
    if not words:
        return ()
    first, date = words[0], words[1:]
    if first.dep_ == "prep" and first.head == root and first.lower_ in ("in", "on") and date:
        return date if all(t.ent_type_ == "DATE" for t in date) else None
    return None


def _is_finite(token: Token) -> bool:
    return token.tag_ in ("VBD", "VBZ") or token.lower_ == "were"


def _is_plain_subject(subject: Sequence[Token], head: Token) -> bool:
    if len(subject) > _LONGEST_SUBJECT + 2 * (head.ent_type_ == "PERSON"):
        return False
    if subject[-1].i - subject[0].i + 1 != len(subject):
        return False
    if any(t != head and t.dep_ in ("relcl", "acl", "appos", "conj", "cc") for t in subject):
        return False
    if any(t.pos_ == "PRON" or points_elsewhere(t) for t in subject):
        return False
    return head.pos_ in ("PROPN", "NOUN")


def _is_name_list(head: Token, subject: Sequence[Token]) -> bool:
    """Whether a subject is names joined by "and", one of them a whole entity at least."""
    heads = [head, *head.conjuncts]
    joined = [t for t in subject if t.dep_ == "cc"]
    return (
        [t.lower_ for t in joined] == ["and"] * (len(heads) - 1)
        and all(t.pos_ == "PROPN" and t.ent_type_ in _NAMES for t in heads)
        and not any(t.dep_ == "preconj" or (t.is_punct and t.text != "-") for t in subject)
    )
