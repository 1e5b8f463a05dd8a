"""Follow-up questions with and without rewriting, over an index of the 6,000 news articles.

    python benchmarks/dialogues.py --index INDEX [--all]

tests/golden/dialogues.jsonl holds the questions, the urls of articles and the offsets of
gold answers; no text. Half of it was written before the rules ("before"), half after. Each
question is asked in its turn, with what was really answered to those before it as
history. "Passage" is one of the first five that overlaps a gold span; "same words" one
that holds a gold answer word for word, in whichever article. "Right" is F1 >= 0.6 with a
gold answer, made to answer; "shown" what of that reaches the threshold. A second question
that changes the topic, or stands alone, is left alone when nothing of it is rewritten.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa_bot import QABot, Turn
from qa_bot.evaluation.metrics import normalize_answer, score_answer
from qa_bot.records import Answer, Span

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "dialogues.jsonl"
RIGHT = 0.6
TOP = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", required=True, help="an index of the news articles")
    parser.add_argument("--articles", help="the articles' .jsonl.gz; default: as indexed")
    parser.add_argument("--all", action="store_true", help="print every question")
    options = parser.parse_args()
    bot = QABot.open(options.index)
    rows = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    wanted = {turn["article_url"] for row in rows for turn in row["turns"]}
    texts = _texts(bot, wanted, options.articles)
    counts: dict[str, Counter[str]] = {"before": Counter(), "after": Counter()}
    for row in rows:
        for half in (row["half"],):
            _measure(bot, row, texts, counts[half], show=options.all)
    for half, count in counts.items():
        if count:
            print(f"\nhalf written {half} the rules")
            _report(count)
    print("\nboth halves")
    _report(counts["before"] + counts["after"])


def _texts(bot: QABot, wanted: set[str], articles: str | None) -> dict[str, str]:
    """Url to text, from the index or from the articles' file.

    Raises:
        SystemExit: an article is not there.
    """
    if articles:
        with gzip.open(articles, "rt", encoding="utf-8") as stream:
            parsed = [json.loads(line) for line in stream]
        found = {row["url"]: row["text"] for row in parsed if row["url"] in wanted}
    else:
        found = {}
        for summary in bot.snapshot.articles():
            article = bot.snapshot.article(summary.article_id)
            if article.url in wanted:
                found[str(article.url)] = article.text
    if wanted - set(found):
        raise SystemExit(f"not in the index: {sorted(wanted - set(found))}")
    return found


def _measure(
    bot: QABot, row: dict[str, Any], texts: dict[str, str], count: Counter[str], *, show: bool
) -> None:
    history: list[Turn] = []
    for number, turn in enumerate(row["turns"]):
        question = turn["question"]
        text = texts[turn["article_url"]]
        gold = [text[start:end] for start, end in turn["spans"]]
        answer = bot.ask(question, history, min_confidence=0)
        if number:
            count[row["kind"]] += 1
            count[f"{row['kind']} left alone"] += answer.rewritten_question is None
            alone = bot.ask(question, min_confidence=0)
            for name, one in (("with", answer), ("without", alone)):
                for measure, value in _scores(one, turn, gold, bot.min_confidence).items():
                    count[f"{row['kind']} {measure} {name}"] += value
        if show:
            scores = _scores(answer, turn, gold, bot.min_confidence)
            marks = "".join("x" if scores[m] else "-" for m in ("passage", "same words", "right"))
            print(f"{row['id']} {marks} {question}")
            if answer.rewritten_question:
                print(f"        understood as: {answer.rewritten_question}")
            print(f"        {answer.confidence:.2f} {answer.text!r}; gold {gold[0]!r}")
        # What a person would have seen is what the next question follows on.
        history.append(Turn(question, bot.ask(question, history)))


def _scores(
    answer: Answer, turn: dict[str, Any], gold: Sequence[str], threshold: float
) -> dict[str, bool]:
    chunks = [(p.passage.url, p.passage.chunk) for p in answer.passages[:TOP]]
    spans = [Span(*span) for span in turn["spans"]]
    right = score_answer(answer.text or "", list(gold))[1] >= RIGHT
    words = [f" {normalize_answer(one)} " for one in gold]
    return {
        "passage": any(
            url == turn["article_url"] and any(chunk.span.overlaps(span) for span in spans)
            for url, chunk in chunks
        ),
        "same words": any(
            one in f" {normalize_answer(chunk.text)} " for one in words for _, chunk in chunks
        ),
        "right": right,
        "right and shown": right and answer.confidence >= threshold,
    }


def _report(count: Counter[str]) -> None:
    n = count["dialogue"]
    print(f"  {n} follow-up questions{'':14}without     with rewriting")
    for measure in ("passage", "same words", "right", "right and shown"):
        without = count[f"dialogue {measure} without"]
        print(f"    {measure:34}{without:>4}     {count[f'dialogue {measure} with']:>4}")
    print(f"    {'left alone':34}{'':>4}     {count['dialogue left alone']:>4}")
    for kind, name in (("change", "changes of topic"), ("alone", "questions that stand alone")):
        n = count[kind]
        print(
            f"  {n} {name}: {count[f'{kind} left alone']} left alone; right passage "
            f"{count[f'{kind} passage without']} without, {count[f'{kind} passage with']} with"
        )


if __name__ == "__main__":
    main()
