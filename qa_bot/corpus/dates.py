"""Dates as articles write them, to ISO days."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T\d{6}(?:Z|[+-]\d{4})?)?")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_TIME = (
    r"(?:[,\s]+(?:at\s+)?\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{1,4}|[+-]\d{4})?)?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WRITTEN = (
    re.compile(rf"{_WEEKDAY}{_DAY}\s+{_MONTH},?\s+{_YEAR}{_TIME}", re.IGNORECASE),
    re.compile(rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}{_TIME}", re.IGNORECASE),
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONGEST = 64
_FIRST_YEAR, _LAST_YEAR = 1400, 2199


def parse_date(value: object) -> str | None:
    """``value`` as YYYY-MM-DD, or None when it is no date that we read.

    Read are YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, RFC 3339, RFC 2822 (as in feeds), and days
    with the month in English words, before or behind the day. The day is the one written,
    in the writer's own time zone. A year outside 1400 to 2199, like the 9999 that some
    programs write for "none", is no day of publication.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    written = value.strip()
    for pattern in (_ISO, _COMPACT, *_WRITTEN):
        found = pattern.fullmatch(written)
        if found:
            break
    else:
        return None
    month = found["month"].lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    try:
        day = date(int(found["year"]), number, int(found["day"]))
    except ValueError:  # the 31st of February
        return None
    return day.isoformat() if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def looks_like_date(value: object) -> bool:
    """Whether ``value`` is written as a date, so that leaving it aside is worth a word."""
    return parse_date(value) is not None
