"""Reading a file within limits: as a whole, or line by line."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from qa_bot.protocols import ArticleFile
from qa_bot.records import Skipped

MEGABYTE = 1_000_000
PACKED_FACTOR = 5
"""A PDF, DOCX or EPUB may be this many times larger than a file of text: most of it are
pictures, fonts and markup."""
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, tarfile.TarError)
"""What reading a damaged archive or compressed file raises."""

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 20
_MOST_BLANK = 100_000


class TooLarge(OSError):
    """More was unpacked than is allowed; the message says which limit."""


def read_whole(file: ArticleFile, max_bytes: int) -> bytes | Skipped:
    """All bytes of ``file``; Skipped when it is empty, damaged or above ``max_bytes``.

    Raises:
        OSError: the file cannot be opened or read.
    """
    try:
        with file.open() as stream:
            raw = stream.read(max_bytes + 1)
            if len(raw) > max_bytes:
                found = f"{size(length(stream))}, " if length(stream) > max_bytes else ""
                return Skipped(file.shown, f"{found}above the limit of {size(max_bytes)}")
    except DAMAGED as error:
        return Skipped(file.shown, f"its compression is damaged: {error}")
    except TooLarge as error:
        return Skipped(file.shown, str(error))
    return raw if raw else Skipped(file.shown, "empty")


def lines(stream: BinaryIO, max_bytes: int) -> Iterator[tuple[int, bytes | str]]:
    """(number from 1, line with its end) of a stream; a str is why a line was not read.

    Number 0 stands for the file as a whole, and is the last. A byte order mark of UTF-8
    is left out; a line above ``max_bytes`` is not held in memory.
    """
    number = blank = 0
    while True:
        number += 1
        try:
            raw = stream.readline(max_bytes + 1)
            if len(raw) > max_bytes and not raw.endswith(b"\n"):
                while (piece := stream.readline(_PIECE)) and not piece.endswith(b"\n"):
                    pass
                yield number, f"longer than the limit of {max_bytes} bytes"
                continue
        except DAMAGED as error:
            yield 0, f"its compression is damaged after line {number - 1}: {error}"
            return
        except TooLarge as error:
            yield 0, f"{error}; read up to line {number - 1}"
            return
        if not raw:
            return
        if number == 1:
            if raw.startswith(_WIDE_MARKS):
                yield 0, "UTF-16, where rows of articles are UTF-8"
                return
            raw = raw.removeprefix(_UTF8_MARK)
        blank = 0 if raw.strip() else blank + 1
        if blank > _MOST_BLANK:
            yield 0, f"nothing but empty lines from line {number - blank + 1} on"
            return
        yield number, raw


def size(count: int) -> str:
    """A number of bytes in words."""
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{count} bytes"


def length(stream: BinaryIO) -> int:
    """The length of a file on the disk, or of bytes in memory; 0 for another stream."""
    if isinstance(stream, io.BytesIO):
        return stream.getbuffer().nbytes
    try:
        return os.fstat(stream.fileno()).st_size
    except (OSError, AttributeError):
        return 0
