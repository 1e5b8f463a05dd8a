"""Reading the sources of an Answer again, to see which of its quotes still stand.

Nothing of the index is used: each citation's file is loaded afresh, just as it
was when it was indexed, and the quote is compared with the slice at its offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qa_bot.config import Settings
from qa_bot.corpus.folder import SourceFile, load_file
from qa_bot.records import Answer, Article, Citation, Skipped

Role = Literal["answer", "alternative", "conflict"]
Verdict = Literal["stands", "moved", "gone", "unreadable"]

_ROW = re.compile(r"(?P<file>.+)#L[0-9]+")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """What became of one citation.

    stands      the quote is at its offsets, code point for code point
    moved       the quote is in the article, at other offsets only
    gone        the article no longer holds the quote
    unreadable  the file, or the row of the file, cannot be read any more

    ``role`` says whether the citation is of the answer, of an alternative or of
    a conflicting answer; ``detail`` says in words what was found.
    """

    citation: Citation
    role: Role
    verdict: Verdict
    detail: str

    @property
    def stands(self) -> bool:
        """Whether the quote still stands where the citation says."""
        return self.verdict == "stands"


def verify_answer(answer: Answer, settings: Settings) -> list[CitationCheck]:
    """One check a citation, in the order in which the answer gives them.

    An abstention cites nothing and has none. Never raises for a source that is
    missing or bad: that is a verdict.
    """
    cited = list(_citations(answer))
    wanted: dict[Path, list[Citation]] = {}
    for citation, _ in cited:
        wanted.setdefault(_file_of(citation.location), []).append(citation)
    found = {path: _read_again(path, of_file, settings) for path, of_file in wanted.items()}
    checks = []
    for citation, role in cited:
        articles, trouble = found[_file_of(citation.location)]
        article = _article_of(citation, articles)
        if article is None:
            checks.append(CitationCheck(citation, role, "unreadable", trouble))
        else:
            verdict, detail = _compare(citation, article)
            checks.append(CitationCheck(citation, role, verdict, detail))
    return checks


def _citations(answer: Answer) -> Iterator[tuple[Citation, Role]]:
    for citation in answer.citations:
        yield citation, "answer"
    for alternative in answer.alternatives:
        for citation in alternative.citations:
            yield citation, "alternative"
    for conflict in answer.conflicts:
        for citation in conflict.citations:
            yield citation, "conflict"


def _file_of(location: str) -> Path:
    """The file of a location: ``<path>``, or ``<path>#L<line>`` for a row of it."""
    row = _ROW.fullmatch(location)
    if row and not Path(location).exists():
        return Path(row["file"])
    return Path(location)


def _read_again(
    path: Path, citations: Sequence[Citation], settings: Settings
) -> tuple[list[tuple[str, Article]], str]:
    """(row, article) for what the citations name, and why anything else is missing.

    The row is ``#<id>`` or ``#L<line>``; empty for a file that is one article.
    """
    if not path.is_file():
        return [], f"there is no file {path}"
    root_name = citations[0].article_id.split("/", 1)[0]
    file = SourceFile(path=path, relative=path.name)
    articles: list[tuple[str, Article]] = []
    trouble = f"{path} no longer holds that article"
    for item in load_file(file, root_name=root_name, max_file_mb=settings.max_file_mb):
        if isinstance(item, Article):
            row = item.article_id.removeprefix(f"{root_name}/{path.name}")
            if any(citation.article_id.endswith(row) for citation in citations):
                articles.append((row, item))
        elif isinstance(item, Skipped):
            trouble = f"{item.path}: {item.reason}"
    return articles, trouble


def _article_of(citation: Citation, articles: Sequence[tuple[str, Article]]) -> Article | None:
    """The article that the citation names: by its row's id, wherever the line moved."""
    named = [article for row, article in articles if citation.article_id.endswith(row)]
    unchanged = [article for article in named if article.content_hash == citation.content_hash]
    return next(iter([*unchanged, *named]), None)


def _compare(citation: Citation, article: Article) -> tuple[Verdict, str]:
    quoted = citation.span.of(article.text)
    if quoted == citation.quote:
        if citation.sentence_span.of(article.text) != citation.sentence:
            return "stands", "the quote stands at its place; its sentence has changed around it"
        if article.content_hash != citation.content_hash:
            return "stands", "the quote stands at its place; the article has changed elsewhere"
        return "stands", "the article is unchanged"
    at = [match.start() for match in re.finditer(re.escape(citation.quote), article.text)]
    if at and citation.quote:
        nearest = min(at, key=lambda start: abs(start - citation.span.start))
        return "moved", f"the words now stand at character {nearest}, not {citation.span.start}"
    return "gone", f"at its place now stands {_short(quoted)}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") if text else "nothing"
