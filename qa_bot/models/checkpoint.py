"""Where a reader comes from: the package, a folder of ours, or a transformers checkpoint.

A checkpoint is a folder as ``save_pretrained`` of the transformers library writes it,
or such a folder in the hub's local cache, downloaded first if the network may be
used. It is exported once (qa_bot.models.span_export) and then looks like our own.
Nothing here loads torch.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_bot.errors import ModelError
from qa_bot.models.cache import ModelSource, export_apart, is_hub_name, made_once
from qa_bot.models.files import paths_sha256

MODEL, TOKENIZER, CARD = "reader.onnx", "tokenizer.json", "card.json"
SHIPPED = Path(__file__).parent / "reader"

SUPPORTED = {
    "bert": "BertForQuestionAnswering",
    "distilbert": "DistilBertForQuestionAnswering",
    "electra": "ElectraForQuestionAnswering",
    "mpnet": "MPNetForQuestionAnswering",
    "roberta": "RobertaForQuestionAnswering",
}
"""The kinds of checkpoint that can be exported: ``model_type`` to its architecture."""

RECIPE = "torch.onnx dynamo, opset 20, fp32 span logits, windows of 384 and 128, 1"
"""What decides an exported reader apart from its checkpoint: changed by hand whenever
qa_bot.models.span_export would write another."""

CONFIG = "config.json"
_SMALL_FILES = (
    CONFIG, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt",
)  # fmt: skip
_SAFE = ("model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json")
_PICKLED = (
    "pytorch_model.bin", "pytorch_model-*-of-*.bin", "pytorch_model.bin.index.json",
)  # fmt: skip
_DEFAULT = 'set reader = "default" (or unset QA_BOT_READER)'


def find_reader(name: str, cache: Path) -> tuple[Path, str]:
    """The folder of the setting ``reader``, and what mends it if it is damaged.

    ``default`` lies inside the package; a folder with card.json is our own format; any
    other name is a checkpoint, exported into ``cache`` if it is not there yet, once a
    process looks at it.

    Raises:
        ModelError: there is no such reader, or it cannot be exported.
    """
    if name == "default":
        return SHIPPED, "install qa-bot again"
    folder = Path(name).expanduser()
    if (folder / CARD).is_file():
        return folder.resolve(), f"restore the folder from where it came, or {_DEFAULT}"
    made = _exported(str(folder.resolve()) if folder.is_dir() else name, cache.absolute())
    return made, f"rm -r {made}   (it is made again at the next use)"


@lru_cache(maxsize=8)
def _exported(name: str, cache: Path) -> Path:
    """Looked at once a process: finding out whether a checkpoint has changed means
    hashing all of it."""
    return exported_reader(find_checkpoint(name), cache)


def exported_reader(source: ModelSource, cache: Path) -> Path:
    """The folder of the checkpoint ``source`` as our own format, made now if need be.

    Raises:
        ModelError: it cannot be loaded or exported, or the cache not be written to.
    """

    def make(folder: Path) -> None:
        print(f"preparing the reader {source.name} (once) ...", file=sys.stderr, flush=True)
        export_apart("qa_bot.models.span_export", source, folder, "fp32")

    return made_once(source, "fp32", RECIPE, cache, make)


def find_checkpoint(name: str) -> ModelSource:
    """The checkpoint ``name``: a folder, or a name on the hub.

    ``location`` is a folder on this machine. ``digest`` is over the files that are
    used: settings, tokenizer and weights (safetensors where there are both kinds).

    Raises:
        ModelError: it is not there, or not of a kind that can be exported.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        label = folder.name
    elif is_hub_name(name):
        folder, label = _hub_folder(name), name
    else:
        raise ModelError(
            "the reader is neither a folder nor a name on the hub",
            where=name,
            expected=f"default, a folder with {CARD} or {CONFIG}, or owner/name",
            mend=f"correct the path, or {_DEFAULT}",
        )
    check_kind(folder)
    weights = weight_files(folder)
    if not weights:
        raise ModelError(
            "a reader's checkpoint has no weights that torch can load",
            where=folder,
            expected="model.safetensors or pytorch_model.bin",
            found=", ".join(sorted(path.name for path in folder.iterdir())) or "an empty folder",
            mend=f"name another checkpoint, or {_DEFAULT}",
        )
    small = [folder / part for part in _SMALL_FILES if (folder / part).is_file()]
    digest = paths_sha256(folder, [*small, *weights])
    return ModelSource(label, str(folder), digest, local=True)


def check_kind(folder: Path) -> str:
    """The ``model_type`` of the checkpoint in ``folder``, one of :data:`SUPPORTED`.

    Raises:
        ModelError: there is no readable config.json, or it names another kind. A
            model without a span head is refused too: its head would be random.
    """
    path = folder / CONFIG
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kind, names = str(config.get("model_type")), list(config.get("architectures") or ())
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            "a folder is neither a reader of ours nor a transformers checkpoint",
            where=folder,
            expected=f"{CARD} (our format) or {CONFIG} (a checkpoint)",
            found=repr(error),
            mend=f"name another folder, or {_DEFAULT}",
        ) from error
    if SUPPORTED.get(kind) not in names:
        raise ModelError(
            "a checkpoint is not an extractive question-answering model of a supported kind",
            where=path,
            expected="one of " + ", ".join(sorted(SUPPORTED.values())),
            found=f"{', '.join(map(str, names)) or 'no architecture'} (model_type {kind})",
            mend=f"name a checkpoint of one of these kinds, or {_DEFAULT}",
        )
    return kind


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights, in one file or in parts with an index."""
    for whole, parts, index in (_SAFE, _PICKLED):
        if (folder / whole).is_file():
            return [folder / whole]
        if (folder / index).is_file():
            return [folder / index, *sorted(folder.glob(parts))]
    return []


def _hub_folder(name: str) -> Path:
    """The snapshot of ``name`` in the hub's local cache, downloaded first if need be."""
    from huggingface_hub import snapshot_download, try_to_load_from_cache

    try:
        config = try_to_load_from_cache(name, CONFIG)
        if isinstance(config, str) and weight_files(Path(config).parent):
            return Path(config).parent
        print(f"fetching the reader {name} from the hub (once) ...", file=sys.stderr, flush=True)
        folder = Path(snapshot_download(name, allow_patterns=[*_SMALL_FILES, *_SAFE]))
        if not weight_files(folder):
            folder = Path(snapshot_download(name, allow_patterns=[*_SMALL_FILES, *_PICKLED]))
    except Exception as error:  # the library and its transport raise many kinds
        raise ModelError(
            "a reader is not on this machine and cannot be fetched",
            where=name,
            expected=f"default, a folder with {CARD} or {CONFIG}, or a name on the hub",
            found=f"no such folder, none in the hub's local cache, and: {error}",
            mend="connect to the network for the first use (with HF_HUB_OFFLINE unset), give "
            f"the path of a downloaded checkpoint as QA_BOT_READER, or {_DEFAULT}",
        ) from error
    return folder
