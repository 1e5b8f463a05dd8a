"""The numbers that were fitted, in one file, with what they were fitted for.

``fitted.json`` holds the weights that rank spans, the weights of the confidence,
and the thresholds, with the fingerprints of encoder, reader, chunking and fusion.
With any other of these the numbers still work, but what they say is no longer
measured: confidence is then marked uncalibrated. ``make calibrate`` fits again.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_bot.answering.boosted import Boosted
from qa_bot.errors import ModelError

FILE = "fitted.json"
SHIPPED = Path(__file__).parent.parent / "models" / "reader" / FILE


@dataclass(frozen=True, slots=True)
class Fitted:
    """Fitted numbers.

    Attributes:
        ranking: weight of each feature of select.RANKING_FEATURES.
        confidence: weight of each feature of confidence.FEATURES.
        intercept: of the confidence's logistic function.
        boosted: trees over the same features, whose log-odds the confidence takes the mean
            with; None: there are none.
        alone: slope and intercept that make the logit of an answer without rivals mean what
            it says, where several answers may be right together.
        threshold: abstain below this confidence.
        reader_threshold: reading a given context, answer above this margin.
        fingerprints: of encoder, reader, chunking and fusion.
        measured: what the fit reached on the report part, by name.
        settings: what each setting of ``min_confidence`` reached there, ascending:
            (setting, share right of what it shows, share of the answerable questions shown).
    """

    ranking: Mapping[str, float]
    confidence: Mapping[str, float]
    intercept: float
    threshold: float
    reader_threshold: float
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    settings: tuple[tuple[float, float, float], ...] = ()
    alone: tuple[float, float] = (1.0, 0.0)
    boosted: Boosted | None = None

    def at_setting(self, setting: float) -> tuple[float, float] | None:
        """(share right, share answered), 0 to 1 each, of the test questions at a setting of
        ``min_confidence`` (0 to 1): of all that is shown, how much is right, and how many of
        the questions that the articles answer are answered. Linear between what was measured;
        None where nothing was.
        """
        if not self.settings:
            return None
        places = [place for place, *_ in self.settings]
        after = bisect_right(places, setting)
        if after == 0 or after == len(places):
            _, right, answered = self.settings[min(after, len(places) - 1)]
            return right, answered
        (low, *first), (high, *second) = self.settings[after - 1 : after + 1]
        part = (setting - low) / (high - low)
        right, answered = (a + part * (b - a) for a, b in zip(first, second, strict=True))
        return right, answered

    def setting_sentence(self, setting: float) -> str:
        """What :meth:`at_setting` says, for people; "" where nothing was measured."""
        measured = self.at_setting(setting)
        if measured is None:
            return ""
        right, answered = measured
        return (
            f"At this setting {right:.0%} of shown answers were right on the test questions, "
            f"{answered:.0%} were answered."
        )

    def mismatch(self, fingerprints: Mapping[str, str]) -> tuple[str, ...]:
        """The parts that are not those the numbers were fitted for, sorted."""
        names = {*self.fingerprints, *fingerprints}
        return tuple(sorted(n for n in names if self.fingerprints.get(n) != fingerprints.get(n)))


def fitted_path(reader: str) -> Path:
    """Where the numbers for a reader lie, named as in the settings: beside its weights, or
    those of the shipped reader where it has none of its own."""
    own = Path(reader)
    return own / FILE if (own / FILE).is_file() else SHIPPED


@lru_cache(maxsize=4)
def load_fitted(path: Path = SHIPPED) -> Fitted:
    """The fitted numbers of ``path``.

    Raises:
        ModelError: the file is missing or is not such a file.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Fitted(
            ranking={name: float(value) for name, value in record["ranking"].items()},
            confidence={name: float(value) for name, value in record["confidence"].items()},
            intercept=float(record["intercept"]),
            threshold=float(record["threshold"]),
            reader_threshold=float(record["reader_threshold"]),
            fingerprints=dict(record["fingerprints"]),
            measured=dict(record["measured"]),
            settings=tuple(
                (float(setting), float(right), float(answered))
                for setting, right, answered in record.get("settings", ())
            ),
            alone=_pair(record.get("alone", (1.0, 0.0))),
            boosted=_trees(record),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "the fitted numbers cannot be read",
            where=path,
            found=repr(error),
            mend="make calibrate, or install qa-bot again",
        ) from error


def write_fitted(path: Path, fitted: Fitted) -> None:
    """Write what :func:`load_fitted` reads: indented JSON with sorted keys, a tree a line."""
    record = {each.name: getattr(fitted, each.name) for each in fields(fitted)}
    trees: list[Any] = []
    if fitted.boosted is None:
        del record["boosted"]
    else:
        boosted = fitted.boosted.as_record()
        trees = boosted["trees"]
        record["boosted"] = boosted | {"trees": [f"tree {place}" for place in range(len(trees))]}
    text = json.dumps(record, indent=2, sort_keys=True)
    for place, tree in enumerate(trees):
        text = text.replace(f'"tree {place}"', json.dumps(tree), 1)
    path.write_text(text + "\n", encoding="utf-8")


def _trees(record: Mapping[str, Any]) -> Boosted | None:
    if "boosted" not in record:
        return None
    return Boosted.from_record(record["boosted"], record["confidence"])


def _pair(values: Sequence[float]) -> tuple[float, float]:
    slope, intercept = values
    return float(slope), float(intercept)
