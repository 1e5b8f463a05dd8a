"""The articles and passages of an opened generation, the latest ones kept at hand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_bot.records import Article, ArticleAnalysis, Passage, Span
from qa_bot.storage.analyses import decode
from qa_bot.storage.arrays import IdArray
from qa_bot.storage.repeated import masked_spans
from qa_bot.storage.segment import Segment

_ARTICLES_KEPT = 256


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One line of the list of articles. ``characters`` and ``chunks`` are counts."""

    article_id: str
    title: str
    source: str | None
    url: str | None
    published: str | None
    location: str
    characters: int
    chunks: int


class Library:
    """Reads articles out of segments. Safe from many threads."""

    def __init__(self, segments: Sequence[Segment], roots: Mapping[str, str]) -> None:
        """``roots``: the path of each root, by its name."""
        self._segments, self._roots = segments, roots
        self._articles: OrderedDict[tuple[int, int], Article] = OrderedDict()
        self._analyses: OrderedDict[tuple[int, int], ArticleAnalysis | None] = OrderedDict()
        self._lock = threading.Lock()

    def article(self, article_id: str) -> Article:
        """The stored article.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        for place, segment in enumerate(self._segments):
            number = segment.article_number(article_id)
            if number is not None:
                return self._article(place, number)
        raise KeyError(article_id)

    def repeated(self, article_id: str) -> tuple[Span, ...]:
        """Those of an article's masked spans that are masked because they repeat, in order.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        for segment in self._segments:
            number = segment.article_number(article_id)
            if number is not None:
                return masked_spans(segment.edges[number])
        raise KeyError(article_id)

    def analysis(self, article_id: str) -> ArticleAnalysis | None:
        """What grammar says of an article; None where it was not analysed.

        Raises:
            KeyError: there is none of that id in this generation.
        """
        for place, segment in enumerate(self._segments):
            number = segment.article_number(article_id)
            if number is not None:
                key = (place, number)
                with self._lock:
                    if key in self._analyses:
                        self._analyses.move_to_end(key)
                        return self._analyses[key]
                raw = segment.passages.raw_analysis(number)
                found = None if raw is None else decode(raw[1])
                with self._lock:
                    self._analyses[key] = found
                    if len(self._analyses) > _ARTICLES_KEPT:
                        self._analyses.popitem(last=False)
                return found
        raise KeyError(article_id)

    def articles(self) -> Iterator[ArticleSummary]:
        """All articles, sorted by id."""
        columns = (
            "article",
            "article_id",
            "title",
            "source",
            "url",
            "published",
            "location",
            "in_root",
            "root",
            "characters",
        )
        found = []
        for segment in self._segments:
            chunks = np.bincount(segment.owners, minlength=segment.entry.articles)
            for row in segment.passages.rows(columns):
                number, article_id, title, source, url, published, place, in_root, root, size = row
                if number not in segment.dead_articles:
                    location = self._roots[root] + place if in_root else place
                    found.append(
                        ArticleSummary(
                            article_id,
                            title,
                            source,
                            url,
                            published,
                            location,
                            size,
                            int(chunks[number]),
                        )
                    )
        yield from sorted(found, key=lambda summary: summary.article_id)

    def passages(self, ids: IdArray) -> list[Passage]:
        """The passages of some chunks, in the order given.

        Raises:
            KeyError: a chunk is not in this generation.
        """
        found: dict[int, Passage] = {}
        for place, segment in enumerate(self._segments):
            here = ids[segment.rows(ids) >= 0].tolist()
            for chunk_id, row in segment.passages.chunk_rows(here).items():
                article = self._article(place, row.article)
                found[chunk_id] = Passage(
                    row.chunk(article),
                    article.title,
                    article.source,
                    article.url,
                    article.published,
                )
        return [found[chunk_id] for chunk_id in ids.tolist()]

    def _article(self, place: int, number: int) -> Article:
        key = (place, number)
        with self._lock:
            if key in self._articles:
                self._articles.move_to_end(key)
                return self._articles[key]
        article = self._segments[place].passages.article(number, self._roots)
        with self._lock:
            self._articles[key] = article
            if len(self._articles) > _ARTICLES_KEPT:
                self._articles.popitem(last=False)
        return article
