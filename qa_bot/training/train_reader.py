"""Trains a reader or its teacher: ``python -m qa_bot.training.train_reader TABLES``.

An encoder with a linear layer that gives each token a start and an end logit, on
the losses of :mod:`qa_bot.training.losses`. Runs in bf16 on a CPU or a GPU; can be
stopped at any time and goes on from its last checkpoint (at the start of the pass
that it was in). The learning rate comes down by steps, or with ``--minutes`` by the
clock, so that a run always ends with a finished model; ``--steps`` repeats a run.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import nn
from tqdm import tqdm

from qa_bot.errors import ModelError
from qa_bot.models.files import sha256
from qa_bot.training.bases import SpanModel, base_folder, new_model
from qa_bot.training.losses import Weights, loss_of, margins
from qa_bot.training.recipe import CLOCK, Recipe, rate
from qa_bot.training.sampling import Batch, Sampler, TeacherLogits
from qa_bot.training.sets import WRITTEN
from qa_bot.training.shipped import shipped_model
from qa_bot.training.tables import Tables
from qa_bot.training.watch import held_out_figures

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "reader.pt"
LOG = "log.jsonl"
SUMMARY = "summary.json"
SAVE_EVERY = 300
"""Seconds between checkpoints."""


def logits_of(model: SpanModel, batch: Batch) -> torch.Tensor:
    """Logits in float32: the encoder runs in bf16, the last layer does not."""
    with torch.autocast(batch.allowed.device.type, torch.bfloat16):
        hidden = model.hidden(**batch.inputs)
    logits: torch.Tensor = model.span(hidden.float())
    return logits


def compile_layers(model: SpanModel) -> None:
    """Each layer on its own: they share their code, so that one compilation serves all."""
    for layer in model.encoder.encoder.layer:
        layer.compile(dynamic=True)


class Trainer:
    """One run: model, optimiser, place in it; saved and taken up again."""

    def __init__(
        self,
        model: SpanModel,
        recipe: Recipe,
        out: Path,
        tables: Tables,
        teacher: TeacherLogits | None = None,
        *,
        device: str = "cpu",
        compiled: bool = False,
    ) -> None:
        self.device = torch.device(device)
        self.model, self.recipe, self.out, self.tables = model.to(self.device), recipe, out, tables
        if compiled:
            compile_layers(self.model)
        questions = None
        if recipe.questions:
            usable = np.flatnonzero(~tables.question_held)
            questions = np.random.default_rng(recipe.seed).permutation(usable)[: recipe.questions]
        self.sampler = Sampler(
            tables,
            rows=recipe.rows,
            others=recipe.others,
            teacher=teacher,
            questions=questions,
            device=self.device,
        )
        plain: list[nn.Parameter] = []
        decayed: list[nn.Parameter] = []
        for name, parameter in self.model.named_parameters():
            if recipe.words_fixed and "word_embeddings" in name:
                parameter.requires_grad_(False)
                continue
            (plain if "bias" in name or "LayerNorm" in name else decayed).append(parameter)
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.weight_decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            fused=True,
        )
        self.step, self.turn, self.elapsed, self.tokens = 0, 0, 0.0, 0

    def save(self) -> None:
        """Writes the checkpoint; an interrupted write leaves the last one."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "turn": self.turn,
            "elapsed": self.elapsed,
            "tokens": self.tokens,
            "recipe": asdict(self.recipe),
        }
        temporary = self.out / f"{CHECKPOINT}.part"
        torch.save(state, temporary)
        temporary.replace(self.out / CHECKPOINT)

    def resume(self) -> bool:
        """Takes up the last checkpoint, if there is one.

        Raises:
            ModelError: it was made with another recipe.
        """
        path = self.out / CHECKPOINT
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True, map_location=self.device)
        given, known = asdict(self.recipe), dict(state["recipe"])
        changed = sorted(k for k in given if k not in CLOCK and given[k] != known.get(k))
        if changed:
            raise ModelError(
                "a run cannot go on with another recipe",
                where=path,
                expected=", ".join(f"{name} {known.get(name)}" for name in changed),
                found=", ".join(f"{name} {given[name]}" for name in changed),
                mend="give the first recipe, or another folder: --out",
            )
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.turn = state["step"], state["turn"]
        self.elapsed, self.tokens = state["elapsed"], state["tokens"]
        return True

    def progress(self, total: int) -> float:
        """0 to 1: by steps, and by the clock where a number of minutes is given."""
        by_clock = self.elapsed / (60 * self.recipe.minutes) if self.recipe.minutes else 0.0
        return max(self.step / total, by_clock)

    def _batches(self) -> Iterator[Batch]:
        while True:
            yield from self.sampler.batches(seed=self.recipe.seed + self.turn)
            self.turn += 1

    def train(self) -> dict[str, Any]:
        """Runs to the end; returns what the card records."""
        recipe = self.recipe
        weights = Weights(recipe.labels, recipe.shared, recipe.temperature)
        total = recipe.steps or max(1, int(recipe.passes * self.sampler.batches_in_pass()))
        bar = tqdm(total=total, initial=self.step, desc="training", mininterval=10)
        saved = last = time.monotonic()
        running = math.nan
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        for batch in self._batches():
            progress = self.progress(total)
            if progress >= 1:
                break
            for group in self.optimiser.param_groups:
                group["lr"] = recipe.learning_rate * rate(progress, recipe)
            loss = loss_of(logits_of(self.model, batch), batch, weights)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            now = time.monotonic()
            self.step, self.tokens = self.step + 1, self.tokens + batch.tokens
            self.elapsed, last = self.elapsed + now - last, now
            if self.step % 20 == 0 or self.device.type == "cpu":
                value = loss.item()
                running = value if math.isnan(running) else 0.9 * running + 0.1 * value
                bar.set_postfix(loss=f"{running:.3f}", done=f"{progress:.1%}", refresh=False)
            bar.update()
            if now - saved > SAVE_EVERY:
                self.save()
                self._log(running)
                saved = last = time.monotonic()
        bar.close()
        self.save()
        return self._log(running)

    def _log(self, running: float) -> dict[str, Any]:
        line = {
            "step": self.step,
            "minutes": round(self.elapsed / 60, 2),
            "tokens": self.tokens,
            "loss": round(running, 4),
            "held_out": held_out_figures(self.tables, self.margins_of, device=self.device),
            "held_out_news": held_out_figures(
                self.tables, self.margins_of, only=WRITTEN, device=self.device
            ),
        }
        with (self.out / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        tqdm.write(json.dumps(line))
        return line

    def margins_of(self, batch: Batch) -> torch.Tensor:
        """The model's margins for a batch, without gradients."""
        with torch.no_grad():
            return margins(logits_of(self.model, batch), batch.allowed)


def main(
    tables: Annotated[Path, typer.Argument(help="tables.npz")],
    base: Annotated[str, typer.Option(help="minilm, or the path of another base")] = "minilm",
    out: Annotated[Path, typer.Option(help="folder of the run")] = Path("runs/reader"),
    teacher: Annotated[Path | None, typer.Option(help="logits to follow (.npz)")] = None,
    learning_rate: Annotated[float, typer.Option()] = 1.5e-4,
    labels: Annotated[float, typer.Option(help="share of the labels beside a teacher")] = 0.3,
    shared: Annotated[float, typer.Option(help="weight of the loss over passages")] = 1.0,
    temperature: Annotated[float, typer.Option()] = 1.0,
    rows: Annotated[int, typer.Option(help="windows of a step")] = 128,
    others: Annotated[int, typer.Option(help="passages beside the one that answers")] = 3,
    passes: Annotated[float, typer.Option()] = 1.0,
    minutes: Annotated[float | None, typer.Option(help="end the run by the clock")] = None,
    steps: Annotated[int | None, typer.Option(help="end the run after so many steps")] = None,
    questions: Annotated[int | None, typer.Option(help="train on so many only")] = None,
    seed: Annotated[int, typer.Option()] = 13,
    device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    compiled: Annotated[bool, typer.Option(help="torch.compile: quicker on a CPU")] = False,
    start: Annotated[Path | None, typer.Option(help="go on from this shipped reader")] = None,
) -> None:
    """Train; run the same command again to go on after a stop."""
    recipe = Recipe(
        base=base if base == "minilm" else Path(base).name,
        start="" if start is None else sha256(start),
        seed=seed,
        learning_rate=learning_rate,
        rows=rows,
        others=others,
        labels=labels,
        shared=shared,
        temperature=temperature,
        passes=passes,
        steps=steps,
        minutes=minutes,
        questions=questions,
    )
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    attention = "sdpa" if device == "cuda" else "eager"
    if start is not None:
        model = shipped_model(start, attention=attention)
    else:
        model = new_model(base_folder() if base == "minilm" else Path(base), attention=attention)
    loaded = Tables.load(tables)
    said = None
    if teacher is not None:
        with np.load(teacher) as arrays:
            said = TeacherLogits(arrays["values"], TeacherLogits.pointers(loaded))
    trainer = Trainer(model, recipe, out, loaded, said, device=device, compiled=compiled)
    if trainer.resume():
        typer.echo(f"going on from step {trainer.step}")
    last = trainer.train()
    torch.save(trainer.model.state_dict(), out / WEIGHTS)
    summary = {"recipe": asdict(recipe), "questions": len(trainer.sampler.questions), **last}
    if teacher is not None and (teacher.parent / SUMMARY).exists():
        taught_by = (teacher.parent / SUMMARY).read_text(encoding="utf-8")
        summary["teacher"] = json.loads(taught_by)
    (out / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(summary))


if __name__ == "__main__":
    typer.run(main)
