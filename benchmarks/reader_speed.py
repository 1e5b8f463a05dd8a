"""How fast readers are, beside what the processor can multiply.

    python benchmarks/reader_speed.py reader.onnx [OTHER.onnx ...] [--passages 10]
        [--tokens 190] [--rounds 15] [--threads N]

The ONNX files read the same windows of random tokens as OnnxReader does: one
window a run, as many runs at a time as there are cores. Files and the two largest
products that are compared with (int8 and fp32, 1024 x 1024 x 1024, run in the same
way) take turns, so that a noisy machine is noisy for all of them. Shares are of
those measured peaks; the time by operator is ONNX Runtime's own profile of one
core. CPU seconds are what a busy machine distorts least. One JSON object on
stdout, a table on stderr.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from qa_bot.models import session
from qa_bot.models.session import available_cores, open_session

SIDE = 1024
Feeds = dict[str, Any]


def windows(model: onnxruntime.InferenceSession, passages: int, tokens: int) -> list[Feeds]:
    """Inputs of ``passages`` windows, 5% around ``tokens`` long, longest first."""
    random = np.random.default_rng(7)
    names = {each.name for each in model.get_inputs()}
    found = []
    for length in sorted(random.integers(int(tokens * 0.95), int(tokens * 1.05) + 1, passages)):
        ids = random.integers(1000, 20_000, (1, int(length)))
        types = (np.arange(int(length))[None] >= 15).astype(np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        found.append({name: array for name, array in feeds.items() if name in names})
    return found[::-1]


def operations(model: onnx.ModelProto, lengths: Sequence[int]) -> dict[str, float]:
    """Multiplications and additions over windows of ``lengths`` tokens, by kind."""
    constants = {each.name: each for each in model.graph.initializer}
    found = {"int8": 0.0, "fp32": 0.0}
    width = next(
        constants[node.input[1]].dims[0]
        for node in model.graph.node
        if node.op_type == "LayerNormalization"
    )
    for node in model.graph.node:
        if node.op_type in ("MatMul", "MatMulInteger") and node.input[1] in constants:
            kind = "fp32" if node.op_type == "MatMul" else "int8"
            rows, columns = constants[node.input[1]].dims
            found[kind] += sum(2.0 * rows * columns * length for length in lengths)
        elif node.op_type in ("Softmax", "MultiHeadAttention"):
            found["fp32"] += sum(4.0 * length * length * width for length in lengths)
    return found


def product(kind: str, folder: Path) -> tuple[Path, Feeds]:
    """An ONNX file that multiplies two large matrices, and its input."""
    random = np.random.default_rng(8)
    if kind == "int8":
        types, operator = (TensorProto.UINT8, TensorProto.INT32), "MatMulInteger"
        given = random.integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
        weights = random.integers(-127, 128, (SIDE, SIDE)).astype(np.int8)
    else:
        types, operator = (TensorProto.FLOAT, TensorProto.FLOAT), "MatMul"
        given = random.standard_normal((SIDE, SIDE), dtype=np.float32)
        weights = random.standard_normal((SIDE, SIDE), dtype=np.float32)
    graph = helper.make_graph(
        [helper.make_node(operator, ["a", "b"], ["y"])],
        "product",
        [helper.make_tensor_value_info("a", types[0], [SIDE, SIDE])],
        [helper.make_tensor_value_info("y", types[1], [SIDE, SIDE])],
        [numpy_helper.from_array(weights, "b")],
    )
    path = folder / f"{kind}.onnx"
    opsets = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path, {"a": given}


def by_operator(path: Path, feeds: Sequence[Feeds]) -> dict[str, float]:
    """Share of the time of each operator's kernels on one core, largest first."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        opened = onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=session._SLOW_FUSIONS,
        )
        for each in feeds:
            opened.run(None, each)
        events = json.loads(Path(opened.end_profiling()).read_text())
    times: dict[str, float] = defaultdict(float)
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("kernel_time"):
            times[event["args"]["op_name"]] += event["dur"]
    whole = sum(times.values())
    ordered = sorted(times.items(), key=lambda item: -item[1])
    return {name: round(spent / whole, 4) for name, spent in ordered}


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """(wall, CPU) seconds of ``work``."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--passages", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=190)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    threads = given.threads or available_cores()
    runs: dict[str, Callable[[], None]] = {}
    counted: dict[str, dict[str, float]] = {}
    profiles: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(threads) as pool:

        def add(name: str, path: Path, make: Callable[[Any], list[Feeds]]) -> list[Feeds]:
            opened = open_session(path, threads=1)
            feeds = make(opened)
            runs[name] = lambda: list(pool.map(lambda each: opened.run(None, each), feeds))  # type: ignore[assignment,return-value]
            return feeds

        for path in given.models:
            name = path.name if [p.name for p in given.models].count(path.name) == 1 else str(path)
            feeds = add(name, path, lambda it: windows(it, given.passages, given.tokens))
            lengths = [each["input_ids"].shape[1] for each in feeds]
            counted[name] = operations(onnx.load(path), lengths)
            profiles[name] = by_operator(path, feeds)
        for kind in ("int8", "fp32"):
            path, single = product(kind, Path(folder))
            add(kind, path, lambda _, single=single: [single] * (4 * threads))  # type: ignore[misc]
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for work in runs.values():
            work()
        for _ in range(given.rounds):
            for name, work in runs.items():
                times[name].append(timed(work))
    each_product = 4 * threads * 2.0 * SIDE**3
    cpu = {name: statistics.median(cpu for _, cpu in rows) for name, rows in times.items()}
    wall = {name: statistics.median(wall for wall, _ in rows) for name, rows in times.items()}
    peaks = {kind: each_product / cpu[kind] for kind in ("int8", "fp32")}
    first = next(iter(counted))
    result: dict[str, Any] = {
        "cores": threads,
        "passages": given.passages,
        "peak_gops_per_core": {kind: round(peak / 1e9, 1) for kind, peak in peaks.items()},
        "models": {
            name: {
                "wall_ms": round(wall[name] * 1000, 2),
                "cpu_ms": round(cpu[name] * 1000, 2),
                "speed": round(cpu[first] / cpu[name], 3),
                "speed_wall": round(wall[first] / wall[name], 3),
                "giga_operations": {kind: round(n / 1e9, 2) for kind, n in each.items()},
                "share_of_peak": {
                    kind: round(each[kind] / cpu[name] / peaks[kind], 3) for kind in peaks
                },
                "operators": profiles[name],
            }
            for name, each in counted.items()
        },
    }
    for name, figures in result["models"].items():
        shares = ", ".join(f"{op} {100 * s:.0f}%" for op, s in figures["operators"].items())
        print(f"{name}: {figures['cpu_ms']} CPU ms, x{figures['speed']}; {shares}", file=sys.stderr)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
