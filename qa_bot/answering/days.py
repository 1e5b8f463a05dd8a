"""Days, months and years as news writes them, against the date of the article.

What stands in a text (month, day, year, weekday) is found here; its value comes
from python-dateutil, which is installed with the rest (pandas needs it). dateparser
reads more languages and more relative words, but takes about ten times as long a
call, and fills in a whole day where a text says only "September 2023".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from qa_bot.answering.words import folded

_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = (
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?"
)
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_MAY_BE_ONE = re.compile(
    rf"\d{{4}}|\b(?:{_MONTH}|{_WEEKDAY}|today|tonight|yesterday|tomorrow"
    r"|(?:last|this|next) (?:night|month|year))\b|\d[/.-]\d",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"(?:(?P<weekday>{_WEEKDAY})\.?,? ?(?:the )?)?"
    rf"(?:(?P<day>{_NUMBER}) (?:day )?(?:of )?)?(?P<month>{_MONTH})\.?"
    rf"(?: (?:the )?(?P<day_after>{_NUMBER})(?![\d:]))?(?:,? ?(?:of )?(?P<year>\d{{4}}))?"
)
_ISO = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_NUMERIC = re.compile(r"(?P<one>\d{1,2})([-/.])(?P<other>\d{1,2})\2(?P<year>\d{4})")
_YEAR = re.compile(r"(?:year )?(?P<year>1\d{3}|20\d{2})")
_LONE_WEEKDAY = re.compile(rf"(?:(?P<which>last|this|next|coming|past) )?(?P<weekday>{_WEEKDAY})")
_RELATIVE = re.compile(
    r"(?P<word>today|tonight|yesterday|last night|tomorrow)|(?P<which>last|this|next) "
    r"(?P<unit>month|year)"
)
_LEAD = re.compile(r"(?:(?:on|in|the|of|during|early on|late on)\s)+")
_PART = re.compile(
    r",? (?:(?:in the |at )?(?P<part>morning|afternoon|evening|night|noon|midnight|"
    r"(?:at )?\d{1,2}(?:[:.]\d{2})? ?(?:[ap]\.?m\.?|gmt|utc)?(?: (?:gmt|utc|local time))?))$"
)
_AHEAD = re.compile(
    r"\b(?:will|would|due|to be|scheduled|expected|plans?|planned|set|ahead of|until|by|upcoming"
    r"|coming|next)\b"
)
_FILLED_FROM = datetime(2000, 1, 1)
_SENTENCE_END = re.compile(r"[.!?]\s|\n")


@dataclass(frozen=True, slots=True)
class Day:
    """A day, a month or a year, as far as it is known.

    ``part`` is a part of the day or a time, as written. ``inferred``: the year (or,
    for "Wednesday", the whole day) was concluded from the article's date.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    part: str = ""
    inferred: bool = field(default=False, compare=False)
    from_weekday: bool = field(default=False, compare=False)

    @property
    def form(self) -> str:
        """One way of writing it, which reads as the same day again."""
        if self.weekday is not None:
            written = _WEEKDAYS[self.weekday]
        elif self.day is not None and self.year is not None:
            written = f"{self.year:04}-{self.month:02}-{self.day:02}"
        else:
            month = date(2000, self.month, 1).strftime("%B").lower() if self.month else None
            parts = (self.day, month, self.year)
            written = " ".join(str(part) for part in parts if part is not None)
        return f"{written} {self.part}" if self.part else written

    def extends(self, other: Day) -> bool:
        """Whether this is ``other`` with its year, or with the time of day, besides."""
        if self == other or (other.part and other.part != self.part):
            return False
        if (self.month, self.day, self.weekday) != (other.month, other.day, other.weekday):
            return False
        return other.year == self.year or (other.year is None and other.month is not None)

    def as_date(self) -> date | None:
        """The calendar day, where all of it is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)


def parse_day(text: str, before: str = "", published: str | None = None) -> Day | None:
    """The day, month or year that the whole of ``text`` is, or None.

    ``published`` (YYYY-MM-DD) gives a missing year (the nearest) and the day of
    a weekday: the last one, or the coming one where ``before``, the text that
    stands before it, speaks of what is ahead.
    """
    if not _MAY_BE_ONE.search(text):
        return None
    words = folded(text)
    lead = _LEAD.match(words)
    words = words[lead.end() :] if lead else words
    found = None if _RELATIVE.fullmatch(words) else _PART.search(words)
    part = ""
    if found and not re.fullmatch(r"(?:at )?\d{1,2}", found["part"]):
        part = re.sub(r"^at |[. ]", "", found["part"])
        words = words[: found.start()]
    try:
        day = _parse(words, before, date.fromisoformat(published) if published else None)
    except (ValueError, OverflowError):  # 31 February
        return None
    return replace(day, part=part) if day and part else day


def _parse(words: str, before: str, today: date | None) -> Day | None:
    if found := _YEAR.fullmatch(words):
        return Day(year=int(found["year"]))
    if found := _ISO.fullmatch(words):
        return _whole(date(int(found["year"]), int(found["month"]), int(found["day"])))
    if found := _NUMERIC.fullmatch(words):
        one, other = int(found["one"]), int(found["other"])
        if one <= 12 and other <= 12 and one != other:
            return None  # the third of April or the fourth of March: nothing says which
        month, day = (other, one) if one > 12 else (one, other)
        return _whole(date(int(found["year"]), month, day))
    if found := _WRITTEN.fullmatch(words):
        return _written(found, today)
    if found := _LONE_WEEKDAY.fullmatch(words):
        return _weekday(found, before, today)
    if (found := _RELATIVE.fullmatch(words)) and today:
        return _relative(found, today)
    return None


def _written(found: re.Match[str], today: date | None) -> Day | None:
    """Month with or without day and year."""
    from dateutil import parser

    number = found["day"] or found["day_after"]
    if found["day"] and found["day_after"]:
        return None
    # dateutil fills what is missing from this day; which parts stand there is known.
    read = parser.parse(
        " ".join(filter(None, (number, found["month"], found["year"]))),
        default=_FILLED_FROM,
    )
    day = read.day if number else None
    if found["year"] or today is None:
        year = int(found["year"]) if found["year"] else None
        return Day(year, read.month, day)
    years = (today.year - 1, today.year, today.year + 1)
    near = [date(year, read.month, min(day or 15, 28)) for year in years]
    nearest = min(near, key=lambda one: abs(one - today))
    date(nearest.year, read.month, day or 1)  # 29 February of another year is no day
    return Day(nearest.year, read.month, day, inferred=True)


def _weekday(found: re.Match[str], before: str, today: date | None) -> Day:
    number = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(found["weekday"]))
    if today is None:
        return Day(weekday=number)
    clause = _SENTENCE_END.split(before[-120:])[-1].casefold()
    if found["which"] in ("next", "coming") or _AHEAD.search(clause):
        resolved = today + timedelta((number - today.weekday() - 1) % 7 + 1)
    elif found["which"] in ("last", "past"):
        resolved = today - timedelta((today.weekday() - number - 1) % 7 + 1)
    else:
        resolved = today - timedelta((today.weekday() - number) % 7)
    return replace(_whole(resolved), inferred=True, from_weekday=True)


def _relative(found: re.Match[str], today: date) -> Day:
    if found["word"]:
        away = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(found["word"], 0)
        part = "night" if found["word"] in ("tonight", "last night") else ""
        return replace(_whole(today + timedelta(away)), part=part, inferred=True, from_weekday=True)
    away = {"last": -1, "this": 0, "next": 1}[found["which"]]
    if found["unit"] == "year":
        return Day(today.year + away, inferred=True)
    months = 12 * today.year + today.month - 1 + away
    return Day(months // 12, months % 12 + 1, inferred=True)


def _whole(day: date) -> Day:
    return Day(day.year, day.month, day.day)
