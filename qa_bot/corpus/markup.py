"""Bytes of HTML or XHTML to a tree, whatever is wrong with them.

Nothing is fetched and no entity of a document is expanded: the parser's network, its
external entities and its "huge tree" are off.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from qa_bot.corpus.articles import clean
from qa_bot.corpus.decoding import Undecodable, decode

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})"
    rb"|\A\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)[^>\[]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_HEAD = 4096
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BINARY = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")


def decode_markup(raw: bytes, charset: str | None = None) -> tuple[str, str]:
    """The text of a page and the name of its encoding.

    A byte order mark counts first, then ``charset`` (what the server said), UTF-8, what the
    page declares, and what the bytes look like. A page that is none of these throughout is
    read as a browser would: as declared, with U+FFFD for what does not fit.

    Raises:
        Undecodable: this is no text.
    """
    if raw.startswith(_BINARY):
        raise Undecodable("a binary file, not a page")
    marked = raw.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = _DECLARED.search(raw[:_HEAD])
    written = (declared.group(1) or declared.group(2)).decode("ascii") if declared else None
    named = [name for name in map(_known, (charset, "utf-8", written)) if name]
    text = encoding = None
    for name in () if marked else named:
        try:
            text, encoding = raw.decode(name), name
            break
        except UnicodeDecodeError:
            continue
    if text is None or encoding is None:
        try:
            text, encoding = decode(raw)
        except Undecodable:
            encoding = next((n for n in map(_known, (charset, written)) if n), "utf-8")
            text = raw.decode(encoding, "replace")
            if text.count("\ufffd") > max(2, len(text) // 50):
                raise
    zeros = text.count("\0")
    if zeros > max(8, len(text) // 100):
        raise Undecodable("a binary file, not a page")
    return _CONTROL.sub(" ", clean(text)).removeprefix("\ufeff"), encoding


def parse_page(text: str) -> Any:
    """The tree of a page, None when it holds no element.

    Never raises for what stands in ``text``; what is nested deeper than libxml2's limit
    (256 elements) is left out.
    """
    from lxml import etree, html

    text = _DECLARATION.sub("", text, count=1)
    parser = html.HTMLParser(
        recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return tree if isinstance(tree.tag, str) else None


def parse_xml(raw: bytes) -> Any:
    """The tree of an XML document without expanding entities.

    Raises:
        ValueError: it is not well formed, too large or too deep.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"not well-formed XML: {error}") from None


def _known(name: str | None) -> str | None:
    """Python's name of an encoding; None for one that it does not know or that is no text's."""
    if not name:
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Browsers read these two as the code page that nearly everyone means by them.
    if found.name in ("iso8859-1", "ascii"):
        return "cp1252" if _is_text(found) else None
    return found.name if _is_text(found) else None


def _is_text(found: codecs.CodecInfo) -> bool:
    return bool(getattr(found, "_is_text_encoding", True))
