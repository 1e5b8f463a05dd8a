"""What other articles say of an answer: every agreement and conflict, to be read by a person.

    python benchmarks/agreement.py INDEX QUESTIONS.txt
    python benchmarks/agreement.py INDEX --made 1500 [--seed 1] [--kind "how many"]

A question a line; or questions that are made from the sentences of the index's own articles
(:mod:`qa_bot.suggestions`), one an article, of articles drawn by chance. Printed are the answers
that two independent sources give and those that another article contradicts, each place with some
words around it, and in the end how many there were. Which of them are right, nobody can tell but
by reading.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from qa_bot import QABot
from qa_bot.records import Citation
from qa_bot.suggestions.making import candidates

_BEFORE, _AFTER = 110, 90
_AT_A_TIME = 25
_SHOWN = 4


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index")
    parser.add_argument("questions", nargs="?", type=Path)
    parser.add_argument("--made", type=int, default=0, help="so many articles' questions")
    parser.add_argument("--kind", action="append", help="of made questions; again for more")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bot = QABot.open(given.index)
    if given.questions:
        asked = iter(given.questions.read_text(encoding="utf-8").splitlines())
    else:
        asked = made(bot, given.made, given.kind, random.Random(given.seed))
    counts = dict.fromkeys(("asked", "answered", "agreement", "conflict"), 0)
    for question in filter(None, map(str.strip, asked)):
        answer = bot.ask(question, top_k=1)
        counts["asked"] += 1
        if answer.status != "answered":
            continue
        counts["answered"] += 1
        agreed = answer.independent_sources > 1
        counts["agreement"] += agreed
        counts["conflict"] += bool(answer.conflicts)
        if not agreed and not answer.conflicts:
            continue
        sort = "CONFLICT" if answer.conflicts else "AGREEMENT"
        print(f"\n{sort} {question}")
        print(f"  {answer.text!r} {answer.confidence:.2f}, {answer.independent_sources} sources")
        for cited in answer.citations[:_SHOWN]:
            print(f"    {shown(bot, cited)}")
        for side in answer.conflicts:
            print(f"  AGAINST {side.text!r} {side.confidence:.2f}, newer: {side.newer}")
            for cited in side.citations[:_SHOWN]:
                print(f"    {shown(bot, cited)}")
    print(f"\n{counts}")


def made(
    bot: QABot, articles: int, kinds: list[str] | None, chance: random.Random
) -> Iterator[str]:
    """One question of each article that makes one."""
    known = sorted(one.article_id for one in bot.snapshot.articles())
    drawn = chance.sample(known, min(articles, len(known)))
    for first in range(0, len(drawn), _AT_A_TIME):
        batch = [bot.snapshot.article(one) for one in drawn[first : first + _AT_A_TIME]]
        for found in candidates(batch):
            chosen = [one for one in found if not kinds or one.kind in kinds]
            if chosen:
                yield chosen[0].question


def shown(bot: QABot, cited: Citation) -> str:
    """Where it stands, with some words around it."""
    text, span = bot.snapshot.article(cited.article_id).text, cited.span
    before = " ".join(text[max(0, span.start - _BEFORE) : span.start].split())
    after = " ".join(text[span.end : span.end + _AFTER].split())
    return f"{cited.published} {cited.url or cited.source} | {before} [[{cited.quote}]] {after}"


if __name__ == "__main__":
    main()
