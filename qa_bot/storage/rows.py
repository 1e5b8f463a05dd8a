"""Records as SQLite rows, and back.

SQLite stores no lone surrogate (a text file may hold one): such a string becomes
a BLOB of UTF-8 with the surrogates passed through. The text of an article is
always one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from qa_bot.records import Article, Chunk, Span

ARTICLE_COLUMNS = (
    "article",
    "article_id",
    "root",
    "relative",
    "title",
    "text",
    "characters",
    "source",
    "location",
    "in_root",
    "url",
    "author",
    "published",
    "encoding",
    "metadata",
    "content_hash",
    "masked",
    "record_hash",
)
KEY_BYTES = 16
"""Length of an embed key: the first bytes of a sha256."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What is known of an article without its text."""

    number: int
    article_id: str
    root: str
    relative: str
    content_hash: str
    record_hash: str


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk as stored: offsets into the text of article number ``article``."""

    chunk_id: int
    article: int
    start: int
    end: int
    heading: str
    masked: str
    boilerplate: bool
    embed_key: bytes

    @classmethod
    def of(cls, chunk: Chunk, article: int, embed_key: bytes) -> ChunkRow:
        """The row of a chunk of article number ``article``."""
        return cls(
            int(chunk.chunk_id, 16),
            article,
            chunk.span.start,
            chunk.span.end,
            chunk.heading,
            _dump_spans(chunk.masked),
            chunk.boilerplate,
            embed_key,
        )

    def of_article(self, number: int) -> ChunkRow:
        """The same chunk where its article has another number."""
        return replace(self, article=number)

    def chunk(self, article: Article) -> Chunk:
        """The chunk, its text cut out of its article."""
        span = Span(self.start, self.end)
        return Chunk(
            chunk_id=chunk_hex(self.chunk_id),
            article_id=article.article_id,
            span=span,
            text=span.of(article.text),
            heading=self.heading,
            masked=_load_spans(self.masked),
            boilerplate=bool(self.boilerplate),
        )


def chunk_hex(chunk_id: int) -> str:
    """A stored chunk id as records spell it: 16 hexadecimal digits."""
    return f"{chunk_id:016x}"


def record_hash(article: Article) -> str:
    """sha256 over all that an index stores of an article but its label and place.

    Two articles of one id with equal hashes need not be stored again.
    """
    record = [
        article.title,
        article.source,
        article.url,
        article.author,
        article.published,
        article.encoding,
        sorted(article.metadata.items()),
        article.content_hash,
        _dump_spans(article.masked),
    ]
    return sha256(json.dumps(record).encode("ascii")).hexdigest()


def article_row(
    number: int, article: Article, *, root: str, root_path: str, relative: str
) -> tuple[Any, ...]:
    """The values of :data:`ARTICLE_COLUMNS`. ``root_path`` is cut off the location."""
    in_root = article.location.startswith(root_path)
    location = article.location.removeprefix(root_path) if in_root else article.location
    return (
        number,
        store(article.article_id),
        store(root),
        store(relative),
        store(article.title),
        article.text.encode("utf-8", "surrogatepass"),
        len(article.text),
        store(article.source),
        store(location),
        in_root,
        store(article.url),
        store(article.author),
        store(article.published),
        article.encoding,
        json.dumps(dict(article.metadata), sort_keys=True),
        article.content_hash,
        _dump_spans(article.masked),
        record_hash(article),
    )


def remasked_row(
    row: Sequence[Any], unmask: Collection[Span], mask: Collection[Span]
) -> tuple[Any, ...]:
    """A stored article's row with some spans no longer masked, and others masked."""
    at = ARTICLE_COLUMNS.index("masked")
    spans = {*_load_spans(row[at])}.difference(unmask).union(mask)
    return (*row[:at], _dump_spans(sorted(spans)), *row[at + 1 :])


def article_of(row: Mapping[str, Any], root_paths: Mapping[str, str]) -> Article:
    """An article from its row; columns that an older schema lacks have a default."""
    text = load(row["text"])
    location = load(row.get("location")) or ""
    if row.get("in_root"):
        location = root_paths.get(load(row["root"]), "") + location
    return Article(
        article_id=load(row["article_id"]),
        title=load(row.get("title")) or "",
        text=text,
        source=load(row.get("source")),
        location=location,
        url=load(row.get("url")),
        author=load(row.get("author")),
        published=load(row.get("published")),
        encoding=row.get("encoding") or "utf-8",
        metadata=json.loads(row.get("metadata") or "{}"),
        content_hash=row.get("content_hash")
        or sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        masked=_load_spans(row.get("masked") or "[]"),
    )


def store(text: str | None) -> str | bytes | None:
    """``text`` as SQLite takes it: a lone surrogate is no UTF-8, and becomes a BLOB."""
    if text is None:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def load(value: Any) -> Any:
    """The inverse of :func:`store`."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def _dump_spans(spans: Iterable[Span]) -> str:
    return json.dumps([[span.start, span.end] for span in spans], separators=(",", ":"))


def _load_spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(text))
