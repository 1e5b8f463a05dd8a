"""A kill in the middle of indexing with the real encoder: what the next run embeds again.

    python benchmarks/killed.py articles.jsonl.gz [--articles 400] [--times 2]

The first --articles are indexed in peace. Then again, into another folder, and the process is
killed (SIGKILL) when the cache on the disk holds half of the vectors; with --times 2 the run
that goes on is killed too, half-way through what was left. The last run ends. One JSON
object: texts embedded in peace; vectors on the disk at each kill, and texts that the last run
embedded (the sum is that of the run in peace when nothing is embedded twice, and the cost of a
kill is the batch in flight); the seconds; and whether both indexes hold the same articles,
passages and vectors, bit for bit. Analysis is off.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from qa_bot.storage.layout import Layout
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.vector_cache import VectorCache

ROOT = Path(__file__).resolve().parent.parent


def started(articles: Path, index: Path) -> subprocess.Popen[str]:
    """``qa-bot index``, running."""
    command = [sys.executable, "-m", "qa_bot", "index", articles, "--index", index, "--no-analysis"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        list(map(str, command)), env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def ended(child: subprocess.Popen[str]) -> int:
    """How many texts a run embedded, by its own report."""
    out, _ = child.communicate()
    found = re.search(r"([\d,]+) of them embedded now", out)
    if child.returncode or not found:
        sys.exit(f"indexing failed: {out}")
    return int(found[1].replace(",", ""))


def on_disk(index: Path, dim: int) -> int:
    """How many vectors the cache of an interrupted run holds; read from a copy."""
    cache = Layout(index).vector_cache
    if not cache.exists():
        return 0
    with tempfile.TemporaryDirectory() as name:
        copied = VectorCache(Path(shutil.copy(cache, name)), dim)
        copied.close()
        return len(copied)


def killed(articles: Path, index: Path, dim: int, wanted: int) -> int:
    """Kill a run once the disk holds ``wanted`` vectors; how many it holds then."""
    child = started(articles, index)
    cache = Layout(index).vector_cache
    while child.poll() is None:
        if cache.exists() and cache.stat().st_size >= wanted * (16 + 4 * dim):
            break
        time.sleep(0.01)
    else:
        sys.exit("the run ended before it could be killed: take more --articles")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    return on_disk(index, dim)


def contents(index: Path) -> tuple[list[Any], np.ndarray]:
    """Articles with their passages, and all vectors by passage id."""
    snapshot = Snapshot.open(index)
    try:
        rows = [(snapshot.article(one.article_id), one.chunks) for one in snapshot.articles()]
        ids = np.sort(np.concatenate([segment.live_ids for segment in snapshot.segments]))
        vectors = np.empty((len(ids), snapshot.manifest.embedder.dim), dtype=np.float32)
        for segment in snapshot.segments:
            here = segment.rows(ids) >= 0
            vectors[here] = segment.vectors.vectors(ids[here])
        return [rows, ids.tolist()], vectors
    finally:
        snapshot.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=400)
    parser.add_argument("--times", type=int, default=2, help="kills before a run may end")
    given = parser.parse_args()
    opened = gzip.open if given.articles.suffix == ".gz" else open
    with opened(given.articles, "rt", encoding="utf-8") as stream:
        lines = [line for _, line in zip(range(given.count), stream, strict=False)]
    with tempfile.TemporaryDirectory(prefix="qa_bot_killed_") as name:
        folder, peace, broken = (Path(name, part) for part in ("articles", "peace", "broken"))
        folder.mkdir()
        (folder / "news.jsonl").write_text("".join(lines), encoding="utf-8")
        began = time.perf_counter()
        embedded = ended(started(folder, peace))
        seconds = time.perf_counter() - began
        snapshot = Snapshot.open(peace)
        dim, passages = snapshot.manifest.embedder.dim, snapshot.chunk_count
        snapshot.close()
        kept: list[int] = []
        for _ in range(given.times):
            done = kept[-1] if kept else 0
            kept.append(killed(folder, broken, dim, done + (embedded - done) // 2))
        began = time.perf_counter()
        last = ended(started(folder, broken))
        resumed = time.perf_counter() - began
        (one, vectors), (other, others) = contents(peace), contents(broken)
    print(
        json.dumps(
            {
                "articles": len(lines),
                "passages": passages,
                "embedded_in_peace": embedded,
                "on_disk_at_each_kill": kept,
                "embedded_by_the_last_run": last,
                "embedded_twice": (kept[-1] if kept else 0) + last - embedded,
                "seconds": {"in_peace": round(seconds, 1), "last_run": round(resumed, 1)},
                "same_articles": one == other,
                "same_vectors": bool(np.array_equal(vectors, others)),
            }
        )
    )


if __name__ == "__main__":
    main()
