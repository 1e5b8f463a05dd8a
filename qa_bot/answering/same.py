"""When two answers are the same: what a span means, and which spans mean one thing.

A span is read as a day, a quantity, a name or plain words, in this order. Equal
meanings are the same answer. A shorter form ("Bush", "Sept. 13" in an undated
article, "20" without its hours) joins the one longer form among the candidates
that it fits; where two different ones fit, it joins neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa_bot.answering.days import Day, parse_day
from qa_bot.answering.persons import Name, parse_name
from qa_bot.answering.quantities import Quantity, parse_quantity
from qa_bot.answering.words import answer_key, folded, joined_initials

Label = tuple[str, str]
"""Kind and form of a meaning: equal labels, equal meanings."""

_ABBREVIATED = {
    "united states": "us",
    "united states of america": "us",
    "usa": "us",
    "united kingdom": "uk",
    "european union": "eu",
    "united nations": "un",
    "united arab emirates": "uae",
}
_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")

_LONGEST = 12
"""Blanks in a span; a longer one is a clause, and compared word for word."""
_NO_WORD = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a span says. At most one of ``day``, ``quantity`` and ``name`` is there.

    ``words``: the span without case, articles, quotes and punctuation.
    """

    words: str
    day: Day | None = None
    quantity: Quantity | None = None
    name: Name | None = None

    @property
    def kind(self) -> str:
        """One of "day", "quantity", "name" and "words"."""
        if self.day:
            return "day"
        if self.quantity:
            return "quantity"
        return "name" if self.name else "words"

    @property
    def form(self) -> str:
        """The span in one way of writing it; it means the same again."""
        if self.day:
            return self.day.form
        if self.quantity:
            return self.quantity.form
        return plain_words(self.name.form) if self.name else self.words

    @property
    def label(self) -> Label:
        """Equal for equal meanings."""
        kind = self.kind
        return ("words" if kind == "name" else kind, self.form)

    def extends(self, other: Meaning) -> bool:
        """Whether ``other`` is a shorter form of this."""
        if self.day and other.day:
            return self.day.extends(other.day)
        if self.quantity and other.quantity:
            return self.quantity.extends(other.quantity)
        if self.name and other.name:
            return self.label != other.label and self.name.extends(other.name)
        return False


def meaning_of(
    text: str, *, before: str = "", after: str = "", published: str | None = None
) -> Meaning:
    """What ``text`` says.

    Args:
        text: the whole answer.
        before, after: what stands around it in its article; gives a bare number its
            unit and tells which Wednesday is meant.
        published: date of the article (YYYY-MM-DD), if known.
    """
    words = plain_words(text)
    if text.count(" ") > _LONGEST:
        return Meaning(words)
    # What punctuation hid ("& 20 hours") is read from the plain words.
    quantity = parse_quantity(text, before, after) or parse_quantity(words)
    day = parse_day(text, before, published) or parse_day(words, before, published)
    if day and quantity and (quantity.unit or "," in text):
        day = None  # 1,500 or 1500 hours are no year
    if day:
        return Meaning(words, day=day)
    if quantity:
        return Meaning(words, quantity=quantity)
    if words in _ABBREVIATED.values():
        return Meaning(words)
    return Meaning(words, name=parse_name(text))


@lru_cache(maxsize=8192)
def plain_words(text: str) -> str:
    """``text`` without case, accents, articles, quotes and punctuation; initials joined."""
    ungrouped = _GROUPED.sub(lambda found: found.group().replace(",", ""), folded(text))
    words = answer_key(_NO_WORD.sub(" ", joined_initials(ungrouped)))
    words = " ".join(_ORDINALS.get(word, word) for word in words.split())
    return _ABBREVIATED.get(words, words)


def normal_form(text: str, published: str | None = None) -> str:
    """One way of writing what ``text`` says; normalising it again changes nothing."""
    form = meaning_of(text, published=published).form
    while (again := meaning_of(form).form) != form:  # "two Sept." gives "2 sept", a day
        form = again
    return form


def same_answer(one: Meaning, other: Meaning) -> bool:
    """Whether two answers are the same, or one is a shorter form of the other.

    Symmetric and reflexive; not transitive, which is why :func:`merged` looks at all.
    """
    return one.label == other.label or one.extends(other) or other.extends(one)


def merged(meanings: Sequence[Meaning]) -> list[Label]:
    """One label for each meaning; the same answers have the same label.

    A shorter form takes the label of the longest form that it fits, if that is one.
    """
    labels = [meaning.label for meaning in meanings]
    # "2 hours" and "120 minutes" are one label, but only the first is longer than "2".
    variants = {(label, _anchors(one)): one for label, one in zip(labels, meanings, strict=True)}
    near: dict[Hashable, list[Meaning]] = defaultdict(list)
    for (_, anchors), meaning in variants.items():
        for anchor in dict.fromkeys(anchors):
            near[anchor].append(meaning)
    longer: dict[Label, list[Meaning]] = {label: [] for label in labels}
    for (label, anchors), meaning in variants.items():
        if anchors:
            longer[label] += [one for one in near[anchors[-1]] if one.extends(meaning)]
    joined: dict[Label, Label] = {}
    for label, fitting in longer.items():
        tops = {one.label for one in fitting if not any(two.extends(one) for two in fitting)}
        if len(tops) == 1:
            joined[label] = tops.pop()
    found = []
    for label in labels:
        path = [label]
        while path[-1] in joined and joined[path[-1]] not in path:
            path.append(joined[path[-1]])  # longer than the one before
        if path[-1] in joined:  # the same words in another order: each extends the other
            around = path[path.index(joined[path[-1]]) :]
            path.append(min(around, key=repr))
        found.append(path[-1])
    return found


def _anchors(meaning: Meaning) -> tuple[Hashable, ...]:
    """What a meaning shares with every longer form of it; the last one is looked up."""
    if meaning.day:
        return ((meaning.day.month, meaning.day.day, meaning.day.weekday),)
    if meaning.quantity:
        return (meaning.quantity.shown, (meaning.quantity.low, meaning.quantity.high))
    return tuple(dict.fromkeys(meaning.name.words)) if meaning.name else ()
