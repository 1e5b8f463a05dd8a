"""Spans to citations. The one place where a quote is made, and checked."""

from __future__ import annotations

from qa_bot.corpus.extractors import KEY as EXTRACTOR
from qa_bot.corpus.pages import page_at
from qa_bot.corpus.text import sentence_around
from qa_bot.errors import CitationError
from qa_bot.records import Article, Citation, Span


def cite(article: Article, span: Span, *, flags: tuple[str, ...] = ()) -> Citation:
    """The citation of ``span`` in ``article``, with the sentence around it.

    Raises:
        CitationError: the span does not lie inside the article, or is empty.
    """
    if not 0 <= span.start < span.end <= len(article.text):
        raise CitationError(
            "a span lies outside its article",
            where=article.article_id,
            expected=f"0 <= start < end <= {len(article.text)}",
            found=f"[{span.start}, {span.end})",
            mend="qa-bot verify, then qa-bot index PATH --fresh",
        )
    sentence = sentence_at(article.text, span)
    citation = Citation(
        article_id=article.article_id,
        title=article.title,
        source=article.source,
        location=article.location,
        url=article.url,
        published=article.published,
        span=span,
        quote=span.of(article.text),
        sentence=sentence.of(article.text),
        sentence_span=sentence,
        page=page_at(article.metadata, span.start),
        flags=flags,
        content_hash=article.content_hash,
        extractor=article.metadata.get(EXTRACTOR, ""),
    )
    check(citation, article)
    return citation


def sentence_at(text: str, span: Span) -> Span:
    """The whole sentences of an article's ``text`` around ``span``, which they cover."""
    paragraph = _paragraph(text, span)
    sentence = sentence_around(paragraph.of(text), span.shift(-paragraph.start))
    # White space lies in no sentence; a quote that begins or ends with it widens its own.
    return Span(
        min(sentence.start + paragraph.start, span.start),
        max(sentence.end + paragraph.start, span.end),
    )


def check(citation: Citation, article: Article) -> None:
    """Law 1, before an answer leaves: quote and sentence are what stands at their offsets.

    Raises:
        CitationError: one of them is not, or the article's text is another one.
    """
    mend = "qa-bot verify, then qa-bot index PATH --fresh"
    if citation.content_hash != article.content_hash:
        raise CitationError(
            "the article has changed since it was cited",
            where=article.article_id,
            expected=citation.content_hash,
            found=article.content_hash,
            mend=mend,
        )
    for span, quoted in (
        (citation.span, citation.quote),
        (citation.sentence_span, citation.sentence),
    ):
        if span.of(article.text) != quoted:
            raise CitationError(
                "a quote is not what its article says",
                where=f"{article.article_id} [{span.start}, {span.end})",
                expected=repr(quoted),
                found=repr(span.of(article.text)),
                mend=mend,
            )
    if not (
        citation.sentence_span.start <= citation.span.start
        and citation.span.end <= citation.sentence_span.end
    ):
        raise CitationError(
            "a quote is not inside its sentence",
            where=article.article_id,
            expected=citation.sentence_span,
            found=citation.span,
            mend=mend,
        )


def _paragraph(text: str, span: Span) -> Span:
    """The text between the blank lines around ``span``: sentences are only looked for
    there, so that citing costs the same in a long article."""
    start = text.rfind("\n\n", 0, span.start)
    end = text.find("\n\n", span.end)
    return Span(0 if start < 0 else start + 2, len(text) if end < 0 else end)
