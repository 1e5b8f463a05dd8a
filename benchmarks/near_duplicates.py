"""Near-duplicate articles: what the thresholds find, and what they cost.

    python benchmarks/near_duplicates.py articles.jsonl.gz [--limit N] [--show 15] [--seed 1]

Three things, as JSON on stdout and pairs to read on stderr:

copies     each of 500 articles is changed as papers change an agency's text (its first two
           sentences replaced by another article's, the last 30% or 50% cut off, every tenth
           sentence left out, 30% of another article put behind it), and the share of pairs
           that are still found is counted; signatures alone decide, as in an index.
collection clusters among the articles themselves, the pairs in them, the lowest exact
           similarity of one, and the seconds.
to read    a sample of the pairs near the thresholds on both sides, and the next nearest pairs
           below them: different articles about one event, which must not be joined.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from qa_bot.corpus.folder import load_file, walk
from qa_bot.corpus.text import sentences
from qa_bot.indexing.signatures import shingles, signature
from qa_bot.records import Article, Skipped
from qa_bot.storage import duplicates
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import Signed, are_near, as_signatures

_CHANGED = 500


def articles_of(path: Path, limit: int | None) -> list[Article]:
    """The articles of a file, as indexing reads them."""
    found: list[Article] = []
    for file in walk(path):
        if not isinstance(file, Skipped):
            for one in load_file(file, root_name="news", max_file_mb=200):
                if isinstance(one, Article):
                    found.append(one)
                if limit and len(found) == limit:
                    return found
    return found


def edited_opening(text: str, other: str) -> str:
    """The first two sentences are the other article's."""
    own, foreign = sentences(text), sentences(other)
    if len(own) < 4 or len(foreign) < 2:
        return text
    return other[foreign[0].start : foreign[1].end] + " " + text[own[2].start :]


def shortened(share: float) -> Callable[[str, str], str]:
    """The end is cut off."""
    return lambda text, other: text[: int(len(text) * (1 - share))]


def thinned(text: str, other: str) -> str:
    """Every tenth sentence is left out."""
    return " ".join(s.of(text) for i, s in enumerate(sentences(text)) if i % 10 != 9)


def extended(text: str, other: str) -> str:
    """Something else is put behind it, of 30% of its length."""
    return text + "\n\n" + other[: int(0.3 * len(text))]


CHANGES: dict[str, Callable[[str, str], str]] = {
    "edited opening": edited_opening,
    "30% cut": shortened(0.3),
    "50% cut": shortened(0.5),
    "every tenth sentence out": thinned,
    "30% added": extended,
    "opening edited and 30% cut": lambda t, o: shortened(0.3)(edited_opening(t, o), o),
}


def changed_share(articles: Sequence[Article], chance: random.Random) -> dict[str, Any]:
    """Share of changed articles that are found to be near-duplicates of the original."""
    chosen = chance.sample(articles, min(_CHANGED, len(articles)))
    found: dict[str, Any] = {}
    for name, change in CHANGES.items():
        pairs = 0
        for article in chosen:
            other = chance.choice(articles)
            copy = replace(article, text=change(article.text, other.text), masked=())
            rows = as_signatures([signature(replace(article, masked=())), signature(copy)])
            pairs += bool(are_near(rows[:1], rows[1:])[0])
        found[name] = round(pairs / len(chosen), 3)
    return found


def exact(one: Article, other: Article) -> tuple[float, float]:
    """Jaccard similarity and containment of two articles' shingles."""
    first, second = shingles(one), shingles(other)
    shared = len(first & second)
    return shared / max(1, len(first | second)), shared / max(1, min(len(first), len(second)))


def pairs_of(clusters: Iterable[frozenset[str]]) -> set[tuple[str, str]]:
    """All pairs in clusters."""
    return {pair for cluster in clusters for pair in combinations(sorted(cluster), 2)}


def near_misses(signed: Signed, found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that share most without being joined."""
    loose = {"MIN_JACCARD": 0.06, "MIN_CONTAINMENT": 0.1, "MIN_JACCARD_APART": 0.06}
    kept = {name: getattr(duplicates, name) for name in loose}
    for name, value in loose.items():
        setattr(duplicates, name, value)
    try:
        near = pairs_of(find_clusters(signed))
    finally:
        for name, value in kept.items():
            setattr(duplicates, name, value)
    row_of = {article_id: row for row, article_id in enumerate(signed.ids)}
    missed = sorted(near - found)
    first, second = (signed.rows[[row_of[pair[side]] for pair in missed]] for side in (0, 1))
    _, part = duplicates.similarity(first, second)
    return [pair for pair, share in zip(missed, part.tolist(), strict=True) if share > 0.3]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--show", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    articles = articles_of(given.articles, given.limit)
    by_id = {article.article_id: article for article in articles}
    began = time.perf_counter()
    signed = Signed(list(by_id), as_signatures([signature(one) for one in articles]))
    signing = time.perf_counter() - began
    began = time.perf_counter()
    groups = find_clusters(signed)
    pairing = time.perf_counter() - began
    began = time.perf_counter()
    rest = Signed(signed.ids[20:], signed.rows[20:])
    find_clusters(Signed(signed.ids[:20], signed.rows[:20]), [rest], groups)
    twenty = time.perf_counter() - began
    row_of = {article_id: row for row, article_id in enumerate(signed.ids)}
    pairs = pairs_of(groups)
    truly = {pair: exact(by_id[pair[0]], by_id[pair[1]]) for pair in sorted(pairs)}
    missed = near_misses(signed, pairs)

    def shown(pair: tuple[str, str]) -> str:
        rows = [signed.rows[row_of[article_id]][np.newaxis] for article_id in pair]
        estimate, part = duplicates.similarity(*rows)
        jaccard, containment = exact(by_id[pair[0]], by_id[pair[1]])
        lines = [
            f"Jaccard {jaccard:.2f} (estimated {estimate[0]:.2f}), containment {containment:.2f} "
            f"({part[0]:.2f}), near: {bool(are_near(*rows)[0])}"
        ]
        for article_id in pair:
            one = by_id[article_id]
            opening = " ".join(one.text.split())[:230]
            lines.append(
                f"   {one.source} {one.published} {len(one.text)} | {one.title} | {opening}"
            )
        return "\n".join(lines)

    weakest = sorted(pairs, key=lambda pair: truly[pair][1])
    sample = sorted({*weakest[: given.show], *chance.sample(weakest, min(given.show, len(pairs)))})
    print("JOINED, the weakest and a sample", file=sys.stderr)
    for pair in sample:
        print(shown(pair), file=sys.stderr)
    print("\nNOT JOINED, the nearest", file=sys.stderr)
    nearest = sorted(missed, key=lambda pair: -exact(by_id[pair[0]], by_id[pair[1]])[1])
    for pair in nearest[: 2 * given.show]:
        print(shown(pair), file=sys.stderr)
    low = min((jaccard for jaccard, _ in truly.values()), default=0.0)
    print(
        json.dumps(
            {
                "articles": len(articles),
                "pairs_in_clusters": len(pairs),
                "clusters": len(groups),
                "articles_in_clusters": sum(map(len, groups)),
                "sizes": dict(sorted(Counter(map(len, groups)).items())),
                "lowest_exact_jaccard_joined": round(low, 3),
                "near_misses": len(missed),
                "changed_copies_found": changed_share(articles, chance),
                "seconds": {
                    "signatures": round(signing, 1),
                    "all_pairs": round(pairing, 2),
                    "twenty_against_the_rest": round(twenty, 3),
                },
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
