"""How sure, when "right" is what a reader says and not what the labels say.

    python benchmarks/confidence_as_read.py SETS --scratch DIR [--news-index INDEX]

The questions and twins of the report part that `make calibrate` asks of SQuAD and of the news
(give its scratch folder, and nothing is read twice), with the shipped fit; SQuAD's twins once
without the whole article and once without the one paragraph. Labels are strict and weak at
once: "surfboard" is wrong where "Surfboards" is expected, and the expected words are right in a
sentence that speaks of something else. So every answer was read in its text, beside the expected
ones, without sight of confidence or of which questions are twins; of SQuAD's twins only those
with a confidence of 0.15 or more, the rest counts as wrong (tests/golden/answers_as_read.jsonl:
question, sha256 of the answer's place, verdicts). A twin whose answer is right as read is no
question without an answer, and is left out.

Prints, by labels and as read: the figures of the confidence report, with bootstrap 95%.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from qa_bot.answering.fitted import load_fitted
from qa_bot.config import Settings
from qa_bot.records import Article
from qa_bot.training.calibrate import ARTICLES, NEWS, SQUAD, collections
from qa_bot.training.confidence_report import Row, report
from qa_bot.training.fits import show, sure_of
from qa_bot.training.observations import observe
from qa_bot.training.verdicts import read_verdicts, verdict

JUDGED = Path(__file__).parents[1] / "tests" / "golden" / "answers_as_read.jsonl"
FIGURES = (
    "questions",
    "twins",
    "right_if_forced",
    "answered",
    "twins_refused",
    "right_of_shown",
    "calibration_error",
    *(
        f"{name}_at_{goal}"
        for goal in (80, 90, 95)
        for name in ("coverage", "ceiling", "of_ceiling")
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--news-index", type=Path)
    given = parser.parse_args()
    settings, fitted, verdicts = Settings.load(), load_fitted(), read_verdicts(JUDGED)
    files = {p.name.removesuffix(".jsonl.gz"): p for p in given.sets.rglob("*.jsonl.gz")}
    labelled: list[Row] = []
    read: list[Row] = []
    agreement: Counter[str] = Counter()
    for collection in collections(files, given.scratch, settings, given.news_index):
        if collection.name not in (ARTICLES, SQUAD, NEWS):
            continue
        article = collection.bot.snapshot.article

        def known(_: str, article_id: str, article: Callable[[str], Article] = article) -> Article:
            return article(article_id)

        for seen in observe(collection, given.scratch / "seen", "report"):
            for item in show([seen], dict(fitted.ranking), known):
                sure = sure_of(item, fitted)
                row = (item.name, item.twin, sure, item.right, item.f1, item.reachable)
                labelled.append(row)
                said = verdict(item, verdicts, article(item.place[0]).content_hash)
                if said is None:
                    agreement["not read, a twin" if item.twin else "not read"] += 1
                    read.append((*row[:3], False, *row[4:]))
                    continue
                kind = "twin" if item.twin else f"labelled {'right' if item.right else 'wrong'}"
                agreement[f"{kind}, {'right' if said else 'wrong'} when read"] += 1
                if not (item.twin and said):
                    read.append((*row[:3], said, row[4], row[5] or said))
    twice = [said for said in verdicts.values() if len(said) > 1]
    print(f"read twice: {len(twice)}, of one mind: {sum(a == b for a, b, *_ in twice)}")
    for what, count in sorted(agreement.items()):
        print(f"{what}: {count}")
    for sets in ((ARTICLES, NEWS), (SQUAD, NEWS), (ARTICLES,), (SQUAD,), (NEWS,)):
        for how, rows in (("labels", labelled), ("as read", read)):
            figures = report([row for row in rows if row[0] in sets], fitted.threshold)
            print(f"\n{' and '.join(sets)}, {how}")
            for figure in FIGURES:
                brackets = figures.get(f"{figure}_interval", "")
                print(f"  {figure:22} {figures[figure]} {brackets}")


if __name__ == "__main__":
    main()
