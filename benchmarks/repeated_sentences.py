"""Boilerplate that repeats across the articles of a source: how much is masked, and what.

    python benchmarks/repeated_sentences.py PATH... [--show 50] [--seed 1]

Each path (a folder, an archive, a file of rows) is read as indexing reads it, and masked as
the index of it alone would be. As JSON on stdout, a line a path: articles; those in which a
sentence is masked because it repeats, the sentences, and how many distinct ones; the same by
source, beside the sentences that the fixed patterns mask; seconds of the parts that the rule
adds to indexing. On stderr, to be read: --show distinct sentences drawn at random, each with
the number of articles in which it is masked.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from qa_bot.corpus.folder import load_file, walk
from qa_bot.indexing.edges import edges, source_of
from qa_bot.indexing.masking import changed_masking
from qa_bot.indexing.signatures import RULE, signature
from qa_bot.records import Article, Skipped
from qa_bot.storage.clustering import find_clusters
from qa_bot.storage.duplicates import DuplicateClusters, Signed, as_signatures
from qa_bot.storage.repeated import EDGE, spans_of


def articles_of(path: Path) -> list[Article]:
    """The articles below a path, as indexing reads them."""
    files = [file for file in walk(path) if not isinstance(file, Skipped)]
    found = [one for f in files for one in load_file(f, root_name=path.name, max_file_mb=200)]
    return [one for one in found if isinstance(one, Article)]


def measured(path: Path, show: int, chance: random.Random) -> dict[str, Any]:
    """The figures of one collection."""
    articles = articles_of(path)
    ids = [article.article_id for article in articles]
    rows = as_signatures([signature(article) for article in articles])
    pairs = DuplicateClusters(find_clusters(Signed(ids, rows)), RULE)
    began = time.perf_counter()
    table = np.array([edges(article) for article in articles], dtype=EDGE)
    edging = time.perf_counter() - began
    began = time.perf_counter()
    masking = changed_masking(ids, table, (), (), pairs)
    ruling = time.perf_counter() - began
    by_source: dict[str, Counter[str]] = defaultdict(Counter)
    texts: Counter[tuple[str, str]] = Counter()
    for article in articles:
        by_source[source_of(article)].update(articles=1, by_patterns=len(article.masked))
    for number, chosen in masking.new:
        article = articles[number]
        spans = spans_of(table[number], chosen)
        source = source_of(article)
        by_source[source].update(masked_articles=1, masked_sentences=len(spans))
        texts.update({(source, " ".join(span.of(article.text).split())) for span in spans})
    distinct = sorted(texts)
    for source, text in chance.sample(distinct, min(show, len(distinct))):
        print(f"{texts[source, text]:5} {source}: {text}", file=sys.stderr)
    return {
        "path": path.name,
        "articles": len(articles),
        "masked_articles": len(masking.new),
        "masked_sentences": sum(count["masked_sentences"] for count in by_source.values()),
        "distinct": len(distinct),
        "seconds": {"edges": round(edging, 2), "rule": round(ruling, 3)},
        "sources": {
            name: dict(count)
            for name, count in sorted(by_source.items(), key=lambda item: -item[1]["articles"])
            if count["masked_articles"]
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    for path in given.paths:
        print(json.dumps(measured(path, given.show, chance)), flush=True)


if __name__ == "__main__":
    main()
