"""Bytes to text, unchanged: byte order mark and line ends stay where they are.

For every file read here ``open(path, encoding=encoding, newline="").read()`` is the
text again. UTF-8 is tried first and strictly; a byte order mark of UTF-16 or UTF-32
decides; anything else is left to charset-normalizer.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON_PAGES = ("cp1252", "cp1250", "iso8859_2")
_SAMPLE = 1 << 16
_LONG_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")


class Undecodable(ValueError):
    """The bytes are no text; the message is the plain reason."""


def decode(raw: bytes) -> tuple[str, str]:
    """The text of ``raw`` and the name of its encoding.

    Raises:
        Undecodable: the bytes are binary, damaged, or in no encoding that is known.
    """
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if encoding is not None:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise Undecodable(f"not valid {encoding} at byte {error.start}") from None
    elif b"\0" in raw[:_SAMPLE]:
        text, encoding = _decode_wide(raw)
    else:
        try:
            text, encoding = raw.decode("utf-8"), "utf-8"
        except UnicodeDecodeError as error:
            text, encoding = _decode_other(raw, error.start)
    controls = len(_CONTROL.findall(text))
    if "\0" in text or controls > max(2, len(text) // 200):
        raise Undecodable("a binary file, not text")
    return text, encoding


def _decode_wide(raw: bytes) -> tuple[str, str]:
    """UTF-16 without a byte order mark: nearly every other byte is zero."""
    sample = raw[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) >= 0.4 * (len(sample) // 2) and min(even, odd) == 0:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            pass
    raise Undecodable("a binary file, not text")


def _decode_other(raw: bytes, bad_byte: int) -> tuple[str, str]:
    long_ones = len(_LONG_UTF8.findall(raw))
    broken = raw.decode("utf-8", "replace").count("\ufffd")
    if long_ones >= 3 * broken:  # UTF-8 all the same: another reading would garble all of it
        raise Undecodable(f"not valid UTF-8 at byte {bad_byte}, and no other encoding")
    matches = from_bytes(raw)
    best = matches.best()
    if best is None:
        raise Undecodable("a binary file, or text in an unknown encoding")
    # Several code pages often fit a short text about equally well; a common one is meant.
    encoding = best.encoding
    fitting = [m for m in matches if m.chaos <= best.chaos and m.coherence >= best.coherence - 0.1]
    for page in reversed(_COMMON_PAGES):
        if any(page in match.could_be_from_charset for match in fitting):
            encoding = page
    try:
        return raw.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError):
        raise Undecodable(f"not valid {encoding}") from None
