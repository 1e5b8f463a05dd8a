"""Filters as a user gives them, checked and brought to one spelling.

Which articles pass them is the snapshot's business (qa_bot.storage).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from qa_bot.errors import QuestionError
from qa_bot.records import Filters
from qa_bot.storage.filters import bare_source

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def checked(filters: Filters | None) -> Filters:
    """``filters`` with normalised sources and valid dates; None: nothing is filtered.

    Raises:
        QuestionError: a date is not YYYY-MM-DD, the two are in the wrong order, or
            a source is empty.
    """
    if filters is None:
        return Filters()
    first = _date(filters.published_from, "published_from")
    last = _date(filters.published_until, "published_until")
    if first and last and first > last:
        raise QuestionError(
            "the dates of a filter are in the wrong order",
            where="published_from, published_until",
            expected="published_from on or before published_until",
            found=f"{first} and {last}",
            mend="exchange the two dates",
        )
    return replace(
        filters,
        published_from=first,
        published_until=last,
        sources=tuple(sorted({normalised_source(name) for name in filters.sources})),
    )


def normalised_source(name: str) -> str:
    """A publisher's name or host in one spelling: "https://www.BBC.com/" is "bbc.com".

    Raises:
        QuestionError: nothing is left of it.
    """
    bare = bare_source(name)
    if not bare:
        raise QuestionError(
            "a source of a filter is empty",
            where="sources",
            expected="a publisher's name or host",
            found=repr(name),
            mend="name a source as the articles list shows it, or leave sources out",
        )
    return bare


def conditions(pairs: Iterable[str]) -> dict[str, str]:
    """``key=value`` pairs, as a person types them, for ``Filters.equals``.

    White space around key and value is left out; the value may hold "=" itself.

    Raises:
        QuestionError: a pair is not ``key=value``, or one key is given two values.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = (part.strip() for part in pair.partition("="))
        if not (key and sign and value):
            raise QuestionError(
                "a condition of a filter cannot be read",
                where="where",
                expected="key=value",
                found=repr(pair),
                mend="name a field of the articles and its value, like section=World",
            )
        if found.setdefault(key, value) != value:
            raise QuestionError(
                "a filter asks for two values of one field",
                where=key,
                expected="one value",
                found=f"{found[key]!r} and {value!r}",
                mend="ask twice, once with each",
            )
    return found


def _date(given: str | None, field: str) -> str | None:
    """``given`` if it is a day of the calendar in ISO form."""
    if given is None:
        return None
    text = str(given).strip()
    try:
        if not _ISO_DATE.fullmatch(text):
            raise ValueError("it is not YYYY-MM-DD")
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise QuestionError(
            "a date of a filter cannot be read",
            where=field,
            expected="YYYY-MM-DD",
            found=f"{given!r} ({error})",
            mend=f'give {field} like "2023-04-30"',
        ) from None
