"""An encoder's graph with less in it, for a file that is run on one unpadded row at a time.

Without padding the attention mask hides nothing, so it goes, and with it the input
``attention_mask``: a file that cannot honour a mask must not accept one. Attention
becomes one node (``com.microsoft.MultiHeadAttention``), whose kernel works block by
block instead of writing the whole matrix of scores, and nodes that compute the same
thing become one.
"""

from __future__ import annotations

from typing import Any

from qa_bot.errors import ModelError
from qa_bot.models.graph import Graph

MASK = "attention_mask"
_BY_HEAD = [0, 2, 1, 3]
"""(row, token, head, channel) to (row, head, token, channel) and back."""
_KEYS_BY_HEAD = [0, 2, 3, 1]


def fuse(model: object) -> int:
    """Changes an ``onnx.ModelProto`` in place; returns how many attentions were fused.

    The outputs of a row without padding stay the same up to rounding. What an
    exporter writes in another way is left alone, except for the mask.

    Raises:
        ModelError: the mask is used for something else than attention.
    """
    graph = Graph(model)
    graph.merge_equal()
    softmaxes = graph.nodes("Softmax")
    for softmax in softmaxes:
        _drop_mask(graph, softmax)
    found = sum(_fuse_attention(graph, softmax) for softmax in softmaxes)
    graph.drop_unused()
    graph.drop_input(MASK)
    if MASK in graph.inputs():
        raise ModelError(
            "a model's attention mask does more than hide padding",
            where=MASK,
            expected="a mask that is added to the scores of attention",
            found=f"{len(graph.users(MASK))} other uses",
            mend="quantise it with single=False",
        )
    graph.merge_equal()
    return found


def _drop_mask(graph: Graph, softmax: Any) -> None:
    """Takes the sum with the mask away in front of ``softmax``."""
    added = graph.producer(softmax.input[0], "Add")
    if added is None:
        return
    for mask, scores in (added.input, reversed(added.input)):
        if graph.depends(mask, MASK) and not graph.depends(mask, "input_ids"):
            softmax.input[0] = scores


def _fuse_attention(graph: Graph, softmax: Any) -> bool:
    """Puts one node in the place of everything from the three projections' reshaping to
    the reshaping of the result, if all of it is there."""
    found = _scores(graph, softmax.input[0])
    weighted = graph.only_user(softmax.output[0], "MatMul")
    if found is None or weighted is None or weighted.input[0] != softmax.output[0]:
        return False
    query_by_head, keys_by_head, scale = found
    turned = graph.only_user(weighted.output[0], "Transpose")
    if turned is None or graph.perm(turned) != _BY_HEAD:
        return False
    joined = graph.only_user(turned.output[0], "Reshape")
    query = _split_heads(graph, query_by_head, (_BY_HEAD,))
    keys = _split_heads(graph, keys_by_head, (_KEYS_BY_HEAD,))
    values = _split_heads(graph, weighted.input[1], (_BY_HEAD,))
    if joined is None or query is None or keys is None or values is None:
        return False
    if not query[1] == keys[1] == values[1]:
        return False
    width = graph.width(query[0])
    if width is None or width % query[1]:
        return False
    graph.replace(
        joined,
        "MultiHeadAttention",
        [query[0], keys[0], values[0]],
        width=width,
        num_heads=width // query[1],
        scale=scale,
    )
    return True


def _scores(graph: Graph, name: str) -> tuple[str, str, float] | None:
    """(queries by head, keys by head, scale) of the scores ``name``."""
    scaled = graph.producer(name, "Mul")
    scale = 1.0
    if scaled is not None:
        constant = next((graph.scalar(each) for each in scaled.input if graph.holds(each)), None)
        if constant is None:
            return None
        scale = constant
        name = next(each for each in scaled.input if not graph.holds(each))
    product = graph.producer(name, "MatMul")
    return None if product is None else (product.input[0], product.input[1], scale)


def _split_heads(graph: Graph, name: str, orders: tuple[list[int], ...]) -> tuple[str, int] | None:
    """(the projection, channels of a head) where ``name`` is a projection by head."""
    turned = graph.producer(name, "Transpose")
    if turned is None or graph.perm(turned) not in orders:
        return None
    reshaped = graph.producer(turned.input[0], "Reshape")
    if reshaped is None:
        return None
    channels = graph.last_of_shape(reshaped.input[1])
    return None if channels is None or channels <= 0 else (reshaped.input[0], channels)
