"""What programs send, checked: JSON values to the values that qa_bot takes.

An error names the argument, what was expected and what was found, on one line, and never
quotes more than the beginning of what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from qa_bot.errors import QuestionError
from qa_bot.records import Answer, Filters, Turn

MOST_TURNS = 50
MOST_NAMES = 1000
LONGEST_NAME = 2000
_FILTERS = tuple(field.name for field in fields(Filters))


def refused(argument: str, expected: str, found: object) -> QuestionError:
    """The error for an argument that cannot be used."""
    return QuestionError(f"{argument}: {expected}, found {shown(found)}")


def shown(value: object, limit: int = 80) -> str:
    """``repr(value)``, cut."""
    # A list of a million items is not written out to be cut.
    if isinstance(value, str | bytes):
        value = value[: limit + 1]
    elif isinstance(value, list | tuple | dict) and len(value) > 8:
        return f"a {type(value).__name__} of {len(value)}"
    elif type(value) is int and value.bit_length() > 200:  # repr may refuse it
        return "a very large whole number"
    written = repr(value)
    return written if len(written) <= limit else written[: limit - 1] + "…"


def text(argument: str, value: object, *, longest: int = LONGEST_NAME) -> str:
    """A string of at most ``longest`` code points.

    Raises:
        QuestionError: it is something else.
    """
    if not isinstance(value, str):
        raise refused(argument, "a text", value)
    if len(value) > longest:
        found = f"{len(value):,} characters"
        raise QuestionError(f"{argument}: at most {longest:,} characters, found {found}")
    return value


def whole(argument: str, value: object, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``; 5.0 is one, True and "5" are none.

    Raises:
        QuestionError: it is something else.
    """
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise refused(argument, f"a whole number from {least:,} to {most:,}", value)
    return value


def fraction(argument: str, value: object) -> float | None:
    """A number from 0 to 1, or None.

    Raises:
        QuestionError: it is something else.
    """
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]
        raise refused(argument, "a number from 0 to 1", value)
    return float(value)  # type: ignore[arg-type]


def flag(argument: str, value: object) -> bool:
    """True or False.

    Raises:
        QuestionError: it is something else.
    """
    if not isinstance(value, bool):
        raise refused(argument, "true or false", value)
    return value


def filters_from(value: object) -> Filters | None:
    """``{"published_from": ..., "sources": [...], ...}`` as Filters; None and {}: no limits.

    The dates themselves are checked where the filters are used.

    Raises:
        QuestionError: a key is unknown, or a value is of the wrong kind.
    """
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping):
        raise refused("filters", "an object", value)
    unknown = [key for key in value if key not in _FILTERS]
    if unknown:
        raise refused("filters", f"the keys {', '.join(_FILTERS)}", unknown[0])
    given = {key: item for key, item in value.items() if item is not None}
    known: dict[str, Any] = {}
    for key in ("published_from", "published_until"):
        if key in given:
            known[key] = text(f"filters.{key}", given[key])
    for key in ("sources", "exclude_articles"):
        if key in given:
            known[key] = _names(f"filters.{key}", given[key])
    if "include_undated" in given:
        known["include_undated"] = flag("filters.include_undated", given["include_undated"])
    if "equals" in given:
        known["equals"] = _pairs("filters.equals", given["equals"])
    return Filters(**known)


def history_from(value: object) -> list[Turn]:
    """``[{"question": ..., "answer": ...}, ...]``, oldest first, as turns.

    An answer is a text, an ``Answer.to_dict()``, or left out.

    Raises:
        QuestionError: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise refused("history", 'a list of {"question": ..., "answer": ...}', value)
    if len(value) > MOST_TURNS:
        raise QuestionError(f"history: at most {MOST_TURNS} turns, found {len(value):,}")
    return [_turn(f"history[{place}]", turn) for place, turn in enumerate(value)]


def _turn(where: str, turn: object) -> Turn:
    if not isinstance(turn, Mapping) or not {"question"} <= set(turn) <= {"question", "answer"}:
        raise refused(where, '{"question": ..., "answer": ...}', turn)
    question = text(f"{where}.question", turn["question"], longest=10_000)
    answer = turn.get("answer")
    if isinstance(answer, Mapping):
        try:
            return Turn(question, Answer.from_dict(answer))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise QuestionError(
                f"{where}.answer: a text or an Answer as /ask gives it, found one that "
                f"cannot be read ({shown(str(error))})"
            ) from None
    if answer is None:
        return Turn(question)
    return Turn(question, text(f"{where}.answer", answer, longest=10_000))


def _names(argument: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise refused(argument, f"a list of at most {MOST_NAMES:,} texts", value)
    return tuple(text(f"{argument}[{place}]", item) for place, item in enumerate(value))


def _pairs(argument: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > MOST_NAMES:
        raise refused(argument, "an object of texts", value)
    return {
        text(argument, key): text(f"{argument}.{shown(key)}", item) for key, item in value.items()
    }
