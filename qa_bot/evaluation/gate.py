"""The gate: figures that must not fall, with the digest of what they were measured on.

tests/gate.json maps the name of an evaluation set to
``{"file_sha256": ..., "floors": {measure: floor}, "lowered": [...]}``.
A run that falls below a floor, was made with another file, or whose confidence
is not fitted for the parts it ran with, breaks the gate. Floors rise on their
own; one is lowered only when asked for, with a reason that stays in the file.

    python -m qa_bot.evaluation.gate check SET RESULTS.json
    python -m qa_bot.evaluation.gate update SET RESULTS.json [--margin 0.5] [--lower "reason"]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.summary import PERCENT

DEFAULT_PATH = Path("tests/gate.json")


@dataclass(frozen=True, slots=True)
class Gate:
    """The floors of one evaluation set; each measure in its own unit, higher is better."""

    file_sha256: str
    floors: Mapping[str, float]
    lowered: tuple[Mapping[str, Any], ...] = field(default=())


def load_gates(path: str | Path = DEFAULT_PATH) -> dict[str, Gate]:
    """The gates of the file by the name of their set.

    Raises:
        EvaluationError: the file is missing or not in the shape above.
    """
    try:
        table = json.loads(Path(path).read_text(encoding="utf-8"))
        return {
            name: Gate(
                file_sha256=str(gate["file_sha256"]),
                floors={measure: float(floor) for measure, floor in gate["floors"].items()},
                lowered=tuple(gate.get("lowered", ())),
            )
            for name, gate in table.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            "the gate's file cannot be used",
            where=path,
            expected='{"set": {"file_sha256": "...", "floors": {"f1": 78.0}}}',
            found=repr(error),
            mend="python -m qa_bot.evaluation.gate update SET RESULTS.json",
        ) from None


def save_gates(gates: Mapping[str, Gate], path: str | Path = DEFAULT_PATH) -> None:
    """Write the gates; :func:`load_gates` reads the same back."""
    table = {name: asdict(gate) for name, gate in sorted(gates.items())}
    Path(path).write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


def check(results: Mapping[str, Any], gate: Gate) -> None:
    """Pass in silence when every figure of ``results`` is at or above its floor.

    Raises:
        EvaluationError: with every reason at once: another file, a missing
            figure, a figure below its floor, or a confidence that is not
            fitted (``"calibrated": false``).
    """
    broken = []
    if results.get("file_sha256") != gate.file_sha256:
        broken.append(f"the file's sha256 is {results.get('file_sha256')}, not {gate.file_sha256}")
    if results.get("calibrated") is False:
        broken.append("the confidence is not fitted for these models: make calibrate")
    for measure, floor in sorted(gate.floors.items()):
        value = results.get(measure)
        if value is None:
            broken.append(f"{measure} was not measured, its floor is {floor}")
        elif not value >= floor:  # written so that a nan breaks the gate
            broken.append(f"{measure} is {value}, below its floor {floor}")
    if broken:
        raise EvaluationError(
            "the gate is broken",
            found="; ".join(broken),
            mend="mend what made it worse, or lower a floor openly: "
            'python -m qa_bot.evaluation.gate update SET RESULTS.json --lower "reason"',
        )


def raised(
    gate: Gate | None,
    results: Mapping[str, Any],
    measures: Sequence[str],
    *,
    margin: float = 0.0,
    lower: str | None = None,
) -> Gate:
    """A gate whose floors are ``results`` less ``margin`` for ``measures``.

    ``margin`` is in points of 100; it is divided by 100 for measures of 0 to 1.
    A floor that would fall stays, unless ``lower`` says why it may: then the
    old floor, the new one and the reason are kept in ``lowered``. The same
    holds for a change of the evaluation file.

    Raises:
        EvaluationError: a measure has no figure, the margin is negative,
            ``lower`` is blank, or the file is another one and ``lower`` is None.
    """
    if margin < 0 or (lower is not None and not lower.strip()):
        raise EvaluationError(
            "a gate is changed with a margin of 0 or more, and lowered with a reason",
            found=f"margin {margin}, reason {lower!r}",
        )
    digest = results.get("file_sha256")
    if gate and gate.file_sha256 != digest and lower is None:
        raise EvaluationError(
            "the figures are of another evaluation file than the gate's",
            expected=gate.file_sha256,
            found=digest,
            mend='add --lower "why the file changed"',
        )
    floors = dict(gate.floors) if gate else {}
    notes = list(gate.lowered) if gate else []
    for measure in measures:
        value = results.get(measure)
        if value is None:
            raise EvaluationError("a measure has no figure", where=measure, found=sorted(results))
        floor = round(value - (margin if measure in PERCENT else margin / 100), 5)
        before = floors.get(measure)
        if before is not None and floor < before:
            if lower is None:
                continue
            notes.append({"measure": measure, "from": before, "to": floor, "reason": lower})
        floors[measure] = floor
    return Gate(file_sha256=str(digest), floors=floors, lowered=tuple(notes))


def main(arguments: Sequence[str] | None = None) -> int:
    """``check`` or ``update`` a set from a file of results; 0 when it holds, else 2."""
    parser = argparse.ArgumentParser(prog="python -m qa_bot.evaluation.gate")
    parser.add_argument("action", choices=["check", "update"])
    parser.add_argument("set", help="name of the evaluation set in the gate's file")
    parser.add_argument("results", type=Path, help="what qa-bot eval printed")
    parser.add_argument("--gates", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--measures", nargs="+", help="default: those that have a floor")
    parser.add_argument("--margin", type=float, default=0.5, help="points of 100 below the figure")
    parser.add_argument("--lower", metavar="REASON", help="let floors fall, and keep the reason")
    given = parser.parse_args(arguments)
    try:
        gates = load_gates(given.gates) if given.action == "check" or given.gates.exists() else {}
        results = json.loads(given.results.read_text(encoding="utf-8"))
        if given.action == "check":
            if given.set not in gates:
                raise EvaluationError(
                    "the gate's file has no such set", where=given.set, expected=sorted(gates)
                )
            check(results, gates[given.set])
            return 0
        old = gates.get(given.set)
        measures = given.measures or (sorted(old.floors) if old else ["exact_match", "f1"])
        new = raised(old, results, measures, margin=given.margin, lower=given.lower)
        save_gates({**gates, given.set: new}, given.gates)
        return 0
    except (EvaluationError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
