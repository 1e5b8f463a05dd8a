"""Text to unit vectors: the two implementations of the Embedder protocol.

:class:`OnnxEmbedder` runs an exported model and is what serves;
:class:`SentenceTransformerEmbedder` runs torch, for models that have no ONNX form.
:func:`open_embedder` chooses.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qa_bot.config import Settings
from qa_bot.errors import ModelError
from qa_bot.models.cache import ModelSource, NotExportable, exported, find_source
from qa_bot.models.encoder import MODEL_FILE, Encoder, encodable
from qa_bot.models.files import folder_sha256, read_checked
from qa_bot.protocols import Embedder
from qa_bot.records import EmbedderFingerprint

FloatMatrix = npt.NDArray[np.float32]

_BLOCK = 512
"""Texts that are tokenised at a time, so that a long list costs no memory."""


class OnnxEmbedder:
    """An exported model, run by ONNX Runtime one text at a time.

    Equal texts have equal vectors, whatever else is embedded beside them.

    Args:
        folder: what :func:`qa_bot.models.cache.exported` returned.
        name: the model's name, for the fingerprint.
        threads: texts that are run at the same time; 0: one for each usable core.

    Raises:
        ModelError: a file of the folder is missing or damaged.
    """

    def __init__(self, folder: Path, *, name: str, threads: int = 0) -> None:
        meta = read_checked(folder)
        self._encoder = Encoder(
            folder, dim=meta["dim"], max_tokens=meta["max_tokens"], threads=threads
        )
        self._question_prompt: str = meta["question_prompt"]
        self._passage_prompt: str = meta["passage_prompt"]
        self._fingerprint = EmbedderFingerprint(
            name=name,
            revision=meta["files"][MODEL_FILE],
            dim=meta["dim"],
            max_tokens=meta["max_tokens"],
        )

    @property
    def fingerprint(self) -> EmbedderFingerprint:
        """``revision`` is the sha256 of the ONNX file that is run."""
        return self._fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with special tokens and the model's passage prompt."""
        return [len(ids) for block in _blocks(texts) for ids in self._tokenise(block)]

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """float32 of shape (len(texts), dim), rows of length 1, in the order given.

        Raises:
            ModelError: a text is longer than the window.
        """
        vectors = np.empty((len(texts), self._fingerprint.dim), dtype=np.float32)
        done = 0
        for block in _blocks(texts):
            sequences = self._tokenise(block)
            for text, ids in zip(block, sequences, strict=True):
                _check_window(text, len(ids), self._fingerprint.max_tokens)
            vectors[done : done + len(block)] = self._encoder.encode(sequences)
            done += len(block)
        return vectors

    def embed_question(self, question: str) -> FloatMatrix:
        """float32 of shape (dim,), length 1; a long question is cut at the window."""
        ids = self._encoder.cut(self._question_prompt + question)
        vector: FloatMatrix = self._encoder.encode([ids])[0]
        return vector

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return self._encoder.tokenise([self._passage_prompt + text for text in texts])


class SentenceTransformerEmbedder:
    """A model run by sentence-transformers and torch. Importing them takes seconds.

    Args:
        location: folder of a sentence-transformers model, or its name on the hub.
        name: the model's name, for the fingerprint.
        local: never ask the network.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(self, location: str, *, name: str, local: bool = True) -> None:
        from qa_bot.models import export

        self._model = export.load(location, local=local)
        self._question_prompt, self._passage_prompt = export.prompts(self._model)
        self._fingerprint = EmbedderFingerprint(
            name=name,
            revision=folder_sha256(_snapshot(location)),
            dim=len(self._model.encode_query("length", show_progress_bar=False)),
            max_tokens=export.window(self._model),
        )

    @property
    def fingerprint(self) -> EmbedderFingerprint:
        """``revision`` is one sha256 over the weights, the tokenizer and the settings."""
        return self._fingerprint

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with special tokens and the model's passage prompt."""
        if not texts:
            return []
        prompted = [self._passage_prompt + encodable(text) for text in texts]
        tokenizer = self._model.tokenizer
        if isinstance(tokenizer, Tokenizer):  # a model of static embeddings brings a bare one
            return [len(ids) for ids in tokenizer.encode_batch(prompted, add_special_tokens=False)]
        return [len(ids) for ids in tokenizer(prompted, truncation=False)["input_ids"]]

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """float32 of shape (len(texts), dim), rows of length 1, in the order given.

        Raises:
            ModelError: a text is longer than the window.
        """
        for text, count in zip(texts, self.count_tokens(texts), strict=True):
            _check_window(text, count, self._fingerprint.max_tokens)
        if not texts:
            return np.empty((0, self._fingerprint.dim), dtype=np.float32)
        vectors = self._model.encode_document(
            [encodable(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def embed_question(self, question: str) -> FloatMatrix:
        """float32 of shape (dim,), length 1; a long question is cut at the window."""
        vector = self._model.encode_query(
            encodable(question), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vector, dtype=np.float32)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that ``settings`` name; exported first if this machine has not done so.

    Opening one twice in a process gives the same object, so that its weights are in
    memory once. A model that has no ONNX form is run by torch, with a notice on stderr.

    Raises:
        ModelError: the model cannot be found or loaded, or its cached file is damaged.
    """
    return _opened(
        find_source(settings.embedder), settings.precision, settings.cache_path, settings.threads
    )


@lru_cache(maxsize=4)
def _opened(source: ModelSource, precision: str, cache: Path, threads: int) -> Embedder:
    try:
        folder = exported(source, precision, cache)
    except NotExportable as error:
        print(
            f"{error}\n{source.name} is run by sentence-transformers instead, which is slower.",
            file=sys.stderr,
        )
        return SentenceTransformerEmbedder(source.location, name=source.name, local=source.local)
    return OnnxEmbedder(folder, name=source.name, threads=threads)


def _blocks(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]


def _check_window(text: str, count: int, window: int) -> None:
    if count > window:
        raise ModelError(
            "a text is longer than the encoder's window and would be cut",
            where=repr(text[:60]),
            expected=f"at most {window} tokens",
            found=f"{count} tokens",
            mend="chunk with a smaller chunk_tokens",
        )


def _snapshot(location: str) -> Path:
    """The folder of a model: ``location`` itself, or the hub's copy in the local cache."""
    if Path(location).is_dir():
        return Path(location)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(location, local_files_only=True))
