"""An extractive question-answering checkpoint of transformers to ONNX, once, checked.

Run as ``python -m qa_bot.models.span_export`` in a process of its own, as
qa_bot.models.export is. What it writes is a reader in our own format (reader.onnx,
tokenizer.json, card.json) with fp32 weights: how much int8 costs depends on the
checkpoint, and is measured for our own readers only.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qa_bot.errors import ModelError
from qa_bot.models.agreement import CHECK_SENTENCES
from qa_bot.models.cache import ModelSource
from qa_bot.models.checkpoint import CARD, MODEL, RECIPE, TOKENIZER, check_kind
from qa_bot.models.export import main
from qa_bot.models.files import sha256, write_json
from qa_bot.models.pair import PairFormat
from qa_bot.models.session import open_session
from qa_bot.models.tracing import OPSET, trace

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LONGEST_WINDOW, OVERLAP = 384, 128
"""Tokens of a window and of what two share: what such checkpoints are trained with
(Devlin et al. 2019), also where the model would take 512."""
MOST_LOGIT_ERROR = 1e-3
"""Largest difference of a logit between torch and ONNX Runtime."""

_PACKAGES = ("torch", "onnx", "onnxscript", "onnxruntime", "transformers", "tokenizers")
_MEND = 'name another checkpoint, or set reader = "default"'


def export(source: ModelSource, folder: Path, precision: str = "fp32") -> None:
    """Write reader.onnx, tokenizer.json and card.json of ``source`` into ``folder``.

    Args:
        source: a checkpoint; its ``location`` is a folder.
        folder: an existing, empty folder.
        precision: ``fp32``, the only one.

    Raises:
        ModelError: the checkpoint is of another kind, cannot be loaded, or its ONNX
            form differs from it.
    """
    if precision != "fp32":
        raise ModelError("a checkpoint is exported as fp32", expected="fp32", found=precision)
    model, tokenizer = load(Path(source.location))
    try:
        card = _write(model, tokenizer, folder)
    except ModelError:
        raise
    except Exception as error:  # torch.onnx and the model's own code raise what they like
        raise ModelError(
            "a reader's checkpoint cannot be exported",
            where=source.location,
            found=error,
            mend=_MEND,
        ) from error
    write_json(folder / CARD, {"source": asdict(source), "recipe": RECIPE} | card)


def load(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model (fp32, on the CPU, ready to run) and tokenizer of a checkpoint.

    Raises:
        ModelError: it is of another kind, cannot be loaded, or lacks weights.
    """
    kind = check_kind(folder)
    try:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            dtype=torch.float32,
            attn_implementation="eager",
            output_loading_info=True,
        )
    except Exception as error:  # every backend raises its own
        raise ModelError(
            f"a {kind} checkpoint cannot be loaded", where=folder, found=error, mend=_MEND
        ) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            "a reader's checkpoint lacks weights, which would be random",
            where=folder,
            expected="a value for every weight",
            found="none for " + ", ".join(missing[:5]),
            mend=_MEND,
        )
    return model.eval(), tokenizer


def positions(config: Any) -> int:
    """Most tokens of one input, special ones included.

    RoBERTa and MPNet number their positions from the padding id + 1, so that a table
    of 514 rows serves 512 tokens.
    """
    skipped = {"roberta": (config.pad_token_id or 0) + 1, "mpnet": 2}.get(config.model_type, 0)
    return int(config.max_position_embeddings) - skipped


def _write(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path
) -> dict[str, Any]:
    """Write the ONNX file and the tokenizer; returns what the card says of them."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError(
            "a checkpoint has no fast tokenizer", expected="a tokenizer.json", mend=_MEND
        )
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(folder / TOKENIZER))
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    pair = PairFormat.of(backend, pad=pad)
    pair = replace(pair, typed=pair.typed and _takes_types(model, tokenizer))
    outputs, most = model.qa_outputs.out_features, positions(model.config)
    window = min(LONGEST_WINDOW, most, tokenizer.model_max_length)
    if outputs != 2 or window <= 2 * pair.added:
        raise ModelError(
            "a reader's checkpoint has another shape",
            expected=f"2 logits a token, and a window of more than {2 * pair.added} tokens",
            found=f"{outputs} logits, a window of {window}",
            mend=_MEND,
        )
    difference = _trace_checked(model, backend, pair, folder / MODEL, most)
    return {
        "name": f"{type(model).__name__}, exported",
        "weights": "fp32",
        "pair": pair.to_record(),
        "positions": most,
        "max_length": window,
        "overlap": min(OVERLAP, window // 3),
        "largest_logit_difference": difference,
        "exporter": {"torch.onnx.export(dynamo=True), opset": OPSET}
        | {package: version(package) for package in _PACKAGES},
        "files": {name: sha256(folder / name) for name in (MODEL, TOKENIZER)},
    }


def _takes_types(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether token types reach the model when transformers runs it: DistilBERT shares
    BERT's tokenizer and has none."""
    name = "token_type_ids"
    return (
        name in tokenizer.model_input_names and name in inspect.signature(model.forward).parameters
    )


def _trace_checked(
    model: PreTrainedModel, tokenizer: Tokenizer, pair: PairFormat, path: Path, most: int
) -> float:
    """Write the ONNX file; returns the largest difference of a logit to torch's."""
    import torch

    class Spans(torch.nn.Module):  # type: ignore[misc]
        """Token ids to logits of shape (rows, tokens, 2): start, end."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
            given = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            read = self.model(input_ids=input_ids, attention_mask=attention_mask, **given)
            return torch.stack((read.start_logits, read.end_logits), dim=-1)

    spans = Spans().eval()
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * pair.typed
    example = {name: torch.ones((2, min(16, most)), dtype=torch.long) for name in names}
    trace(spans, example, path, output="logits", most_tokens=most)
    session = open_session(path)
    differences = []
    for inputs in _inputs(tokenizer, pair, most):
        feeds = {name: inputs[name] for name in names}
        with torch.inference_mode():
            expected = spans(*(torch.from_numpy(value) for value in feeds.values())).numpy()
        (found,) = session.run(["logits"], feeds)
        differences.append(np.abs(found - expected).max())
    worst = float(np.max(differences))  # nan where one of them is
    if not worst <= MOST_LOGIT_ERROR:
        raise ModelError(
            "the exported reader differs from its checkpoint",
            expected=f"logits within {MOST_LOGIT_ERROR}",
            found=worst,
            mend=_MEND,
        )
    return worst


def _inputs(
    tokenizer: Tokenizer, pair: PairFormat, most: int
) -> Iterator[dict[str, npt.NDArray[np.int64]]]:
    """Inputs of one row: each check sentence as a passage, and one of ``most`` tokens."""
    room = most - pair.added
    passages = [tokenizer.encode(text, add_special_tokens=False).ids for text in CHECK_SENTENCES]
    question = passages[1][: room // 2]
    everything = [number for ids in passages for number in ids]
    passages.append(everything * (1 + room // len(everything)))
    for ids in passages:
        head = [*pair.before, *question, *pair.between]
        tail = [*ids[: room - len(question)], *pair.after]
        row = np.asarray([[*head, *tail]], dtype=np.int64)
        types = np.asarray([[0] * len(head) + [1] * len(tail)], dtype=np.int64)
        yield {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": types}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], export))
