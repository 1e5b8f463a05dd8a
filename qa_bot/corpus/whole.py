"""Loaders that need the whole of a file before they can read any of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from qa_bot.corpus.files import read_whole
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped


@dataclass(frozen=True, slots=True)
class WholeFileLoader(ABC):
    """An :class:`~qa_bot.protocols.ArticleLoader` over the bytes of a file, within its limit."""

    suffixes: frozenset[str]
    factor: ClassVar[int] = 1
    """How many times larger than a file of text one of this format may be."""

    def load(
        self, file: ArticleFile, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Skipped | Notice]:
        """The file's articles, or why it could not be read; see the protocol."""
        raw = read_whole(file, self.factor * max_bytes)
        if isinstance(raw, Skipped):
            yield raw
        else:
            yield from self.articles(raw, file, article_id)

    @abstractmethod
    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """What is in ``raw``, all that ``file`` holds. Never raises for bad content."""
