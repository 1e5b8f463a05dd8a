"""A fused, smoothed and quantised reader says what the traced one says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from qa_bot.errors import ModelError
from qa_bot.models.fuse import fuse
from qa_bot.models.quantise import quantise, save
from qa_bot.models.session import open_session

torch = pytest.importorskip("torch")

WIDTH, HEADS, WORDS = 24, 4, 50


@pytest.fixture(scope="module")
def span_model() -> Callable[[], Any]:
    """Makes a two-layer BERT with random weights, the same each time; some of its channels
    are twenty times as large as the others, as trained ones are."""
    from transformers import BertConfig, BertModel

    from qa_bot.training.bases import SpanModel

    def make() -> Any:
        torch.manual_seed(11)
        config = BertConfig(
            vocab_size=WORDS,
            hidden_size=WIDTH,
            num_hidden_layers=2,
            num_attention_heads=HEADS,
            intermediate_size=40,
            max_position_embeddings=64,
            initializer_range=0.3,
            attn_implementation="eager",
        )
        encoder = BertModel(config, add_pooling_layer=False)
        with torch.no_grad():
            for layer in encoder.encoder.layer:
                layer.output.LayerNorm.weight[:2] *= 20
                layer.attention.self.value.bias.uniform_(-1, 1)
        return SpanModel(encoder, WIDTH).eval()

    return make


def windows(count: int, seed: int) -> list[Any]:
    """Windows of random tokens, of different lengths."""
    from qa_bot.reading.windows import Window

    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        ids = tuple(int(each) for each in random.integers(0, WORDS, random.integers(5, 60)))
        offsets = np.arange(len(ids) - 4, dtype=np.int32)
        found.append(Window(0, ids, 3, offsets, offsets + 1, np.zeros_like(offsets)))
    return found


def feeds(window: Any, *names: str) -> dict[str, Any]:
    """The inputs ``names`` of one window."""
    ids = np.asarray([window.token_ids], dtype=np.int64)
    every = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    every["token_type_ids"] = np.asarray([window.type_ids()], dtype=np.int64)
    return {name: every[name] for name in names}


def logits(path: Path, window: Any) -> Any:
    opened = open_session(path, threads=1)
    return opened.run(["logits"], feeds(window, *(each.name for each in opened.get_inputs())))[0]


@pytest.fixture(scope="module")
def traced(span_model: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as the trainer writes it."""
    from qa_bot.training.export_reader import trace

    path = tmp_path_factory.mktemp("traced") / "exact.onnx"
    trace(span_model(), path)
    return path


