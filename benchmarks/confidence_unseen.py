"""How sure, on questions that no fit and no choice has seen.

    python benchmarks/confidence_unseen.py SETS --scratch DIR [--news-index INDEX] [--limit 1000]

`make calibrate` asks 1,000 questions of SQuAD's report part, and its figures were looked at for
every fit. These are as many others of the same part, evenly spaced among those that it does not
ask, with the shipped fit; beside the same questions to the news, of which there are no others.
Right is what the labels say. Give the scratch folder of `make calibrate`, and only the new
questions are read.

Prints the figures of the confidence report with bootstrap 95%: twins without the whole
article, then without the one paragraph.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qa_bot.answering.fitted import fitted_path, load_fitted
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import evenly_spaced
from qa_bot.training.calibrate import ARTICLES, MOST, NEWS, SQUAD, as_rows
from qa_bot.training.confidence_report import report
from qa_bot.training.fits import Shown, show
from qa_bot.training.observations import observe
from qa_bot.training.questions import Collection, contexts_collection, news_collection

FIGURES = (
    "questions",
    "right_if_forced",
    "answered",
    "twins_refused",
    "right_of_shown",
    "calibration_error",
    *(f"{n}_at_{goal}" for goal in (80, 90) for n in ("coverage", "ceiling", "of_ceiling")),
)


def unseen(path: Path, scratch: Path, settings: Settings, limit: int) -> Iterator[Collection]:
    """SQuAD's questions that the fits do not ask, twins without the article and without the
    paragraph."""
    split, most = MOST[SQUAD]
    for name, listed in ((ARTICLES, "article"), (SQUAD, "context")):
        asked, everything = (
            contexts_collection(
                path,
                split_by=split,
                most={"report": count},
                scratch=scratch,
                settings=settings,
                listed_by=listed,  # type: ignore[arg-type]
                called=name,
            )
            for count in (most["report"], None)
        )
        known = {(q.text, q.own) for q in asked.questions}
        others = [q for q in everything.questions if (q.text, q.own) not in known]
        chosen = evenly_spaced(others, limit)  # type: ignore[arg-type]
        yield replace(everything, name=f"{name}_unseen", questions=tuple(chosen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--news-index", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    given = parser.parse_args()
    settings = Settings.load()
    fitted = load_fitted(fitted_path(settings.reader))
    files = {p.name.removesuffix(".jsonl.gz"): p for p in given.sets.rglob("*.jsonl.gz")}
    news = news_collection(
        files["questions_2022_2023"],
        files["articles_2022_2023"],
        scratch=given.scratch,
        settings=settings,
        index=given.news_index,
    )
    shown: list[Shown] = []
    for one in (*unseen(files[SQUAD], given.scratch, settings, given.limit), news):
        seen = list(observe(one, given.scratch / "seen", "report"))
        article = one.bot.snapshot.article
        shown += show(seen, dict(fitted.ranking), lambda _, each, article=article: article(each))  # type: ignore[misc]
    rows = as_rows(shown, fitted)
    for name in (ARTICLES, SQUAD):
        for sets in ((f"{name}_unseen", NEWS), (f"{name}_unseen",)):
            figures = report([row for row in rows if row[0] in sets], fitted.threshold)
            print(f"\n{' and '.join(sets)}")
            for figure in FIGURES:
                print(f"  {figure:18} {figures[figure]} {figures.get(f'{figure}_interval', '')}")


if __name__ == "__main__":
    main()
