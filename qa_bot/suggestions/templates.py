"""A parsed English sentence to questions that it answers, by rules over its grammar.

Only the main clause of a plain statement is used, cut at its first comma, and only where
its subject comes first, or after a date: what stands behind the subject is then good
English after "Who", and after "did" with the verb's lemma. Strict rather than many: a
clause with a pronoun that points outside it or with quotation marks makes none (Heilman
and Smith 2010 overgenerate and rank instead).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_bot.suggestions.clauses import Clause, Sentence, Token, main_clause, words_of

KINDS = ("how many", "when", "what", "where", "who", "thing")
"""Of drafts, those that read best first."""

SHORTEST, LONGEST = 5, 13
"""Words of a question."""

_MONTHS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september"}
    | {"october", "november", "december"}
)
_WHAT = frozenset(
    {"win", "buy", "build", "launch", "publish", "release", "invent", "discover", "design"}
    | {"found", "introduce", "propose", "acquire", "announce", "open", "unveil", "ban", "sign"}
)
_SOMEBODY = ("er", "or", "ist", "man", "woman", "men", "ant", "ent", "ian", "ive", "ess")
_BODIES = frozenset(
    {"company", "country", "government", "team", "group", "party", "police", "army", "court"}
    | {"family", "people", "nation", "state", "city", "club", "agency", "firm", "bank", "child"}
    | {"lady", "boy", "girl", "victim", "star", "fan", "coach", "king", "queen", "hero"}
    | {"union", "school", "university", "committee", "council", "crew", "side", "wife", "son"}
)
_PLACES = frozenset({"GPE", "LOC"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, and where in the sentence's text its answer stands (offsets into it)."""

    question: str
    start: int
    end: int
    kind: str


def drafts(sentence: Sentence) -> Iterator[Draft]:
    """The questions that a sentence answers, the surest rules first."""
    clause = main_clause(sentence)
    if clause is None:
        return
    for rule in (_how_many, _when, _who, _with_what, _what, _where, _what_does):
        for draft in rule(clause, sentence.start_char):
            if SHORTEST <= len(draft.question.split()) <= LONGEST:
                yield draft


def _who(clause: Clause, origin: int) -> Iterator[Draft]:
    """ "Who met Putin in Amur?"; only with a name in it, so that it stands by itself."""
    if clause.head.ent_type_ != "PERSON" or clause.subject[0].pos_ == "DET":
        return
    if any(t.dep_ == "poss" for t in clause.subject) or _first_verb(clause).lower_ == "were":
        return
    if not any(t.ent_type_ or t.pos_ == "PROPN" for t in clause.rest):
        return
    yield _draft(f"Who {words_of([*clause.group, *clause.rest])}", clause.subject, origin, "who")


def _what_does(clause: Clause, origin: int) -> Iterator[Draft]:
    """ "What has forced Russia to do so?", of a thing."""
    head = clause.head
    if head.tag_ != "NN" or head.ent_type_ or _has_own(clause.rest):
        return
    if head.lemma_.endswith(_SOMEBODY) or head.lemma_ in _BODIES:
        return
    names = [t for t in clause.rest if t.pos_ == "PROPN"]
    if not names or not any(t.dep_ in ("det", "poss") for t in head.children):
        return
    yield _draft(f"What {words_of([*clause.group, *clause.rest])}", clause.subject, origin, "thing")


def _with_what(clause: Clause, origin: int) -> Iterator[Draft]:
    """What a thing was done with: the preposition stays at the end."""
    if clause.head.dep_ != "nsubjpass" or not clause.plain or not clause.rest:
        return
    first = clause.rest[0]
    if first.lower_ != "with" or first.head != clause.verb or clause.head.pos_ != "PROPN":
        return
    phrase = list(first.subtree)
    if phrase[-1].i == clause.rest[-1].i:
        yield _draft(_asked(clause, "What", [first]), phrase[1:], origin, "what")


def _how_many(clause: Clause, origin: int) -> Iterator[Draft]:
    numbers = [t for t in clause.head.children if t.dep_ == "nummod"]
    if len(numbers) == 1 and clause.head.tag_ == "NNS" and _is_bare_number(numbers[0]):
        if clause.subject[0].i != numbers[0].i:
            return
        counted = [t for t in clause.subject if t.i > numbers[0].i]
        if any(t.dep_ == "prep" for t in counted):
            return
        if not any(t.pos_ == "PROPN" for t in clause.rest):
            return
        question = f"How many {words_of(counted)} {words_of([*clause.group, *clause.rest])}"
        yield _draft(question, numbers, origin, "how many")
        return
    if clause.verb.lemma_ == "be" or not _can_turn(clause):
        return
    thing = _object(clause)
    if thing is None or thing.tag_ != "NNS" or any(True for _ in thing.rights):
        return
    numbers = [t for t in thing.lefts if t.dep_ == "nummod"]
    if len(numbers) != 1 or not _is_bare_number(numbers[0]):
        return
    phrase = list(thing.subtree)
    if phrase[0].i != numbers[0].i or clause.rest[0].i != phrase[0].i:
        return
    counted = [t for t in phrase if t.i > numbers[0].i]
    rest = [t for t in clause.rest if t.i > phrase[-1].i]
    question = _asked(clause, f"How many {words_of(counted)}", rest)
    yield _draft(question, numbers, origin, "how many")


