"""Small stand-ins for the tests: an embedder without a model, and articles made of words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from qa_bot.analysis.pool import Analysed
from qa_bot.errors import ModelError
from qa_bot.protocols import Reading, ReadingPassage
from qa_bot.records import (
    Article,
    ArticleAnalysis,
    Cue,
    EmbedderFingerprint,
    Entity,
    Span,
    SpanCandidate,
)

_WORD = re.compile(r"\w+")


class FakeEmbedder:
    """A bag of hashed words as a unit vector: texts that share words are near each other.

    Deterministic, and independent of what else is embedded beside a text. What was
    embedded is in ``embedded``, in order. ``fail_after``: texts after which a call
    raises KeyboardInterrupt, as Ctrl-C would.
    """

    def __init__(
        self,
        *,
        dim: int = 24,
        name: str = "fake",
        window: int = 128,
        fail_after: int | None = None,
    ) -> None:
        self._fingerprint = EmbedderFingerprint(name, f"revision of {name}", dim, window)
        self.embedded: list[str] = []
        self.fail_after = fail_after

    @property
    def fingerprint(self) -> EmbedderFingerprint:
        return self._fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if self.fail_after is not None and len(self.embedded) >= self.fail_after:
            raise KeyboardInterrupt
        for text, tokens in zip(texts, self.count_tokens(texts), strict=True):
            if tokens > self._fingerprint.max_tokens:
                raise ModelError("a text is longer than the window", found=text[:80])
        self.embedded += texts
        return self._vectors(texts)

    def embed_question(self, question: str) -> npt.NDArray[np.float32]:
        return self._vectors([question])[0]

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [self._vector(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self._fingerprint.dim)

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        words = _WORD.findall(text.lower()) or [""]
        total = np.sum([_word_vector(word, self._fingerprint.dim) for word in words], axis=0)
        unit: npt.NDArray[np.float64] = total / np.linalg.norm(total)
        return unit


@cache
def _word_vector(word: str, dim: int) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8])
    return np.random.default_rng(seed).standard_normal(dim)


def make_article(
    article_id: str,
    text: str,
    *,
    title: str = "A title",
    source: str | None = None,
    url: str | None = None,
    author: str | None = None,
    published: str | None = None,
    location: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Article:
    """An article with the sha256 of its text, as a loader makes it."""
    return Article(
        article_id=article_id,
        title=title,
        text=text,
        source=source,
        location=location or f"/somewhere/{article_id}",
        url=url,
        author=author,
        published=published,
        encoding="utf-8",
        metadata=metadata or {},
        content_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


class FakeReader:
    """Reads by rule: the answer is a number (asked "when") or a run of capitalised words in the
    sentence that shares most words with the question. Logits are counts of shared words."""

    fingerprint = "fake reader"

    def read(
        self, question: str, passages: Sequence[ReadingPassage], *, top_n: int = 5
    ) -> list[Reading]:
        asked = {word.lower() for word in _WORD.findall(question)}
        return [self._read(asked, passage, top_n) for passage in passages]

    def _read(self, asked: set[str], passage: ReadingPassage, top_n: int) -> Reading:
        found: dict[Span, SpanCandidate] = {}
        for sentence in re.finditer(r"[^.!?\n]+", passage.text):
            shared = len(asked & {w.lower() for w in _WORD.findall(sentence.group())})
            for name in re.finditer(r"\d[\d,.]*\d|\d|[A-Z]\w+(?: [A-Z]\w+)*", sentence.group()):
                wanted = name.group()[0].isdigit() == ("when" in asked)
                if name.group().lower() in asked or name.group() in ("Its", "The"):
                    continue
                start = passage.offset + sentence.start() + name.start()
                span = Span(start, start + len(name.group()))
                if any(span.overlaps(mask) for mask in passage.masked):
                    continue
                found[span] = SpanCandidate(
                    passage.article_id,
                    passage.chunk_id,
                    span,
                    name.group(),
                    3.0 * shared + wanted,
                    4.0,
                )
        best = sorted(found.values(), key=lambda c: (-c.score, c.span))[:top_n]
        return Reading(tuple(best), 4.0)


class FakePool:
    """In place of the processes that analyse: names are words with a capital, and a sentence
    with "not" in it is negated. Depends on the text alone. ``asked``: texts, in order, of all
    pools; ``fail_after``: texts after which a call raises KeyboardInterrupt."""

    asked: ClassVar[list[str]] = []
    fail_after: ClassVar[int | None] = None

    def __init__(self, workers: int = 1) -> None:
        self.missing: str | None = None

    def submit(
        self, key: bytes, text: str, sentences: Sequence[Span], title: str
    ) -> Iterator[Analysed]:
        if self.fail_after is not None and len(self.asked) >= self.fail_after:
            raise KeyboardInterrupt
        self.asked.append(text)
        names = [Entity(Span(*match.span()), "PERSON") for match in re.finditer(r"[A-Z]\w+", text)]
        cues = [
            Cue(s, "negation", Span(place, place + 3), Span(place + 3, s.end))
            for s in sentences
            if (place := text.find("not", s.start, s.end)) >= 0 and place + 3 < s.end
        ]
        yield Analysed(key, ArticleAnalysis(tuple(names), (), tuple(cues)))

    def finish(self) -> Iterator[Analysed]:
        yield from ()

    def close(self) -> None:
        pass
