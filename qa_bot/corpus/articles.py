"""Text and named fields to an Article: what every loader does in the same way."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from qa_bot.corpus.boilerplate import masked_sentences
from qa_bot.corpus.dates import parse_date
from qa_bot.corpus.headline import find_title
from qa_bot.corpus.text import sentences
from qa_bot.records import Article, Span

DATE_NAMES = (
    "published",
    "publish_date",
    "published_at",
    "date_published",
    "datepublished",
    "publication_date",
    "pub_date",
    "date",
    "pubdate",
)
"""Fields that hold the day of publication, the first usable one wins; any case."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "url": ("url", "link", "canonical_url"),
    "source": ("source", "publisher", "site", "site_name", "outlet"),
    "author": ("author", "authors", "byline", "creator"),
}
"""Other names of our fields, the first that is there wins; any case."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fields:
    """What is known about an article beside its text.

    ``metadata`` is everything without a place of its own, as strings.
    ``unusable_date`` is what a date field held when no day could be read from it.
    """

    title: str = ""
    url: str | None = None
    published: str | None = None
    source: str | None = None
    author: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    unusable_date: str | None = None


def read_fields(record: Mapping[str, object]) -> Fields:
    """The fields of ``record``; without a source the url's host stands for it.

    A field may have its usual other names (``headline`` for ``title``); what is left, and
    the second of two names for one field, becomes metadata.
    """
    rest = {key: value for key, value in record.items() if _as_text(value)}
    names = {key.lower(): key for key in reversed(rest)}

    def take(name: str) -> str | None:
        key = next((names[alias] for alias in _ALIASES[name] if alias in names), None)
        return None if key is None else " ".join(_as_text(rest.pop(key)).split())

    title, url, source, author = take("title"), take("url"), take("source"), take("author")
    published = unusable = None
    for name in DATE_NAMES:
        if name in names and published is None:
            written = rest.pop(names[name])
            published = parse_date(written)
            unusable = unusable or _as_text(written)
    return Fields(
        title=title or "",
        url=url,
        published=published,
        source=source or (host(url) if url else None),
        author=author,
        metadata={clean(key): _as_text(value) for key, value in rest.items()},
        unusable_date=None if published else unusable,
    )


def build_article(
    text: str,
    *,
    article_id: str,
    location: str,
    encoding: str,
    fields: Fields,
    front_matter: Span | None = None,
    hidden: Sequence[Span] = (),
) -> Article:
    """The Article of ``text``, with its boilerplate and ``front_matter`` masked.

    So are the sentences that lie for the most part in ``hidden`` spans.
    """
    found = sentences(text)
    masking = set(masked_sentences(text, found))
    if front_matter is not None:
        masking.update(sentence for sentence in found if sentence.overlaps(front_matter))
    if hidden:
        masking.update(mostly_inside(found, hidden))
    masked = tuple(sorted(masking))
    return Article(
        article_id=article_id,
        title=clean(fields.title or find_title(text, found, masked)),
        text=text,
        source=fields.source,
        location=location,
        url=fields.url,
        author=fields.author,
        published=fields.published,
        encoding=encoding,
        metadata=fields.metadata,
        content_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        masked=masked,
    )


def mostly_inside(sentences: Sequence[Span], spans: Sequence[Span]) -> Iterator[Span]:
    """Those of ``sentences`` of which more than half lies in ``spans``; both in order."""
    first = 0
    for sentence in sentences:
        while first < len(spans) and spans[first].end <= sentence.start:
            first += 1
        inside, at = 0, first
        while at < len(spans) and spans[at].start < sentence.end:
            inside += min(spans[at].end, sentence.end) - max(spans[at].start, sentence.start)
            at += 1
        if 2 * inside > len(sentence):
            yield sentence


def host(url: str) -> str | None:
    """The host of ``url`` without its "www.", None when there is none."""
    try:
        name = urlsplit(url).hostname
    except ValueError:  # a bracket that opens no IPv6 address
        return None
    return name.removeprefix("www.") if name else None


def clean(text: str) -> str:
    """``text`` with lone surrogates, which no encoding can write, as U+FFFD.

    Each is one code point before and after, so that offsets stay.
    """
    return _SURROGATE.sub("\ufffd", text)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clean(", ".join(value))
    return clean(json.dumps(value, ensure_ascii=False))
