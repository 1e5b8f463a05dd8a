"""A parsed English sentence to questions that it answers, by rules over its grammar.

Only a plain statement is used (:mod:`qa_bot.suggestions.clauses`), cut at its first comma,
and only where its subject comes first, or after a date: what stands behind the subject is
then good English after "Who", and after "did" with the verb's lemma. Strict rather than
many: a clause with a pronoun that points outside it or with quotation marks makes none
(Heilman and Smith 2010 overgenerate and rank instead).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_bot.suggestions.clauses import Clause, clauses
from qa_bot.suggestions.cutting import Sentence, Token, words_of
from qa_bot.suggestions.drafts import Draft, draft_of, has_own, is_bare_number
from qa_bot.suggestions.nouns import is_exact_date, is_somebody, tells_by_itself
from qa_bot.suggestions.subjects import how_many_do, thing_that, who, who_is

SHORTEST, LONGEST = 5, 14
"""Words of a question; "Who is Ada Lovelace?" may be shorter."""

_LIGHT = frozenset(
    {"have", "take", "make", "give", "get", "do", "see", "know", "say", "tell", "think", "want"}
    | {"need", "put", "keep", "let", "show", "find", "feel", "mean", "call", "lose", "play"}
    | {"leave", "spend", "turn", "bring", "become", "add", "include", "take", "cause", "mark"}
)
"""Verbs that say too little of their object to ask for it."""
_NO_THING = frozenset(
    {"PERSON", "MONEY", "DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "QUANTITY"}
)
_BODIES = frozenset({"ORG", "GPE", "NORP"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})


def drafts(sentence: Sentence) -> Iterator[Draft]:
    """The questions that a sentence answers, the surest rules first."""
    yield from who_is(sentence)
    for clause in clauses(sentence):
        for rule in (_why, _how_many, _how_much, _when, who, _with_what, _what, _where, thing_that):
            form: Clause | None = clause
            while form is not None:
                made = list(rule(form, sentence.start_char))
                yield from (one for one in made if _length(one) in range(SHORTEST, LONGEST + 1))
                too_long = any(_length(one) > LONGEST for one in made)
                form = form.shorter() if too_long else None


def _length(draft: Draft) -> int:
    return len(draft.question.split())


def _with_what(clause: Clause, origin: int) -> Iterator[Draft]:
    """What a thing was done with: the preposition stays at the end."""
    if clause.head.dep_ != "nsubjpass" or not _can_turn(clause):
        return
    first = clause.rest[0]
    if first.lower_ != "with" or first.head != clause.verb:
        return
    phrase = list(first.subtree)
    if phrase[-1].i == clause.rest[-1].i:
        yield _turned(clause, "What", [first], phrase[1:], origin, "what")


def _why(clause: Clause, origin: int) -> Iterator[Draft]:
    """What stands behind "because"."""
    if not _can_turn(clause):
        return
    below = (child for t in (clause.verb, *clause.rest) for child in t.rights)
    for token in below:
        marked = any(c.lower_ == "because" and c.dep_ == "mark" for c in token.lefts)
        if marked or (token.lower_ == "because" and token.dep_ == "prep"):
            reason = [t for t in token.subtree if not t.is_punct]
            if clause.rest[-1].i < reason[0].i and len(reason) > 3:
                yield _turned(clause, "Why", clause.rest, reason, origin, "why")
            return


def _how_many(clause: Clause, origin: int) -> Iterator[Draft]:
    yield from how_many_do(clause, origin)
    if clause.verb.lemma_ == "be" or not _can_turn(clause):
        return
    for thing in clause.verb.rights:
        if thing.dep_ not in ("dobj", "npadvmod") or thing.tag_ != "NNS" or thing.n_rights:
            continue
        numbers = [t for t in thing.lefts if t.dep_ == "nummod"]
        phrase = list(thing.subtree)
        if len(numbers) != 1 or not is_bare_number(numbers[0]) or phrase[0].i != numbers[0].i:
            continue
        if not {t.i for t in phrase} <= {t.i for t in clause.rest}:
            continue
        counted = words_of([t for t in phrase if t.i > numbers[0].i])
        rest = [t for t in clause.rest if t not in phrase]
        if rest or thing.dep_ == "dobj":
            yield _turned(clause, f"How many {counted}", rest, numbers, origin, "how many")


def _how_much(clause: Clause, origin: int) -> Iterator[Draft]:
    thing = _object(clause)
    if thing is None or thing.ent_type_ not in ("MONEY", "PERCENT") or not _can_turn(clause):
        return
    phrase = list(thing.subtree)
    if any(t.ent_type_ not in ("MONEY", "PERCENT") and t.pos_ != "SYM" for t in phrase):
        return
    rest = [t for t in clause.rest if t.i > phrase[-1].i]
    if rest and clause.rest[0].i == phrase[0].i:
        word = "How much" if thing.ent_type_ == "MONEY" else "What percentage"
        yield _turned(clause, word, rest, phrase, origin, "how much")


def _when(clause: Clause, origin: int) -> Iterator[Draft]:
    if not _can_turn(clause) or clause.verb.lemma_ == "be":
        return
    if clause.date:
        if is_exact_date(clause.date):
            yield _turned(clause, "When", clause.rest, clause.date, origin, "when")
        return
    for phrase in _last_phrases(clause, ("in", "on")):
        date, rest = phrase[1:], [t for t in clause.rest if t.i < phrase[0].i]
        if rest and all(t.ent_type_ == "DATE" for t in date) and is_exact_date(date):
            yield _turned(clause, "When", rest, date, origin, "when")


def _where(clause: Clause, origin: int) -> Iterator[Draft]:
    if not _can_turn(clause) or clause.verb.lemma_ == "be":
        return
    for phrase in _last_phrases(clause, ("in", "to", "at")):
        place, rest = phrase[1:], [t for t in clause.rest if t.i < phrase[0].i]
        if rest and all(t.ent_type_ in _PLACES or t.pos_ == "DET" for t in place):
            yield _turned(clause, "Where", rest, place, origin, "where")


def _what(clause: Clause, origin: int) -> Iterator[Draft]:
    """What somebody used, seeks, hopes to gain."""
    if not _can_turn(clause) or clause.verb.lemma_ in _LIGHT:
        return
    things = [_object(clause)]
    if clause.rest[0].lower_ == "to":  # "hoped to gain expertise"
        other = next((c for c in clause.verb.rights if c.dep_ == "xcomp"), None)
        if other is not None and other.lemma_ not in _LIGHT and other.i == clause.rest[0].i + 1:
            things.append(next((c for c in other.rights if c.dep_ == "dobj"), None))
    for thing in filter(None, things):
        phrase = [t for t in clause.rest if t in list(thing.subtree)]
        if not phrase or len(phrase) > 9 or thing.ent_type_ in _NO_THING | _BODIES:
            continue
        if all(t.pos_ == "PROPN" for t in phrase):  # somebody, it may be
            continue
        if is_somebody(thing) or any(t.like_num for t in phrase) or not tells_by_itself(phrase):
            continue
        before = [t for t in clause.rest if t.i < phrase[0].i]
        after = [t for t in clause.rest if t.i > phrase[-1].i]
        if (before or after) and (not before or before[0].lower_ == "to"):
            yield _turned(clause, "What", [*before, *after], phrase, origin, "what")


def _last_phrases(clause: Clause, prepositions: Sequence[str]) -> Iterator[list[Token]]:
    """The prepositional phrases of the verb that end the clause."""
    for token in clause.verb.rights:
        if token.dep_ == "prep" and token.lower_ in prepositions:
            phrase = list(token.subtree)
            if len(phrase) > 1 and clause.rest and phrase[-1].i == clause.rest[-1].i:
                yield phrase


def _turned(
    clause: Clause,
    word: str,
    rest: Sequence[Token],
    answer: Sequence[Token],
    origin: int,
    kind: str,
) -> Draft:
    """``When did the subject go there``, or ``When was the subject seen there``."""
    subject, words = _subject(clause), words_of(rest)
    if len(clause.group) > 1:
        first, *others = clause.group[:-1]
        verb = " ".join([*(t.text for t in others), clause.verb.text])
        asked = f"{word} {first.lower_} {subject} {verb} {words}"
    elif clause.verb.lemma_ == "be":
        asked = f"{word} {clause.verb.text} {subject} {words}"
    else:
        do = {"VBZ": "does", "VBP": "do"}.get(clause.verb.tag_, "did")
        asked = f"{word} {do} {subject} {clause.verb.lemma_} {words}"
    is_person = clause.head.ent_type_ == "PERSON" and not clause.several
    return draft_of(asked.strip(), answer, origin, kind, subject if is_person else "")


def _subject(clause: Clause) -> str:
    first = clause.name[0]
    words = words_of(clause.name)
    return words[:1].lower() + words[1:] if first.pos_ in ("DET", "NUM", "ADJ") else words


def _can_turn(clause: Clause) -> bool:
    if not clause.plain or clause.head.pos_ != "PROPN" or not clause.rest:
        return False
    if clause.several and len(clause.name) > 7:
        return False
    return not any(t.dep_ == "poss" and t.tag_ == "PRP$" for t in clause.subject) and (
        not has_own(clause) or clause.head.ent_type_ == "PERSON"
    )


def _object(clause: Clause) -> Token | None:
    inside = {t.i for t in clause.rest}
    return next((t for t in clause.verb.rights if t.dep_ == "dobj" and t.i in inside), None)
