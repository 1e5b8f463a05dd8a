"""Questions whose answer is the subject of a statement: who did it, what has done it, how many
did; and who somebody is."""

from __future__ import annotations

from collections.abc import Iterator

from qa_bot.suggestions.clauses import Clause
from qa_bot.suggestions.cutting import Sentence, Token, named, points_elsewhere, words_of
from qa_bot.suggestions.drafts import Draft, draft_of, has_own, is_bare_number, is_telling
from qa_bot.suggestions.nouns import is_somebody, tells_by_itself


def who_is(sentence: Sentence) -> Iterator[Draft]:
    """ "Ada Lovelace, a mathematician, ...": who she is."""
    for token in sentence:
        name = [t for t in token.lefts if t.ent_type_ == "PERSON"] + [token]
        if token.ent_type_ != "PERSON" or len(name) < 2 or name[0].ent_iob_ != "B":
            continue
        if len(name) != name[-1].i - name[0].i + 1 or any(t.pos_ != "PROPN" for t in name):
            continue
        if (
            "/" in sentence.doc[max(0, name[0].i - 1)].text
        ):  # a credit: "Ann Lee/Reuters Bob Ray, a"
            continue
        for child in token.rights:
            if child.dep_ == "appos" and child.pos_ == "NOUN" and is_somebody(child):
                told = named(child)
                if is_telling(told) and not any(map(points_elsewhere, told)):
                    question = f"Who is {words_of(name)}"
                    yield draft_of(question, told, sentence.start_char, "who is")


def who(clause: Clause, origin: int) -> Iterator[Draft]:
    """ "Who met Putin in Amur?"; only with a name in it, so that it stands by itself."""
    if clause.several or clause.head.ent_type_ != "PERSON" or clause.subject[0].pos_ == "DET":
        return
    if any(t.dep_ == "poss" for t in clause.subject) or _first_verb(clause).lower_ == "were":
        return
    if not is_telling(clause.rest):
        return
    said = next((c for c in clause.verb.rights if c.dep_ == "attr"), None)
    if said is not None and not is_somebody(said):
        return
    yield draft_of(f"Who {words_of([*clause.group, *clause.rest])}", clause.subject, origin, "who")


def thing_that(clause: Clause, origin: int) -> Iterator[Draft]:
    """ "What has forced Russia to do so?", of a thing that its words alone tell."""
    head = clause.head
    if clause.several or head.tag_ != "NN" or head.ent_type_ or has_own(clause):
        return
    if is_somebody(head) or not tells_by_itself(clause.subject):
        return
    if not is_telling(clause.rest):
        return
    yield draft_of(
        f"What {words_of([*clause.group, *clause.rest])}", clause.subject, origin, "thing"
    )


def how_many_do(clause: Clause, origin: int) -> Iterator[Draft]:
    """ "How many people live in Norby?": what is counted does it."""
    numbers = [t for t in clause.head.children if t.dep_ == "nummod"]
    if len(numbers) != 1 or clause.head.tag_ != "NNS" or not is_bare_number(numbers[0]):
        return
    counted = [t for t in clause.subject if t.i > numbers[0].i]
    if clause.subject[0].i != numbers[0].i or any(t.dep_ == "prep" for t in counted):
        return
    if is_telling(clause.rest):
        question = f"How many {words_of(counted)} {words_of([*clause.group, *clause.rest])}"
        yield draft_of(question, numbers, origin, "how many")


def _first_verb(clause: Clause) -> Token:
    return next(t for t in clause.group if t.dep_ != "advmod")
