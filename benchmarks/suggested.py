"""The questions that an empty page offers for an index, with their answers to be read by eye.

    python benchmarks/suggested.py INDEX [--seconds 60]

Nothing is written to the index.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from qa_bot.bot import QABot
from qa_bot.suggestions import MOST, SECONDS
from qa_bot.suggestions.making import make


def main() -> None:
    """Make them, ask them, print both."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("index", type=Path)
    asked.add_argument("--seconds", type=float, default=SECONDS)
    options = asked.parse_args()
    bot = QABot.open(options.index)
    began = time.monotonic()
    questions = make(bot, most=MOST, seconds=options.seconds)
    took = time.monotonic() - began
    for question in questions:
        answer = bot.ask(question)
        print(f"{question}\n    {answer.text}  ({answer.confidence:.2f})")
        print(f"    {answer.citations[0].sentence}")
    print(f"{len(questions)} questions in {took:.1f} s")


if __name__ == "__main__":
    main()
