"""The questions by kind over the news articles, right, wrong and refused.

    python benchmarks/kinds.py INDEX [--all] [--kind KIND ...]

INDEX is an index of the articles that tests/golden/kinds.jsonl names by url. The half
written before the rules and the half written after them are counted apart.

Right: the shown text has a word F1 of at least 0.6 with the gold span's, in whatever article it
stands; or it covers the gold span, or holds its words, for the kinds that are answered by a
sentence or a whole list (all but who_is). ``exact`` counts the first of the two alone. A question
that nothing settles ("unsettled") is right when it is refused, and small talk when it is answered
as talk, without a citation.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from qa_bot import QABot
from qa_bot.evaluation.metrics import f1_score, normalize_answer
from qa_bot.records import Answer, Article

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "kinds.jsonl"
RIGHT = 0.6
NO_SENTENCE = ("who_is",)
"""Kinds whose answer is one span: to hold the gold span among other words is not enough."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index")
    parser.add_argument("--all", action="store_true", help="print every question")
    parser.add_argument("--kind", action="append", help="only this kind; give it again for more")
    options = parser.parse_args()
    bot = QABot.open(options.index)
    by_url: dict[str, str] = {}
    for article in bot.snapshot.articles():
        by_url.setdefault(article.url or "", article.article_id)
    table: dict[tuple[str, str], dict[str, int]] = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if options.kind and row["kind"] not in options.kind:
            continue
        answer = bot.ask(row["question"], top_k=1)
        gold = ""
        if "start" in row:
            article = bot.snapshot.article(by_url[row["article_url"]])
            gold = gold_text(row, article)
        verdict, exact = judged(row, answer, gold)
        counts = table.setdefault((row["kind"], row["half"]), dict.fromkeys(COLUMNS, 0))
        counts["n"] += 1
        counts[verdict] += 1
        counts["exact"] += exact
        if options.all or verdict != "right":
            said = answer.text if answer.status == "answered" else f"[{answer.reason}]"
            print(f"{row['kind']:10} {verdict:7} {answer.confidence:.2f} {row['question']}")
            print(f"{'':23} says: {said!r}")
            if gold:
                print(f"{'':23} gold: {gold!r}")
    print(f"\n{'':24}" + "".join(f"{name:>9}" for name in COLUMNS))
    for (kind, half), counts in table.items():
        print(f"{kind:12}{half:12}" + "".join(f"{counts[name]:>9}" for name in COLUMNS))


COLUMNS = ("n", "right", "wrong", "refused", "exact")


def gold_text(row: dict[str, Any], article: Article) -> str:
    """The gold span's text; the index must hold the article as the questions were written on."""
    text: str = article.text[row["start"] : row["end"]]
    return text


def judged(row: dict[str, Any], answer: Answer, gold: str) -> tuple[str, bool]:
    """(right, wrong or refused; whether word F1 alone says right)."""
    if not gold:
        talk = getattr(answer, "kind", "span") == "talk"
        if row["kind"] == "unsettled":
            return ("right" if answer.status == "abstained" and not talk else "wrong"), False
        good = talk and not answer.citations and bool(answer.reason)
        return ("right" if good else "wrong"), False
    if answer.status == "abstained" or answer.text is None:
        return "refused", False
    exact = f1_score(answer.text, gold) >= RIGHT
    holds = (
        any(
            citation.url == row["article_url"]
            and citation.span.start <= row["start"]
            and row["end"] <= citation.span.end
            for citation in answer.citations[:1]
        )
        or f" {normalize_answer(gold)} " in f" {normalize_answer(answer.text)} "
    )
    right = exact or (holds and row["kind"] not in NO_SENTENCE)
    return ("right" if right else "wrong"), exact


if __name__ == "__main__":
    main()
