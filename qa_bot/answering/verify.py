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
from qa_bot.corpus.extractors import KEY as EXTRACTOR
from qa_bot.corpus.folder import SourceFile, load_file
from qa_bot.records import Answer, Article, Citation, Skipped, Span

Role = Literal["answer", "alternative", "conflict"]
Verdict = Literal["stands", "moved", "gone", "unreadable"]

_ROW = re.compile(r"(?P<file>.+)#L[0-9]+")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """What became of one citation.

    stands      the quote is at its offsets, code point for code point
    moved       the same words are in the article, at other offsets only
    gone        the article no longer holds the words
    unreadable  the file, or the row of the file, cannot be read any more

    ``role`` says whether the citation is of the answer, of an alternative or of
    a conflicting answer; ``found`` is where the words stand now (None: nowhere),
    and ``detail`` says in words what was found.
    """

    citation: Citation
    role: Role
    verdict: Verdict
    detail: str
    found: Span | None = None

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
            verdict, detail, found_at = _compare(citation, article)
            checks.append(CitationCheck(citation, role, verdict, detail, found_at))
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
    """The file of a location: ``<path>``, with ``#L<line>`` behind for a row of it and
    ``!<member>`` for a member of an archive or a chapter of a book."""
    if Path(location).exists():
        return Path(location)
    row = _ROW.fullmatch(location)
    file = outer = row["file"] if row else location
    while "!" in outer and not Path(outer).exists():
        outer = outer.rpartition("!")[0]
    return Path(outer if Path(outer).exists() else file)


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
    for item in load_file(
        file, root_name=root_name, max_file_mb=settings.max_file_mb, columns=settings.columns
    ):
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


def _compare(citation: Citation, article: Article) -> tuple[Verdict, str, Span | None]:
    verdict, detail, found = _compare_texts(citation, article)
    extractor = article.metadata.get(EXTRACTOR, "")
    if citation.extractor and extractor != citation.extractor:
        detail += f"; the text was extracted by {citation.extractor}, and now by {extractor}"
    return verdict, detail, found


def _compare_texts(citation: Citation, article: Article) -> tuple[Verdict, str, Span | None]:
    quoted = citation.span.of(article.text)
    unchanged = article.content_hash == citation.content_hash
    if quoted == citation.quote:
        if citation.sentence_span.of(article.text) != citation.sentence:
            detail = "the quote stands at its place; its sentence has changed around it"
        elif not unchanged:
            detail = "the quote stands at its place; the article has changed elsewhere"
        else:
            detail = "the article is unchanged"
        return "stands", detail, citation.span
    moved, in_sentence = _moved_to(citation, article.text)
    altered = "; the article is unchanged, so it is the answer that was altered"
    if moved is None:
        detail = f"at its place now stands {_short(quoted)}"
        return "gone", detail + (altered if unchanged else ""), None
    old = citation.span
    detail = (
        f"the words now stand at characters {moved.start} to {moved.end}, "
        f"not {old.start} to {old.end}"
    )
    if unchanged:
        detail += altered
    elif not in_sentence:
        detail += "; their sentence has gone or changed, so read them again where they stand"
    return "moved", detail, moved


def _moved_to(citation: Citation, text: str) -> tuple[Span | None, bool]:
    """Where the quote's words stand in ``text``, and whether that is in their old sentence.

    The same sentence is looked for first, then the words alone; the nearest to the old
    place is taken. Between words any white space will do: text that was wrapped anew
    holds the same words.
    """
    origin = citation.sentence_span.start
    start, end = citation.span.start - origin, citation.span.end - origin
    if start >= 0 and citation.sentence[start:end] == citation.quote:
        before, after = citation.sentence[:start], citation.sentence[end:]
        found = _nearest(
            f"{_same_words(before)}(?P<quote>{_same_words(citation.quote)}){_same_words(after)}",
            text,
            citation.span.start,
        )
        if found is not None:
            return found, True
    if not citation.quote.strip():
        return None, False
    words = _same_words(citation.quote.strip())
    # Whole words: the "5" of "50 hours" is not the "5" that was quoted.
    whole = rf"(?<!\w)(?P<quote>{words})(?!\w)"
    return _nearest(whole, text, citation.span.start), False


def _same_words(text: str) -> str:
    """A pattern for ``text`` with any white space where it has some."""
    return r"\s+".join(map(re.escape, re.split(r"\s+", text)))


def _nearest(pattern: str, text: str, place: int) -> Span | None:
    """The group ``quote`` of the match nearest to ``place``; of two, the earlier."""
    spans = [Span(*match.span("quote")) for match in re.finditer(pattern, text)]
    return min(spans, key=lambda span: abs(span.start - place), default=None)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") if text else "nothing"
