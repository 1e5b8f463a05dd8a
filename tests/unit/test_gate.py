"""Floors that hold, break, rise on their own and fall only with a reason."""

import json

import pytest

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.gate import Gate, check, load_gates, main, raised, save_gates

RESULTS = {"file_sha256": "d1", "f1": 80.0, "recall_at_5": 0.95, "exact_match": 70.0}
GATE = Gate("d1", {"f1": 79.5, "recall_at_5": 0.945})


def test_figures_at_or_above_their_floors_pass():
    check(RESULTS, GATE)
    check({**RESULTS, "f1": 79.5, "calibrated": True}, GATE)


def test_all_broken_floors_are_named_at_once():
    with pytest.raises(EvaluationError) as caught:
        check({"file_sha256": "d2", "f1": 79.4, "calibrated": False}, GATE)
    message = str(caught.value)
    assert "f1 is 79.4, below its floor 79.5" in message
    assert "recall_at_5 was not measured, its floor is 0.945" in message
    assert "sha256 is d2, not d1" in message
    assert "make calibrate" in message


def test_a_figure_that_is_no_number_breaks_the_gate():
    with pytest.raises(EvaluationError, match="f1 is nan"):
        check({**RESULTS, "f1": float("nan")}, GATE)


def test_floors_rise_less_the_margin_in_their_own_unit():
    gate = raised(GATE, RESULTS, ["f1", "recall_at_5", "exact_match"], margin=0.25)
    assert gate.floors == {"f1": 79.75, "recall_at_5": 0.9475, "exact_match": 69.75}
    assert gate.lowered == ()


def test_a_floor_does_not_fall_by_itself():
    gate = raised(GATE, {**RESULTS, "f1": 60.0}, ["f1"])
    assert gate.floors["f1"] == 79.5


def test_a_floor_falls_with_a_reason_that_stays():
    gate = raised(GATE, {**RESULTS, "f1": 60.0}, ["f1"], lower="smaller reader")
    assert gate.floors == {"f1": 60.0, "recall_at_5": 0.945}
    note = {"measure": "f1", "from": 79.5, "to": 60.0, "reason": "smaller reader"}
    assert gate.lowered == (note,)
    assert raised(gate, RESULTS, ["f1"]).lowered == (note,)


def test_a_reason_is_words_and_a_margin_is_not_negative():
    with pytest.raises(EvaluationError, match="with a reason"):
        raised(GATE, RESULTS, ["f1"], lower="  ")
    with pytest.raises(EvaluationError, match="margin -1"):
        raised(GATE, RESULTS, ["f1"], margin=-1)


def test_another_file_needs_a_reason_too():
    results = {**RESULTS, "file_sha256": "d2"}
    with pytest.raises(EvaluationError, match=r"(?s)another evaluation file.*d1.*d2"):
        raised(GATE, results, ["f1"])
    assert raised(GATE, results, ["f1"], lower="two questions mended").file_sha256 == "d2"


def test_a_measure_without_a_figure_cannot_have_a_floor():
    with pytest.raises(EvaluationError, match=r"(?s)no figure.*mrr_at_10"):
        raised(None, RESULTS, ["mrr_at_10"])


def test_saved_gates_read_back_the_same(tmp_path):
    path = tmp_path / "gate.json"
    gates = {"golden": raised(GATE, {**RESULTS, "f1": 1.0}, ["f1"], lower="why"), "other": GATE}
    save_gates(gates, path)
    assert load_gates(path) == gates


@pytest.mark.parametrize("content", ["", "[]", '{"x": {}}', '{"x": {"file_sha256": 1}}'])
def test_a_file_in_another_shape_is_an_error(tmp_path, content):
    path = tmp_path / "gate.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=r"(?s)cannot be used.*gate\.json"):
        load_gates(path)


def test_the_command_updates_then_checks(tmp_path, capsys):
    gates, results = tmp_path / "gate.json", tmp_path / "results.json"
    results.write_text(json.dumps(RESULTS))
    place = ["golden", str(results), "--gates", str(gates)]
    assert main(["update", *place, "--measures", "f1", "--margin", "0.5"]) == 0
    assert load_gates(gates)["golden"].floors == {"f1": 79.5}
    assert main(["check", *place]) == 0
    results.write_text(json.dumps({**RESULTS, "f1": 70.0}))
    assert main(["check", *place]) == 2
    assert "below its floor 79.5" in capsys.readouterr().err
    assert main(["update", *place]) == 0
    assert load_gates(gates)["golden"].floors == {"f1": 79.5}
    assert main(["update", *place, "--lower", "a smaller model"]) == 0
    assert load_gates(gates)["golden"].floors == {"f1": 69.5}
    assert main(["check", "unknown", *place[1:]]) == 2
    assert "no such set" in capsys.readouterr().err