def _when(clause: Clause, origin: int) -> Iterator[Draft]:
    if not _can_turn(clause) or clause.verb.lemma_ == "be":
        return
    if clause.date:
        if _is_exact(clause.date):
            yield _draft(_asked(clause, "When", clause.rest), clause.date, origin, "when")
        return
    for token in clause.verb.rights:
        if token.dep_ != "prep" or token.lower_ not in ("in", "on"):
            continue
        phrase = list(token.subtree)
        date = phrase[1:]
        if not date or not all(t.ent_type_ == "DATE" for t in date) or not _is_exact(date):
            continue
        if not clause.rest or phrase[-1].i != clause.rest[-1].i:
            continue
        rest = [t for t in clause.rest if t.i < token.i]
        if not rest:
            continue
        yield _draft(_asked(clause, "When", rest), date, origin, "when")


def _where(clause: Clause, origin: int) -> Iterator[Draft]:
    if not _can_turn(clause):
        return
    for token in clause.verb.rights:
        if token.dep_ != "prep" or token.lower_ not in ("in", "to", "at"):
            continue
        phrase = list(token.subtree)
        place = phrase[1:]
        if not place or not all(t.ent_type_ in _PLACES or t.pos_ == "DET" for t in place):
            continue
        if not clause.rest or phrase[-1].i != clause.rest[-1].i:
            continue
        rest = [t for t in clause.rest if t.i < token.i]
        if rest:
            yield _draft(_asked(clause, "Where", rest), place, origin, "where")


def _what(clause: Clause, origin: int) -> Iterator[Draft]:
    thing = _object(clause)
    if thing is None or clause.verb.lemma_ not in _WHAT or not _can_turn(clause):
        return
    phrase = list(thing.subtree)
    if len(phrase) > 8 or clause.rest[0].i != phrase[0].i or thing.ent_type_ == "PERSON":
        return
    rest = [t for t in clause.rest if t.i > phrase[-1].i]
    if rest:
        yield _draft(_asked(clause, "What", rest), phrase, origin, "what")


def _asked(clause: Clause, word: str, rest: Sequence[Token]) -> str:
    """``When did the subject go there``, or ``When was the subject seen there``."""
    subject, words = _subject(clause), words_of(rest)
    if len(clause.group) > 1:
        first, *others = clause.group[:-1]
        verb = " ".join([*(t.text for t in others), clause.verb.text])
        asked = f"{word} {first.lower_} {subject} {verb} {words}"
    elif clause.verb.lemma_ == "be":
        asked = f"{word} {clause.verb.text} {subject} {words}"
    else:
        do = "does" if clause.verb.tag_ == "VBZ" else "did"
        asked = f"{word} {do} {subject} {clause.verb.lemma_} {words}"
    return asked.strip()


def _subject(clause: Clause) -> str:
    first = clause.subject[0]
    words = words_of(clause.subject)
    return words[:1].lower() + words[1:] if first.pos_ in ("DET", "NUM", "ADJ") else words


def _can_turn(clause: Clause) -> bool:
    return clause.plain and clause.head.pos_ == "PROPN" and not _has_own(clause.rest)


def _has_own(tokens: Sequence[Token]) -> bool:
    """Whether there is a "his" or "its", which may or may not be the subject's."""
    return any(t.tag_ == "PRP$" for t in tokens)


def _first_verb(clause: Clause) -> Token:
    return next(t for t in clause.group if t.dep_ != "advmod")


def _object(clause: Clause) -> Token | None:
    inside = {t.i for t in clause.rest}
    return next((t for t in clause.verb.rights if t.dep_ == "dobj" and t.i in inside), None)


def _is_bare_number(token: Token) -> bool:
    return token.like_num and not any(True for _ in token.children)


def _is_exact(date: Sequence[Token]) -> bool:
    return any(t.lower_ in _MONTHS or (t.text.isdigit() and len(t.text) == 4) for t in date)


def _draft(question: str, answer: Sequence[Token], origin: int, kind: str) -> Draft:
    last = answer[-1]
    return Draft(f"{question}?", answer[0].idx - origin, last.idx + len(last.text) - origin, kind)
