"""What grammar says of the new articles: known from before, or found by other processes.

An analysis is known by the sha256 over the rules and all that they see of an article,
whatever its path; what a run finds is kept in the cache until it is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

from qa_bot import analysis
from qa_bot.analysis.pool import Analysed, AnalysisPool, workers_for
from qa_bot.config import Settings
from qa_bot.corpus.text import sentences
from qa_bot.protocols import Progress
from qa_bot.records import Article, Span
from qa_bot.storage.analyses import encode
from qa_bot.storage.analysis_cache import AnalysisCache
from qa_bot.storage.rows import KEY_BYTES
from qa_bot.storage.segment import Segment
from qa_bot.storage.writer import SegmentWriter


def wanted_rules(settings: Settings) -> tuple[str, str | None]:
    """The fingerprint of the rules to analyse by, "" for not at all; and why not, where the
    settings want it and it cannot be done."""
    unable = analysis.why_not() if settings.analysis else None
    return (analysis.fingerprint() if settings.analysis and unable is None else ""), unable


def analysis_key(article: Article) -> bytes:
    """Equal keys, equal analyses: over the rules, the text, its title and what is masked."""
    seen = [analysis.fingerprint(), article.title, [[s.start, s.end] for s in article.masked]]
    return sha256(f"{json.dumps(seen)}\0{article.content_hash}".encode("ascii")).digest()[
        :KEY_BYTES
    ]


class ArticleAnalyses:
    """The analyses of one run's new articles. A context, so that no process is left.

    Args:
        segments: those of the generation that serves.
        cache: what an interrupted run found.
    """

    def __init__(self, segments: Sequence[Segment], cache: AnalysisCache) -> None:
        self._segments, self._cache = segments, cache
        self._keys: dict[int, bytes] = {}
        self._unknown: dict[bytes, int] = {}
        self._pool: AnalysisPool | None = None
        self.notices: list[str] = []

    def expect(self, number: int, article: Article, characters: int) -> None:
        """Take note of new article ``number``. With the first that is not known the
        processes start, enough for ``characters`` in all; they load meanwhile."""
        key = self._keys[number] = analysis_key(article)
        if self._known(key) is None:
            self._unknown.setdefault(key, number)
            if self._pool is None:
                self._pool = AnalysisPool(workers_for(characters))

    def write(self, writer: SegmentWriter, progress: Progress) -> None:
        """Analyse what is not known, and hand all to ``writer``.

        An article that cannot be analysed is in :attr:`notices`, and in the index without.
        """
        self._analyse(writer, progress)
        for number, key in self._keys.items():
            content = self._known(key)
            if content is not None:
                writer.add_analysis(number, key, content)

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.close()
            self._pool = None

    def _known(self, key: bytes) -> bytes | None:
        found = self._cache.get(key)
        for segment in self._segments:
            if found is not None:
                break
            found = segment.passages.analysis_of_key(key)
        return found

    def _analyse(self, writer: SegmentWriter, progress: Progress) -> None:
        pool, total = self._pool, len(self._unknown)
        if pool is None:
            return
        places: dict[bytes, str] = {}
        failed: dict[str, str] = {}
        for done, result in enumerate(self._results(pool, writer, places), 1):
            if result.analysis is not None:
                self._cache.add(result.key, encode(result.analysis))
            else:
                failed[places[result.key]] = result.failure
            progress("analysing", done, total)
        self._cache.flush()
        if pool.missing is not None:
            self.notices.append(f"{len(failed):,} articles were not analysed: {pool.missing}")
        else:
            self.notices += [f"{place}: not analysed: {why}" for place, why in failed.items()]
        self.close()

    def _results(
        self, pool: AnalysisPool, writer: SegmentWriter, places: dict[bytes, str]
    ) -> Iterator[Analysed]:
        wanted = {number: key for key, number in self._unknown.items()}
        for number, article in writer.added():
            if number in wanted:
                key = wanted[number]
                places[key] = article.article_id
                yield from pool.submit(key, article.text, _analysed(article), article.title)
        yield from pool.finish()


def _analysed(article: Article) -> list[Span]:
    """The sentences that are looked at: not boilerplate, and not too far down."""
    hidden = set(article.masked)
    return [
        sentence
        for sentence in sentences(article.text)
        if sentence.end <= analysis.MAX_CHARACTERS and sentence not in hidden
    ]
