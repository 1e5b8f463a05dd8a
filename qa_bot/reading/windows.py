"""Question and passage to model inputs, offsets carried all the way.

A window is ``[CLS] question [SEP] context [SEP]``, or what another tokenizer makes
of a pair (qa_bot.models.pair), of at most ``max_length`` tokens. A passage that does
not fit is cut into windows that overlap by ``overlap`` tokens (Devlin et al. 2019,
section 4.2, and Alberti et al. 2019), so that no answer shorter than the overlap is
ever cut. Tokens of masked sentences are left out, and every context token knows its
segment: spans are only allowed inside one segment, so never across a paragraph's end
or a masked sentence.

Serving and training share this module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from qa_bot.errors import ModelError
from qa_bot.models.pair import PairFormat
from qa_bot.protocols import ReadingPassage

IntArray = npt.NDArray[np.int32]

MAX_LENGTH = 384
OVERLAP = 128
MAX_QUESTION_TOKENS = 64

_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"\n[ \t\r]*\n|(?<=[.!?…\"”’')\]:])[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Window:
    """One model input.

    ``token_ids`` has length n <= max_length; the m context tokens are
    ``token_ids[context_start : context_start + m]``. ``starts``, ``ends`` and
    ``segments`` are int32 of shape (m,): code-point offsets into the article and
    the segment of each context token. A token that holds nothing but white space has
    ``starts == ends``: it is read, and no span begins or ends there. ``passage`` is the
    passage's position in the list that was given.
    """

    passage: int
    token_ids: tuple[int, ...]
    context_start: int
    starts: IntArray
    ends: IntArray
    segments: IntArray

    def type_ids(self) -> list[int]:
        """0 for the question's part, 1 for the context's, length n."""
        context = len(self.token_ids) - self.context_start
        return [0] * self.context_start + [1] * context


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The context tokens of one passage; arrays of shape (m,)."""

    ids: npt.NDArray[np.int64]
    starts: IntArray
    ends: IntArray
    segments: IntArray


