"""Dates as articles write them, to ISO days."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_tz

_DAY = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?\d{1,2}\s+(?:jan|feb|mar|apr|may|jun|jul|aug"
    r"|sep|oct|nov|dec)[a-z]*\s+\d{4}(?:\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[A-Z]{1,4}|[+-]\d{4})?)?",
    re.IGNORECASE,
)
_LONGEST = 64


def parse_date(value: object) -> str | None:
    """``value`` as YYYY-MM-DD, or None when it is no date that we read.

    Read are YYYY-MM-DD, YYYY/MM/DD, RFC 3339 and RFC 2822 (as in feeds). The day
    is the one written, in the writer's own time zone.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    written = value.strip()
    if found := _DAY.fullmatch(written):
        year, month, day = (int(found.group(part)) for part in (1, 3, 4))
    elif _MAIL.fullmatch(written) and (parsed := parsedate_tz(written)):
        year, month, day = parsed[:3]
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:  # the 31st of February
        return None


def looks_like_date(value: object) -> bool:
    """Whether ``value`` is written as a date, so that leaving it aside is worth a word."""
    return parse_date(value) is not None
