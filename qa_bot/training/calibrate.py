"""Fits every fitted number: ``python -m qa_bot.training.calibrate SETS``.

Weights that rank spans, weights of the confidence, and the thresholds, all on
the fit part of the evaluation sets; what they reach is measured on the report
part and written beside them, with the fingerprints they hold for.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from qa_bot.answering.confidence import FEATURES, confidence, confidence_features
from qa_bot.answering.fitted import FILE, SHIPPED, Fitted
from qa_bot.answering.select import (
    RANKING_FEATURES,
    Context,
    group_answers,
    rank_spans,
    ranking_features,
)
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import SplitBy, read_records, take_part
from qa_bot.evaluation.metrics import score_answer
from qa_bot.models.files import write_json
from qa_bot.protocols import Reader, ReadingPassage
from qa_bot.reading.reader import open_reader
from qa_bot.training.confidence_report import draw, report
from qa_bot.training.observations import (
    Collection,
    Observation,
    contexts_collection,
    news_collection,
    observe,
)

FloatArray = npt.NDArray[np.float64]

RIGHT = 0.6
"""An answer counts as right from this F1 with a gold answer."""
SET_WEIGHTS = {"squad_v1.1_dev": 1.0, "news_2022_2023": 1.0, "newsqa_dev": 0.5}
"""NewsQA's questions were written for one article and often name nothing ("What did
he say?"): they count half."""
MOST = {"squad_v1.1_dev": 600, "newsqa_dev": 300}
"""Questions of each part."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What would be shown for one observation: features, correctness, F1."""

    name: str
    part: str
    twin: bool
    features: dict[str, float]
    right: bool
    f1: float
    reachable: bool


def fit_ranking(observations: Sequence[Observation], *, l2: float = 1e-4) -> dict[str, float]:
    """Weights that make good candidates likely under a softmax over all candidates.

    Maximises the log of the expected F1 of a question's candidates, over questions
    that have one with any overlap: the multi-passage objective of Clark and Gardner
    (2018, equation 4), with F1 in place of right and wrong.
    """
    tables: list[tuple[FloatArray, FloatArray, float]] = []
    for seen in observations:
        if seen.twin or seen.part != "fit":
            continue
        rows, gains = [], []
        context = Context(seen.readings, seen.passages)
        for passage, reading in zip(seen.passages, seen.readings, strict=True):
            for candidate in reading.candidates:
                features = ranking_features(candidate, passage, context)
                rows.append([features[name] for name in RANKING_FEATURES])
                gains.append(score_answer(candidate.text, seen.golds)[1])
        if any(gains):
            weight = SET_WEIGHTS.get(seen.name, 1.0)
            tables.append((np.asarray(rows), np.asarray(gains), weight))

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = l2 * float(weights @ weights), 2 * l2 * weights
        for features, gains, weight in tables:
            scores = features @ weights
            share = np.exp(scores - scores.max())
            share /= share.sum()
            expected = float(share @ gains) + 1e-9
            total -= weight * float(np.log(expected)) / len(tables)
            towards = share * gains / expected - share
            slope = slope - weight * (features.T @ towards) / len(tables)
        return total, slope

    start = np.asarray([1.0, -1.0, 8.0, 0.0, 0.0, 0.0, 0.0])
    solved = minimize(loss, start, jac=True, method="L-BFGS-B")
    return {name: float(w) for name, w in zip(RANKING_FEATURES, solved.x, strict=True)}


def show(observations: Sequence[Observation], ranking: dict[str, float]) -> list[Shown]:
    """What the bot would show, best answer only, for each observation that has one."""
    found = []
    for seen in observations:
        groups = group_answers(rank_spans(seen.readings, seen.passages, ranking))
        if not groups:
            continue
        _, f1 = score_answer(groups[0].best.candidate.text, seen.golds)
        right = not seen.twin and f1 >= RIGHT
        reachable = not seen.twin and any(
            score_answer(c.text, seen.golds)[1] >= RIGHT
            for r in seen.readings
            for c in r.candidates
        )
        features = confidence_features(groups[0], groups, seen.passages)
        found.append(Shown(seen.name, seen.part, seen.twin, features, right, f1, reachable))
    return found


def fit_confidence(shown: Sequence[Shown]) -> tuple[dict[str, float], float]:
    """Logistic weights and intercept (Platt 1999), on the fit part, sets weighted alike."""
    rows = [item for item in shown if item.part == "fit"]
    counts = {name: sum(item.name == name for item in rows) for name in {i.name for i in rows}}
    table = np.asarray([[item.features[name] for name in FEATURES] for item in rows])
    weights = [SET_WEIGHTS.get(item.name, 1.0) * len(rows) / counts[item.name] for item in rows]
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(scaler.transform(table), [item.right for item in rows], sample_weight=weights)
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - slopes @ scaler.mean_)
    return {name: float(slope) for name, slope in zip(FEATURES, slopes, strict=True)}, intercept