class WindowMaker:
    """Cuts windows with one tokenizer.

    Args:
        tokenizer: path of a ``tokenizer.json``.
        max_length: tokens of a window, special ones included.
        overlap: context tokens that two neighbouring windows share.
        pair: the special tokens around question and context; None: BERT's, for our own
            readers, which never see a token that holds no character of the text.

    Raises:
        ModelError: ``pair`` is None and the tokenizer lacks [CLS] or [SEP].
    """

    def __init__(
        self,
        tokenizer: Path,
        *,
        max_length: int = MAX_LENGTH,
        overlap: int = OVERLAP,
        pair: PairFormat | None = None,
    ) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._blanks = pair is not None
        if pair is None:
            sep = _special(self._tokenizer, "[SEP]")
            pair = PairFormat((_special(self._tokenizer, "[CLS]"),), (sep,), (sep,))
        else:
            # "<s>" in an article is text (an HTML tag, say), not the start of an input.
            self._tokenizer.encode_special_tokens = True
        self._pair = pair
        # A small window keeps room for the passage.
        self._most_asked = max(1, min(MAX_QUESTION_TOKENS, (max_length - pair.added) // 2))
        self.max_length = max_length
        self.overlap = overlap

    def windows(self, question: str, passages: Sequence[ReadingPassage]) -> list[Window]:
        """All windows of all passages, passage by passage, left to right.

        A passage without a token outside its masks has none.
        """
        prefix = self._question(question)
        encodings = self._tokenizer.encode_batch(
            [_encodable(passage.text) for passage in passages], add_special_tokens=False
        )
        found: list[Window] = []
        for position, (passage, encoding) in enumerate(zip(passages, encodings, strict=True)):
            tokens = _tokens(passage, encoding, blanks=self._blanks)
            if (tokens.ends > tokens.starts).any():
                found += self._cut(position, prefix, tokens)
        return found

    def _question(self, question: str) -> list[int]:
        ids = self._tokenizer.encode(_encodable(question), add_special_tokens=False).ids
        return [*self._pair.before, *ids[: self._most_asked], *self._pair.between]

    def _cut(self, position: int, prefix: list[int], tokens: _Tokens) -> list[Window]:
        room = self.max_length - len(prefix) - len(self._pair.after)
        step = max(1, room - self.overlap)
        found: list[Window] = []
        begin = 0
        while begin < len(tokens.ids):
            end = min(begin + room, len(tokens.ids))
            found.append(
                Window(
                    passage=position,
                    token_ids=(*prefix, *tokens.ids[begin:end].tolist(), *self._pair.after),
                    context_start=len(prefix),
                    starts=tokens.starts[begin:end],
                    ends=tokens.ends[begin:end],
                    segments=tokens.segments[begin:end],
                )
            )
            if end == len(tokens.ids):
                break
            begin += step
        return found


def _special(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ModelError(
            "a reader's tokenizer lacks a special token",
            expected=token,
            mend="use a tokenizer of the BERT kind",
        )
    return int(found)


def _encodable(text: str) -> str:
    """``text`` with lone surrogates, which no tokenizer accepts, as U+FFFD: one code
    point for each, so that offsets stay."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _tokens(passage: ReadingPassage, encoding: Encoding, *, blanks: bool) -> _Tokens:
    """The passage's tokens outside its masks, in article offsets.

    ``blanks``: keep tokens without a character that can be quoted, with zero width.
    """
    offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
    ids = np.asarray(encoding.ids, dtype=np.int64)
    if blanks:
        offsets = _without_space(passage.text, offsets)
    starts, ends = offsets[:, 0] + passage.offset, offsets[:, 1] + passage.offset
    # Zero-width tokens (a lone combining mark that the normaliser dropped) cannot be quoted.
    keep = np.full(len(ids), True) if blanks else ends > starts
    borders = [match.end() + passage.offset for match in _BREAK.finditer(passage.text)]
    for mask in passage.masked:
        keep &= (ends <= mask.start) | (starts >= mask.end)
        borders.append(mask.end)
    ids, starts, ends = ids[keep], starts[keep], ends[keep]
    segments = np.searchsorted(np.sort(np.asarray(borders, dtype=np.int32)), starts, side="right")
    return _Tokens(ids, starts, ends, segments.astype(np.int32))


def _without_space(text: str, offsets: IntArray) -> IntArray:
    """``offsets`` (m, 2) without the white space at their edges, which byte-level tokens
    carry in front; tokens of nothing else become zero-width, where they begin."""
    solid = np.fromiter((not char.isspace() for char in text), dtype=np.bool_, count=len(text))
    places = np.arange(len(text) + 1, dtype=np.int32)
    # For each place the next one, itself included, that holds a character to quote; and
    # the last one, itself included, that such a character ends at.
    begins = np.where(np.append(solid, True), places, len(text))
    following = np.minimum.accumulate(begins[::-1])[::-1]
    preceding = np.maximum.accumulate(np.where(np.append(True, solid), places, 0))
    starts, ends = following[offsets[:, 0]], preceding[offsets[:, 1]]
    blank = starts >= ends
    starts = np.where(blank, offsets[:, 0], starts)
    return np.stack((starts, np.where(blank, starts, ends)), axis=1).astype(np.int32)


def pad(
    windows: Sequence[Window], *, multiple: int = 1, pad_id: int = 0
) -> dict[str, npt.NDArray[np.int64]]:
    """Windows as a batch: ``input_ids``, ``attention_mask``, ``token_type_ids``.

    Each is int64 of shape (len(windows), longest), the longest rounded up to a
    ``multiple``; padding is ``pad_id`` in the first and 0 in the others.
    """
    longest = max(len(window.token_ids) for window in windows)
    longest = -(-longest // multiple) * multiple
    shape = (len(windows), longest)
    batch = {
        name: np.zeros(shape, dtype=np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    batch["input_ids"] += pad_id
    for row, window in enumerate(windows):
        length = len(window.token_ids)
        batch["input_ids"][row, :length] = window.token_ids
        batch["attention_mask"][row, :length] = 1
        batch["token_type_ids"][row, window.context_start : length] = 1
    return batch
