"""The span reader as it runs: ONNX Runtime and a tokenizer, no torch.

A model is a folder with ``reader.onnx`` (inputs input_ids and, where the model has
them, attention_mask and token_type_ids; output ``logits`` of shape (n, tokens, 2): start,
end), ``tokenizer.json`` and ``card.json`` (sha256 of the two, window sizes, ``pair``
where the special tokens are not BERT's, and how the model was made). Which folder a
setting means, and how a checkpoint becomes one: qa_bot.models.checkpoint.
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
from qa_bot.models.checkpoint import CARD as CARD
from qa_bot.models.checkpoint import MODEL as MODEL
from qa_bot.models.checkpoint import SHIPPED as SHIPPED
from qa_bot.models.checkpoint import TOKENIZER as TOKENIZER
from qa_bot.models.checkpoint import find_reader
from qa_bot.models.files import sha256
from qa_bot.models.pair import PairFormat
from qa_bot.models.session import available_cores, open_session
from qa_bot.protocols import Reader, Reading, ReadingPassage
from qa_bot.reading.decode import decode_passage
from qa_bot.reading.early_exit import EarlyExitReader
from qa_bot.reading.tidy import tidy
from qa_bot.reading.windows import Window, WindowMaker
from qa_bot.records import Span, SpanCandidate

FloatArray = npt.NDArray[np.float32]
_NO_LOGITS: FloatArray = np.zeros((0, 2), dtype=np.float32)
_NO_READING = Reading((), 0.0)
_NOT_HERE = np.float32(-np.inf)
_MEND = 'install qa-bot again, or set reader = "default"'


class OnnxReader:
    """A :class:`~qa_bot.protocols.Reader`; safe to call from many threads.

    Args:
        folder: the model's folder.
        max_answer_tokens: longest span, in the model's tokens.
        threads: windows that are read at the same time; 0: one for each usable core.
        tidied: False leaves spans as the model points at them, to measure what tidying is worth.
        mend: what the error of a damaged folder says to do.

    Raises:
        ModelError: a file is missing, or is not the one that the card names.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_answer_tokens: int = 30,
        threads: int = 0,
        tidied: bool = True,
        mend: str = _MEND,
    ) -> None:
        card = read_card(folder, mend=mend)
        self._fingerprint: str = card["files"][MODEL]
        self._max_answer_tokens = max_answer_tokens
        self._tidied = tidied
        self._workers = threads or available_cores()
        self._session = open_session(folder / MODEL, threads=1)
        self._inputs = frozenset(each.name for each in self._session.get_inputs())
        self._windows = WindowMaker(
            folder / TOKENIZER,
            max_length=card["max_length"],
            overlap=card["overlap"],
            pair=PairFormat.from_record(card["pair"]) if "pair" in card else None,
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
            self._reading(question, passage, read, top_n) if read else _NO_READING
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
        self,
        question: str,
        passage: ReadingPassage,
        read: Sequence[tuple[Window, FloatArray]],
        top_n: int,
    ) -> Reading:
        windows, logits = zip(*read, strict=True)
        spans, null = decode_passage(
            windows, logits, max_tokens=self._max_answer_tokens, top_n=2 * top_n
        )
        bounds = Span(0, len(passage.text))
        best: dict[Span, SpanCandidate] = {}
        for item in spans:
            if len(best) == top_n:
                break
            if item.score == _NOT_HERE:
                continue
            local = item.span.shift(-passage.offset)
            shown = local
            if self._tidied:
                shown = tidy(passage.text, local, _between_masks(local, bounds, passage), question)
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
        return Reading(tuple(best.values()), null)

    def _logits(self, window: Window) -> FloatArray:
        """(tokens, 2) of one window; -inf at tokens that hold nothing but white space."""
        ids = np.asarray([window.token_ids], dtype=np.int64)
        feeds = {"input_ids": ids}
        if "attention_mask" in self._inputs:  # a window alone has no padding to hide
            feeds["attention_mask"] = np.ones_like(ids)
        if "token_type_ids" in self._inputs:
            feeds["token_type_ids"] = np.asarray([window.type_ids()], dtype=np.int64)
        logits: FloatArray = self._session.run(["logits"], feeds)[0][0]
        blank = np.flatnonzero(window.starts == window.ends)
        if len(blank):
            logits[window.context_start + blank] = _NOT_HERE
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


def read_card(folder: Path, *, mend: str = _MEND) -> dict[str, Any]:
    """The model's card, after its files have been checked against it.

    Raises:
        ModelError: a file is missing, cannot be read, or has another sha256.
    """
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
def _opened(
    folder: Path, mend: str, max_answer_tokens: int, threads: int, tidied: bool
) -> OnnxReader:
    return OnnxReader(
        folder, max_answer_tokens=max_answer_tokens, threads=threads, tidied=tidied, mend=mend
    )


def open_reader(settings: Settings, *, tidied: bool = True) -> Reader:
    """The reader that ``settings.reader`` names; opened once a process, and exported
    first if it is a checkpoint that this machine has not exported yet.

    With ``tidied`` False its spans are left as the model points at them.

    Raises:
        ModelError: there is no readable model there, or none that can be exported.
    """
    folder, mend = find_reader(settings.reader, settings.cache_path)
    reader = _opened(folder, mend, settings.max_answer_tokens, settings.threads, tidied)
    if settings.early_exit_margin < 0:
        return reader
    cores = settings.threads or available_cores()
    return EarlyExitReader(reader, margin=settings.early_exit_margin, at_a_time=cores)
