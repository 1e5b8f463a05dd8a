"""What in a text must never be cut: numbers with all that belongs to them, and names.

"1,200.50", "US$3 billion", "2-1", "150 km/h", "20-year-old", "one hundred and five",
"F-16", "J. K. Rowling", "St. Petersburg". The rules are few and sure; the two years of
"1914-1918" are each a number of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from qa_bot.reading.names import NAME
from qa_bot.reading.units import COMPOUND, GAP, SCALE

CURRENCY = "$£€¥₹₽₩"

_SPACE = "[ \u00a0\u2009\u202f]"
_HYPHEN = "[-\u2011]"
_DASH = "[-\u2011–−]"

# 1,200.50  10:30  24/7  and 1 200 000 with spaces that do not break
_DIGITS = r"[0-9]+(?:[.,:/][0-9]+)*+(?:(?<![0-9]{4})[\u00a0\u2009\u202f][0-9]{3}(?![0-9]))*+"
# 21st  150km  150km/h, then 50 %  20°C
_ATTACHED = rf"(?:[^\W\d_]++(?:/[a-z]{{1,4}}(?!\w))?|{_SPACE}?[%‰]|°(?:{_SPACE}?[CFK](?!\w))?)?+"
_SIGN = r"(?<![\w)\]%])[+−–-]"
# HK$20 is no $20; US$20 is one, to most who ask.
_MONEY = (
    rf"(?:(?<![A-Za-z])(?!US[$])[A-Z]{{1,3}})?[{CURRENCY}]{_SPACE}?"
    rf"|(?<!\w)(?:USD|EUR|GBP|Rs\.?){_SPACE}?"
)
# Each end of 1914-1918 stands for itself; 2-1, 10-15% and 2022-03-04 are one.
_YEARS = rf"(?<=(?<![0-9])[0-9]{{4}}){_DASH}[0-9]{{4}}(?![0-9])"
_AMOUNT = (
    rf"(?:{_SIGN})?(?:{_MONEY})?(?:(?<![\w.])\.)?{_DIGITS}{_ATTACHED}"
    rf"(?:(?!{_YEARS}){_DASH}[{CURRENCY}]?{_DIGITS}{_ATTACHED})*+"
    rf"(?:(?:{GAP}|{_HYPHEN}){SCALE})*+"
)

_ONES = "(?:one|two|three|four|five|six|seven|eight|nine)"
_TENS = "(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
_SPELT = (
    rf"(?:{_TENS}(?:{_HYPHEN}{_ONES})?+|(?:thir|four|fif|six|seven|eigh|nine)teen"
    rf"|{_ONES}|ten|eleven|twelve|zero)(?!\w)"
)
_ORDINAL = "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
_PART = "(?:half|quarter|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?"
_WORDS = (
    rf"(?:(?:half{_SPACE})?an?{_SPACE}{SCALE}"
    rf"|(?:ten|hundred|thousand|million|dozen)s{_SPACE}of{_SPACE}(?:thousand|million|billion)s(?!\w)"
    rf"|{_TENS}{_HYPHEN}{_ORDINAL}(?!\w)|{_ONES}{_HYPHEN}{_PART}(?!\w)"
    rf"|{_SPELT}(?:[ -]{SCALE})*+(?:(?<=d)[ ](?:and[ ])?{_SPELT}(?:[ -]{SCALE})*+)*+)"
)
# 20-year-old  five-hour  6-foot-5, but neither 13th-century
_COMPOUND = rf"(?:(?<!\dst|\dnd|\drd|\dth){COMPOUND})?"
_MODEL = rf"[A-Z]{{1,3}}{_HYPHEN}\d+\w*"

# A span may end with the month or the first year: "September", "1862" may answer.
_DAY = r"[ \u00a0][0-9]{1,2}(?:st|nd|rd|th)?(?![\w%]|[.,:][0-9])"
_DATE = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November"
    rf"|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?){_DAY}"
)
_SEASON = rf"(?P<first>[12][0-9]{{3}}){_DASH}[0-9]{{2}}(?![\w%]|[.,:/–-][0-9])"

# The look-aheads only save time: nothing begins inside a word, or with other characters.
_UNCUT = re.compile(
    rf"(?=[0-9{CURRENCY}.+−–-])"
    rf"(?:(?P<season>(?<![\d.,]){_SEASON})|(?P<amount>(?P<sum>{_AMOUNT}){_COMPOUND}))"
    rf"|(?<![\w-])(?:(?=[A-Z])"
    rf"(?:(?P<date>{_DATE})|(?P<name>{NAME}|{_MODEL})|(?P<money>{_AMOUNT}))"
    rf"|(?P<abbreviation>(?:[a-z]\.){{2,}}|(?i:covid){_HYPHEN}\d+)"
    rf"|(?=[aotfsenzhmdAOTFSENZHMD])(?P<words>(?P<count>(?i:{_WORDS})){_COMPOUND}))"
)
_NUMERIC = frozenset({"amount", "money", "words"})

# What may stand at a cut through one of them: beside it, before it, behind it.
_SIGNS = frozenset("0123456789-\u2011–−%‰°\u00a0\u2009\u202f" + CURRENCY)
_JOINTS = frozenset(".,:/'’")
_SHORT = re.compile(r"(?:\.|(?<![^\W\d_]))[A-Za-z]{1,4}\Z")
_FORMER = (
    *("hundred", "thousand", "million", "billion", "trillion", "lakh", "crore", "dozen"),
    *("tens", "hundreds", "thousands", "millions", "dozens", " of", "half", "half a", "half an"),
)
_NEXT = re.compile(
    rf"\s{{0,2}}(?:[0-9%‰°]|[A-Z]\.|[CFK](?!\w)|St\.|{SCALE}|(?i:{_SPELT}|(?:thous|mill|bill)))"
)


@dataclass(frozen=True, slots=True)
class _Uncut:
    """The stretches of one text that must not be cut, disjoint and in order.

    A span may all the same begin at ``first`` (a surname behind initials) and end at
    ``last`` (a month before its day, a number before "-year-old"). ``numeric``
    says which are numbers.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    numeric: tuple[bool, ...]


