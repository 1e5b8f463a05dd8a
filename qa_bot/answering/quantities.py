"""Quantities as news writes them: "two-hour", "2 hours", "£21.1bn", "1.5 million", "14 per cent".

Number words are read by text2num (a compiled reader of number words without
dependencies; about a microsecond a call). What surrounds the number in news,
scales, currencies, units, bounds and ranges, is read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qa_bot.answering.bounds import bound_after, bound_before, bound_in_front
from qa_bot.answering.units import UNITS, WORDS_OF_MONEY, singular
from qa_bot.answering.words import folded, vocabulary

NUMBER_WORDS = vocabulary(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion trillion dozen half zero a an"
)
_WORD_OR_DIGIT = re.compile(r"[a-z]+|\d")
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = (
    r"(?P<currency>(?:us|a|c|hk|nz)?\$|£|€|¥|₹)?\s?"
    rf"(?:(?P<half>half(?: an?)?)|(?P<digits>{_DIGITS}))"
    r"(?P<plus>\+)?(?P<and_half> and a half)?"
    r"(?:\s?(?P<scale>(?:1000(?:000){0,3})(?![\d,.])|(?:k|m|mn|mln|bn|b|tn|trn)\b|dozen\b))?"
)
_FIRST = re.compile(_NUMBER)
_SECOND = re.compile(rf"\s?(?:-|to|or|and)\s?{_NUMBER}")
_SCALES = {
    "k": 3, "m": 6, "mn": 6, "mln": 6, "bn": 9, "b": 9, "tn": 12, "trn": 12,
    "1000": 3, "1000000": 6, "1000000000": 9, "1000000000000": 12,
}  # fmt: skip
_EMPTY = re.compile(
    r"(?:(?:an?|the|for|by|to|at|of|in|within|just|only|exactly|precisely|another|total|record|whole|"
    r"between|from|all|its|his|her|their|this|that|these|those|minus)\s)*"
)
_STOP = re.compile(
    r"[^\w\s%$/'-]|\b(?:of|in|from|to|for|with|and|or|at|on|by|were|was|is|are|has|have|had|who|that"
    r"|which|when|while|as|than|after|before|during|since|will|would|could|per|into|over|an?|the|it"
    r"|he|she|they|but)\b"
)
_RATE = re.compile(r"\s?(?:per|an?|/|every)\s?(second|minute|hour|day|week|month|year)\b")
_BETWEEN_WORDS = re.compile(r"(?<=\w)-(?=[a-z])|(?<=[a-z])-(?!\w)")
_NO_QUANTITY = re.compile(r"\s?[-.,]?\d|\s?(?:(?:th|st|nd|rd)s?|dozen)\b")
_LETTERS = re.compile(r"[a-z]+")
_GLUED = re.compile(r"(?<=\d)(?=[a-z]{4})")
_LOOSE = re.compile(r"[^\w\s%°'/.-]+")
_UNTIL = re.compile(r"(?:to|through|until|up to|or|-) ?\d")
_EDGES = re.compile(r"^[^\w°]+|[^\w°]+$")
_SAME_CLAUSE = re.compile(r"[^.,;:!?()\n—–“”\"]*")
_NAME_WITH_NUMBER = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")  # One Direction
_MOST_WORDS = 4
"""Words of a counted noun phrase that are looked at."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range of numbers with its unit.

    ``unit`` is the base unit of a known kind ("second", "usd", "percent"), and
    ``low`` and ``high`` count in it; empty for what is merely counted, whose noun
    phrase is ``nouns`` (singular, in order). ``bound``:
    "least", "most", "about" or empty. ``near`` is the noun that follows a bare
    number in its article, ``step`` the size of the unit that was written ("six
    weeks" counts in weeks), ``hedge`` a bound that stands before the span; they tell
    what can disagree and are no part of equality.
    """

    low: Decimal
    high: Decimal
    unit: str = ""
    nouns: tuple[str, ...] = ()
    bound: str = ""
    near: tuple[str, ...] = field(default=(), compare=False)
    step: Decimal = field(default=Decimal(1), compare=False)
    hedge: str = field(default="", compare=False)

    @property
    def form(self) -> str:
        """One way of writing it, which reads as the same quantity again."""
        number = _written(self.low)
        if self.high != self.low:
            number += f" to {_written(self.high)}"
        before = {"least": "at least ", "most": "at most ", "about": "about "}.get(self.bound, "")
        return " ".join(
            [before + number, *([self.unit.replace("/", " per ")] if self.unit else self.nouns)]
        )

    @property
    def shown(self) -> tuple[Decimal, Decimal]:
        """The numbers as written, in the unit that was written."""
        return self.low / self.step, self.high / self.step

    def extends(self, other: Quantity) -> bool:
        """Whether this says what ``other`` says and more: a unit, a noun, or a bound."""
        if self == other or (other.unit != self.unit and (other.unit or other.nouns)):
            return False
        shown = (self.low, self.high) if other.unit == self.unit else self.shown
        if shown != (other.low, other.high) or other.bound not in ("", self.bound):
            return False
        return set(other.nouns) <= set(self.nouns)


def parse_quantity(text: str, before: str = "", after: str = "") -> Quantity | None:
    """The quantity that the whole of ``text`` is, or None.

    ``before`` and ``after`` are what stands around it in its article: a bare "five"
    in "a five-hour meeting" is five hours.
    """
    words = _WORD_OR_DIGIT.findall(text.casefold())
    if not any(word in NUMBER_WORDS or word.isdigit() for word in words):
        return None
    if _NAME_WITH_NUMBER.fullmatch(text.strip()):
        return None
    quantity = _in_context(text, before, after)
    return replace(quantity, hedge=quantity.bound or bound_in_front(before)) if quantity else None


def _in_context(text: str, before: str, after: str) -> Quantity | None:
    """What ``text`` is, a bare number with the unit that stands around it."""
    quantity = _parse(text)
    if quantity is None or quantity.unit or quantity.nouns:
        return quantity
    clause = _SAME_CLAUSE.match(after)
    sign = before[-1:] if before[-1:] in "$£€¥₹" else ""
    wider = _parse(sign + text.strip() + (clause.group() if clause else "")[:48])
    if wider is None:
        return quantity
    if wider.unit:
        return wider
    # What is counted need not be named in the same words elsewhere: it stays out of equality.
    return replace(wider, nouns=(), near=wider.nouns)


def _parse(text: str) -> Quantity | None:
    from text_to_num import alpha2digit

    words = _GLUED.sub(" ", _BETWEEN_WORDS.sub(" ", folded(text)))
    spoken = re.sub(r"\bhalf a (?=dozen|million|billion|trillion)", "0.5 ", words)
    spoken = re.sub(r"\ban? (?=dozen|hundred|thousand|million|billion|trillion)", "1 ", spoken)
    spoken = re.sub(r"\b1 (?=hundred)", "one ", spoken)
    # Otherwise "second" would be read as an ordinal.
    spoken = re.sub(r"\bseconds?\b", "sec", spoken)
    spoken = alpha2digit(spoken, "en", threshold=0.0)
    spoken = re.sub(r"^an?(?= (?:second|minute|hour|day|week|fortnight|month|year|decade|century"
                    r"|mile|per ?cent)s?\b)", "1", spoken)  # fmt: skip
    bound, spoken = bound_before(spoken)
    first = _FIRST.match(spoken, _EMPTY.match(spoken).end())  # type: ignore[union-attr]
    if first is None:
        return None
    low, end = _value(first, spoken), _end(first, spoken)
    high, currency = low, first["currency"]
    second = _SECOND.match(spoken, end)
    if second and ("and" not in second.group().split() or "between" in spoken[: first.start()]):
        high, end = _value(second, spoken), _end(second, spoken)
        if second["scale"] and not first["scale"]:
            low *= Decimal(10) ** _SCALES.get(second["scale"], 0)  # 10 to 15 million
        currency = currency or second["currency"]
    if high < low or spoken[end : end + 1] in ("/", ":") or _NO_QUANTITY.match(spoken, end):
        return None  # a score, a time of day, an ordinal, a fraction
    glued = _LETTERS.match(spoken, end)
    if glued and not {glued.group(), singular(glued.group())} & UNITS.keys():
        return None  # 7pm, or "$1.3Mto" for want of a blank
    if first["plus"]:
        bound = "least"
    rest = " ".join(_LOOSE.sub(r" \g<0> ", spoken[end:]).split())
    behind, rest = bound_after(rest)
    return _with_unit(Quantity(low, high, bound=behind or bound), currency, rest)


def _with_unit(number: Quantity, currency: str | None, rest: str) -> Quantity | None:
    if currency:
        unit = {"$": "usd", "us$": "usd", "£": "gbp", "€": "eur", "¥": "yen", "₹": "rupee"}
        return replace(number, unit=unit.get(currency, currency) + _rate(rest)[0])
    name, factor, rest = _unit(rest)
    if name and _UNTIL.match(rest):
        return None  # 6 months to 4 years
    if name:
        rate, rest = _rate(rest)
        low, high = number.low * factor, number.high * factor
        if rest.startswith("and a half"):
            low, high = low + factor / 2, high + factor / 2
        more = re.match(rf"(?:and )?({_DIGITS}) ?", rest)
        if more and not rate:  # 2 hours and 30 minutes
            smaller, times, _ = _unit(rest[more.end() :])
            if smaller == name and times < factor:
                extra = Decimal(more[1].replace(",", "")) * times
                low, high = low + extra, high + extra
        return replace(number, low=low, high=high, unit=name + rate, step=factor)
    stop = _STOP.search(rest)
    phrase = rest[: stop.start()] if stop else rest
    nouns = (singular(word.strip("'-")) for word in phrase.split()[:_MOST_WORDS])
    return replace(number, nouns=tuple(noun for noun in nouns if noun))


def _unit(rest: str) -> tuple[str, Decimal, str]:
    """Base unit, its factor, and what follows; an empty unit if ``rest`` begins with none."""
    words = rest.split(" ", 2)
    for count in (2, 1):
        name = _EDGES.sub("", " ".join(words[:count]))
        found = UNITS.get(name) or UNITS.get(" ".join(map(singular, name.split())))
        if found and len(words) >= count:
            return found[0], found[1], " ".join(words[count:])
    money = singular(_EDGES.sub("", words[1])) if len(words) > 1 else ""
    if money in WORDS_OF_MONEY:
        return f"{words[0]} {money}", Decimal(1), " ".join(words[2:])
    if rest.startswith("%"):
        return "percent", Decimal(1), rest[1:].strip()
    return "", Decimal(1), rest


def _rate(rest: str) -> tuple[str, str]:
    found = _RATE.match(rest)
    return (f"/{found[1]}", rest[found.end() :].strip()) if found else ("", rest)


def _value(number: re.Match[str], spoken: str) -> Decimal:
    value = Decimal("0.5") if number["half"] else Decimal(number["digits"].replace(",", ""))
    if number["and_half"]:
        value += Decimal("0.5")
    scale = number["scale"]
    if scale == "dozen":
        return value * 12
    if _is_metres(number, spoken):
        return value
    return value * Decimal(10) ** _SCALES.get(scale or "", 0)


def _end(number: re.Match[str], spoken: str) -> int:
    """Where the number ends; the "m" of metres is left to be read as a unit."""
    return number.start("scale") if _is_metres(number, spoken) else number.end()


def _is_metres(number: re.Match[str], spoken: str) -> bool:
    """Whether an "m" stands for metres: 5m, but not £5m, nor 5m people."""
    alone = not re.match(r"\s?[a-z]", spoken[number.end() :])
    return number["scale"] == "m" and not number["currency"] and alone


def _written(value: Decimal) -> str:
    return f"{value.normalize():f}"
