"""The golden questions to the seeds, as they are and as people type them.

    python benchmarks/golden.py [--index DIR] [--all]

Prints a line for each question (with --all; otherwise only for what goes wrong)
and a table: how many were answered right, how many rightly refused, as written,
in lower case, without question mark, as keywords, and with a typing error.
Right: F1 of at least 0.6 with a gold answer.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

from qa_bot import QABot
from qa_bot.evaluation.metrics import score_answer
from qa_bot.training.sets import FUNCTION_WORDS

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "seeds.jsonl"
RIGHT = 0.6


def keywords(question: str) -> str:
    """The question without its function words and its question mark."""
    words = re.findall(r"[^\s?]+", question)
    return " ".join(w for w in words if w.lower() not in FUNCTION_WORDS) or question


def typing_error(question: str) -> str:
    """Two neighbouring letters of the longest word swapped, where they differ."""
    longest = max(re.findall(r"[A-Za-z]+", question), key=len)
    chance = random.Random(question)
    places = [p for p in range(1, len(longest) - 1) if longest[p] != longest[p + 1]]
    if not places:
        return question
    place = chance.choice(places)
    swapped = longest[:place] + longest[place + 1] + longest[place] + longest[place + 2 :]
    return question.replace(longest, swapped, 1)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "lower case": str.lower,
    "no question mark": lambda question: question.rstrip(" ?"),
    "keywords": keywords,
    "typing error": typing_error,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", help="an index of the seeds; default: ./index, made if need be")
    parser.add_argument("--all", action="store_true", help="print every question")
    options = parser.parse_args()
    bot = QABot.open(options.index)
    rows = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    table = []
    for name, vary in VARIANTS.items():
        counts = dict.fromkeys(("right", "wrong", "refused", "rightly refused", "wrongly shown"), 0)
        forced = 0
        for row in rows:
            question = vary(row["question"])
            answer = bot.ask(question, min_confidence=0)
            shown = answer.confidence >= bot.min_confidence
            right = score_answer(answer.text or "", row["answers"])[1] >= RIGHT
            forced += bool(row["answers"]) and right
            if row["answers"]:
                verdict = "refused" if not shown else "right" if right else "wrong"
            else:
                verdict = "wrongly shown" if shown else "rightly refused"
            counts[verdict] += 1
            if options.all or (
                name == "as written" and verdict in ("wrong", "wrongly shown", "refused")
            ):
                print(f"{verdict:15} {answer.confidence:.2f}  {question}  ->  {answer.text!r}")
        table.append((name, counts, forced))
    answerable = sum(bool(row["answers"]) for row in rows)
    print(
        f"\n{answerable} questions with an answer, {len(rows) - answerable} without; "
        f"threshold {bot.min_confidence:.2f}"
    )
    print(
        f"{'':18}{'right':>7}{'wrong':>7}{'refused':>9}{'if forced':>11}"
        f"{'rightly refused':>17}{'wrongly shown':>15}"
    )
    for name, counts, forced in table:
        print(
            f"{name:18}{counts['right']:>7}{counts['wrong']:>7}{counts['refused']:>9}{forced:>11}"
            f"{counts['rightly refused']:>17}{counts['wrongly shown']:>15}"
        )


if __name__ == "__main__":
    main()
