"""What decides the result of a training run."""

from __future__ import annotations

from dataclasses import dataclass

CLOCK = frozenset({"passes", "steps", "minutes"})
"""What of a recipe may change when a run is taken up: only when it ends."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result, written into the model's card."""

    base: str
    start: str = ""
    """sha256 of the shipped reader that the run goes on from, if any."""
    seed: int = 13
    learning_rate: float = 1.5e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    rows: int = 128
    others: int = 3
    labels: float = 0.3
    shared: float = 1.0
    temperature: float = 1.0
    words_fixed: bool = True
    """Whether the word embeddings stay as they are in the base."""
    passes: float = 1.0
    steps: int | None = None
    minutes: float | None = None
    questions: int | None = None
    """Train on so many questions only, for comparisons."""


def rate(progress: float, recipe: Recipe) -> float:
    """Share of the learning rate at ``progress`` (0 to 1): warm-up, then linear to 0."""
    if progress < recipe.warm_up:
        return progress / recipe.warm_up
    return max(0.0, (1 - progress) / (1 - recipe.warm_up))
