"""What an earlier turn spoke of: names and noun phrases, with what pronouns ask of them.

Kinds come from the stored analysis of the cited article where there is one, else from
rules over capital letters and closed lists. A kind that is not known agrees with any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qa_bot.answering.followup_words import (
    AUXILIARIES,
    DATE_NAMES,
    DETERMINERS,
    DO,
    EVENT_VERBS,
    FEMALE_NAMES,
    FEMALE_TITLES,
    JOINS,
    MALE_NAMES,
    MALE_TITLES,
    NATIONALITIES,
    NO_HEAD,
    ORGANISATION_NOUNS,
    ORGANISATION_WORDS,
    PEOPLE_NOUNS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PLACES,
    TITLES,
)
from qa_bot.answering.words import folded
from qa_bot.records import Citation

Kind = Literal["person", "organisation", "place", "people", "date", "thing", "name", "other", "any"]
Gender = Literal["m", "f"]
Entities = Callable[[Citation], Sequence[tuple[str, str]]]
"""A citation's article to its entities as (text, kind), kinds as spaCy names them."""

STORED_KINDS: dict[str, Kind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "DATE": "date",
    "TIME": "date",
    "EVENT": "thing",
    "PRODUCT": "thing",
    "WORK_OF_ART": "thing",
    "LAW": "thing",
}

_WORD = re.compile(r"[^\W_](?:[\w’'&.-]*[\w])?")
_CAPITAL = re.compile(r"[A-Z0-9À-ÖØ-Þ]")
_POSSESSIVE = re.compile(r"[’']s$|(?<=s)[’']$")
_MASCULINE = re.compile(r"\b(?:he|his|him|himself)\b", re.IGNORECASE)
_FEMININE = re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)
_STOPPED = frozenset(("no", "st", "dr", "mr", "mrs", "ms", "jr", "gen", "sen", "rep", "gov", "vs"))
_CLEAR = 3
"""One gender's pronouns must outnumber the other's by this factor in the text around a name."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: ``low`` is folded, without a possessive's "'s"."""

    text: str
    low: str
    start: int
    end: int

    @property
    def owns(self) -> bool:
        """Whether it is a possessive ("Kenya's")."""
        return bool(_POSSESSIVE.search(self.text))


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that a question may go on about. ``start`` and ``end`` are offsets into the
    text that it was found in."""

    text: str
    kind: Kind
    start: int = 0
    end: int = 0
    gender: Gender | None = None
    plural: bool = False

    @property
    def named(self) -> bool:
        """Whether it is a name and no noun phrase."""
        first, *others = self.text.split() or [""]
        capital = any(word[:1].isupper() for word in others)
        return self.kind != "date" and (
            capital or (first[:1].isupper() and first.lower() not in DETERMINERS)
        )


def words(text: str) -> list[Word]:
    """The words of ``text`` in order."""
    found = []
    for match in _WORD.finditer(text):
        plain = match[0].replace("’", "'")
        found.append(
            Word(match[0], _POSSESSIVE.sub("", plain).casefold(), match.start(), match.end())
        )
    return found


def names(text: str) -> list[Mention]:
    """Names of ``text`` by their capital letters, without dates and nationalities alone."""
    found: list[Mention] = []
    tokens = words(text)
    place = 0
    while place < len(tokens):
        if not _begins_name(tokens, place, text):
            place += 1
            continue
        end = place + 1
        while end < len(tokens) and not tokens[end - 1].owns:
            if not _adjacent(text, tokens[end - 1], tokens[end]):
                break
            if _CAPITAL.match(tokens[end].text):
                end += 1
            elif (after := _after_joins(tokens, end, text)) is not None:
                end = after
            else:
                break
        run = tokens[place:end]
        while run and run[-1].text.isdigit() and len(run) > 1:
            run = run[:-1]
        name = _POSSESSIVE.sub("", text[run[0].start : run[-1].end])
        if not _only_nationality(run):
            found.append(
                Mention(name, kind_of(name), run[0].start, run[0].start + len(name), gender(name))
            )
        place = end
    return found


def _after_joins(tokens: Sequence[Word], place: int, text: str) -> int | None:
    """The place after "of England" or "von der Leyen" inside a name, or None."""
    capital = place
    while capital < len(tokens) - 1 and tokens[capital].text in JOINS and capital - place < 3:
        if not _adjacent(text, tokens[capital], tokens[capital + 1]):
            return None
        capital += 1
    word = tokens[capital].text
    named = word[0].isupper() and tokens[capital].low not in DATE_NAMES
    return capital + 1 if named and capital > place else None


def _adjacent(text: str, one: Word, other: Word) -> bool:
    """Whether no punctuation parts two words; the stop of "No. 1", "St." and "J." does not."""
    between = text[one.end : other.start].strip("\u00a0 “”\"'‘’")
    return not between or (between == "." and (len(one.text) == 1 or one.low in _STOPPED))


def _begins_name(tokens: Sequence[Word], place: int, text: str) -> bool:
    token = tokens[place]
    if not token.text[0].isupper() or token.low in DATE_NAMES or token.low in ("i", "no"):
        return False
    if token.low == "may" and place + 1 < len(tokens) and tokens[place + 1].text.isdigit():
        return False
    opens = place == 0 or text[: token.start].rstrip()[-1:] in (".", "!", "?", "—")
    # "Did", "The" at the opening are no names; "Will" and "May" might be, and are not taken.
    return not (opens and (token.low in NO_HEAD or token.low in ("give", "name", "list", "tell")))


def _only_nationality(run: Sequence[Word]) -> bool:
    return all(word.low in NATIONALITIES for word in run)


def noun_phrases(text: str) -> list[Mention]:
    """Phrases with a determiner, a nationality or an owner before their noun: "the trial of
    Derek Chauvin", "Russian oil imports", "Biden's student loan program"."""
    found: list[Mention] = []
    tokens = words(text)
    verb = _hidden_verb(tokens, text)
    place = 0
    while place < len(tokens):
        opening = tokens[place]
        opens = (
            opening.low in DETERMINERS - {"that"}
            or opening.low in NATIONALITIES
            or (opening.owns and opening.text[0].isupper())
        )
        end = _phrase_end(tokens, place + 1, text) if opens else place
        if verb is not None and place < verb < end:
            end = verb
        if end <= place + 1:
            place = max(end, place + 1)
            continue
        start = opening.start
        if opening.owns:
            owner = [name for name in names(text) if name.start <= start < name.end]
            start = owner[0].start if owner else start
            the = place - len(words(text[start : opening.start])) - 1
            start = tokens[the].start if the >= 0 and tokens[the].low == "the" else start
        head = _head(tokens, place + 1, text, end)
        phrase = _POSSESSIVE.sub("", text[start : tokens[end - 1].end])
        found.append(
            Mention(
                phrase,
                kind_of_noun(head.low),
                start,
                start + len(phrase),
                plural=is_plural(head.low),
            )
        )
        place = end
    return found


