"""A sentence-transformers model to ONNX, once, checked before it is used.

The whole pipeline is exported: transformer, pooling, any dense layer, and a
normalisation to length 1. The exporter is torch.onnx's (``dynamo=True``), named in
``meta.json`` beside the versions it ran with.

Run as ``python -m qa_bot.models.export``: a child process, so that torch's half
gigabyte and its messages stay out of the program that asks for a model.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa_bot.errors import ModelError
from qa_bot.models.agreement import CHECK_SENTENCES, FP32_FLOOR, INT8_FLOOR, smallest_cosine
from qa_bot.models.cache import RECIPE, ModelSource, NotExportable
from qa_bot.models.encoder import MODEL_FILE, TOKENIZER_FILE, Encoder
from qa_bot.models.files import sha256, write_json
from qa_bot.models.quantise import quantise
from qa_bot.models.tracing import OPSET, trace

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PACKAGES = (
    "torch", "onnx", "onnxscript", "onnxruntime", "transformers", "sentence-transformers",
)  # fmt: skip
_NO_LIMIT = 1_000_000


def export(source: ModelSource, folder: Path, precision: str) -> None:
    """Write model.onnx, tokenizer.json and meta.json of ``source`` into ``folder``.

    Args:
        source: what to export.
        folder: an existing, empty folder.
        precision: ``fp32`` or ``int8``. An int8 file that falls below the floor is
            made again with 7 bits a weight, and then given up for fp32.

    Raises:
        ModelError: the model cannot be loaded.
        NotExportable: it can, but its ONNX form cannot be made or does not agree.
    """
    model = load(source.location, local=source.local)
    try:
        meta = _write_model(model, folder, precision)
        write_json(folder / "meta.json", {"source": asdict(source), "recipe": RECIPE} | meta)
    except NotExportable:
        raise
    except Exception as error:  # torch.onnx and the model's own code raise what they like
        raise NotExportable(
            "a model cannot be exported", where=source.location, found=error
        ) from error


def load(source: str, *, local: bool) -> SentenceTransformer:
    """The sentence-transformers model ``source`` on the CPU, ready to run.

    Raises:
        ModelError: it cannot be loaded.
    """
    try:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            source,
            device="cpu",
            local_files_only=local,
            model_kwargs={"attn_implementation": "eager"},
        )
    except Exception as error:  # every backend raises its own
        raise ModelError(
            "a sentence-transformers model cannot be loaded",
            where=source,
            found=error,
            mend=None
            if local
            else "connect to the network for the first use, "
            "or give the path of a downloaded model as QA_BOT_EMBEDDER",
        ) from error
    return model.eval()


def prompts(model: SentenceTransformer) -> tuple[str, str]:
    """What the model wants before a question and before a passage; mostly empty."""
    known: dict[str, str] = dict(model.prompts or {})
    default = known.get(model.default_prompt_name or "", "")
    passage = next((known[n] for n in ("document", "passage", "corpus") if n in known), default)
    return known.get("query", default), passage


def window(model: SentenceTransformer) -> int:
    """Largest number of tokens the model takes, special ones included.

    A model without a limit (static embeddings) is given a very large one.

    Raises:
        NotExportable: the model does not say.
    """
    found = model.max_seq_length
    if found is None:
        raise NotExportable(
            "a model does not state its window",
            expected="max_seq_length",
            mend="set max_seq_length in its sentence_bert_config.json",
        )
    return _NO_LIMIT if math.isinf(found) else int(found)


def _write_model(model: SentenceTransformer, folder: Path, precision: str) -> dict[str, Any]:
    """Write the ONNX file and the tokenizer; returns what ``meta.json`` says of them."""
    question_prompt, passage_prompt = prompts(model)
    max_tokens = window(model)
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise NotExportable("a model has no fast tokenizer", expected="a tokenizer.json")
    backend.save(str(folder / TOKENIZER_FILE))
    _trace(model, folder / MODEL_FILE)

    texts = [passage_prompt + text for text in CHECK_SENTENCES]
    texts += [question_prompt + text for text in CHECK_SENTENCES]
    expected = np.vstack(
        [
            model.encode_document(list(CHECK_SENTENCES), batch_size=1, show_progress_bar=False),
            model.encode_query(list(CHECK_SENTENCES), batch_size=1, show_progress_bar=False),
        ]
    )
    dim = int(expected.shape[1])

    def agreement() -> float:
        encoder = Encoder(folder, dim=dim, max_tokens=max_tokens, threads=1)
        return smallest_cosine(encoder.encode([encoder.cut(text) for text in texts]), expected)

    cosine = agreement()
    if not cosine > FP32_FLOOR:
        raise NotExportable(
            "the exported model differs from sentence-transformers",
            expected=f"cosine above {FP32_FLOOR}",
            found=f"{cosine:.6f}",
        )
    weights = "float32"
    if precision == "int8":
        weights, cosine = _quantise_checked(folder / MODEL_FILE, cosine, agreement)
    return {
        "dim": dim,
        "max_tokens": max_tokens,
        "question_prompt": question_prompt,
        "passage_prompt": passage_prompt,
        "weights": weights,
        "smallest_cosine": round(cosine, 6),
        "exporter": {"torch.onnx.export(dynamo=True), opset": OPSET}
        | {package: version(package) for package in _PACKAGES},
        "files": {name: sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)},
    }


def _quantise_checked(
    path: Path, fp32_cosine: float, agreement: Callable[[], float]
) -> tuple[str, float]:
    """Quantise ``path`` in place if that agrees well enough: the weights' type, and how well."""
    exact = path.with_name("fp32.onnx")
    path.rename(exact)
    for weights, reduce_range in (("int8", False), ("int7", True)):
        quantise(exact, path, reduce_range=reduce_range)
        cosine = agreement()
        if cosine >= INT8_FLOOR:
            exact.unlink()
            return weights, cosine
    exact.replace(path)
    return "float32", fp32_cosine


def _trace(model: SentenceTransformer, path: Path) -> None:
    """Export ``model`` with inputs (batch, tokens) and the output ``vector`` (batch, dim)."""
    import torch

    class Pipeline(torch.nn.Module):  # type: ignore[misc]
        """Token ids to unit vectors, through every module of the model."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], p=2, dim=1)

    example = model.tokenizer(["a first example", "a second"], padding=True, return_tensors="pt")
    inputs = {name: example[name] for name in ("input_ids", "attention_mask")}
    trace(Pipeline(), inputs, path, output="vector")


def main(arguments: list[str], make: Callable[[ModelSource, Path, str], None] = export) -> int:
    """``SOURCE FOLDER PRECISION``, the first a ModelSource as JSON, given to ``make``.

    An error is the last line of stdout, as JSON.
    """
    source, folder, precision = arguments
    try:
        make(ModelSource(**json.loads(source)), Path(folder), precision)
    except ModelError as error:
        record = {
            "loads": isinstance(error, NotExportable),
            "what": error.what,
            "expected": error.expected and str(error.expected),
            "found": str(error.found),
            "mend": error.mend,
        }
        sys.stdout.write(f"\n{json.dumps(record)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
