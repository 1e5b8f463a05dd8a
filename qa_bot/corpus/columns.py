"""Which column of a table holds what: ``text=body,title=headline``."""

from __future__ import annotations

from collections.abc import Mapping

from qa_bot.errors import ConfigError

NAMES = ("text", "title", "url", "source", "author", "published", "id")
"""What a column can be mapped to."""


def read_columns(written: str) -> Mapping[str, str]:
    """``name=column`` pairs with commas between, as a mapping of our names to the columns'.

    Raises:
        ConfigError: it is written otherwise, or names something that articles do not have.
    """
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        name, mark, column = (part.strip() for part in pair.partition("="))
        if name not in NAMES or not mark or not column:
            raise ConfigError(
                "the columns cannot be understood",
                where="columns",
                expected="NAME=COLUMN,... with a NAME of " + ", ".join(NAMES),
                found=repr(pair),
                mend="qa-bot index PATH --columns text=body,title=headline",
            )
        found[name] = column
    return found
