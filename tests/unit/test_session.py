"""Sessions are opened alike everywhere, and bad files are named."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from qa_bot.errors import ModelError
from qa_bot.models import session
from qa_bot.models.session import available_cores, open_session


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """An ONNX file that adds its input to itself."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["y"])],
        "doubling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    path = tmp_path / "doubling.onnx"
    onnx.save(model, path)
    return path


def test_it_runs_on_the_cpu_with_the_threads_it_was_given(doubling: Path) -> None:
    opened = open_session(doubling, threads=3)
    assert opened.run(None, {"x": np.array([1.5, -2], dtype=np.float32)})[0].tolist() == [3, -4]
    assert opened.get_providers() == ["CPUExecutionProvider"]
    options = opened.get_session_options()
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_no_number_of_threads_means_one_for_each_core(
    doubling: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "available_cores", lambda: 5)
    assert open_session(doubling).get_session_options().intra_op_num_threads == 5


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"missing\n +where: +.*nowhere\.onnx"):
        open_session(tmp_path / "nowhere.onnx")


def test_a_damaged_file_is_named(doubling: Path) -> None:
    doubling.write_bytes(doubling.read_bytes()[:-9])
    with pytest.raises(ModelError, match=r"cannot load a model file\n +where: +.*doubling\.onnx"):
        open_session(doubling)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four cores of two hardware threads each; all eight may be used, without a quota."""
    for number in range(8):
        topology = tmp_path / f"cpu{number}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(f"{number % 4},{number % 4 + 4}\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    monkeypatch.setattr(session, "_CPU", tmp_path)
    monkeypatch.setattr(session, "_CGROUP_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(session, "_allowed_cpus", lambda: set(range(8)))
    return tmp_path


def test_two_hardware_threads_are_one_core(machine: Path) -> None:
    assert available_cores() == 4


def test_only_allowed_cpus_count(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_allowed_cpus", lambda: {1, 5, 2})
    assert available_cores() == 2


@pytest.mark.parametrize(
    ("quota", "cores"), [("150000 100000", 2), ("50000 100000", 1), ("900000 100000", 4)]
)
def test_a_containers_quota_counts(machine: Path, quota: str, cores: int) -> None:
    (machine / "cpu.max").write_text(quota)
    assert available_cores() == cores


def test_without_a_topology_every_cpu_is_a_core(machine: Path, tmp_path: Path) -> None:
    for path in tmp_path.glob("cpu*/topology/*"):
        path.unlink()
    (machine / "cpu.max").unlink()
    assert available_cores() == 8


def test_the_probe_is_the_product_it_says() -> None:
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["y"])],
        "p",
        [
            helper.make_tensor_value_info("a", TensorProto.UINT8, [1, 4]),
            helper.make_tensor_value_info("b", TensorProto.INT8, [4, 16]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [1, 16])],
    )
    expected = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    found = onnx.load_from_string(session._PROBE)
    onnx.checker.check_model(found)
    assert found == expected


@pytest.mark.parametrize(("sums", "overflow"), [(4 * 255 * 127, False), (2 * 32767, True)])
def test_a_product_that_is_cut_off_is_noticed(
    monkeypatch: pytest.MonkeyPatch, sums: int, overflow: bool
) -> None:
    """16-bit sums of two products end at 32767, and there are two of them."""

    class Kernel:
        def __init__(self, *_: object, **__: object) -> None: ...

        def run(self, _: object, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
            assert feeds["a"].dtype == np.uint8
            assert feeds["b"].dtype == np.int8
            return [np.full((1, 16), sums, dtype=np.int32)]

    session.saturates.cache_clear()
    monkeypatch.setattr(session.onnxruntime, "InferenceSession", Kernel)
    assert session.saturates() is overflow
    session.saturates.cache_clear()


@pytest.mark.parametrize("overflow", [False, True])
def test_exact_products_are_asked_for_only_where_the_fast_ones_are_wrong(
    doubling: Path, monkeypatch: pytest.MonkeyPatch, overflow: bool
) -> None:
    monkeypatch.setattr(session, "saturates", lambda: overflow)
    options = open_session(doubling).get_session_options()
    if overflow:
        assert options.get_session_config_entry("session.x64quantprecision") == "1"
    else:
        with pytest.raises(RuntimeError, match="x64quantprecision"):
            options.get_session_config_entry("session.x64quantprecision")
