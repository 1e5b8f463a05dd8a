"""Rows that ``qa-bot export`` wrote: they come in again as what they were, id and all.

A row is marked by the field ``qa_bot_export`` (the version of its form). It carries
``article_id``, ``text``, ``title``, ``url``, ``published``, ``source``, ``author``,
``encoding``, ``metadata`` (strings by name) and ``masked`` (pairs of offsets), so that
nothing is guessed a second time: not the title, not what is boilerplate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from qa_bot.records import Article, Span

MARK = "qa_bot_export"
VERSION = 1
_OPTIONAL = ("source", "url", "author", "published")


def exported_row(article: Article) -> dict[str, Any]:
    """The row of an article, for JSON. Where its file lies on this machine is not in it."""
    return {
        MARK: VERSION,
        "article_id": article.article_id,
        "title": article.title,
        **{name: getattr(article, name) for name in _OPTIONAL},
        "encoding": article.encoding,
        "metadata": dict(article.metadata),
        "masked": [[span.start, span.end] for span in article.masked],
        "text": article.text,
    }


def article_of_export(row: Mapping[str, Any], location: str) -> Article | str:
    """The article of a marked row, or why there is none."""
    if row.get(MARK) != VERSION:
        return f"exported in a form that is not known here: {MARK} {row.get(MARK)!r}"
    text, article_id = row.get("text"), row.get("article_id")
    if not isinstance(text, str) or not text.strip():
        return "an exported article without a text"
    if not isinstance(article_id, str) or not article_id:
        return "an exported article without an id"
    try:
        masked = tuple(Span(int(start), int(end)) for start, end in row.get("masked") or ())
        metadata = {str(key): str(value) for key, value in (row.get("metadata") or {}).items()}
    except (TypeError, ValueError, AttributeError) as error:
        return f"an exported article with damaged fields: {error}"
    if any(span.end > len(text) for span in masked):
        return "an exported article with a masked span outside its text"
    optional = {name: row[name] if isinstance(row.get(name), str) else None for name in _OPTIONAL}
    return Article(
        article_id=article_id,
        title=str(row.get("title") or ""),
        text=text,
        location=location,
        encoding=str(row.get("encoding") or "utf-8"),
        metadata=metadata,
        content_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        masked=masked,
        **optional,
    )
