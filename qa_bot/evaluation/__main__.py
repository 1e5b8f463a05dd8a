"""The whole evaluation in one command: ``python -m qa_bot.evaluation [FOLDER]``.

Measures every part whose set is in the folder ($QA_BOT_EVAL_DATA), writes the
page, the drawings and all figures as JSON, and checks the gate. Stopped at any
time, the next run goes on where this one was; what has been measured with the
same models, settings and code is not asked again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa_bot.config import Settings
from qa_bot.errors import EvaluationError, QABotError
from qa_bot.evaluation.drawing import draw_all
from qa_bot.evaluation.floors import judge, move
from qa_bot.evaluation.gate import DEFAULT_PATH, load_gates
from qa_bot.evaluation.models import Models, open_models
from qa_bot.evaluation.page import put_into, write_page
from qa_bot.evaluation.parts import PARTS
from qa_bot.evaluation.suite import Suite
from qa_bot.evaluation.watch import Bar
from qa_bot.models.session import available_cores

DATA = "QA_BOT_EVAL_DATA"
WORK = Path(".eval-cache")
QUICK = 100


def main(arguments: Sequence[str] | None = None, *, models: Models | None = None) -> int:
    """0: measured, and no floor fell; 1: a floor fell; 2: it cannot be done; 130: stopped.

    ``models`` are run in place of those that the settings name.
    """
    given = _parser().parse_args(arguments)
    try:
        return _run(given, models)
    except QABotError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where this one was", file=sys.stderr)
        return 130


def _run(given: argparse.Namespace, models: Models | None) -> int:
    folder = given.folder or os.environ.get(DATA)
    if not folder:
        raise EvaluationError(
            "no folder of evaluation sets is named",
            where=DATA,
            expected=f"a folder in {DATA}, or as the argument",
            mend=f"{DATA}=folder make eval, or for one file of yours: make eval FILE=q.jsonl",
        )
    settings = Settings.load()
    limit = QUICK if given.quick and given.limit is None else given.limit
    with Bar() as bar:
        suite = Suite(
            Path(folder),
            given.work,
            settings,
            models or open_models(settings),
            bar,
            limit=limit,
            news_index=given.news_index,
            workers=available_cores(),
        )
        measured = suite.run(given.parts)
    short = limit is not None or given.parts is not None
    # What a short run says must not stand where the full figures do.
    page = given.page or (given.work / "short" / "evaluation.md" if short else _PAGE)
    drawings = draw_all(measured, given.images or page.parent / "images")
    figures = {one.part.name: one.figures for one in measured}
    kinds = {one.part.name: one.part.kind for one in measured}
    named = suite.models.named()
    images = [Path(os.path.relpath(path, page.parent)).as_posix() for path in drawings]
    put_into(page, write_page(figures, kinds, named, images))
    whole: dict[str, Any] = {"models": named, "parts": figures}
    text = json.dumps(whole, indent=1, sort_keys=True) + "\n"
    page.with_suffix(".json").write_text(text, encoding="utf-8")
    print(f"written: {page}, {page.with_suffix('.json')}, {len(drawings)} drawings",
          file=sys.stderr)  # fmt: skip
    if given.json:
        print(text, end="")
    if given.raise_floors or given.lower is not None:
        for line in move(figures, kinds, given.gates, lower=given.lower):
            print(line, file=sys.stderr)
    if not given.gates.exists():
        print(f"there is no gate to check: {given.gates}", file=sys.stderr)
        return 0
    verdict = judge(figures, load_gates(given.gates))
    for line in verdict.lines():
        print(line, file=sys.stderr)
    return 1 if verdict.fallen else 0


_PAGE = Path("docs/evaluation.md")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qa_bot.evaluation", description="Measure all evaluation sets of a folder."
    )
    parser.add_argument("folder", nargs="?", type=Path, help=f"default: ${DATA}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions of each part")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N questions of each part")
    parser.add_argument(
        "--parts", nargs="+", metavar="PART", help="only these: " + ", ".join(p.name for p in PARTS)
    )
    parser.add_argument(
        "--news-index", type=Path, metavar="DIR", help="an index of articles_2022_2023, if made"
    )
    parser.add_argument("--work", type=Path, default=WORK, help=f"kept rows (default: {WORK})")
    parser.add_argument(
        "--page", type=Path, help=f"default: {_PAGE}; of a short run: WORK/short/evaluation.md"
    )
    parser.add_argument("--images", type=Path, help="default: images beside the page")
    parser.add_argument("--json", action="store_true", help="all figures on stdout as well")
    parser.add_argument("--gates", type=Path, default=DEFAULT_PATH, help=f"default: {DEFAULT_PATH}")
    parser.add_argument(
        "--raise-floors", action="store_true", help="put the gate's floors where figures rose"
    )
    parser.add_argument("--lower", metavar="REASON", help="let floors fall too; the reason stays")
    return parser


if __name__ == "__main__":
    sys.exit(main())
