"""An exported text encoder: tokens in, unit vectors out.

One text is run at a time, and many texts in parallel threads. Measured on an
encoder of six layers this is faster than batches (no padding, and the activations
of one passage fit the processor's cache), and it is what makes a vector depend on
its text alone: dynamic int8 scales its activations over the whole batch, so that
in a batch the neighbours of a text would move its vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qa_bot.errors import ModelError
from qa_bot.models.session import available_cores, open_session

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


class Encoder:
    """The ONNX file and the tokenizer of one exported model. Safe from many threads.

    Args:
        folder: holds model.onnx and tokenizer.json.
        dim: length of a vector.
        max_tokens: the encoder's window, special tokens included.
        threads: texts that are run at the same time; 0: one for each usable core.

    Raises:
        ModelError: a file is missing or cannot be loaded.
    """

    def __init__(self, folder: Path, *, dim: int, max_tokens: int, threads: int = 0) -> None:
        self.dim, self.max_tokens = dim, max_tokens
        self._threads = threads or available_cores()
        self._tokenizer = _open_tokenizer(folder / TOKENIZER_FILE)
        self._session = open_session(folder / MODEL_FILE, threads=1)
        self._inputs = tuple(given.name for given in self._session.get_inputs())

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, special tokens included, never cut."""
        encodings = self._tokenizer.encode_batch_fast([encodable(text) for text in texts])
        return [encoding.ids for encoding in encodings]

    def cut(self, text: str) -> list[int]:
        """Token ids of ``text``; the end of a text over the window is left out."""
        ids = self.tokenise([text])[0]
        if len(ids) <= self.max_tokens:
            return ids
        bare = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        bare.truncate(self.max_tokens - self._tokenizer.num_special_tokens_to_add(False))
        whole: list[int] = self._tokenizer.post_process(bare).ids
        return whole

    def encode(self, sequences: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Vectors of token ids: float32 of shape (len(sequences), dim), rows of length 1.

        A row depends on its own sequence alone: not on the others, their order or
        the number of threads. Each sequence must fit the window.
        """
        vectors = np.empty((len(sequences), self.dim), dtype=np.float32)

        def fill(row: int) -> None:
            vectors[row] = self._run(sequences[row])

        workers = min(self._threads, len(sequences))
        if workers <= 1:
            for row in range(len(sequences)):
                fill(row)
            return vectors
        # Longest first: no thread is left alone with a long text at the end.
        order = sorted(range(len(sequences)), key=lambda row: -len(sequences[row]))
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(fill, order):
                pass
        return vectors

    def _run(self, sequence: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vector of one sequence, shape (dim,)."""
        ids = np.asarray([sequence], dtype=np.int64)
        feeds: dict[str, Any] = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        feeds["token_type_ids"] = np.zeros_like(ids)
        given = {name: feeds[name] for name in self._inputs}
        vector: npt.NDArray[np.float32] = self._session.run(None, given)[0][0]
        return vector


def _open_tokenizer(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise ModelError("a tokenizer cannot be loaded", where=path, found=error) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encodable(text: str) -> str:
    """``text`` with lone surrogates, which no tokenizer accepts, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
