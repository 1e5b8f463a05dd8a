"""Opening an ONNX file with ONNX Runtime, the same way everywhere in the project."""

from __future__ import annotations

import math
import os
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from qa_bot.errors import ModelError

_CPU = Path("/sys/devices/system/cpu")
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")

_SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasGeluFusion"]
"""Fusions whose CPU kernels are slower than the nodes they replace: without the two,
a six-layer int8 encoder takes a fifth less time (docs/decisions/embedding.md)."""

_PROBE = (
    b'\x08\x08:\\\n\x18\n\x01a\n\x01b\x12\x01y"\rMatMulInteger\x12\x01p'
    b"Z\x13\n\x01a\x12\x0e\n\x0c\x08\x02\x12\x08\n\x02\x08\x01\n\x02\x08\x04"
    b"Z\x13\n\x01b\x12\x0e\n\x0c\x08\x03\x12\x08\n\x02\x08\x04\n\x02\x08\x10"
    b"b\x13\n\x01y\x12\x0e\n\x0c\x08\x06\x12\x08\n\x02\x08\x01\n\x02\x08\x10B\x04\n\x00\x10\r"
)
"""An ONNX file of one node, MatMulInteger of uint8 (1, 4) and int8 (4, 16). Written out,
since making it would need the package onnx, which no question has to load."""


def open_session(path: Path, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """A CPU session on the ONNX file at ``path``.

    Args:
        path: the ONNX file.
        threads: threads for one call of ``run``; 0: :func:`available_cores`.

    ``run`` may be called from many threads at once. Idle threads sleep instead of
    spinning, so that a waiting session costs the machine's other users nothing.
    Where 8-bit products :func:`saturates`, they are computed by slower kernels that do
    not, so that a quantised model says the same on every processor.

    Raises:
        ModelError: the file is missing or ONNX Runtime cannot load it.
    """
    if not path.is_file():
        raise ModelError("a model file is missing", where=path, expected="an ONNX file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or available_cores()
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3  # errors only: its warnings are about its own optimiser
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if saturates():
        # Asked for everywhere, it would slow processors with VNNI down too, by a third.
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=_SLOW_FUSIONS,
        )
    except Exception as error:  # ONNX Runtime raises a class of its own for each status code
        raise ModelError(
            "ONNX Runtime cannot load a model file", where=path, found=error
        ) from error


@lru_cache(maxsize=1)
def saturates() -> bool:
    """Whether sums of 8-bit products overflow in ONNX Runtime's fast kernels here.

    x86 processors without VNNI add two products of an unsigned and a signed byte in 16
    bits, where 2 * 255 * 127 does not fit. Found by trying: one such product, which is
    4 * 255 * 127 where nothing is cut off.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    probe = onnxruntime.InferenceSession(_PROBE, options, providers=["CPUExecutionProvider"])
    largest = {"a": np.full((1, 4), 255, np.uint8), "b": np.full((4, 16), 127, np.int8)}
    (sums,) = probe.run(None, largest)
    return bool((sums != 4 * 255 * 127).any())


def available_cores() -> int:
    """Physical cores that this process may use, at least 1.

    Two hardware threads of one core share its multipliers and count once. A
    container's CPU quota counts too: more threads than that only wait.
    """
    cores = len({_core(number) for number in _allowed_cpus()})
    return max(1, min(cores, _quota()))


def _allowed_cpus() -> set[int]:
    try:
        return set(os.sched_getaffinity(0))
    except AttributeError:  # macOS has no affinity
        return set(range(os.cpu_count() or 1))


def _core(number: int) -> str:
    """A name that the hardware threads of one core have in common."""
    try:
        return (_CPU / f"cpu{number}/topology/thread_siblings_list").read_text().strip()
    except OSError:  # not Linux, or a sandbox without /sys: every CPU is a core of its own
        return str(number)


def _quota() -> int:
    """CPUs that the control group grants, rounded up; very many where there is no limit."""
    try:
        quota, period = _CGROUP_QUOTA.read_text().split()
        return sys.maxsize if quota == "max" else math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        return sys.maxsize
