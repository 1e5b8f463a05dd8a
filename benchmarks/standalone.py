"""How many questions that stand alone are rewritten all the same.

    python benchmarks/standalone.py FILE... [--all]

Each file is an evaluation set (see qa_bot.evaluation.datasets). Every question is asked
after the one before it, with that one's gold answer as history; nothing is retrieved.
SQuAD's questions were written beside their passage, and some of them do lean on it.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

from qa_bot import Turn
from qa_bot.answering.followup import FollowUps
from qa_bot.config import Settings
from qa_bot.embedding import open_embedder
from qa_bot.evaluation.datasets import evenly_spaced, read_records

MOST = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="evaluation sets")
    parser.add_argument("--all", action="store_true", help="print what is rewritten")
    options = parser.parse_args()
    settings = Settings.load()
    rewriter = FollowUps(open_embedder(settings), max_chars=settings.max_question_chars)
    for path in options.files:
        records = evenly_spaced(read_records(path), MOST)
        changed = 0
        for earlier, record in pairwise(records):
            answer = earlier.answers[0] if earlier.answers else None
            new = rewriter.rewrite(record.question, [Turn(earlier.question, answer)])
            changed += new is not None
            if new is not None and options.all:
                print(f"{record.question}  =>  {new}")
        print(f"{path}: {changed} of {len(records) - 1} rewritten")


if __name__ == "__main__":
    main()
