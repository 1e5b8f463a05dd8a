"""What was measured stays: a stop costs what was running, another key starts anew."""

import json
import threading

import pytest

from qa_bot.evaluation.kept import Kept, code_digest
from qa_bot.evaluation.searches import code_of_searches
from qa_bot.evaluation.stages import code_of_answers


def square(number):
    return {"square": number * number}


@pytest.mark.parametrize("workers", [1, 3])
def test_rows_come_back_the_same(tmp_path, workers):
    kept, seen = Kept(tmp_path, "part", {"set": "d1"}), []
    kept.note({"articles": 7})
    kept.measure(range(20), square, workers=workers, done=lambda: seen.append(1))
    again = Kept(tmp_path, "part", {"set": "d1"})
    assert again.rows == {number: {"square": number**2} for number in range(20)}
    assert again.facts == {"articles": 7}
    assert len(seen) == 20


def test_only_what_is_missing_is_asked(tmp_path):
    Kept(tmp_path, "part", {}).measure([4, 2], square, workers=1)
    kept, asked = Kept(tmp_path, "part", {}), []
    assert kept.missing([1, 2, 3, 4]) == [1, 3]
    kept.measure([1, 2, 3, 4], lambda n: asked.append(n) or square(n), workers=1)
    assert asked == [1, 3]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_keeps_what_is_done_and_the_next_run_goes_on(tmp_path, workers):
    asked = []
    lock = threading.Lock()

    def stopped(number):
        with lock:
            asked.append(number)
        if number == 10:
            raise KeyboardInterrupt
        return square(number)

    with pytest.raises(KeyboardInterrupt):
        Kept(tmp_path, "part", {}).measure(range(50), stopped, workers=workers)
    assert len(asked) <= 10 + 1 + 3 * workers  # few are started after the stop
    kept = Kept(tmp_path, "part", {})
    assert 10 not in kept.rows
    assert set(range(10)) <= set(kept.rows)  # also what was running at the stop
    before = dict(kept.rows)
    kept.measure(range(50), square, workers=workers)
    assert kept.rows == {number: square(number) for number in range(50)}
    assert before.items() <= kept.rows.items()


def test_a_line_that_was_cut_off_is_measured_again(tmp_path):
    kept = Kept(tmp_path, "part", {})
    kept.measure(range(3), square, workers=1)
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole[:-5])
    torn = Kept(tmp_path, "part", {})
    assert torn.missing(range(3)) == [2]
    torn.measure(range(3), square, workers=1)
    assert kept.path.read_bytes() == whole
    assert [json.loads(line)["row"] for line in whole.splitlines()] == [0, 1, 2]


def test_another_set_model_or_name_has_rows_of_its_own(tmp_path):
    Kept(tmp_path, "part", {"reader": "a", "set": "d1"}).measure([0], square, workers=1)
    assert Kept(tmp_path, "part", {"set": "d1", "reader": "a"}).rows
    assert not Kept(tmp_path, "part", {"reader": "b", "set": "d1"}).rows
    assert not Kept(tmp_path, "part", {"reader": "a", "set": "d2"}).rows
    assert not Kept(tmp_path, "other", {"reader": "a", "set": "d1"}).rows


@pytest.mark.parametrize("code", [code_of_answers, code_of_searches])
def test_what_rows_depend_on_is_there(code):
    """A module that was renamed must not stop `make eval` at its first open part."""
    assert len(code_digest(*code())) == 64


def test_the_code_counts_its_comments_and_docstrings_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr("qa_bot.evaluation.kept._ROOT", tmp_path)
    (tmp_path / "reading").mkdir()
    module = tmp_path / "reading" / "tidy.py"

    def digest(text):
        module.write_text(text)
        return code_digest("reading")

    plain = digest("def f():\n    return 1\n")
    assert digest('"""Said."""\n\n\ndef f():  # so\n    """Gives 1."""\n    return 1\n') == plain
    assert digest("def f():\n    return 2\n") != plain
    module.rename(tmp_path / "reading" / "other.py")
    assert code_digest("reading") != plain