def _hidden_verb(tokens: Sequence[Word], text: str) -> int | None:
    """The place of the verb in "When does the shower peak": after "do" and a subject with a
    determiner comes a base form, which nothing but its place tells from a noun."""
    do = next((i for i, token in enumerate(tokens[:9]) if token.low in DO), None)
    if do is None or do + 1 >= len(tokens):
        return None
    start = do + 1 + (tokens[do + 1].low in DETERMINERS)
    owned = tokens[start].owns or tokens[start].low in NATIONALITIES
    if start == do + 1 and not owned:
        return None
    start += tokens[start].owns
    end = _phrase_end(tokens, start, text)
    known = end < len(tokens) and tokens[end].low in EVENT_VERBS | DO | AUXILIARIES
    if known:
        return None
    run = _phrase_end(tokens, start, text, deep=0)
    ends = [end - 1]
    if run < end and tokens[run].low != "of":
        ends.append(run - 1)  # "peak" of "the shower peak in Spain"
    return next((i for i in ends if i > start and tokens[i].text[0].islower()), None)


def _phrase_end(tokens: Sequence[Word], place: int, text: str, *, deep: int = 2) -> int:
    """The place after the last word of a noun phrase whose words begin at ``place``."""
    end = place
    while end < len(tokens) and _goes_on(tokens, end, text):
        end += 1
        if end - place > 6:
            break
    if end == place or end >= len(tokens) or not deep:
        return end
    if tokens[end].low in ("of", "in", "at", "on", "for", "between", "against", "with", "to"):
        after = end + 1
        if after < len(tokens) and tokens[after].low in DETERMINERS:
            after += 1
        elif not (after < len(tokens) and _CAPITAL.match(tokens[after].text)) and (
            tokens[end].low != "of"
        ):
            return end
        further = _phrase_end(tokens, after, text, deep=deep - 1)
        if further > after:
            return further
    return end


