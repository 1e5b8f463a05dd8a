"""Indexing many articles, then a few more: passages a second, memory, bytes.

    python benchmarks/indexing.py articles.jsonl.gz [--more 20] [--limit N] [--keep DIR]

The articles, one JSON object a line, become a folder of one .jsonl file, which a
fresh ``qa-bot index`` indexes; then --more of them, held back, join the folder as
a second file, and the same command runs again. Peak memory is that of the whole
process, as the system counts it. One JSON object on stdout, a table on stderr.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def index_once(articles: Path, index: Path) -> dict[str, Any]:
    """One run of ``qa-bot index``: seconds, peak memory, and what the index then holds."""
    from qa_bot.storage.snapshot import Snapshot

    command = [sys.executable, "-m", "qa_bot", "index", str(articles), "--index", str(index)]
    began = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.stdout is not None
    report = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"indexing failed: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB elsewhere
    snapshot = Snapshot.open(index)
    size = sum(digest.bytes for digest in snapshot.manifest.files.values())
    held = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss * unit / 1e6, 1),
        "articles": snapshot.article_count,
        "passages": snapshot.chunk_count,
        "index_mb": round(size / 1e6, 2),
        "bytes_per_passage": round(size / max(1, snapshot.chunk_count)),
    }
    snapshot.close()
    print(report, file=sys.stderr)
    return held


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument(
        "--more", type=int, default=20, help="articles held back for the second run"
    )
    parser.add_argument("--limit", type=int, help="only the first N articles")
    parser.add_argument("--keep", type=Path, help="leave the index in this folder")
    given = parser.parse_args()
    opened = gzip.open if given.articles.suffix == ".gz" else open
    with opened(given.articles, "rt", encoding="utf-8") as stream:
        lines = [line for line in stream if line.strip()][: given.limit]
    if not 0 < given.more < len(lines):
        sys.exit(
            f"{given.articles} holds {len(lines)} articles; --more {given.more} of them cannot wait"
        )
    with tempfile.TemporaryDirectory(prefix="qa_bot_indexing_") as name:
        folder, index = Path(name) / "articles", Path(name) / "index"
        folder.mkdir()
        (folder / "first.jsonl").write_text("".join(lines[: -given.more]), encoding="utf-8")
        first = index_once(folder, index)
        (folder / "more.jsonl").write_text("".join(lines[-given.more :]), encoding="utf-8")
        second = index_once(folder, index)
        if given.keep:
            shutil.copytree(index, given.keep, dirs_exist_ok=True)
            shutil.copytree(folder, given.keep / "articles", dirs_exist_ok=True)
    result = {
        "first": first | {"passages_per_second": round(first["passages"] / first["seconds"], 1)},
        "more": second | {"articles_added": second["articles"] - first["articles"]},
    }
    for run, figures in result.items():
        for key, value in figures.items():
            print(f"{run:<6} {key:<20} {value:>12,}", file=sys.stderr)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
