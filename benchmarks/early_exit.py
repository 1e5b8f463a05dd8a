"""What early exit saves and costs: time of reading against F1, for several margins.

    python benchmarks/early_exit.py questions.jsonl --index DIR [--limit 300] [--part fit]
        [--margins 2 4 6 8 10]

Each question's passages are retrieved once, and read whole and with each margin in
turn, so that a noisy machine is noisy for all. The best-ranked answer is scored,
abstention off. Milliseconds of reading by question; one JSON object on stdout.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from qa_bot.answering.select import group_answers, rank_spans
from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import evenly_spaced, read_records, take_part
from qa_bot.evaluation.metrics import score_answer
from qa_bot.reading.early_exit import UNREAD
from qa_bot.reading.passages import reading_passage
from qa_bot.reading.reader import open_reader

OFF = -1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="fit")
    parser.add_argument("--margins", type=float, nargs="+", default=[2, 4, 6, 8, 10])
    parser.add_argument("--reader", help="as the setting")
    given = parser.parse_args()
    records = take_part(read_records(given.questions), given.part, "title")
    records = evenly_spaced([each for each in records if each.answerable], given.limit)
    settings = Settings.load(index=given.index, reader=given.reader, early_exit_margin=OFF)
    bot = QABot.open(settings.index, settings=settings)
    margins = [OFF, *given.margins]
    readers = {
        margin: open_reader(
            Settings.load(index=given.index, reader=given.reader, early_exit_margin=margin)
        )
        for margin in margins
    }
    totals: dict[float, dict[str, float]] = {
        margin: {"f1": 0.0, "exact_match": 0.0, "wall_ms": 0.0, "cpu_ms": 0.0, "passages": 0.0}
        for margin in margins
    }
    for number, record in enumerate(records):
        found = bot.retriever.retrieve(bot.snapshot, record.question, settings.read_passages)
        passages = [reading_passage(each) for each in found]
        first = number % len(margins)
        for margin in margins[first:] + margins[:first]:
            wall, cpu = time.perf_counter(), time.process_time()
            readings = readers[margin].read(record.question, passages)
            spent = totals[margin]
            spent["wall_ms"] += 1000 * (time.perf_counter() - wall)
            spent["cpu_ms"] += 1000 * (time.process_time() - cpu)
            spent["passages"] += sum(reading != UNREAD for reading in readings)
            groups = group_answers(rank_spans(readings, found, bot.fitted.ranking))
            text = groups[0].best.candidate.text if groups else ""
            exact, f1 = score_answer(text, record.answers)
            spent["exact_match"] += 100 * exact
            spent["f1"] += 100 * f1
    result: dict[str, Any] = {"n": len(records), "part": given.part, "margins": {}}
    for margin, spent in totals.items():
        means = {name: round(total / len(records), 2) for name, total in spent.items()}
        means["wall_saved"] = round(1 - spent["wall_ms"] / totals[OFF]["wall_ms"], 3)
        means["cpu_saved"] = round(1 - spent["cpu_ms"] / totals[OFF]["cpu_ms"], 3)
        means["f1_lost"] = round((totals[OFF]["f1"] - spent["f1"]) / len(records), 2)
        result["margins"]["off" if margin == OFF else f"{margin:g}"] = means
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