def best_threshold(
    values: Sequence[float],
    gain_shown: Sequence[float],
    gain_refused: Sequence[float],
    weights: Sequence[float] | None = None,
) -> float:
    """The threshold with the highest total gain: an item counts ``gain_shown`` when its
    value is at or above it, else ``gain_refused``. Midway between two values."""
    order = np.argsort(np.asarray(values))
    ranked = np.asarray(values)[order]
    scale = np.ones(len(ranked)) if weights is None else np.asarray(weights)[order]
    above, below = np.asarray(gain_shown)[order] * scale, np.asarray(gain_refused)[order] * scale
    # totals[i]: the first i are refused, the rest shown.
    totals = np.concatenate([[0.0], np.cumsum(below)]) + np.concatenate(
        [np.cumsum(above[::-1])[::-1], [0.0]]
    )
    place = int(np.argmax(totals))
    if place == 0:
        return float(ranked[0])
    if place == len(ranked):
        return float(np.nextafter(ranked[-1], np.inf))
    return float((ranked[place - 1] + ranked[place]) / 2)


def fit_threshold(shown: Sequence[Shown], sure: Callable[[Shown], float]) -> float:
    """Where SQuAD 2.0's F1 is highest over questions and twins of the fit part."""
    rows = [item for item in shown if item.part == "fit"]
    return best_threshold(
        [sure(item) for item in rows],
        [0.0 if item.twin else item.f1 for item in rows],
        [1.0 if item.twin else 0.0 for item in rows],
        [SET_WEIGHTS.get(item.name, 1.0) for item in rows],
    )


def fit_reader_threshold(path: Path, reader: Reader, *, most: int = 1500) -> float:
    """The margin above which a given context is answered: SQuAD 2.0 dev, fit part."""
    records = take_part(read_records(path), "fit", "title")[:: max(1, 5900 // most)]
    values, answered, refused = [], [], []
    for record in tqdm(records, desc="reader threshold", mininterval=2):
        passage = ReadingPassage("", "", record.context or "")
        (reading,) = reader.read(record.question, [passage], top_n=1)
        if reading.candidates:
            best = reading.candidates[0]
            values.append(best.margin)
            answered.append(score_answer(best.text, record.answers)[1] if record.answers else 0.0)
            refused.append(0.0 if record.answers else 1.0)
    return best_threshold(values, answered, refused)


def collections(
    files: dict[str, Path], scratch: Path, settings: Settings, news_index: Path | None
) -> Iterator[Collection]:
    """Every collection whose files are there, opened one after the other."""
    splits: dict[str, SplitBy] = {"squad_v1.1_dev": "title", "newsqa_dev": "context"}
    for name, split in splits.items():
        if name in files:
            yield contexts_collection(
                files[name], split_by=split, most=MOST[name], scratch=scratch, settings=settings
            )
    questions, articles = files.get("questions_2022_2023"), files.get("articles_2022_2023")
    if questions and articles:
        yield news_collection(
            questions, articles, scratch=scratch, settings=settings, index=news_index
        )


def reader_folder(reader: str) -> Path:
    """The folder of a reader that is named as in the settings."""
    return SHIPPED.parent if reader == "default" else Path(reader)


def main(
    sets: Annotated[Path, typer.Argument(help="folder of the evaluation sets")],
    scratch: Annotated[Path, typer.Option(help="indexes are kept here")] = Path("runs/calibrate"),
    target: Annotated[
        Path | None, typer.Option(help="the file of fitted numbers; its reader's by default")
    ] = None,
    news_index: Annotated[Path | None, typer.Option(help="an index of the news, if made")] = None,
    docs: Annotated[Path, typer.Option(help="where figures go")] = Path("docs/images"),
    again: Annotated[bool, typer.Option(help="fit the last run's observations again")] = False,
) -> None:
    """Fit, measure, write."""
    settings = Settings.load()
    files = {path.name.removesuffix(".jsonl.gz"): path for path in sorted(sets.rglob("*.jsonl.gz"))}
    kept = scratch / "observations.pkl"
    if again:
        observations, fingerprints = pickle.loads(kept.read_bytes())
    else:
        observations, fingerprints = [], {}
        for collection in collections(files, scratch, settings, news_index):
            observations += observe(collection)
            fingerprints = collection.bot.fingerprints
        kept.write_bytes(pickle.dumps((observations, fingerprints)))
    ranking = fit_ranking(observations)
    shown = show(observations, ranking)
    slopes, intercept = fit_confidence(shown)
    unfinished = Fitted(ranking, slopes, intercept, 0.0, 0.0)

    def sure(item: Shown) -> float:
        return confidence(item.features, unfinished)

    threshold = fit_threshold(shown, sure)
    reader_threshold = fit_reader_threshold(files["squad_v2.0_dev"], open_reader(settings))
    rows = [
        (item.name, item.twin, sure(item), item.right, item.f1, item.reachable)
        for item in shown
        if item.part == "report"
    ]
    measured: dict[str, Any] = {"all": report(rows, threshold)}
    for name in sorted({row[0] for row in rows}):
        measured[name] = report([row for row in rows if row[0] == name], threshold)
    write_json(
        target or reader_folder(settings.reader) / FILE,
        {
            "ranking": ranking,
            "confidence": slopes,
            "intercept": intercept,
            "threshold": threshold,
            "reader_threshold": reader_threshold,
            "fingerprints": fingerprints,
            "measured": measured,
        },
    )
    draw(rows, docs)
    typer.echo(json.dumps(measured, indent=1))


if __name__ == "__main__":
    typer.run(main)
