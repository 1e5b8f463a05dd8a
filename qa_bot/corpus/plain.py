"""Plain text and Markdown: one file, one article, its text unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_bot.corpus.articles import Fields, build_article, read_fields
from qa_bot.corpus.decoding import Undecodable, decode
from qa_bot.corpus.whole import WholeFileLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped, Span

_FENCE = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?:\r\n|\r|\n)(?:---|\.\.\.)[ \t]*(?=\r|\n|\Z)")
_FIELD = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:(?:[ \t]+(.*))?\Z")
_LONGEST_FRONT_MATTER = 20_000
_MOST_BRACKETS = 200


@dataclass(frozen=True, slots=True)
class PlainLoader(WholeFileLoader):
    """Files of text; with ``front_matter``, a YAML block at the beginning is read and masked."""

    front_matter: bool = False

    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """The file's one article, or why there is none."""
        try:
            text, encoding = decode(raw)
        except Undecodable as reason:
            yield Skipped(file.shown, str(reason))
            return
        if not text.strip("\ufeff \t\r\n") or not text.removeprefix("\ufeff").strip():
            yield Skipped(file.shown, "nothing but white space")
            return
        block = find_front_matter(text) if self.front_matter else None
        fields = Fields() if block is None else read_fields(_front_matter_fields(block.of(text)))
        if fields.unusable_date is not None:
            yield Notice(file.shown, f"its date is not one: {fields.unusable_date!r}")
        yield build_article(
            text,
            article_id=article_id,
            location=file.location,
            encoding=encoding,
            fields=fields,
            front_matter=block,
        )


def find_front_matter(text: str) -> Span | None:
    """Where the YAML block that opens a Markdown file stands, fences included.

    A first line of three hyphens with no fields below it is a rule, not a fence.
    """
    opening = _FENCE.match(text)
    if opening is None:
        return None
    closing = _CLOSING.search(text, opening.end() - 1, _LONGEST_FRONT_MATTER)
    if closing is None:
        return None
    block = Span(text.index("---"), closing.end())
    return block if _front_matter_fields(block.of(text)) else None


def _front_matter_fields(block: str) -> dict[str, object]:
    """The fields of ``block``, all scalars as they are written; none when it is no mapping."""
    import yaml  # only when a file has front matter

    body = "\n".join(block.splitlines()[1:-1])
    if sum(map(body.count, "[{")) > _MOST_BRACKETS:  # yaml's time grows with their square
        return dict(_plain_fields(block))
    try:
        # BaseLoader makes no dates, numbers or objects; references, which a few lines of can
        # unfold to gigabytes, are not followed.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(body, yaml.BaseLoader)):
            return dict(_plain_fields(block))
        found = yaml.load(body, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return dict(_plain_fields(block))  # "title: Bridge: closed" is no YAML, and is meant
    if not isinstance(found, dict):
        return {}
    return {str(key): value for key, value in found.items() if value not in ("", None)}


def _plain_fields(block: str) -> dict[str, str]:
    """The ``key: value`` lines of ``block`` at the left margin; nested ones are left out."""
    found: dict[str, str] = {}
    for line in block.splitlines():
        match = _FIELD.match(line.rstrip())
        if match is None:
            continue
        value = (match.group(2) or "").strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if value and value not in ("|", ">"):
            found.setdefault(match.group(1), value)
    return found
