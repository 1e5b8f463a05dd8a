"""Web pages: the article of a page as a reader sees it, with what the page says of itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from qa_bot.corpus.articles import build_article, clean
from qa_bot.corpus.blocks import blocks, join
from qa_bot.corpus.body import article_blocks
from qa_bot.corpus.decoding import Undecodable
from qa_bot.corpus.extractors import KEY, extractor
from qa_bot.corpus.jsonld import read_linked
from qa_bot.corpus.markup import decode_markup, parse_page
from qa_bot.corpus.pagefields import page_fields
from qa_bot.corpus.whole import WholeFileLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

MOST_ELEMENTS = 30_000
"""A page of more elements is read without trafilatura, whose time grows faster than the page."""

_FEW_WORDS = 50
_BODY_WORDS = 100


@dataclass(frozen=True, slots=True)
class HtmlLoader(WholeFileLoader):
    """Saved web pages; one file, one article."""

    def articles(
        self, raw: bytes, file: ArticleFile, article_id: str
    ) -> Iterator[Article | Skipped | Notice]:
        """The page's article, or why there is none."""
        found = article_from_html(raw, article_id=article_id, location=file.location, url=None)
        yield replace(found, path=file.shown) if isinstance(found, Skipped) else found


def article_from_html(
    raw: bytes,
    *,
    article_id: str,
    location: str,
    url: str | None,
    charset: str | None = None,
) -> Article | Skipped:
    """The article of a page, or why there is none. Never raises for bad content.

    Args:
        raw: the page as it was sent.
        article_id: the label that the article gets.
        location: the file or address that verify reads again.
        url: the address that the page was fetched from, None where it is not known. The
            article's own address is the canonical one that the page names, else this.
        charset: the encoding that the server named, if any.
    """
    try:
        text, encoding = decode_markup(raw, charset)
    except Undecodable as reason:
        return Skipped(location, str(reason))
    root = parse_page(text)
    if root is None:
        return Skipped(location, "no article found in the page: it is empty")
    linked = read_linked(root)
    shown = blocks(root)
    found = _extracted(root, url)
    fields = page_fields(root, linked, found, url=url)
    body = join(article_blocks(shown, _text_of(found), fields.title))
    words = len(body.split())
    if words < _FEW_WORDS and len(linked.body.split()) >= max(_BODY_WORDS, 2 * words):
        body = _paragraphs(linked.body)  # a page that is put together by a script
    body = clean(body)
    if not body.strip():
        return Skipped(location, "no article found in the page: it holds no text")
    fields = replace(fields, metadata={**fields.metadata, KEY: extractor("trafilatura")})
    return build_article(
        body, article_id=article_id, location=location, encoding=encoding, fields=fields
    )


def _extracted(root: Any, url: str | None) -> Any:
    """trafilatura's Document of the tree, None where it finds nothing or gives up."""
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        return None
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        return bare_extraction(
            root, url=url, favor_precision=True, include_comments=False, with_metadata=True
        )
    except Exception:  # whatever a page does to it, the page's own blocks can still be read
        return None


def _text_of(found: Any) -> str:
    text = getattr(found, "text", None)
    return text if isinstance(text, str) else ""


def _paragraphs(text: str) -> str:
    """``text`` with a blank line between its paragraphs."""
    return "\n\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