@pytest.fixture(scope="module")
def smoothed(span_model: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model, smoothed over a few windows."""
    from qa_bot.training.export_reader import trace
    from qa_bot.training.smooth import smooth

    model = span_model()
    smooth(model, windows(8, seed=1))
    path = tmp_path_factory.mktemp("smoothed") / "smoothed.onnx"
    trace(model, path)
    return path


def expected(model: Any, window: Any) -> Any:
    """The reference: the torch model itself."""
    given = feeds(window, "input_ids", "attention_mask", "token_type_ids")
    with torch.inference_mode():
        return model(**{name: torch.from_numpy(array) for name, array in given.items()}).numpy()


def test_a_fused_graph_computes_the_same(
    span_model: Callable[[], Any], traced: Path, tmp_path: Path
) -> None:
    model = onnx.load(traced)
    assert fuse(model) == 2  # one attention in each layer
    save(model, tmp_path / "fused.onnx")
    reference = span_model()
    for window in windows(6, seed=2):
        found = logits(tmp_path / "fused.onnx", window)
        assert np.allclose(found, expected(reference, window), atol=1e-4)


def test_a_fused_graph_has_no_mask_to_give_and_nothing_left_over(traced: Path) -> None:
    model = onnx.load(traced)
    fuse(model)
    assert [each.name for each in model.graph.input] == ["input_ids", "token_type_ids"]
    kinds = Counter(node.op_type for node in model.graph.node)
    assert kinds["MultiHeadAttention"] == 2
    assert kinds["Softmax"] == kinds["Transpose"] == kinds["Where"] == 0
    used = {name for node in model.graph.node for name in node.input}
    assert {each.name for each in model.graph.initializer} <= used


def test_fusing_twice_changes_nothing_more(traced: Path) -> None:
    model = onnx.load(traced)
    fuse(model)
    once = model.SerializeToString(deterministic=True)
    assert fuse(model) == 0
    assert model.SerializeToString(deterministic=True) == once


def test_smoothing_changes_no_result(span_model: Callable[[], Any], smoothed: Path) -> None:
    reference = span_model()
    for window in windows(6, seed=3):
        assert np.allclose(logits(smoothed, window), expected(reference, window), atol=1e-3)


def test_layers_of_one_input_share_their_factors(smoothed: Path) -> None:
    """Queries, keys and values take one product of the input; what follows an attention
    takes none, as its factors are in the values' weights."""
    model = onnx.load(smoothed)
    fuse(model)
    kinds = Counter(node.op_type for node in model.graph.node)
    # In each layer before the projections, before and after Gelu; and one before the span.
    assert kinds["Mul"] == 3 * 2 + 1


@pytest.mark.parametrize("reduce_range", [False, True])
def test_an_int8_reader_keeps_the_contract_and_the_answers(
    span_model: Callable[[], Any], smoothed: Path, tmp_path: Path, reduce_range: bool
) -> None:
    target = tmp_path / "int8.onnx"
    quantise(smoothed, target, single=True, reduce_range=reduce_range)
    opened = open_session(target, threads=1)
    assert [each.name for each in opened.get_inputs()] == ["input_ids", "token_type_ids"]
    (output,) = opened.get_outputs()
    assert (output.name, output.type) == ("logits", "tensor(float)")
    reference = span_model()
    for window in windows(6, seed=4):
        exact = expected(reference, window)
        found = opened.run(None, feeds(window, "input_ids", "token_type_ids"))[0]
        assert found.shape == exact.shape == (1, len(window.token_ids), 2)
        assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.99


@pytest.mark.parametrize(("reduce_range", "largest"), [(False, 127), (True, 64)])
def test_weights_stay_within_their_bits(
    smoothed: Path, tmp_path: Path, reduce_range: bool, largest: int
) -> None:
    target = tmp_path / "int8.onnx"
    quantise(smoothed, target, single=True, reduce_range=reduce_range)
    products = {
        node.input[1] for node in onnx.load(target).graph.node if node.op_type == "MatMulInteger"
    }
    stored = {
        each.name: numpy_helper.to_array(each).astype(int)
        for each in onnx.load(target).graph.initializer
        if each.name in products
    }
    assert len(stored) == 2 * 6 + 1
    assert 0.9 * largest < max(abs(each).max() for each in stored.values()) <= largest


def test_without_single_a_batch_keeps_its_mask(smoothed: Path, tmp_path: Path) -> None:
    quantise(smoothed, tmp_path / "int8.onnx")
    opened = open_session(tmp_path / "int8.onnx")
    assert "attention_mask" in {each.name for each in opened.get_inputs()}


def masked_sum(path: Path) -> Path:
    """A model whose mask does not go into an attention."""
    names = ("input_ids", "attention_mask")
    graph = helper.make_graph(
        [helper.make_node("Mul", list(names), ["logits"])],
        "masked",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in names],
        [helper.make_tensor_value_info("logits", TensorProto.INT64, ["n", "t"])],
    )
    opsets = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def test_a_mask_that_does_more_is_an_error(tmp_path: Path) -> None:
    path = masked_sum(tmp_path / "masked.onnx")
    with pytest.raises(ModelError, match=r"mask does more(.|\n)*single=False"):
        quantise(path, tmp_path / "int8.onnx", single=True)
    assert not (tmp_path / "int8.onnx").exists()
