"""Which language an article is in, where that is plain, so that a foreign one is remarked on.

py3langid on the beginning of the text: https://github.com/adbar/py3langid (97 languages).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from qa_bot.records import Notice

KNOWN = frozenset({"en"})
"""Languages that the shipped encoder and reader were trained on (ISO 639-1)."""

_SAMPLE = 2_000
_FEW_LETTERS = 150
"""Below this many letters the guess is too often wrong."""
_SURE = 0.95
_NAMED = 3
"""How many articles one notice names."""
_LOOKS, _ASKED = "its language looks like", "questions are understood in English"
_REMARKED = re.compile(rf"(?s)(?P<place>.*): {_LOOKS} '(?P<code>[a-z]+)'; {_ASKED}")


def foreign_language(text: str) -> str | None:
    """The code of the language of ``text`` when it is surely none of :data:`KNOWN`."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _FEW_LETTERS:
        return None
    code, share = _identifier().classify(sample)
    return str(code) if share >= _SURE and code not in KNOWN else None


def foreign_notice(place: str, text: str) -> Notice | None:
    """The remark on an article of a foreign language, None where it is none."""
    code = foreign_language(text)
    return None if code is None else Notice(place, f"{_LOOKS} {code!r}; {_ASKED}")


def gathered(notices: Sequence[str]) -> list[str]:
    """``notices`` ("<place>: <remark>"), those on foreign languages in one, at the end."""
    found = [(notice, _REMARKED.fullmatch(notice)) for notice in notices]
    foreign = [match for _, match in found if match]
    if len(foreign) < 2:
        return list(notices)
    codes = Counter(match["code"] for match in foreign).most_common()
    named = ", ".join(match["place"] for match in foreign[:_NAMED])
    more = f" and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
    return [notice for notice, match in found if not match] + [
        f"{len(foreign):,} articles look foreign "
        f"({', '.join(f'{code!r}: {count:,}' for code, count in codes)}); "
        f"{_ASKED}: {named}{more}"
    ]


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Half a second at first use; only indexing asks.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
