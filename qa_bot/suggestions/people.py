"""The people of an article, by the names that were stored when it was indexed."""

from __future__ import annotations

from collections import Counter, defaultdict

from qa_bot.records import Article, ArticleAnalysis

_BODIES = frozenset(
    {"llc", "inc", "inc.", "ltd", "ltd.", "corp", "corp.", "co", "co.", "plc", "group", "company"}
    | {"university", "college", "institute", "foundation", "association", "party", "media", "tech"}
    | {"bank", "church", "club", "times", "post", "news", "tv", "council", "center", "centre"}
)
"""Last words of names that are no person's."""


class People:
    """Who is a person in an article, and what he is called in full.

    Args:
        analysis: None, where the article was indexed without: then every name may be one.
    """

    def __init__(self, article: Article, analysis: ArticleAnalysis | None) -> None:
        self._kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self._full: dict[str, set[str]] = defaultdict(set)
        for entity in analysis.entities if analysis else ():
            words = _words(entity.span.of(article.text))
            if not words:
                continue
            self._kinds[words[-1]][entity.kind] += 1
            if entity.kind == "PERSON" and len(words) > 1:
                self._full[words[-1]].add(" ".join(words))

    def may_be(self, name: str) -> bool:
        """Whether most of what has the name's last word at its end is a person: a parser may
        take a company for one, once."""
        words = _words(name)
        if not words or words[-1].lower() in _BODIES:
            return False
        kinds = self._kinds.get(words[-1])
        return kinds is None or 2 * kinds["PERSON"] > kinds.total()

    def full(self, name: str) -> str:
        """The longer name of the one person whose last name it is; else the name itself."""
        found = self._full.get(name, ())
        return next(iter(found)) if len(found) == 1 else name


def _words(name: str) -> list[str]:
    words = name.split()
    if words and words[-1] in ("'s", "’s"):
        words.pop()
    return [word.removesuffix("'s").removesuffix("’s") for word in words]
