"""The gate over a whole evaluation: which floors hold, which fell, which were not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.gate import Gate, check, load_gates, raised, save_gates

MEASURES: dict[str, tuple[str, ...]] = {
    "given": ("exact_match", "f1"),
    "searches": ("recall_at_1", "recall_at_5", "recall_at_20"),
    "open": ("exact_match", "f1"),
}
"""What gets a floor, by the kind of a part."""
MARGIN = 0.5
"""Points of 100 that a floor is put below its figure."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of each gate by name: held; fallen, with the reasons; or not measured here."""

    held: tuple[str, ...] = ()
    fallen: Mapping[str, str] = field(default_factory=dict)
    not_measured: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For people, one a gate."""
        return [
            *(f"gate {name}: holds" for name in self.held),
            *(f"gate {name}: FALLEN: {reasons}" for name, reasons in self.fallen.items()),
            *(f"gate {name}: not measured in this run" for name in self.not_measured),
        ]


def judge(figures: Mapping[str, Mapping[str, Any]], gates: Mapping[str, Gate]) -> Verdict:
    """``figures`` by part against the gates of the same names.

    A part measured on fewer questions than its own number is judged by no floor.
    """
    held, fallen, not_measured = [], {}, []
    for name, gate in sorted(gates.items()):
        results = figures.get(name)
        if results is None or results.get("limited"):
            not_measured.append(name)
            continue
        try:
            check(results, gate)
            held.append(name)
        except EvaluationError as error:
            fallen[name] = str(error.found)
    return Verdict(tuple(held), fallen, tuple(not_measured))


def move(
    figures: Mapping[str, Mapping[str, Any]],
    kinds: Mapping[str, str],
    path: Path,
    *,
    lower: str | None = None,
) -> list[str]:
    """Raise the floors of ``path`` to :data:`MARGIN` below the figures; says what moved.

    Parts without a gate get one. With ``lower``, a reason, floors fall as well, and the
    reason stays in the file. Parts measured on fewer questions are left alone.

    Raises:
        EvaluationError: the reason is blank, or a set's file is another one and there
            is no reason.
    """
    gates = load_gates(path) if path.exists() else {}
    moved = []
    for name, results in figures.items():
        if results.get("limited"):
            continue
        old = gates.get(name)
        measures: Sequence[str] = sorted({*(old.floors if old else ()), *MEASURES[kinds[name]]})
        new = raised(old, results, measures, margin=MARGIN, lower=lower)
        for measure, floor in sorted(new.floors.items()):
            before = old.floors.get(measure) if old else None
            if floor != before:
                moved.append(f"floor {name} {measure}: {before} to {floor}")
        gates[name] = new
    save_gates(gates, path)
    return moved
