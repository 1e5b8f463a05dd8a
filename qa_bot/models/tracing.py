"""A torch module to an ONNX file: the one way in which encoders and readers are exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa_bot.models.quantise import save

if TYPE_CHECKING:
    import torch

OPSET = 20
"""The first with Gelu as one node."""


def trace(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    path: Path,
    *,
    output: str,
    most_tokens: int | None = None,
) -> None:
    """Write ``module`` as the ONNX file ``path``, for any number of rows and tokens.

    Args:
        module: called with the values of ``inputs``, in their order.
        inputs: names of the graph's inputs, and an example of each, (batch, tokens).
        path: where the file goes.
        output: name of the graph's one output.
        most_tokens: the longest sequence the module can take; None: no limit.
    """
    import onnx
    import torch

    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=most_tokens)}
    with torch.inference_mode():
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=[output],
            dynamic_shapes=[sizes] * len(inputs),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    save(onnx.load(path), path)
