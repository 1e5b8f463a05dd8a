"""Readers on the same retrieved passages, told apart by their margins alone.

    python benchmarks/compare_readers.py questions.jsonl --index DIR READER READER [...]
        [--limit 500] [--part fit] [--split-by title]

Each question's passages are retrieved once and read by every reader in turn. The
span that beats "no answer" by most is taken: no fitted number takes part, so that
what is compared is how well margins of different passages compare. Exact match
and F1, reading time (CPU and wall), and differences from the first reader with
bootstrap 95% intervals over questions. Also, over passages: of those that do not
hold a gold answer's words, the share whose margin falls below the one that is
reached by 80% of those that do (and stand in the question's own context, where
the file names one). READER as the setting. One JSON object on stdout.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation.bootstrap import paired_difference
from qa_bot.evaluation.datasets import evenly_spaced, read_records, take_part
from qa_bot.evaluation.metrics import holds_answer, score_answer
from qa_bot.reading.passages import reading_passage
from qa_bot.reading.reader import open_reader


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("readers", nargs="+")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="fit")
    parser.add_argument("--split-by", choices=("title", "context", "question"), default="title")
    given = parser.parse_args()
    records = take_part(read_records(given.questions), given.part, given.split_by)
    records = evenly_spaced([each for each in records if each.answerable], given.limit)
    settings = Settings.load(index=given.index)
    bot = QABot.open(settings.index, settings=settings)
    readers = [open_reader(Settings.load(reader=name)) for name in given.readers]
    scores: list[dict[str, list[float]]] = [{"exact_match": [], "f1": []} for _ in readers]
    seconds = [{"cpu_s": 0.0, "wall_s": 0.0} for _ in readers]
    margins: list[tuple[list[float], list[float]]] = [([], []) for _ in readers]
    for number, record in enumerate(tqdm(records, mininterval=5, file=sys.stderr)):
        found = bot.retriever.retrieve(bot.snapshot, record.question, settings.read_passages)
        passages = [reading_passage(each) for each in found]
        order = [(number + turn) % len(readers) for turn in range(len(readers))]
        for place in order:
            wall, cpu = time.perf_counter(), time.process_time()
            readings = readers[place].read(record.question, passages)
            seconds[place]["wall_s"] += time.perf_counter() - wall
            seconds[place]["cpu_s"] += time.process_time() - cpu
            read = [
                (reading.candidates[0], passage)
                for reading, passage in zip(readings, passages, strict=True)
                if reading.candidates
            ]
            for candidate, passage in read:
                holds = holds_answer(passage.text, record.answers)
                own = record.context is None or passage.text in record.context
                if own or not holds:  # elsewhere, the words may stand by chance
                    margins[place][0 if holds else 1].append(candidate.margin)
            answer = max(read, key=lambda each: each[0].margin)[0].text if read else ""
            exact, f1 = score_answer(answer, record.answers)
            scores[place]["exact_match"].append(100 * exact)
            scores[place]["f1"].append(100 * f1)
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(given.readers):
        row: dict[str, Any] = {
            "reader": name,
            **{k: round(v, 2) for k, v in seconds[place].items()},
        }
        for measure, values in scores[place].items():
            row[measure] = round(float(np.mean(values)), 2)
            difference, interval = paired_difference(values, scores[0][measure])
            row[f"{measure}_more"] = [round(difference, 2), interval]
        holding, others = margins[place]
        line = np.quantile(holding, 0.2) if holding else 0.0
        row["below_the_80_line"] = round(float(np.mean(np.asarray(others) < line)), 4)
        rows.append(row)
    print(json.dumps({"questions": len(records), "readers": rows}, indent=1))


if __name__ == "__main__":
    main()
