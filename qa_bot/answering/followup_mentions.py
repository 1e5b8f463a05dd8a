"""What an earlier turn spoke of: names and noun phrases, with what pronouns ask of them.

Kinds come from the stored analysis of the cited article where there is one, else from
rules over capital letters and closed lists. A kind that is not known agrees with any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa_bot.answering.followup_words import (
    DATE_NAMES,
    DETERMINERS,
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

Kind = Literal["person", "organisation", "place", "people", "date", "thing", "name", "other", "any"]
Gender = Literal["m", "f"]
_WORD = re.compile(r"[^\W_](?:[\w’'&.-]*[\w])?")
CAPITAL = re.compile(r"[A-Z0-9À-ÖØ-Þ]")
POSSESSIVE = re.compile(r"[’']s$|(?<=s)[’']$")
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
        return bool(POSSESSIVE.search(self.text))


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
            Word(match[0], POSSESSIVE.sub("", plain).casefold(), match.start(), match.end())
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
            if not adjacent(text, tokens[end - 1], tokens[end]):
                break
            if CAPITAL.match(tokens[end].text):
                end += 1
            elif (after := _after_joins(tokens, end, text)) is not None:
                end = after
            else:
                break
        run = tokens[place:end]
        while run and run[-1].text.isdigit() and len(run) > 1:
            run = run[:-1]
        name = POSSESSIVE.sub("", text[run[0].start : run[-1].end])
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
        if not adjacent(text, tokens[capital], tokens[capital + 1]):
            return None
        capital += 1
    word = tokens[capital].text
    named = word[0].isupper() and tokens[capital].low not in DATE_NAMES
    return capital + 1 if named and capital > place else None


def adjacent(text: str, one: Word, other: Word) -> bool:
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


def words_in(text: str) -> list[str]:
    """The words of a text in small letters."""
    return [word.low for word in words(text)]