def around(text: str, place: int, *, leading: bool = False) -> tuple[int, int] | None:
    """(start, end) of what a span of ``text`` that ends at ``place`` would cut, or None.

    With ``leading``, of what a span would cut that begins there.
    """
    if not 0 < place < len(text) or not _may_cut(text, place):
        return None
    known = _uncut(text)
    found = bisect_right(known.ends, place)
    if found == len(known.ends) or known.starts[found] >= place:
        return None
    if place == (known.first if leading else known.last)[found]:
        return None
    return known.starts[found], known.ends[found]


def number_before(text: str, place: int) -> int | None:
    """Where the number begins that ends at ``place``; None where none does."""
    known = _uncut(text)
    found = bisect_left(known.ends, place)
    if found == len(known.ends) or not known.numeric[found]:
        return None
    return known.starts[found] if place in (known.ends[found], known.last[found]) else None


def _may_cut(text: str, place: int) -> bool:
    """A quick look that spares most spans the reading of the whole text."""
    before, after = text[place - 1], text[place]
    if before in _SIGNS or after in _SIGNS:
        return True
    if before in _JOINTS and not after.isspace():
        return True
    if after in _JOINTS and _joined(text, place):
        return True
    former = text[max(0, place - 12) : place].rstrip()
    if former.endswith(".") and _SHORT.search(former[:-1]):
        return True
    return former.casefold().endswith(_FORMER) or _NEXT.match(text, place) is not None


def _joined(text: str, place: int) -> bool:
    """Whether the sign at ``place`` stands inside a word, or may end an abbreviation."""
    if not text[place + 1 : place + 2].isspace():
        return True
    return text[place] == "." and _SHORT.search(text[max(0, place - 5) : place]) is not None


@lru_cache(maxsize=64)  # many spans of one passage are looked at in a row
def _uncut(text: str) -> _Uncut:
    found = list(_UNCUT.finditer(text))
    return _Uncut(
        tuple(match.start() for match in found),
        tuple(match.end() for match in found),
        tuple(max(map(match.start, ("surname", "last_name"))) for match in found),
        tuple(max(map(match.end, ("month", "first", "sum", "count"))) for match in found),
        tuple(match.lastgroup in _NUMERIC for match in found),
    )
