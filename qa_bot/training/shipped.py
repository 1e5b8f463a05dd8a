"""The weights of a shipped reader, so that training goes on from it.

A shipped reader is an int8 ONNX file whose linear layers were evened out
(:mod:`qa_bot.training.smooth`): a weight is its integer less the zero point, times
the channel's scale, times the factor that the layer's input is multiplied by. So
read, the fp32 model computes what the file does but for the rounding of activations.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa_bot.training.bases import SpanModel, fill, gte_small_config

Array = npt.NDArray[np.float32]


def shipped_model(path: Path, *, attention: str = "eager") -> SpanModel:
    """The reader in the ONNX file ``path``, at fp32, without dropout.

    Raises:
        ModelError: the file is not an int8 reader of 12 layers of 384 made by
            :mod:`qa_bot.training.export_reader`.
    """
    from transformers import BertModel

    config = gte_small_config(attention, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = SpanModel(BertModel(config, add_pooling_layer=False), config.hidden_size)
    fill(
        model,
        _weights(path),
        path,
        problem="the shipped reader cannot be trained on",
        mend="train from a base: --base",
    )
    return model


def _weights(path: Path) -> dict[str, Array]:
    """fp32 arrays by the names that :class:`SpanModel` gives them."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    found: dict[str, Array] = {name: array for name, array in arrays.items() if "LayerNorm" in name}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[1] in arrays:
            name = node.input[1].removesuffix("_scale")
            table, scale, zero = (
                arrays[f"{name}{e}"] for e in ("_quantized", "_scale", "_zero_point")
            )
            found[name] = (table.astype(np.float32) - zero) * scale
        biases = [name for name in node.input if name.endswith(".bias") and name in arrays]
        if node.op_type != "Add" or not biases:
            continue
        (other,) = (name for name in node.input if name != biases[0])
        product = makers[makers[makers[other].input[0]].input[0]]
        name = biases[0].replace(".linear.bias", ".bias")
        found[name] = arrays[biases[0]]
        found[f"{name.removesuffix('bias')}weight"] = _matrix(product, arrays, makers)
    return found


def _matrix(product: object, arrays: dict[str, Array], makers: dict[str, object]) -> Array:
    """The matrix of one ``MatMulInteger``, (outputs, inputs), with its input's factors."""
    activations, weights, _, zero = product.input  # type: ignore[attr-defined]
    scale = arrays[weights.replace("_quantized", "_scale")]
    matrix: Array = (arrays[weights].astype(np.float32) - arrays[zero]) * scale
    source = makers.get(makers[activations].input[0])  # type: ignore[attr-defined]
    if source is not None and source.op_type == "Mul":  # type: ignore[attr-defined]
        for name in source.input:  # type: ignore[attr-defined]
            if name.endswith(".inverse"):
                matrix = matrix * arrays[name][:, None]
    return matrix.T
