"""Links that open a web page at a quote, by a text fragment (WICG scroll-to-text-fragment).

``https://example.org/a#:~:text=prefix-,the%20quote,-suffix`` scrolls to "the quote"
between "prefix" and "suffix" and marks it; ``text=start,end`` does so for everything
from "start" to "end". A browser that knows no text fragments, or does not find the
words, opens the page at its beginning.
https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

LONGEST_WHOLE = 200
"""A longer quote, in code points, is named by its first and its last words."""
_EDGE_WORDS = 5
_CONTEXT_WORDS = 4
_STANDS_ALONE = 8
"""A quote of so many words is hardly on a page twice: it needs no prefix and suffix, which
fail where the page has something in between that was not indexed."""

# No address has them, and no browser would be sent there: controls, and half a surrogate pair.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]")
# A browser matches whole words only; "3.5" and "don't" are one each (UAX #29).
_WORD = re.compile(r"\w+(?:[.,:'’]\w+)*")


def is_web_address(url: str | None) -> bool:
    """Whether ``url`` is absolute http or https with a host: the only kind that becomes a link."""
    if not url or _UNSHOWABLE.search(url) or url != url.strip():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def quote_link(url: str | None, quote: str, before: str = "", after: str = "") -> str | None:
    """``url`` with a text fragment that scrolls to ``quote``; None for other addresses.

    A fragment that the address has is kept, a text directive in it is replaced.

    Args:
        quote: the words as the article has them.
        before, after: what stands around them in their sentence.
    """
    if url is None or not is_web_address(url):
        return None
    directive = text_directive(quote, before, after)
    address, _, fragment = url.partition("#")
    fragment = fragment.partition(":~:")[0]
    if not directive:
        return f"{address}#{fragment}" if fragment else address
    return f"{address}#{fragment}:~:{directive}"


def text_directive(quote: str, before: str = "", after: str = "") -> str:
    """``text=[prefix-,]start[,end][,-suffix]``; empty for a quote without words.

    The page's paragraphs may be other elements than the article's lines, and one part of a
    directive is looked for within one element only: so each part comes from one line, and
    a quote over several lines is named by its beginning and its end. Words that the quote
    cuts are completed.
    """
    if not quote.strip():
        return ""
    quote, before, after = _whole_words(quote, before, after)
    lines = [line.split() for line in _LINE_END.split(quote) if line.strip()]
    first, last = lines[0], lines[-1]
    words = sum(map(len, lines))
    if len(lines) > 1:
        parts = [first[:_EDGE_WORDS], last[-_EDGE_WORDS:]]
    elif len(quote) > LONGEST_WHOLE and words > 1:
        edge = min(_EDGE_WORDS, words // 2)
        parts = [first[:edge], first[-edge:]]
    else:
        parts = [first]
    encoded = [_encoded(part) for part in parts]
    if words < _STANDS_ALONE:
        prefix = _LINE_END.split(before)[-1].split()[-_CONTEXT_WORDS:]
        suffix = _LINE_END.split(after)[0].split()[:_CONTEXT_WORDS]
        # A full stop alone tells no two places apart.
        if any(map(_WORD.search, prefix)):
            encoded.insert(0, f"{_encoded(prefix)}-")
        if any(map(_WORD.search, suffix)):
            encoded.append(f"-{_encoded(suffix)}")
    return "text=" + ",".join(encoded)


def _whole_words(quote: str, before: str, after: str) -> tuple[str, str, str]:
    """The three with the words that the quote's ends cut moved into the quote."""
    text = before + quote + after
    start, end = len(before), len(before) + len(quote)
    for word in _WORD.finditer(text):
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    return text[start:end], text[:start], text[end:]


def _encoded(words: list[str]) -> str:
    """``words`` percent-encoded, also the three characters that part a directive: , & -"""
    text = _SURROGATE.sub("\ufffd", " ".join(words))
    return percent_encoded(text, safe="").replace("-", "%2D")
