"""Exporting small models that the tests make themselves, and keeping them in a cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qa_bot.config import Settings
from qa_bot.embedding import OnnxEmbedder, SentenceTransformerEmbedder, open_embedder
from qa_bot.errors import ModelError
from qa_bot.models import cache
from qa_bot.models.cache import ModelSource, NotExportable, exported, find_source
from qa_bot.models.quantise import quantise

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LISTED = (
    "the a of bridge river mill town council vote report strike rain storm school museum "
    "opened closed moved found who what when where was were is and in on for by 1 2 3 . , ?"
)
WORDS = _LISTED.split()
TEXTS = [
    "The bridge was closed in the storm.",
    "who moved the museum?",
    "",
    "council vote " * 20,
    "rain, rain and rain",
]


def bert() -> tuple[object, object]:
    """A random BERT of two layers and its tokenizer, the same at every call."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {word: number for number, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=64,
    )  # fmt: skip
    torch.manual_seed(20260101)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.2,
    )  # fmt: skip
    return BertModel(config).eval(), wrapped


def build(folder: Path, pooling: str, *, dense: bool) -> SentenceTransformer:
    """A small sentence-transformers model, saved in ``folder``. Its vectors are not normalised."""
    import torch
    from sentence_transformers import SentenceTransformer, models

    model, tokenizer = bert()
    model.save_pretrained(folder / "bert")  # type: ignore[attr-defined]
    tokenizer.save_pretrained(folder / "bert")  # type: ignore[attr-defined]
    transformer = models.Transformer(str(folder / "bert"), max_seq_length=48)
    steps = [transformer, models.Pooling(32, pooling_mode=pooling)]
    if dense:
        torch.manual_seed(1)
        steps.append(models.Dense(32, 20, activation_function=torch.nn.Tanh()))
    whole = SentenceTransformer(
        modules=steps, device="cpu",
        prompts={"query": "who what ", "document": "report , "} if dense else None,
    )  # fmt: skip
    whole.save(str(folder / pooling))
    return whole.eval()


@pytest.fixture(scope="module")
def mean_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    build(folder, "mean", dense=False)
    return folder / "mean"


@pytest.mark.parametrize(("pooling", "dense"), [("mean", False), ("cls", True)])
def test_the_whole_pipeline_is_exported(tmp_path: Path, pooling: str, dense: bool) -> None:
    from qa_bot.models.export import export

    model = build(tmp_path, pooling, dense=dense)
    source = find_source(str(tmp_path / pooling))
    target = tmp_path / "onnx"
    target.mkdir()
    export(source, target, "fp32")
    assert {path.name for path in target.iterdir()} == {
        "meta.json", "model.onnx", "tokenizer.json",
    }  # fmt: skip

    served = OnnxEmbedder(target, name=source.name)
    assert served.fingerprint.dim == (20 if dense else 32)
    assert served.fingerprint.max_tokens == 48
    expected = model.encode_document(TEXTS, normalize_embeddings=True)
    assert served.embed(TEXTS) == pytest.approx(expected, abs=1e-5)
    for text in [*TEXTS, "museum " * 100]:
        asked = model.encode_query(text, normalize_embeddings=True)
        assert served.embed_question(text) == pytest.approx(asked, abs=1e-5)
    # "report" and "," stand before every passage of the second model.
    assert served.count_tokens(["the bridge"]) == [6 if dense else 4]


def test_a_changed_model_has_another_digest(mean_model: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(mean_model, tmp_path / "mean"))
    before = find_source(str(mean_model))
    assert find_source(str(copy)).digest == before.digest
    (copy / "README.md").write_text("other words")
    assert find_source(str(copy)).digest == before.digest
    pooling = copy / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace("mean", "max"))
    assert find_source(str(copy)).digest != before.digest


