"""What a trained teacher says of every pair: ``python -m qa_bot.training.teach TABLES``.

The logits of all pairs are kept, so that a student can follow the teacher through
many passes at the cost of one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from tqdm import tqdm

from qa_bot.training.bases import SpanModel, new_model
from qa_bot.training.sampling import Items, Sampler, TeacherLogits
from qa_bot.training.tables import Tables
from qa_bot.training.train_reader import WEIGHTS, compile_layers, logits_of


def say(model: SpanModel, tables: Tables, *, device: str, rows: int = 384) -> TeacherLogits:
    """The logits of ``model`` for every pair of ``tables``; questions as they stand."""
    ptr = TeacherLogits.pointers(tables)
    values = np.zeros((int(ptr[-1]), 2), dtype=np.float16)
    order = np.argsort(np.diff(ptr), kind="stable")
    sampler = Sampler(tables, rows=rows, device=device)
    model = model.to(device).eval()
    with torch.inference_mode():
        for begin in tqdm(range(0, len(order), rows), desc="teacher", mininterval=10):
            pairs = order[begin : begin + rows]
            asked = sampler.owners[pairs]
            batch = sampler.assemble(Items(asked, np.zeros_like(asked), pairs))
            # [CLS] and the context tokens of a row stand in the table one after another.
            found = logits_of(model, batch)[batch.allowed].half().cpu().numpy()
            sizes = ptr[pairs + 1] - ptr[pairs]
            within = np.arange(len(found)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            values[np.repeat(ptr[pairs], sizes) + within] = found
    return TeacherLogits(values, ptr)


def main(
    tables: Annotated[Path, typer.Argument(help="tables.npz")],
    base: Annotated[Path, typer.Option(help="the teacher's base")],
    run: Annotated[Path, typer.Option(help="its run")] = Path("runs/teacher"),
    out: Annotated[Path, typer.Option()] = Path("runs/teacher/logits.npz"),
    device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    compiled: Annotated[bool, typer.Option(help="torch.compile")] = False,
) -> None:
    """Write the teacher's logits."""
    model = new_model(base)
    state = torch.load(run / WEIGHTS, weights_only=True, map_location="cpu")
    model.load_state_dict(state, strict=False)
    if compiled:
        compile_layers(model)
    np.savez(out, values=say(model, Tables.load(tables), device=device).values)


if __name__ == "__main__":
    typer.run(main)
