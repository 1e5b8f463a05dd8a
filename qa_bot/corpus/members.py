"""What may be unpacked: names that stay inside, sizes that stay within limits."""

from __future__ import annotations

import io
import re
import zipfile
from typing import BinaryIO

from qa_bot.corpus.files import MEGABYTE, TooLarge, size

MOST_MEMBERS = 100_000
"""Members of an archive that are read; the rest is reported."""
MEMBER_BYTES = 100 * MEGABYTE
"""The largest member, unpacked."""
GZIP_BYTES = 10 * MEGABYTE
"""A compressed file may unpack to this, or to MOST_TIMES its own size, whichever is more."""
TOTAL_BYTES = 1_000 * MEGABYTE
"""An archive may unpack to this, or to MOST_TIMES its own size, whichever is more."""
MOST_TIMES = 100
"""Text shrinks to a tenth or so; what shrinks to less than a hundredth was made to unpack."""

_DRIVE = re.compile(r"[A-Za-z]:")


def unsafe_name(name: str) -> bool:
    """Whether a member's name leads out of the archive, on any system."""
    return (
        name.startswith(("/", "\\"))
        or bool(_DRIVE.match(name))
        or ".." in re.split(r"[/\\]", name)
        or "\0" in name
    )


def is_passed_over(name: str) -> bool:
    """Whether a member is hidden, or lies in what is: .git, __MACOSX."""
    if unsafe_name(name):  # not silently
        return False
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether ``packed`` bytes unpack to more than text or a document ever would."""
    return unpacked > 10 * MEGABYTE and unpacked > 2 * MOST_TIMES * max(packed, 1)


def unpacked_too_large(archive: zipfile.ZipFile) -> str | None:
    """Why a document that is a zip file (DOCX, EPUB) is not unpacked; None when it may be.

    zipfile never gives more of a member than the size that is looked at here.
    """
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        return f"{len(infos)} members, above the limit of {MOST_MEMBERS}"
    if is_bomb(packed, total) or any(is_bomb(i.compress_size, i.file_size) for i in infos):
        return f"a compression bomb: it unpacks to {size(total)}"
    if total > 5 * MEMBER_BYTES:
        return f"unpacks to {size(total)}, above the limit of {size(5 * MEMBER_BYTES)}"
    if any(info.flag_bits & 1 for info in infos):
        return "encrypted: a password is needed to read it"
    return None


class _Limited(io.RawIOBase):
    """At most so many bytes of a stream."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most, self.taken = stream, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        self.taken += len(piece)
        if self.taken > self._most:
            raise TooLarge(f"unpacks to more than the limit of {size(self._most)}")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def limited(stream: BinaryIO, most: int) -> BinaryIO:
    """``stream``, which raises TooLarge when more than ``most`` bytes are read of it."""
    return io.BufferedReader(_Limited(stream, most), 1 << 16)
