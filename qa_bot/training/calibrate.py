"""Fits every fitted number: ``python -m qa_bot.training.calibrate SETS``.

Weights that rank spans, weights of the confidence, and the thresholds, all on
the fit part of the evaluation sets, with readers' verdicts in place of labels where an answer
was read; what they reach is measured on the report part, by labels, and written beside
them, with the fingerprints they hold for. What retrieval
and reading made of each question is kept in ``scratch``: a run that was stopped goes
on, and one that changes only features or fits reads nothing again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from qa_bot.answering.fitted import FILE, SHIPPED, Fitted, write_fitted
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import SplitBy, read_records, take_part
from qa_bot.evaluation.metrics import score_answer
from qa_bot.protocols import Reader, ReadingPassage
from qa_bot.reading.reader import open_reader
from qa_bot.training.confidence_drawing import draw
from qa_bot.training.confidence_report import Row, at_settings, report
from qa_bot.training.fits import (
    Shown,
    best_threshold,
    fit_confidence,
    fit_ranking,
    fit_threshold,
    show,
    sure_of,
)
from qa_bot.training.made_questions import as_yes_no
from qa_bot.training.observations import Observation, observe
from qa_bot.training.own_contexts import own_contexts
from qa_bot.training.questions import (
    Collection,
    Part,
    contexts_collection,
    news_collection,
    plain_collection,
)
from qa_bot.training.verdicts import as_read, read_verdicts

NEWS = "news_2022_2023"
PLAIN = Path("tests/golden/plain_news.jsonl")
SQUAD = "squad_v1.1_dev"
ARTICLES = "squad_articles"
"""SQuAD's questions once more, for the report alone: their twins are without the whole article.
Those that are fitted are without the one paragraph; the rest of its article stays with them,
which is harder to refuse."""
MIX = (SQUAD, "newsqa_dev", NEWS)
"""The sets whose report parts are measured together; the others are measured apart."""
BY_ARTICLE = (ARTICLES, "newsqa_dev", NEWS)
"""The same questions; what their sets call an article is what their twins are without."""
MOST: dict[str, tuple[SplitBy, dict[Part, int | None]]] = {
    SQUAD: ("title", {"fit": 1000, "report": 1000}),
    "newsqa_dev": ("context", {"fit": 300, "report": 300}),
}
"""What each set is split by, and how many questions of each part are asked."""
MADE = "yes_no"
MOST_YES_NO: dict[Part, int | None] = {"fit": 200, "report": 200}
"""Questions for yes or no are made of so many of SQuAD's."""


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
    for name, (split, most) in MOST.items():
        if name in files:
            yield contexts_collection(
                files[name], split_by=split, most=most, scratch=scratch, settings=settings
            )
    if SQUAD in files:
        split, most = MOST[SQUAD]
        yield contexts_collection(
            files[SQUAD],
            split_by=split,
            most={"report": most["report"]},
            scratch=scratch,
            settings=settings,
            listed_by="article",
            called=ARTICLES,
        )
        yield contexts_collection(
            files[SQUAD],
            split_by=split,
            most=MOST_YES_NO,
            scratch=scratch,
            settings=settings,
            asked=as_yes_no,
            called=MADE,
        )
    questions, articles = files.get("questions_2022_2023"), files.get("articles_2022_2023")
    if questions and articles:
        news = news_collection(
            questions, articles, scratch=scratch, settings=settings, index=news_index
        )
        yield news
        if PLAIN.is_file():
            yield plain_collection(PLAIN, news.bot)


def reader_folder(reader: str) -> Path:
    """The folder of a reader that is named as in the settings."""
    return SHIPPED.parent if reader == "default" else Path(reader)


def as_rows(shown: list[Shown], fitted: Fitted) -> list[Row]:
    """What the report is made of."""
    return [(s.name, s.twin, sure_of(s, fitted), s.right, s.f1, s.reachable) for s in shown]


def main(
    sets: Annotated[Path, typer.Argument(help="folder of the evaluation sets")],
    scratch: Annotated[Path, typer.Option(help="indexes and what was seen are kept here")] = Path(
        "runs/calibrate"
    ),
    target: Annotated[
        Path | None, typer.Option(help="the file of fitted numbers; its reader's by default")
    ] = None,
    news_index: Annotated[
        Path | None, typer.Option(help="an index of the news articles, made before; only read")
    ] = None,
    docs: Annotated[Path, typer.Option(help="where figures go")] = Path("docs/images"),
) -> None:
    """Fit, measure, write."""
    settings = Settings.load()
    reader = open_reader(settings)
    files = {path.name.removesuffix(".jsonl.gz"): path for path in sorted(sets.rglob("*.jsonl.gz"))}
    opened = {each.name: each for each in collections(files, scratch, settings, news_index)}
    observations: list[Observation] = []
    for collection in opened.values():
        observations += observe(collection, scratch / "seen")
    # Questions for yes or no are made of others, which would count twice; and a pattern says
    # which answer is right, not where its span begins and ends.
    ranking = fit_ranking([o for o in observations if o.name != MADE and not o.pattern])
    shown = show(
        observations,
        ranking,
        lambda name, article_id: opened[name].bot.snapshot.article(article_id),
    )
    fit_part = as_read(
        [item for item in shown if item.part == "fit"],
        read_verdicts(),
        lambda item: opened[item.name].bot.snapshot.article(item.place[0]).content_hash,
    )
    fitted = fit_confidence(fit_part, ranking)
    threshold = fit_threshold(fit_part, [sure_of(item, fitted) for item in fit_part])
    reader_threshold = fit_reader_threshold(files["squad_v2.0_dev"], reader)
    everything = as_rows([item for item in shown if item.part == "report"], fitted)
    rows = [row for row in everything if row[0] in MIX]
    measured: dict[str, Any] = {
        "all": report(rows, threshold),
        "all_by_article": report([row for row in everything if row[0] in BY_ARTICLE], threshold),
    }
    for name in sorted({row[0] for row in everything}):
        measured[name] = report([row for row in everything if row[0] == name], threshold)
    squad, newsqa = files.get("squad_v1.1_dev"), files.get("newsqa_dev")
    if squad and newsqa:
        measured["own_contexts"] = own_contexts(squad, newsqa, reader, scratch / "own")
    write_fitted(
        target or reader_folder(settings.reader) / FILE,
        replace(
            fitted,
            threshold=threshold,
            reader_threshold=reader_threshold,
            fingerprints=next(iter(opened.values())).bot.fingerprints,
            measured=measured,
            settings=tuple((a, b, c) for a, b, c in at_settings(rows)),
        ),
    )
    draw(rows, docs, threshold)
    typer.echo(json.dumps(measured, indent=1))


if __name__ == "__main__":
    typer.run(main)
