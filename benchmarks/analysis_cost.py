"""How much longer indexing takes with the grammar analysis: one run of each, in turn.

    python benchmarks/analysis_cost.py articles.jsonl.gz [--articles 400] [--times 2]

The articles, evenly drawn from the file, are indexed into fresh folders by ``qa-bot
index`` and ``qa-bot index --no-analysis`` alternately; the ratio is that of the two
medians of wall-clock seconds, start of the program included. JSON on stdout.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def index_once(articles: Path, index: Path, *options: str) -> dict[str, float]:
    """Seconds of one run, and the bytes of the index."""
    command = [sys.executable, "-m", "qa_bot", "index", str(articles), "--index", str(index)]
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *options], check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {"seconds": round(seconds, 2), "mb": round(size / 1e6, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=400)
    parser.add_argument("--times", type=int, default=2)
    given = parser.parse_args()
    opened = gzip.open if given.articles.suffix == ".gz" else open
    with opened(given.articles, "rt", encoding="utf-8") as stream:
        lines = [line for line in stream if line.strip()]
    chosen = lines[:: max(1, len(lines) // given.count)][: given.count]
    runs: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory(prefix="qa_bot_analysis_") as name:
        folder = Path(name) / "articles"
        folder.mkdir()
        (folder / "all.jsonl").write_text("".join(chosen), encoding="utf-8")
        for turn in range(given.times):
            for kind, options in (("without", ["--no-analysis"]), ("with", [])):
                runs[kind].append(index_once(folder, Path(name) / f"{kind}{turn}", *options))
                print(kind, runs[kind][-1], file=sys.stderr)
    medians = {kind: statistics.median(run["seconds"] for run in runs[kind]) for kind in runs}
    print(
        json.dumps(
            {
                "articles": len(chosen),
                "runs": runs,
                "ratio": round(medians["with"] / medians["without"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
