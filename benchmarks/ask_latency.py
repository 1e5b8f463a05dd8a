"""How long a question takes: p50 and p95 over the questions of a file.

    python benchmarks/ask_latency.py questions.jsonl --index DIR [--limit 200] [--threads N]

The questions (as ``qa-bot eval`` reads them) are asked one after the other of one
opened bot, after a few that are not counted. One JSON object on stdout, a table
on stderr; times in milliseconds, by stage too.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import evenly_spaced, read_records
from qa_bot.evaluation.metrics import percentile

WARM_UP = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--threads", type=int, help="ONNX Runtime threads (the setting)")
    given = parser.parse_args()
    settings = Settings.load(index=given.index, threads=given.threads)
    bot = QABot.open(settings.index, settings=settings)
    questions = [r.question for r in evenly_spaced(read_records(given.questions), given.limit)]
    for question in questions[:WARM_UP]:
        bot.ask(question)
    times: dict[str, list[float]] = defaultdict(list)
    answered = 0
    for question in questions:
        began = time.perf_counter()
        answer = bot.ask(question)
        times["ask"].append((time.perf_counter() - began) * 1000)
        answered += answer.status == "answered"
        for stage, milliseconds in answer.timings_ms.items():
            times[f"stage {stage}"].append(milliseconds)
    result = {
        "questions": len(questions),
        "answered": answered,
        "articles": bot.snapshot.article_count,
        "passages": bot.snapshot.chunk_count,
        "milliseconds": {
            name: {"p50": round(percentile(row, 0.5), 2), "p95": round(percentile(row, 0.95), 2)}
            for name, row in times.items()
        },
    }
    print(f"{len(questions)} questions, {result['passages']:,} passages", file=sys.stderr)
    for name, row in result["milliseconds"].items():
        print(f"{name:<20} p50 {row['p50']:>9.2f}  p95 {row['p95']:>9.2f} ms", file=sys.stderr)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
