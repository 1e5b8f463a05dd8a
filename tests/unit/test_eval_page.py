"""The page takes figures between its marks and keeps what people wrote around them."""

from pathlib import Path

import pytest

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.floors import judge, move
from qa_bot.evaluation.gate import Gate, load_gates, save_gates
from qa_bot.evaluation.page import BEGIN, END, put_into

ROOT = Path(__file__).parents[2]
FIGURES = {"file_sha256": "d1", "exact_match": 70.0, "f1": 80.0, "calibrated": True}


def test_notes_around_the_figures_stay(tmp_path):
    page = tmp_path / "evaluation.md"
    page.write_text(f"# Evaluation\nnot blind\n{BEGIN}\nold figures\n{END}\n\nread by eye\n")
    put_into(page, "new figures\n")
    assert page.read_text() == (
        f"# Evaluation\nnot blind\n{BEGIN}\nnew figures\n{END}\n\nread by eye\n"
    )
    put_into(page, "new figures\n")
    assert page.read_text().count("new figures") == 1


def test_a_page_that_is_not_there_is_made(tmp_path):
    page = tmp_path / "deep" / "evaluation.md"
    put_into(page, "figures")
    assert f"{BEGIN}\nfigures\n{END}" in page.read_text()


@pytest.mark.parametrize("text", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}{END}{BEGIN}"])
def test_a_page_without_its_marks_is_left_alone(tmp_path, text):
    page = tmp_path / "evaluation.md"
    page.write_text(text)
    with pytest.raises(EvaluationError, match="cannot take the figures"):
        put_into(page, "figures")
    assert page.read_text() == text


def test_the_projects_page_keeps_its_notes_outside_the_marks():
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    assert "not made blind" in before
    for note in ("## Cold start", "## The seeds", "## Chunk size", "## 6,000 news articles"):
        assert note in after


def test_a_gate_holds_falls_or_is_not_measured():
    gates = {
        "held": Gate("d1", {"f1": 79.5}),
        "fell": Gate("d1", {"f1": 80.5}),
        "short": Gate("d1", {"f1": 99.0}),
        "absent": Gate("d1", {"f1": 99.0}),
        "other file": Gate("d2", {"f1": 1.0}),
    }
    figures = {
        "held": FIGURES,
        "fell": FIGURES,
        "short": {**FIGURES, "limited": True},
        "other file": FIGURES,
        "without a gate": FIGURES,
    }
    verdict = judge(figures, gates)
    assert verdict.held == ("held",)
    assert verdict.fallen == {
        "fell": "f1 is 80.0, below its floor 80.5",
        "other file": "the file's sha256 is d1, not d2",
    }
    assert verdict.not_measured == ("absent", "short")
    assert "gate fell: FALLEN: f1 is 80.0, below its floor 80.5" in verdict.lines()


def test_floors_rise_and_fall_only_with_a_reason(tmp_path):
    path = tmp_path / "gate.json"
    save_gates({"reader": Gate("d1", {"f1": 90.0, "exact_match": 60.0})}, path)
    kinds = {"reader": "given", "new": "searches", "short": "given"}
    searched = {"file_sha256": "d1"} | {f"recall_at_{k}": 0.9 for k in (1, 5, 20)}
    figures = {"reader": FIGURES, "new": searched, "short": {**FIGURES, "limited": True}}
    assert "floor reader exact_match: 60.0 to 69.5" in move(figures, kinds, path)
    gates = load_gates(path)
    assert gates["reader"].floors == {"f1": 90.0, "exact_match": 69.5}
    assert gates["new"].floors == {f"recall_at_{k}": 0.895 for k in (1, 5, 20)}
    assert "short" not in gates
    assert move(figures, kinds, path, lower="a smaller reader") == ["floor reader f1: 90.0 to 79.5"]
    note = {"measure": "f1", "from": 90.0, "to": 79.5, "reason": "a smaller reader"}
    assert load_gates(path)["reader"].lowered == (note,)
    with pytest.raises(EvaluationError, match="with a reason"):
        move(figures, kinds, path, lower=" ")
