"""Units of measure: how they are written, and what they are in the base unit of their kind."""

from __future__ import annotations

from decimal import Decimal

_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "second": {
        "1": ("second", "sec", "s"),
        "60": ("minute", "min", "mins"),
        "3600": ("hour", "hr", "hrs", "h"),
        "86400": ("day",),
        "604800": ("week", "wk"),
        "1209600": ("fortnight",),
    },
    # A month has no fixed number of days, and a year none of weeks: a kind of its own.
    "month": {
        "1": ("month", "mth"),
        "12": ("year", "yr"),
        "120": ("decade",),
        "1200": ("century", "centurie"),
    },
    "percent": {"1": ("percent", "per cent", "pct", "pc")},
    "percentage point": {"1": ("percentage point", "point percentage"), "0.01": ("basis point",)},
    "metre": {
        "0.001": ("mm", "millimetre", "millimeter"),
        "0.01": ("cm", "centimetre", "centimeter"),
        "1": ("m", "metre", "meter"),
        "1000": ("km", "kms", "kilometre", "kilometer"),
    },
    # Miles and feet stay apart from metres: 100 miles are never exactly 160 kilometres.
    "inch": {
        "1": ("inch", "inche", "in"),
        "12": ("foot", "feet", "ft"),
        "36": ("yard", "yd"),
        "63360": ("mile", "mi"),
    },
    "gram": {
        "1": ("g", "gram", "gramme"),
        "1000": ("kg", "kilo", "kilogram"),
        "1000000": ("tonne",),
    },
    "lb": {"1": ("lb", "lbs"), "2000": ("ton",)},
    "celsius": {"1": ("celsius", "°c", "c", "degree celsius", "degrees celsius")},
    "fahrenheit": {"1": ("fahrenheit", "°f", "f", "degree fahrenheit", "degrees fahrenheit")},
    "usd": {"1": ("usd", "dollar", "us dollar"), "0.01": ("cent", "us cent")},
    "gbp": {"1": ("gbp", "pound", "pound sterling", "quid"), "0.01": ("penny", "pence", "p")},
    "eur": {"1": ("eur", "euro")},
    "yen": {"1": ("yen", "jpy")},
    "rupee": {"1": ("rupee", "inr")},
}

UNITS: dict[str, tuple[str, Decimal]] = {
    name: (base, Decimal(factor))
    for base, factors in _KINDS.items()
    for factor, names in factors.items()
    for name in names
}
"""Name of a unit, singular, to its base unit and how many of those it is."""

WORDS_OF_MONEY = frozenset({"dollar", "pound", "franc", "peso", "rupee", "krona", "krone", "real"})
"""With a word before them ("Australian dollars") they are a currency of their own."""

_KEPT = ("ss", "us", "is", "'s")


def singular(word: str) -> str:
    """A noun without its plural ending; applying it twice changes nothing."""
    if word in ("people", "persons", "person"):
        return "person"
    if word in ("men", "women", "children"):
        return {"men": "man", "women": "woman", "children": "child"}[word]
    if len(word) < 4 or word.endswith(_KEPT) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")):
        return word[:-2]
    return word[:-1]
