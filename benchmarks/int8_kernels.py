"""What 8-bit products cost a reader in F1, on this processor and on one without VNNI.

    python benchmarks/int8_kernels.py dev.jsonl MODEL.onnx ... --tokenizer tokenizer.json
        [--limit 300] [--part fit] [--processor Haswell] [--exact]

Every question of the file is read in its own context with each ONNX file. With
``--processor`` all of it runs in QEMU's emulation of that processor (the Debian package
qemu-user, version 7.2 or later for AVX2), two hundred times as slow. ``--exact``
adds each file once more with ONNX Runtime's products of unsigned integers, which
cannot saturate (session.x64quantprecision). One JSON object on stdout.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa_bot.evaluation.datasets import EvalRecord, evenly_spaced, read_records, take_part
from qa_bot.evaluation.metrics import score_answer
from qa_bot.models import session
from qa_bot.models.files import sha256, write_json
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import OnnxReader
from qa_bot.reading.windows import MAX_LENGTH, OVERLAP


def read_all(model: Path, tokenizer: Path, records: Sequence[EvalRecord]) -> dict[str, Any]:
    """F1 and exact match (0 to 100) of the answers to ``records``, and how they were got."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for source, name in ((model, "reader.onnx"), (tokenizer, "tokenizer.json")):
            shutil.copyfile(source, folder / name)
        files = {name: sha256(folder / name) for name in ("reader.onnx", "tokenizer.json")}
        card = {"files": files, "max_length": MAX_LENGTH, "overlap": OVERLAP}
        write_json(folder / "card.json", card)
        reader = OnnxReader(folder, threads=1)
        answers, scores = [], []
        began = time.process_time()
        for record in records:
            passage = ReadingPassage("", "", record.context or "")
            (reading,) = reader.read(record.question, [passage], top_n=1)
            answers.append(reading.candidates[0].text if reading.candidates else "")
            scores.append(score_answer(answers[-1], record.answers))
        seconds = time.process_time() - began
    return {
        "n": len(records),
        "exact_match": round(100 * sum(exact for exact, _ in scores) / len(scores), 3),
        "f1": round(100 * sum(f1 for _, f1 in scores) / len(scores), 3),
        "answers_sha256": hashlib.sha256("\n".join(answers).encode()).hexdigest()[:12],
        "cpu_seconds": round(seconds, 1),
    }


def emulated(processor: str) -> int:
    """This script once more, in the emulation of ``processor``."""
    emulator = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
    if emulator is None:
        raise SystemExit("QEMU is missing: apt-get install qemu-user")
    place = sys.argv.index("--processor")
    arguments = sys.argv[1:place] + sys.argv[place + 2 :]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    python = str(Path(sys.executable).resolve())
    command = [emulator, "-cpu", processor, python, str(Path(__file__).resolve()), *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="fit")
    parser.add_argument("--processor", help="a processor model of QEMU, such as Haswell")
    parser.add_argument("--exact", action="store_true")
    given = parser.parse_args()
    if given.processor:
        raise SystemExit(emulated(given.processor))
    records = take_part(read_records(given.questions), given.part, "title")
    records = evenly_spaced([each for each in records if each.answerable], given.limit)
    result: dict[str, Any] = {
        "machine": platform.machine(),
        "saturates": session.saturates(),
        "models": {},
    }
    for model in given.models:
        for exact in (False, True) if given.exact else (False,):
            session.saturates = lambda exact=exact: exact  # type: ignore[assignment]
            found = read_all(model, given.tokenizer, records)
            result["models"][f"{model.name}{', exact' if exact else ''}"] = found
            print(model.name, "exact" if exact else "", json.dumps(found), file=sys.stderr)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
