"""Articles that were removed by hand stay out, until they are asked for again.

An article stays out by its id, whatever its text becomes, and by its text, under
whatever id of the same folder it turns up (renamed, or its row on another line). An
id that only says which line a row stands on says nothing of the article, so there
the text alone counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from qa_bot.indexing.places import comes_from
from qa_bot.records import Article

_BY_LINE = re.compile(r"#L[0-9]+\Z")


class KeptOut:
    """The removed articles of one root."""

    def __init__(self, removed: Mapping[str, str]) -> None:
        """``removed``: id to content hash."""
        self._removed = removed
        self._hashes = frozenset(removed.values())

    def __bool__(self) -> bool:
        return bool(self._removed)

    def __str__(self) -> str:
        many = len(self._removed)
        return f"{many:,} removed {'article stays' if many == 1 else 'articles stay'} out"

    def holds(self, article: Article) -> bool:
        """Whether an article stays out."""
        name = article.article_id
        by_id = name in self._removed and not _BY_LINE.search(name)
        return by_id or article.content_hash in self._hashes

    def concerns(self, label: str) -> bool:
        """Whether one of them came from the file of that label."""
        return any(comes_from(name, label) for name in self._removed)
