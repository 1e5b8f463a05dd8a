"""Peak memory of indexing 2,000 and 6,000 made-up articles: what grows with their number.

    python benchmarks/indexing_memory.py [--articles 2000 6000] [--characters 3000] [--files]

Each size is indexed by a process of its own, with an embedder that makes its vectors
from the text's hash, so that what is measured is indexing and not a model. Analysis is
off. One row of .jsonl an article, or with --files one .txt each. "text" is what the articles
are long, "vectors" what the vectors of all passages take; peak is the system's count for the
process, and "above" what lies above the peak of the same process with 20 articles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DIM = 384


class HashEmbedder:
    """Unit vectors made from each text's hash."""

    def __init__(self) -> None:
        from qa_bot.records import EmbedderFingerprint

        self.fingerprint = EmbedderFingerprint("hash", "of the text", DIM, 256)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A third more tokens than words, about as WordPiece has on news."""
        return [len(text.split()) * 4 // 3 + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), DIM)."""
        rows = [self.embed_question(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), DIM)

    def embed_question(self, question: str) -> np.ndarray:
        """float32 (DIM,)."""
        seed = int.from_bytes(hashlib.sha256(question.encode()).digest()[:8])
        vector = np.random.default_rng(seed).standard_normal(DIM)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def write_articles(folder: Path, count: int, characters: int, files: bool) -> int:
    """Articles of words as rare as in real text (Zipf); the characters in all."""
    draw = random.Random(7)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 5)))
             for _ in range(30_000)]  # fmt: skip
    weights = [1 / (rank + 2) for rank in range(len(words))]
    total = 0
    with (folder / "articles.jsonl").open("w") as rows:
        for number in range(count):
            text = ""
            while len(text) < characters:
                sentence = " ".join(draw.choices(words, weights, k=draw.randint(8, 24)))
                text += sentence.capitalize() + ". "
            total += len(text)
            if files:
                (folder / f"article{number}.txt").write_text(text)
            else:
                rows.write(json.dumps({"id": str(number), "text": text}) + "\n")
    if files:
        (folder / "articles.jsonl").unlink()
    return total


def index_once(folder: Path, index: Path) -> dict[str, Any]:
    """Index in this process; chunks, and the peak of the process in megabytes."""
    from qa_bot.config import Settings
    from qa_bot.indexing import build_index

    report = build_index(folder, index, settings=Settings(analysis=False), embedder=HashEmbedder())
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, KiB elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return {"chunks": report.chunks, "seconds": round(report.seconds, 1), "peak_mb": round(peak, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[2000, 6000])
    parser.add_argument("--characters", type=int, default=3000)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(index_once(*given.child)))
        return
    base = 0.0
    for count in [20, *given.articles]:
        with tempfile.TemporaryDirectory(prefix="qa_bot_memory_") as name:
            folder, index = Path(name) / "articles", Path(name) / "index"
            folder.mkdir()
            text = write_articles(folder, count, given.characters, given.files)
            command = [sys.executable, __file__, "--child", str(folder), str(index)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
            found = json.loads(done.stdout)
        base = base or found["peak_mb"]
        vectors = found["chunks"] * DIM * 4 / 1e6
        found |= {
            "articles": count,
            "text_mb": round(text / 1e6, 1),
            "vectors_mb": round(vectors, 1),
            "above_mb": round(found["peak_mb"] - base, 1),
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