def _goes_on(tokens: Sequence[Word], place: int, text: str) -> bool:
    token = tokens[place]
    if token.low in NO_HEAD and not token.text[0].isupper():
        return False
    if place and not _adjacent(text, tokens[place - 1], token):
        return False
    # A verb after the head: "the company pay", "the earthquake strike" cannot be told without a
    # tagger; past forms in -ed and the commonest others can.
    return not (place and token.low in EVENT_VERBS)


def _head(tokens: Sequence[Word], place: int, text: str, most: int) -> Word:
    """The noun of a phrase: the last word before a preposition."""
    end = min(most, _phrase_end(tokens, place, text, deep=0))
    return tokens[max(place, end - 1)]


def kind_of_noun(noun: str) -> Kind:
    """What a common noun stands for."""
    one = singular(noun)
    if noun in PEOPLE_NOUNS:
        return "people"
    if one in PERSON_NOUNS:
        return "people" if one != noun else "person"
    if one in ORGANISATION_NOUNS:
        return "organisation"
    if one in PLACE_NOUNS:
        return "place"
    return "thing"


def kind_of(name: str) -> Kind:
    """What a name stands for, by its words alone; "name" where they do not say."""
    parts = [word.low for word in words(name)]
    if not parts:
        return "name"
    if parts[-1] in ORGANISATION_WORDS or parts[0] in ORGANISATION_WORDS - {"house", "police"}:
        return "organisation"
    if name.casefold() in PLACES or (len(parts) == 1 and parts[0].replace(".", "") in PLACES):
        return "place"
    if parts[0] in TITLES and len(parts) > 1:
        return "person"
    if parts[0] in (MALE_NAMES | FEMALE_NAMES) and len(parts) <= 4:
        return "person"
    letters = name.replace(".", "").replace("&", "")
    if len(parts) == 1 and len(letters) <= 6 and letters.isupper() and len(letters) > 1:
        return "organisation"
    if parts[0] in PLACES:  # London Bridge; but Jack London
        return "thing"
    return "name"


def gender(name: str) -> Gender | None:
    """By title and first name; None where they do not say."""
    for part in [word.low for word in words(name)][:2]:
        if part in MALE_TITLES:
            return "m"
        if part in FEMALE_TITLES:
            return "f"
        male, female = part in MALE_NAMES, part in FEMALE_NAMES
        if male != female:
            return "m" if male else "f"
        if part not in TITLES:
            break
    return None


def gender_around(text: str) -> Gender | None:
    """Whom the pronouns of a text speak of, if nearly all are of one gender."""
    he, she = len(_MASCULINE.findall(text)), len(_FEMININE.findall(text))
    if he > _CLEAR * she:
        return "m"
    return "f" if she > _CLEAR * he else None


def is_plural(noun: str) -> bool:
    """Whether a noun looks like more than one."""
    if noun in PEOPLE_NOUNS:
        return True
    return (
        len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us", "is", "'s", "news"))
    )


def singular(noun: str) -> str:
    """A plural's singular, by its ending."""
    if not is_plural(noun) or not noun.endswith("s"):
        return {"men": "man", "women": "woman", "people": "person"}.get(noun, noun)
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes")):
        return noun[:-2]
    return noun[:-1]


def stored_kind(text: str, stored: Mapping[str, str]) -> Kind | None:
    """The kind of a name among an article's entities; also of a part of one."""
    key = folded(text)
    label = stored.get(key)
    if label is None:
        longer = [k for k in stored if k.endswith(f" {key}") or key.endswith(f" {k}")]
        label = stored[min(longer, key=len)] if longer else None
    return STORED_KINDS.get(label or "")


def stored_entities(snapshot: Any) -> Entities | None:
    """The entities that a snapshot stores, or None where it stores none.

    Works with any snapshot: one that has ``analysis(article_id)`` gives an object whose
    ``entities`` are spans with a kind, or None.
    """
    analysis = getattr(snapshot, "analysis", None)
    if analysis is None:
        return None

    def entities(citation: Citation) -> list[tuple[str, str]]:
        found = analysis(citation.article_id)
        if found is None:
            return []
        text = snapshot.article(citation.article_id).text
        return [(entity.span.of(text), str(entity.kind)) for entity in found.entities]

    return entities


def has_verb(tokens: Sequence[Word]) -> bool:
    """Whether an auxiliary or a common verb is among the words."""
    return any(token.low in AUXILIARIES or token.low in EVENT_VERBS for token in tokens)