OPEN = """
import sys
from qa_bot.config import Settings
from qa_bot.embedding import OnnxEmbedder, open_embedder
embedder = open_embedder(Settings(embedder=sys.argv[1], cache_dir=sys.argv[2]))
assert isinstance(embedder, OnnxEmbedder), embedder
print(embedder.fingerprint.revision)
loaded = [name for name in ("torch", "transformers", "sentence_transformers", "onnx")
          if name in sys.modules]
assert not loaded, loaded
"""


def start(model: Path, cache_dir: Path, folder: Path) -> subprocess.Popen[str]:
    root = str(Path(cache.__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, str(model), str(cache_dir)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_at_once_export_once(mean_model: Path, tmp_path: Path) -> None:
    """Both get the same model, torch stays out of both, and nothing is left lying about."""
    cache_dir, elsewhere = tmp_path / "cache", tmp_path / "elsewhere"
    elsewhere.mkdir()
    both = [start(mean_model, cache_dir, folder) for folder in (tmp_path, elsewhere)]
    results = [process.communicate(timeout=250) for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    revisions = {out.strip() for out, _ in results}
    assert len(revisions) == 1
    assert "".join(err for _, err in results).count("preparing the embedding model mean") == 1
    visible = [path for path in (cache_dir / "models").iterdir() if path.name[0] != "."]
    hidden = [path for path in (cache_dir / "models").iterdir() if path.is_dir()]
    assert visible == hidden  # one folder, and no temporary one
    (folder,) = visible

    meta = json.loads((folder / "meta.json").read_text())
    assert meta["files"]["model.onnx"] == revisions.pop()
    assert meta["weights"] == "int8"
    assert meta["source"]["digest"] == find_source(str(mean_model)).digest
    assert meta["exporter"]["torch"]

    # A damaged file is never run.
    path = folder / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"damaged(?s:.*)mend: +rm -r {folder}"):
        OnnxEmbedder(folder, name="mean")
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        OnnxEmbedder(folder, name="mean")


def test_what_has_no_onnx_form_is_run_by_torch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding

    _, tokenizer = bert()
    static = StaticEmbedding(tokenizer.backend_tokenizer, embedding_dim=16)  # type: ignore[attr-defined]
    SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path / "static"))
    embedder = open_embedder(
        Settings(embedder=str(tmp_path / "static"), cache_dir=str(tmp_path / "cache"))
    )
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert "run by sentence-transformers instead" in capsys.readouterr().err
    # One text is the mean of its tokens' rows, brought to length 1.
    rows = static.embedding.weight.detach().numpy()
    mean = rows[[5 + WORDS.index(word) for word in ("bridge", "river", "river")]].mean(axis=0)
    found = embedder.embed(["bridge river river"])[0]
    assert found == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)
    assert embedder.count_tokens(["bridge river river"]) == [3]
    assert not list((tmp_path / "cache" / "models").glob("static*"))  # nothing half made


@pytest.mark.parametrize("name", ["./no/such/folder", "/no/such/folder", "~/no_such_folder", "a b"])
def test_a_path_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ModelError, match=r"neither a folder nor(?s:.*)mend: +unset QA_BOT_EMBED"):
        find_source(name)


def test_a_hub_name_without_network_says_so(tmp_path: Path) -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    settings = Settings(embedder="no-such-owner/no-such-model", cache_dir=str(tmp_path))
    with pytest.raises(ModelError, match="connect to the network for the first use") as error:
        open_embedder(settings)
    assert not isinstance(error.value, NotExportable)


def test_a_cache_that_cannot_be_written_is_named(mean_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="set QA_BOT_CACHE_DIR"):
        exported(find_source(str(mean_model)), "fp32", tmp_path / "file")


def test_damaged_bundled_weights_are_not_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(cache, "_bundled_folder", lambda: tmp_path)
    source = find_source("all-MiniLM-L6-v2")
    assert source == find_source("sentence-transformers/all-MiniLM-L6-v2")
    with pytest.raises(ModelError, match=r"bundled embedding model is damaged(?s:.*)reinstall"):
        exported(source, "fp32", tmp_path / "cache")


