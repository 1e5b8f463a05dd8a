"""The span reader as it runs: ONNX Runtime and a tokenizer, no torch.

A model is a folder with ``reader.onnx`` (inputs input_ids, attention_mask,
token_type_ids; output ``logits`` of shape (n, tokens, 2): start, end),
``tokenizer.json`` and ``card.json`` (sha256 of the two, window sizes, and how the
model was made). The shipped one lies inside the package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.models.files import sha256
from qa_bot.models.session import available_cores, open_session
from qa_bot.protocols import Reader, Reading, ReadingPassage
from qa_bot.reading.decode import decode_passage
from qa_bot.reading.tidy import tidy
from qa_bot.reading.windows import Window, WindowMaker
from qa_bot.records import Span, SpanCandidate

SHIPPED = Path(__file__).parent.parent / "models" / "reader"
MODEL, TOKENIZER, CARD = "reader.onnx", "tokenizer.json", "card.json"
FloatArray = npt.NDArray[np.float32]
_NO_LOGITS: FloatArray = np.zeros((0, 2), dtype=np.float32)
_NO_READING = Reading((), 0.0)


class OnnxReader:
    """A :class:`~qa_bot.protocols.Reader`; safe to call from many threads.

    Args:
        folder: the model's folder.
        max_answer_tokens: longest span, in the model's tokens.
        threads: windows that are read at the same time; 0: one for each usable core.

    Raises:
        ModelError: a file is missing, or is not the one that the card names.
    """

    def __init__(self, folder: Path, *, max_answer_tokens: int = 30, threads: int = 0) -> None:
        card = read_card(folder)
        self._fingerprint: str = card["files"][MODEL]
        self._max_answer_tokens = max_answer_tokens
        self._workers = threads or available_cores()
        self._session = open_session(folder / MODEL, threads=1)
        self._windows = WindowMaker(
            folder / TOKENIZER, max_length=card["max_length"], overlap=card["overlap"]
        )

    @property
    def fingerprint(self) -> str:
        """sha256 of the weights, in hexadecimal."""
        return self._fingerprint

    def read(
        self, question: str, passages: Sequence[ReadingPassage], *, top_n: int = 5
    ) -> list[Reading]:
        """One :class:`Reading` per passage, in the order given.

        A passage without a readable token has no candidate and the null score 0.
        """
        windows = self._windows.windows(question, passages)
        by_passage: list[list[tuple[Window, FloatArray]]] = [[] for _ in passages]
        for window, table in zip(windows, self._run(windows), strict=True):
            by_passage[window.passage].append((window, table))
        return [
            self._reading(passage, read, top_n) if read else _NO_READING
            for passage, read in zip(passages, by_passage, strict=True)
        ]

    def _run(self, windows: Sequence[Window]) -> list[FloatArray]:
        """The logits of each window, float32 (tokens, 2).

        One window a run, several runs at a time: no padding is computed, and a score
        never depends on which other passages are read beside it (int8 activations
        are scaled over a batch). Longest first, so that no core waits for the last.
        """
        tables: list[FloatArray] = [_NO_LOGITS] * len(windows)

        def fill(row: int) -> None:
            tables[row] = self._logits(windows[row])

        order = sorted(range(len(windows)), key=lambda row: -len(windows[row].token_ids))
        if self._workers <= 1 or len(order) <= 1:
            for row in order:
                fill(row)
        else:
            with ThreadPoolExecutor(min(self._workers, len(order))) as pool:
                for _ in pool.map(fill, order):
                    pass
        return tables

    def _reading(
        self, passage: ReadingPassage, read: Sequence[tuple[Window, FloatArray]], top_n: int
    ) -> Reading:
        windows, logits = zip(*read, strict=True)
        spans, null = decode_passage(
            windows, logits, max_tokens=self._max_answer_tokens, top_n=2 * top_n
        )
        bounds = Span(0, len(passage.text))
        best: dict[Span, SpanCandidate] = {}
        for item in spans:
            local = item.span.shift(-passage.offset)
            shown = tidy(passage.text, local, _between_masks(local, bounds, passage))
            span = shown.shift(passage.offset)
            best.setdefault(
                span,
                SpanCandidate(
                    article_id=passage.article_id,
                    chunk_id=passage.chunk_id,
                    span=span,
                    text=shown.of(passage.text),
                    score=item.score,
                    null_score=item.null_score,
                ),
            )
        return Reading(tuple(best.values())[:top_n], null)

    def _logits(self, window: Window) -> FloatArray:
        """(tokens, 2) of one window."""
        ids = np.asarray([window.token_ids], dtype=np.int64)
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.asarray([window.type_ids()], dtype=np.int64),
        }
        logits: FloatArray = self._session.run(["logits"], feeds)[0][0]
        return logits


def _between_masks(span: Span, bounds: Span, passage: ReadingPassage) -> Span:
    """The part of ``bounds`` around ``span`` that holds no masked text (local offsets)."""
    start, end = bounds.start, bounds.end
    for mask in passage.masked:
        if mask.end - passage.offset <= span.start:
            start = max(start, mask.end - passage.offset)
        elif mask.start - passage.offset >= span.end:
            end = min(end, mask.start - passage.offset)
    return Span(start, max(start, end))


def read_card(folder: Path) -> dict[str, Any]:
    """The model's card, after its files have been checked against it.

    Raises:
        ModelError: a file is missing, cannot be read, or has another sha256.
    """
    mend = 'install qa-bot again, or set reader = "default"'
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        files = dict(card["files"])
        found = {name: sha256(folder / name) for name in files}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            "the reader's model cannot be read",
            where=folder,
            found=repr(error),
            expected=f"{MODEL}, {TOKENIZER} and {CARD}",
            mend=mend,
        ) from error
    for name, digest in files.items():
        if found[name] != digest:
            raise ModelError(
                "a file of the reader's model is not the one its card names",
                where=folder / name,
                expected=f"sha256 {digest}",
                found=f"sha256 {found[name]}",
                mend=mend,
            )
    return card


@lru_cache(maxsize=4)
def _opened(folder: Path, max_answer_tokens: int, threads: int) -> OnnxReader:
    return OnnxReader(folder, max_answer_tokens=max_answer_tokens, threads=threads)


def open_reader(settings: Settings) -> Reader:
    """The reader that ``settings.reader`` names; opened once a process.

    Raises:
        ModelError: there is no readable model there.
    """
    folder = SHIPPED if settings.reader == "default" else Path(settings.reader).resolve()
    return _opened(folder, settings.max_answer_tokens, settings.threads)
