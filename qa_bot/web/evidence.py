"""The evidence panel: a whole article with the quote marked, or why it cannot be shown."""

from __future__ import annotations

import itertools

from qa_bot.protocols import ArticleSource
from qa_bot.records import Article, Citation, Passage, Span
from qa_bot.web.conversation import Walk
from qa_bot.web.markup import (
    blocks,
    byline,
    escaped,
    highlighted,
    isolated,
    link,
    title_or_name,
)
from qa_bot.web.quoting import markdown, plain

LONGEST_SHOWN = 150_000
"""Code points of an article drawn at once; of a longer one, those around the quote."""

_opened = itertools.count(1)  # makes each panel different, so that the same click scrolls again


def nothing_open() -> str:
    """The panel before the first answer."""
    return (
        '<section class="evidence empty" aria-label="Article">'
        "<p>The article behind an answer opens here, with the quote marked.</p></section>"
    )


def no_quote() -> str:
    """The panel beside an abstention."""
    return (
        '<section class="evidence empty" aria-label="Article">'
        "<p>No quote to show. Choose one of the closest passages to read it in its article.</p>"
        "</section>"
    )


def citation_panel(
    source: ArticleSource,
    citation: Citation,
    *,
    walk: Walk | None = None,
    passage: Span | None = None,
    focus: bool = False,
) -> str:
    """The article of ``citation``: its quote in ``<mark>``, its sentence pale, its passage paler.

    Offsets hold for one text only. When the article has changed or gone since the
    answer was given, the panel says so and shows the quote as it was.

    Args:
        walk: where it stands among the citations of its answer.
        passage: the retrieved passage that the quote was read from, in article offsets.
    """
    title = title_or_name(citation.title, citation.article_id)
    article = _find(source, citation.article_id)
    if article is None:
        return _gone(title, citation.sentence, "is no longer in the collection")
    if citation.span.of(article.text) != citation.quote:
        return _gone(title, citation.sentence, "has changed since this answer")
    page = "" if citation.page is None else f"page {citation.page}, "
    where = f"Quoted word for word: {page}{_characters(citation.span, article)}"
    original = link(citation.link, "Open at the quote")
    return _panel(
        article,
        where,
        original,
        quote=citation.span,
        around=citation.sentence_span,
        passage=passage,
        tools=_tools(citation, walk),
        focus=focus,
    )


def passage_panel(source: ArticleSource, passage: Passage, *, focus: bool = False) -> str:
    """The article of ``passage``, with the passage pale and nothing quoted."""
    chunk = passage.chunk
    title = title_or_name(passage.title, chunk.article_id)
    article = _find(source, chunk.article_id)
    if article is None:
        return _gone(title, chunk.text, "is no longer in the collection")
    if chunk.span.of(article.text) != chunk.text:
        return _gone(title, chunk.text, "has changed since this answer")
    where = f"Passage: {_characters(chunk.span, article)}"
    return _panel(article, where, _original(article), around=chunk.span, focus=focus)


def article_panel(source: ArticleSource, article_id: str, *, focus: bool = False) -> str:
    """A whole article from its beginning, nothing marked."""
    article = _find(source, article_id)
    if article is None:
        return _gone(article_id, "", "is no longer in the collection")
    where = f"{len(article.text):,} characters"
    return _panel(article, where, _original(article), focus=focus)


def _find(source: ArticleSource, article_id: str) -> Article | None:
    try:
        return source.article(article_id)
    except KeyError:
        return None


def _characters(span: Span, article: Article) -> str:
    return f"characters {span.start:,} to {span.end:,} of {len(article.text):,}"


def _original(article: Article) -> str:
    return link(article.url, "Open the original")


def _tools(citation: Citation, walk: Walk | None) -> str:
    """Previous and next citation, and the quote to carry away."""
    steps = ""
    if walk is not None and walk.total > 1:
        steps = (
            '<span class="steps" role="group" aria-label="Citations of this answer">'
            f'<button type="button" data-step="previous" data-open="{escaped(walk.before)}" '
            'aria-label="Previous citation (key p)" aria-keyshortcuts="p">‹</button>'
            f'<span class="place">{walk.place} of {walk.total}</span>'
            f'<button type="button" data-step="next" data-open="{escaped(walk.after)}" '
            'aria-label="Next citation (key n)" aria-keyshortcuts="n">›</button>'
            '<span class="hint">keys <kbd>p</kbd> <kbd>n</kbd></span></span>'
        )
    return (
        f'<div class="tools">{steps}<span class="copies">'
        f'<button type="button" data-copy="{escaped(plain(citation))}">Copy quote</button>'
        f'<button type="button" data-copy="{escaped(markdown(citation))}">Copy as Markdown'
        '</button><span class="copied" role="status"></span></span></div>'
    )


def _panel(
    article: Article,
    where: str,
    original: str,
    *,
    quote: Span | None = None,
    around: Span | None = None,
    passage: Span | None = None,
    tools: str = "",
    focus: bool,
) -> str:
    window = _window(len(article.text), quote or around or Span(0, 0))
    paragraphs = "".join(
        '<p dir="auto">'
        + highlighted(article.text, block, quote=quote, around=around, passage=passage)
        + "</p>"
        for block in blocks(article.text, window)
    )
    line = byline(article.source, article.published, original)
    return (
        f'<article class="evidence" aria-label="Article" data-opened="{next(_opened)}"'
        f"{' data-focus' if focus else ''}>"
        '<header><h2 tabindex="-1" dir="auto">'
        f"{isolated(title_or_name(article.title, article.article_id))}</h2>"
        + (f'<p class="byline">{line}</p>' if line else "")
        + f'<p class="where">{escaped(where)}</p>{tools}</header>'
        '<div class="text" tabindex="0" role="region" aria-label="Text of the article">'
        + _left_out(window.start, "before")
        + paragraphs
        + _left_out(len(article.text) - window.end, "after")
        + "</div></article>"
    )


def _left_out(characters: int, where: str) -> str:
    if not characters:
        return ""
    return f'<p class="left-out">{characters:,} characters {where} this are not drawn.</p>'


def _window(length: int, focus: Span) -> Span:
    """At most LONGEST_SHOWN code points, a third of them before ``focus``."""
    if length <= LONGEST_SHOWN:
        return Span(0, length)
    start = min(max(0, focus.start - LONGEST_SHOWN // 3), length - LONGEST_SHOWN)
    return Span(start, start + LONGEST_SHOWN)


def _gone(title: str, text: str, what: str) -> str:
    shown = f'<blockquote dir="auto">{escaped(text)}</blockquote>' if text else ""
    return (
        f'<section class="evidence gone" aria-label="Article" data-opened="{next(_opened)}">'
        f"<p>The article {isolated(title)} {escaped(what)}."
        + (" What it said then:" if text else "")
        + f"</p>{shown}</section>"
    )
