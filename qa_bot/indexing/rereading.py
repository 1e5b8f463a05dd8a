"""Every article of an index extracted again from its file, to see whether its text still stands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qa_bot.config import Settings
from qa_bot.corpus.extractors import KEY as EXTRACTOR
from qa_bot.errors import IndexNotFound
from qa_bot.indexing.base import Base, KnownArticle, open_base
from qa_bot.indexing.isolated import Loading
from qa_bot.protocols import Progress
from qa_bot.records import Article, Skipped
from qa_bot.storage.files import sha256_of
from qa_bot.storage.layout import Layout
from qa_bot.storage.opening import check_schema
from qa_bot.storage.sources import SourceEntry

Verdict = Literal["stands", "changed", "vanished", "otherwise", "unreadable"]


@dataclass(frozen=True, slots=True)
class ArticleCheck:
    """What became of one article's text since it was indexed.

    stands      extracted again it is the same, code point for code point
    changed     its file has changed, and so has its text
    vanished    its file is no longer there, or no longer holds it
    otherwise   its file is the same, byte for byte, and the text extracted from it is not
    unreadable  its file is the same, or has changed, and cannot be read now

    ``location`` is the file; ``detail`` says in words what was found. ``extractor`` is what
    took the text out when it was indexed, and ``extractor_now`` what does today; both are
    empty where the file is read as it is.
    """

    article_id: str
    location: str
    verdict: Verdict
    detail: str
    extractor: str = ""
    extractor_now: str = ""

    @property
    def stands(self) -> bool:
        """Whether the text is the same."""
        return self.verdict == "stands"

    @property
    def other_extractor(self) -> bool:
        """Whether another version of an extractor gave the text now."""
        return bool(self.extractor_now) and self.extractor != self.extractor_now


def verify_articles(
    index: str | Path, settings: Settings, progress: Progress | None = None
) -> Iterator[ArticleCheck]:
    """A check for every article of the generation that serves, file by file.

    ``settings``: as for indexing (columns, limits); ``progress("reading again", done, total)``
    counts files. Files are read as indexing reads them, so that one which breaks its
    loader costs its own articles only.

    Raises:
        IndexNotFound, IndexCorrupt, IndexTooNew, IndexMismatch: as in Snapshot.open.
    """
    layout = Layout(Path(index))
    base = open_base(layout, fresh=False)
    if base is None:
        raise IndexNotFound("there is no index here", where=layout.index)
    loading = Loading(
        max_file_mb=settings.max_file_mb, seconds=settings.load_seconds, columns=settings.columns
    )
    with closing(base), closing(loading):
        check_schema(layout, base.manifest)
        extractors = _extractors(base)
        files: dict[tuple[str, str], dict[str, KnownArticle]] = {}
        for name, known in base.articles.items():
            files.setdefault((known.root, known.relative), {})[name] = known
        roots = {root.name: Path(root.path) for root in base.manifest.roots}
        for done, ((root, relative), articles) in enumerate(sorted(files.items())):
            if progress:
                progress("reading again", done, len(files))
            path = roots[root] / relative if roots[root].is_dir() else roots[root]
            entry = base.sources.files(root).get(relative)
            label = (entry and entry.label) or f"{root}/{relative}"
            yield from _checked(path, label, entry, articles, extractors, loading)
        if progress:
            progress("reading again", len(files), len(files))


def _extractors(base: Base) -> dict[str, str]:
    """What took the text of each article out, where anything did."""
    found: dict[str, str] = {}
    for segment in base.segments:
        for name, metadata in segment.passages.rows(("article_id", "metadata")):
            if extractor := json.loads(metadata).get(EXTRACTOR):
                found[name] = extractor
    return found


def _checked(
    path: Path,
    label: str,
    entry: SourceEntry | None,
    articles: Mapping[str, KnownArticle],
    extractors: Mapping[str, str],
    loading: Loading,
) -> Iterator[ArticleCheck]:
    """The checks of the articles of one file."""
    if not path.is_file():
        for name in sorted(articles):
            yield ArticleCheck(name, str(path), "vanished", "there is no such file any more")
        return
    same = entry is not None and _digest(path) == entry.sha256
    left = dict(articles)
    before = set(entry.skipped) if entry else set()
    troubles: Counter[str] = Counter()
    for found in loading.load(path, label):
        if isinstance(found, Skipped):
            if found not in before:  # another row of the file that never was an article
                troubles[found.reason] += 1
        elif isinstance(found, Article) and (known := left.pop(found.article_id, None)):
            yield _compared(found, known, same, extractors.get(found.article_id, ""))
    for name in sorted(left):
        if troubles:
            reason = troubles.most_common(1)[0][0]
            yield ArticleCheck(name, str(path), "unreadable", reason, extractors.get(name, ""))
        else:
            detail = "the file no longer holds it" if not same else "nothing is extracted for it"
            verdict: Verdict = "otherwise" if same else "vanished"
            yield ArticleCheck(name, str(path), verdict, detail, extractors.get(name, ""))


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:  # the loader says why
        return ""


def _compared(
    article: Article, known: KnownArticle, same_file: bool, extractor: str
) -> ArticleCheck:
    now = article.metadata.get(EXTRACTOR, "")
    if article.content_hash == known.content_hash:
        verdict: Verdict = "stands"
        detail = "its text is the same"
    elif same_file:
        verdict, detail = "otherwise", "the file is the same, and another text is extracted from it"
    else:
        verdict, detail = "changed", "the file has changed since it was indexed"
    if extractor != now:
        detail += f"; extracted by {extractor or 'nothing'}, and now by {now or 'nothing'}"
    return ArticleCheck(article.article_id, article.location, verdict, detail, extractor, now)
