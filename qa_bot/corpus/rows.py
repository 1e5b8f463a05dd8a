"""Rows of named fields to articles: what JSON Lines and tables have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qa_bot.corpus.articles import build_article, clean, read_fields
from qa_bot.corpus.dates import looks_like_date
from qa_bot.corpus.exported import MARK, article_of_export
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

TEXT_NAMES = ("text", "body", "content", "article", "articlebody", "article_text", "full_text")
"""Fields that hold an article's text, the first that is there wins; any case."""

Row = tuple[int, dict[str, object] | str]
"""(line from 1, record), or why there is none; line 0 stands for the file as a whole."""


def articles_of_rows(
    rows: Iterable[Row],
    file: ArticleFile,
    *,
    article_id: str,
    encoding: str,
    columns: Mapping[str, str],
) -> Iterator[Article | Skipped | Notice]:
    """The articles in the file's order; their ids end in ``#<id>`` or ``#L<line>``.

    Without an id the url is the id. ``columns`` maps our names (text, title, url, source,
    author, published, id) to the file's own.
    """
    seen: dict[str, int] = {}
    dates: dict[str, None] = {}
    for number, record in rows:
        where = f"{file.shown}#L{number}"
        if isinstance(record, str):
            yield Skipped(where if number else file.shown, record)
            continue
        if MARK in record:
            article = article_of_export(record, f"{file.location}#L{number}")
            yield Skipped(where, article) if isinstance(article, str) else article
            continue
        record = _renamed(record, columns)
        text = _take_text(record)
        if isinstance(text, Skipped):
            yield Skipped(where, text.reason)
            continue
        label = _label(record)
        if label and label in seen:
            yield Skipped(where, f"the id {label!r} is that of line {seen[label]} too")
            continue
        if label:
            seen[label] = number
        fields = read_fields(record)
        if fields.unusable_date is not None:
            yield Notice(where, f"its date is not one: {fields.unusable_date!r}")
        dates |= dict.fromkeys(k for k, v in fields.metadata.items() if looks_like_date(v))
        yield build_article(
            text,
            article_id=f"{article_id}#{label or f'L{number}'}",
            location=f"{file.location}#L{number}",
            encoding=encoding,
            fields=fields,
        )
    if dates:
        yield Notice(
            file.shown,
            "holds dates that are not read as the day of publication: "
            + ", ".join(sorted(dates))
            + "; name the right one 'published'",
        )


def text_column(names: Iterable[str], columns: Mapping[str, str]) -> str | None:
    """Which of ``names`` holds the text, None when none does."""
    known = {name.lower(): name for name in reversed(list(names))}
    wanted = (columns["text"].lower(),) if "text" in columns else TEXT_NAMES
    return next((known[name] for name in wanted if name in known), None)


def _renamed(record: dict[str, object], columns: Mapping[str, str]) -> dict[str, object]:
    """``record`` with the mapped columns under our names."""
    if not columns:
        return record
    lower = {key.lower(): key for key in reversed(record)}
    chosen = {name: lower.get(column.lower()) for name, column in columns.items()}
    taken = {key for key in chosen.values() if key is not None}
    hidden = {name.lower() for name, key in chosen.items() if key is not None}
    rest = {
        key: value
        for key, value in record.items()
        if key not in taken and key.lower() not in hidden
    }
    return {**{name: record[key] for name, key in chosen.items() if key is not None}, **rest}


def _take_text(record: dict[str, object]) -> str | Skipped:
    """The text (taken out of the record), or a Skipped that says why there is none."""
    name = text_column(record, {})
    text = None if name is None else record.pop(name)
    if text is None:
        return Skipped("", f"no field {name or 'text'!r}")
    if not isinstance(text, str):
        return Skipped("", f"its {name!r} is not a string")
    if not text.removeprefix("\ufeff").strip():
        return Skipped("", f"its {name!r} is empty")
    return clean(text)


def _label(record: dict[str, object]) -> str:
    """The row's own id (taken out of the record) or its url, "" when it has neither."""
    given = record.pop("id", None)
    for value in (given, record.get("url")):
        if isinstance(value, str | int) and not isinstance(value, bool):
            label = clean(str(value)).strip()
            if label:
                return label
    return ""
