"""Plain questions to a large collection of news: what is shown, and how much of it is right.

    python benchmarks/plain_news.py INDEX [--part report] [--list]

tests/golden/plain_news.jsonl holds questions as people put them ("When did Queen Elizabeth II
die?", "breonna taylor boyfriend name") about events of 2022 and 2023 and about the world, with a
pattern that a right answer matches, in lower case, and the address of an article that gives it;
null: the articles do not answer. Most events are told by many articles, which no set with one
article a question has. 105 were written first, without looking at articles, and were used to
choose features; the others were written for articles drawn at random. The confidence is fitted
on the fit half (by the sha256 of the question), so that figures are those of the report half.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from sklearn.metrics import log_loss, roc_auc_score

from qa_bot.bot import QABot
from qa_bot.evaluation.datasets import in_fit_part

QUESTIONS = Path(__file__).parents[1] / "tests" / "golden" / "plain_news.jsonl"


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="report")
    parser.add_argument("--list", action="store_true", help="print every answer")
    given = parser.parse_args()
    bot = QABot.open(given.index)
    rows: list[tuple[float, bool]] = []
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if given.part not in ("all", "fit" if in_fit_part(row["question"]) else "report"):
            continue
        answer = bot.ask(row["question"], min_confidence=0)
        text = answer.text or ""
        right = row["answer"] is not None and bool(re.search(row["answer"], text.lower()))
        rows.append((answer.confidence, right))
        if given.list:
            print(
                f"{answer.confidence:.2f} {'right' if right else '-':5} {row['question']} {text!r}"
            )
    sure, right_ones = [row[0] for row in rows], [row[1] for row in rows]
    shown = [right for confidence, right in rows if confidence >= bot.min_confidence]
    print(
        f"{len(rows)} questions; the best answer is right: {sum(right_ones)}; shown from "
        f"{bot.min_confidence:.2f}: {len(shown)}, right of these {sum(shown)}; "
        f"AUC {roc_auc_score(right_ones, sure):.3f}, log loss {log_loss(right_ones, sure):.3f}"
    )


if __name__ == "__main__":
    main()
