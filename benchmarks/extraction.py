"""How well the article of a web page is found, beside trafilatura and readability-lxml.

    python benchmarks/extraction.py FOLDER [--part report] [--titles 30]

FOLDER holds ``ground-truth.json.gz`` and ``pages/<id>.html.gz``: the 181 news pages of the
article-extraction-benchmark (https://github.com/scrapinghub/article-extraction-benchmark).
Its measure: shingles of four words, counted with their number; true and false ones of a page
as shares of all its shingles; precision and recall the means over the pages, F1 their
harmonic mean. A page is of the part ``fit`` when the sha256 of its HTML is even, else of
``report``; the numbers of qa_bot/corpus/body.py were chosen on ``fit`` alone.

"plainly" is ``trafilatura.extract(page)`` with nothing set; the two rows below it are its
settings, for comparison. readability-lxml is no dependency of ours:
``pip install --no-deps readability-lxml chardet cssselect``; without it its row is left out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean

from qa_bot.corpus.html import article_from_html
from qa_bot.records import Article, Skipped

Shares = tuple[float, float, float]
_SHINGLE = 4
_RESAMPLES = 1000


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The runs of four words in ``text``; a shorter text is one run."""
    words = re.findall(r"\w+", text)
    runs = (tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))
    return Counter(run for run in runs if run)


def shares(true: str, found: str) -> Shares:
    """True positive, false positive and false negative shingles, as shares of their sum."""
    wanted, got = shingles(true), shingles(found)
    counts = ((wanted & got).total(), (got - wanted).total(), (wanted - got).total())
    total = sum(counts)
    return (counts[0] / total, counts[1] / total, counts[2] / total) if total else (0, 0, 0)


def figures(pages: list[Shares]) -> tuple[float, float, float]:
    """(precision, recall, F1) over pages."""
    precision = mean(tp / (tp + fp) for tp, fp, _ in pages if tp + fp > 0)
    recall = mean(tp / (tp + fn) for tp, _, fn in pages if tp + fn > 0)
    return precision, recall, 2 * precision * recall / (precision + recall)


def interval(pages: list[Shares]) -> float:
    """Half the width of the 95% bootstrap interval of F1."""
    draw = random.Random(0)
    found = sorted(figures(draw.choices(pages, k=len(pages)))[2] for _ in range(_RESAMPLES))
    return (found[int(0.975 * _RESAMPLES)] - found[int(0.025 * _RESAMPLES)]) / 2


def ours(raw: bytes) -> Article | Skipped:
    return article_from_html(raw, article_id="page", location="page", url=None)


def without_masked(article: Article | Skipped) -> str:
    """What is searched and read of an article: all but its masked sentences."""
    if isinstance(article, Skipped):
        return ""
    text, at = "", 0
    for span in article.masked:
        text, at = text + article.text[at : span.start], span.end
    return text + article.text[at:]


def extractors() -> dict[str, Callable[[bytes], str]]:
    from trafilatura import extract

    found: dict[str, Callable[[bytes], str]] = {
        "qa_bot": lambda raw: getattr(ours(raw), "text", ""),
        "qa_bot, masked sentences left out": lambda raw: without_masked(ours(raw)),
        "trafilatura plainly": lambda raw: extract(raw) or "",
        "trafilatura without comments": lambda raw: extract(raw, include_comments=False) or "",
        "trafilatura, its precision setting": lambda raw: (
            extract(raw, include_comments=False, favor_precision=True) or ""
        ),
    }
    try:
        from lxml.html import fromstring
        from readability import Document
    except ImportError:
        return found
    found["readability-lxml"] = lambda raw: str(
        fromstring(Document(raw.decode("utf-8", "replace")).summary()).text_content()
    )
    return found


def run(
    name: str, extract: Callable[[bytes], str], pages: Mapping[str, bytes], truth: Mapping
) -> None:
    began = time.perf_counter()
    measured = []
    for key, raw in pages.items():
        try:
            text = extract(raw)
        except Exception:
            text = ""
        measured.append(shares(truth[key]["articleBody"], text))
    took = 1e3 * (time.perf_counter() - began) / len(pages)
    precision, recall, f1 = figures(measured)
    print(
        f"| {name} | {precision:.3f} | {recall:.3f} | {f1:.3f} ± {interval(measured):.3f} "
        f"| {took:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="report")
    parser.add_argument("--titles", type=int, default=0, help="print so many titles and dates")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    truth = json.loads(gzip.decompress((chosen.folder / "ground-truth.json.gz").read_bytes()))
    pages = {}
    for key in truth:
        raw = gzip.decompress((chosen.folder / "pages" / f"{key}.html.gz").read_bytes())
        part = "report" if int(hashlib.sha256(raw).hexdigest(), 16) % 2 else "fit"
        if chosen.part in (part, "all"):
            pages[key] = raw
    print(f"{len(pages)} pages, part {chosen.part}\n")
    print("| extractor | precision | recall | F1 | ms a page |\n|---|---|---|---|---|")
    for name, extract in extractors().items():
        run(name, extract, pages, truth)
    articles = [found for found in map(ours, pages.values()) if isinstance(found, Article)]
    for field in ("title", "published", "author", "source", "url"):
        known = sum(bool(getattr(article, field)) for article in articles)
        print(f"\n{field}: {known} of {len(pages)}", end="")
    print()
    for (key, _), article in list(zip(pages.items(), articles, strict=False))[: chosen.titles]:
        print(f"{key[:8]}  {article.published}  {article.title}\n          {truth[key]['url']}")


if __name__ == "__main__":
    main()
