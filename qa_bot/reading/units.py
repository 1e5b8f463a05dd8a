"""Which words after a number say what it counts.

A unit belongs to the answer, unless the question has named it: "How many hours?" is
answered by "20", "How long?" by "20 hours". What is counted ("20 people") is no unit.
"""

from __future__ import annotations

import re

# A line a unit: the name it goes by here, then what else stands for it, in the singular.
_TIME = """
second sec
minute min
hour hr
day
week
fortnight
month
year yr
decade
century
"""
_MEASURES = """
millimetre millimeter mm
centimetre centimeter cm
metre meter m
kilometre kilometer km
inch
foot ft
yard yd
mile mi
acre
hectare ha
gram gramme g
kilogram kilogramme kilo kg
ton tonne
ounce oz
pound lb
litre liter
millilitre milliliter ml
gallon gal
pint
barrel
degree celsius fahrenheit
kelvin
watt
kilowatt kW
megawatt MW
gigawatt GW
kilowatt-hour kWh
megawatt-hour MWh
joule
calorie
volt
hertz Hz
kilohertz kHz
megahertz MHz
gigahertz GHz
decibel dB
horsepower hp
byte
kilobyte KB kB
megabyte MB
gigabyte GB
terabyte TB
mph
kph
knot
percent percentage pct
"""
_MONEY = """
dollar buck
cent
euro
pence penny
sterling
yen
yuan renminbi
rupee
rouble ruble
franc
peso
krona krone
shekel
dinar
dirham
lira
"""
_IRREGULAR = {
    "feet": "foot",
    "inches": "inch",
    "centuries": "century",
    "pennies": "penny",
    "kronor": "krona",
    "kroner": "krona",
}

GAP = r"(?:[ \t\u00a0\u2009\u202f]|\r?\n(?=[a-z]))"
"""A regular expression for the space between a number and what belongs to it. A line
may break there, as in hard-wrapped text, but no paragraph and no sentence."""

SCALE = (
    r"(?i:hundred|thousand|million|billion|trillion|quadrillion|lakh|crore|dozen|bn|mn|tn)(?!\w)"
)
"""A regular expression for a word that multiplies the number before it, and is part of it."""

COMPOUND = (
    "[-\u2011](?:second|minute|hour|day|week|month|year|decade|century|metre|meter|kilometre"
    "|kilometer|mile|foot|inch|yard|acre|gram|kilogram|kilo|tonne|ton|ounce|pound|litre|liter|gallon"
    "|degree|watt|megawatt|gigawatt|kilowatt|gigabyte|megabyte|percent|dollar|cent|euro|fold)"
    "(?:[-\u2011](?:olds?|long|high|wide|[0-9]+))?(?!\\w)"
)
"""A regular expression for a unit joined to its number by a hyphen: "-hour", "-year-old"."""


def _lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def _either(words: list[str]) -> str:
    return "|".join(map(re.escape, words))


_NAMES = {
    word.casefold(): line[0] for line in _lines(_TIME + _MEASURES + _MONEY) for word in line
} | _IRREGULAR
_KNOWN = frozenset(_NAMES.values())

_times = [word for line in _lines(_TIME) for word in line if word != "century"]
_measures = [word for line in _lines(_MEASURES) for word in line if word != "percentage"]
# What has a capital or is as short as "m" is a symbol, and stands exactly so.
_symbols = [word for word in _measures if len(word) < 3 or not word.islower()]
_spelt = [word for word in _measures if word not in _symbols]
_money = [word for line in _lines(_MONEY) for word in line]
_UNIT = (
    # In the singular these would take "in 2009 second place" for a time.
    rf"(?:(?:{_either(_times)})s|centuries"
    rf"|(?:(?<=\b1 )|(?<=\b[Oo]ne ))(?:{_either(_times)}|century)"
    rf"|(?:{_either(_spelt)})s?+|°[ ]?[CFK]|{_either(_symbols)}|lbs|feet|inches"
    rf"|(?i:(?:{_either(_money)})s?+|pennies|kronor|kroner)"
    r"|per[ ]cent|percentage[ ]points?)(?![\w’'-])"
)
_KIND = (
    r"(?:(?:square|cubic|sq\.?|cu\.?|nautical|metric|light|US|U\.S\.|American|Canadian|Australian)"
    r"[ -])?"
)
_REST = (
    r"(?:[ ](?:per|an?)[ ](?:second|minute|hour|day|week|month|year|mile|kilomet(?:re|er)|gallon"
    r"|litre|liter|capita)(?!\w)|[ ](?:squared|cubed|sterling|[Cc]elsius|[Ff]ahrenheit|old)(?!\w)"
    r"|[²³]|/(?:s|h|hr)(?!\w))?"
)
_AFTER = re.compile(rf"{GAP}{_KIND}(?P<unit>{_UNIT}){_REST}")
_JOINED = re.compile(
    rf"(?<!\dst)(?<!\dnd)(?<!\drd)(?<!\dth)(?={COMPOUND})[-\u2011](?P<unit>[a-z]+)[-\u2011\w]*"
)
_CLOCK = re.compile(
    rf"{GAP}?(?:[ap]\.m\.|[ap]m|[AP]\.M\.|[AP]M|o[’']clock|BCE?|CE|B\.C\.|A\.D\.)(?![\w’'])"
)
_WORD = re.compile(r"[^\W\d_]+(?:-hour)?")


def unit_end(text: str, number_end: int, stop: int, question: str = "") -> int:
    """The end of the unit that stands right behind a number, before ``stop``.

    ``number_end`` itself where there is none, or where ``question`` names the same
    unit, in whatever number or spelling ("km" and "kilometres" are the same). "a.m."
    and "BC" are no units to be named: they always belong to the number.
    """
    if (clock := _CLOCK.match(text, number_end, stop)) is not None:
        return clock.end()
    found = _AFTER.match(text, number_end, stop) or _JOINED.match(text, number_end, stop)
    if found is None or _name(found["unit"]) in units_named(question):
        return number_end
    return found.end()


def units_named(question: str) -> frozenset[str]:
    """The units that ``question`` names, each by one name: "km" as "kilometre"."""
    words = _WORD.findall(question.casefold().replace("per cent", "percent"))
    return frozenset(map(_name, words)) & _KNOWN


def _name(word: str) -> str:
    word = word.casefold().replace("per cent", "percent").split()[0]
    if word[0] == "°":
        return "degree"
    return _NAMES.get(word) or _NAMES.get(word.removesuffix("s"), word)
