"""``qa-bot eval``: one JSON object on stdout, all else on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from qa_bot.cli.asking import print_json
from qa_bot.cli.indexing import IndexOption
from qa_bot.cli.progress import Bars
from qa_bot.config import Settings


class Part(Enum):
    """A part of an evaluation set."""

    fit = "fit"
    report = "report"
    all = "all"


class SplitBy(Enum):
    """What names a record's article."""

    title = "title"
    context = "context"
    question = "question"


def evaluate_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Records {question, answers, context?} (JSONL, .gz) or SQuAD's JSON.",
            show_default=False,
        ),
    ],
    index: IndexOption = None,
    reader: Annotated[
        bool, typer.Option("--reader", help="Read each question in its own context; no index.")
    ] = False,
    contexts: Annotated[
        bool, typer.Option("--contexts", help="Ask the file's contexts in a temporary index.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="No table on stderr, and JSON on one line.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", help="Only N records, evenly spaced."),
    ] = None,
    part: Annotated[
        Part, typer.Option("--part", help="The half used to fit, the one to report, or all.")
    ] = Part.all,
    split_by: Annotated[
        SplitBy, typer.Option("--split-by", help="What names a record's article in the split.")
    ] = SplitBy.title,
) -> None:
    """Measure answers against a file of questions: exact match, F1, recall, latency."""
    if sum((reader, contexts, index is not None)) > 1:
        raise typer.BadParameter("choose one of --index, --reader and --contexts")
    from qa_bot.evaluation.run import evaluate

    with contextlib.redirect_stdout(sys.stderr), Bars() as bars:
        figures = evaluate(
            file,
            mode="reader" if reader else "contexts" if contexts else "index",
            settings=Settings.load(index=index),
            limit=limit,
            part=part.value,
            split_by=split_by.value,
            progress=bars,
        )
    if not as_json:
        for line in _table(figures):
            print(line, file=sys.stderr)
    print_json(figures, indent=None if as_json else 2)


def _table(figures: Mapping[str, Any]) -> Iterator[str]:
    """The figures in lines to read, each with its interval."""
    yield f"{figures['n']} questions, {figures['mode']}, abstention {figures['abstention']}"
    for name, pair in figures["intervals"].items():
        value = figures[name]
        shown = "-" if value is None else f"{value:g}"
        between = "" if pair is None else f"  95% {pair[0]:g} to {pair[1]:g}"
        yield f"  {name:<20} {shown:>9}{between}"
    latency = figures["latency_ms"]
    yield f"  {'latency':<20} {latency['p50']:>9g} ms, p95 {latency['p95']:g} ms"
