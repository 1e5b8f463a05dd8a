"""Which language an article is in, where that is plain, so that a foreign one is remarked on.

py3langid on the beginning of the text: https://github.com/adbar/py3langid (97 languages).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

KNOWN = frozenset({"en"})
"""Languages that the shipped encoder and reader were trained on (ISO 639-1)."""

_SAMPLE = 2_000
_FEW_LETTERS = 150
"""Below this many letters the guess is too often wrong."""
_SURE = 0.95


def foreign_language(text: str) -> str | None:
    """The code of the language of ``text`` when it is surely none of :data:`KNOWN`."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _FEW_LETTERS:
        return None
    code, share = _identifier().classify(sample)
    return str(code) if share >= _SURE and code not in KNOWN else None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # Half a second at first use; only indexing asks.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