def test_the_cache_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ModelSource("m", "m", "0" * 64, local=True)
    made = exported_folder(source, tmp_path, monkeypatch)
    assert made.parent == tmp_path / "cache" / "models"
    monkeypatch.chdir("/")
    assert exported(source, "fp32", tmp_path / "cache") == made
    assert exported_folder(source, tmp_path, monkeypatch, "int8") != made


def exported_folder(
    source: ModelSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str = "fp32"
) -> Path:
    """The folder that an export which writes nothing leaves."""
    monkeypatch.setattr(cache, "_export", lambda source, folder, precision: None)
    return exported(source, precision, tmp_path / "cache")


@pytest.fixture(scope="module")
def fp32_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """x (n, 64) times a constant (64, 48), and a table of 100 rows that indices look up."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(5)
    weights = {
        "w": random.normal(size=(64, 48)).astype(np.float32),
        "table": random.normal(size=(100, 64)).astype(np.float32),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "rows"], ["x"]),
            helper.make_node("MatMul", ["x", "w"], ["y"]),
        ],
        "lookup",
        [helper.make_tensor_value_info("rows", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 48])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    path = tmp_path_factory.mktemp("quantise") / "fp32.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("reduce_range", [False, True])
@pytest.mark.parametrize("embeddings", [False, True])
def test_quantised_is_small_near_and_the_same_every_time(
    fp32_file: Path, tmp_path: Path, reduce_range: bool, embeddings: bool
) -> None:
    import onnx
    from onnx import numpy_helper

    from qa_bot.models.session import open_session

    before = fp32_file.read_bytes()
    target = tmp_path / "int8.onnx"
    quantise(fp32_file, target, reduce_range=reduce_range, embeddings=embeddings)
    first = target.read_bytes()
    quantise(fp32_file, target, reduce_range=reduce_range, embeddings=embeddings)
    assert target.read_bytes() == first
    assert fp32_file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["int8.onnx"]

    stored = {
        tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(target).graph.initializer
    }
    integers = next(value for name, value in stored.items() if value.shape == (64, 48))
    assert integers.dtype == np.int8
    assert np.abs(integers.astype(int)).max() <= (64 if reduce_range else 127)
    table = next(value for name, value in stored.items() if value.shape == (100, 64))
    assert table.dtype.itemsize == (1 if embeddings else 4)

    rows = {"rows": np.arange(100)}
    exact, near = (open_session(path).run(None, rows)[0] for path in (fp32_file, target))
    cosine = np.sum(exact * near, axis=1) / (
        np.linalg.norm(exact, axis=1) * np.linalg.norm(near, axis=1)
    )
    assert cosine.min() > 0.995


def test_quantising_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"missing\n +where: +.*none\.onnx"):
        quantise(tmp_path / "none.onnx", tmp_path / "int8.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be quantised"):
        quantise(tmp_path / "bad.onnx", tmp_path / "int8.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.onnx"]


@pytest.mark.parametrize(
    ("cosines", "weights", "kept"),
    [((0.99,), "int8", 0.99), ((0.8, 0.98), "int7", 0.98), ((0.8, 0.9), "float32", 1.0)],
)
def test_weights_that_disagree_are_not_used(
    fp32_file: Path, tmp_path: Path, cosines: tuple[float, ...], weights: str, kept: float
) -> None:
    """Eight bits, else seven, else none: the file that is left is the one that agreed."""
    from qa_bot.models.export import _quantise_checked

    path = tmp_path / "model.onnx"
    path.write_bytes(fp32_file.read_bytes())
    measured = iter(cosines)
    assert _quantise_checked(path, 1.0, lambda: next(measured)) == (weights, kept)
    assert list(measured) == []
    assert [each.name for each in tmp_path.iterdir()] == ["model.onnx"]
    if weights == "float32":
        assert path.read_bytes() == fp32_file.read_bytes()
    else:
        expected = tmp_path / "expected.onnx"
        quantise(fp32_file, expected, reduce_range=weights == "int7")
        assert path.read_bytes() == expected.read_bytes()
