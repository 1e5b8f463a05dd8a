"""What the setting ``reader`` may name, and what it says when it cannot be read."""

from __future__ import annotations

import fnmatch
import json
import shutil
from pathlib import Path

import huggingface_hub
import huggingface_hub.constants
import pytest

from qa_bot.errors import ModelError
from qa_bot.models.checkpoint import SHIPPED, SUPPORTED, find_checkpoint, find_reader

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write(folder: Path, *names: str, kind: str = "bert", architecture: str | None = None) -> Path:
    """A folder that looks like a checkpoint; the named files hold their own names."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_type": kind, "architectures": [architecture or SUPPORTED[kind]]}
    (folder / "config.json").write_text(json.dumps(config))
    for name in names or ("model.safetensors", "vocab.txt"):
        (folder / name).write_text(name)
    return folder


def test_the_reader_inside_the_package(tmp_path: Path) -> None:
    assert find_reader("default", tmp_path)[0] == SHIPPED


def test_our_own_format_wins_over_a_checkpoint(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", "card.json", "model.safetensors")
    found, mend = find_reader(str(folder), tmp_path / "cache")
    assert found == folder
    assert 'reader = "default"' in mend
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("kind", sorted(SUPPORTED))
def test_a_checkpoint_of_each_kind_is_known(tmp_path: Path, kind: str) -> None:
    source = find_checkpoint(str(write(tmp_path / kind, kind=kind)))
    assert (source.name, source.location) == (kind, str(tmp_path / kind))
    assert source.local


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        ("deberta-v2", "DebertaV2ForQuestionAnswering"),
        ("t5", "T5ForConditionalGeneration"),
        ("bert", "BertForMaskedLM"),
        ("roberta", "BertForQuestionAnswering"),
    ],
)
def test_other_kinds_are_told_what_is_supported(
    tmp_path: Path, kind: str, architecture: str
) -> None:
    write(tmp_path, kind=kind, architecture=architecture)
    with pytest.raises(ModelError, match=rf"found: +{architecture} \(model_type {kind}\)") as info:
        find_checkpoint(str(tmp_path))
    for name in ("Bert", "DistilBert", "Electra", "MPNet", "Roberta"):
        assert f"{name}ForQuestionAnswering" in str(info.value.expected)
    assert str(tmp_path / "config.json") in str(info.value)
    assert info.value.mend


@pytest.mark.parametrize("text", ["[]", "{", '{"architectures": 5}', '"text"', "\xff"])
def test_a_bad_config_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=r"(?s)neither a reader of ours.*card\.json.*mend:"):
        find_checkpoint(str(tmp_path))


def test_a_config_without_architectures_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelError, match=r"found: +no architecture \(model_type bert\)"):
        find_checkpoint(str(tmp_path))


def test_an_empty_folder_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neither a reader of ours nor a transformers"):
        find_reader(str(tmp_path), tmp_path)
    for name in (str(tmp_path / "none"), "./none", "~/no_such_folder_here", "a b", ".hidden"):
        with pytest.raises(ModelError, match=r"(?s)neither a folder nor a name.*default, a folder"):
            find_reader(name, tmp_path)


def test_weights_for_other_libraries_are_none(tmp_path: Path) -> None:
    write(tmp_path, "tf_model.h5", "vocab.txt")
    with pytest.raises(ModelError, match=r"(?s)no weights.*found: +config\.json, tf_model\.h5"):
        find_checkpoint(str(tmp_path))


def test_the_digest_stands_for_what_is_used(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", "model.safetensors", "vocab.txt", "tokenizer.json")
    digest = find_checkpoint(str(folder)).digest
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    for unused in ("README.md", "tf_model.h5", "pytorch_model.bin", "training_args.bin"):
        (copy / unused).write_text(unused)
    assert find_checkpoint(str(copy)).digest == digest
    for used in ("model.safetensors", "vocab.txt", "tokenizer.json"):
        before = (copy / used).read_text()
        (copy / used).write_text(before + " ")
        assert find_checkpoint(str(copy)).digest != digest
        (copy / used).write_text(before)
    (copy / "model.safetensors").unlink()  # pickled weights count where there are no others
    assert find_checkpoint(str(copy)).digest != digest


def test_weights_in_parts_all_count(tmp_path: Path) -> None:
    parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    folder = write(tmp_path / "parts", "model.safetensors.index.json", *parts)
    digest = find_checkpoint(str(folder)).digest
    (folder / parts[1]).write_text("changed")
    assert find_checkpoint(str(folder)).digest != digest


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty local cache of the hub."""
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(folder))
    return folder


def snapshot(hub: Path, name: str) -> Path:
    """Where the hub's library keeps the main revision of ``name``."""
    repository = hub / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(COMMIT)
    return repository / "snapshots" / COMMIT


def test_a_hub_name_is_found_in_the_local_cache(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(snapshot(hub, "owner/small"), kind="roberta")

    def refuse(*given: object, **named: object) -> str:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    source = find_checkpoint("owner/small")
    assert (source.name, source.location) == ("owner/small", str(folder))
    assert source.digest == find_checkpoint(str(folder)).digest


@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_a_hub_name_is_fetched_with_the_files_that_are_used(
    hub: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    weights: str,
) -> None:
    both = {"model.safetensors", "pytorch_model.bin"} if weights.startswith("model") else {weights}
    remote = write(
        tmp_path / "remote", *both, "vocab.json", "merges.txt", "tf_model.h5", "README.md"
    )

    def fetch(name: str, *, allow_patterns: list[str]) -> str:
        folder = snapshot(hub, name)
        folder.mkdir(parents=True, exist_ok=True)
        for path in remote.iterdir():
            if any(fnmatch.fnmatch(path.name, pattern) for pattern in allow_patterns):
                shutil.copyfile(path, folder / path.name)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    source = find_checkpoint("owner/far")
    assert {path.name for path in Path(source.location).iterdir()} == {
        "config.json", "vocab.json", "merges.txt", weights,
    }  # fmt: skip
    assert "fetching the reader owner/far" in capsys.readouterr().err


def test_a_hub_name_without_network_says_so(hub: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"(?s)cannot be fetched.*HF_HUB_OFFLINE.*QA_BOT_READER"):
        find_reader("no-such-owner/no-such-reader", tmp_path)
    # A config that some other program has left there is not a whole checkpoint.
    folder = write(snapshot(hub, "owner/half"))
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"cannot be fetched|no weights"):
        find_reader("owner/half", tmp_path)
