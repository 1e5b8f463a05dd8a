"""A file that breaks its loader costs itself, is named with the reason, and waits for a change."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from qa_bot.config import Settings
from qa_bot.corpus import apart
from qa_bot.indexing import build_index, isolated
from qa_bot.records import IndexReport
from qa_bot.storage.snapshot import Snapshot

GOOD = "<html><body><article><h1>A tale</h1>" + "<p>A page that can be read.</p>" * 9

# The process of the loaders, with loaders that do what the page says.
PROCESS = """
import json, os, sys, time
from pathlib import Path
from qa_bot.corpus import apart, folder

real = folder.load_file

def load_file(file, **given):
    with open({log!r}, "a") as log:
        log.write(file.path.name + "\\n")
    said = file.path.read_text(errors="replace")
    if "CRASH" in said:
        os.kill(os.getpid(), 11)
    if "EXIT" in said:
        os._exit(7)
    if "HANG" in said:
        time.sleep(600)
    if "SPIN" in said:
        while True: pass
    yield from real(file, **given)
    if "RAISE" in said:
        raise TypeError("no such\\nthing")

apart.load_file = load_file
apart.serve(int(sys.argv[1]))
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The names of the files that were loaded, one a line."""
    log, script = tmp_path / "log", tmp_path / "process.py"
    script.write_text(PROCESS.format(log=str(log)))
    monkeypatch.setattr(isolated, "COMMAND", (sys.executable, str(script)))
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    log.touch()
    return log


def index_of(folder: Path, index: Path, seconds: int = 60) -> IndexReport:
    chosen = Settings(load_seconds=seconds, analysis=False)
    return build_index(folder, index, settings=chosen, embedder=FakeEmbedder(window=256))


def write(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text)
    return folder


def loaded(log: Path) -> list[str]:
    """What was loaded since the last call."""
    names = log.read_text().split()
    log.write_text("")
    return names


def test_crashes_and_exceptions_cost_one_file_each_and_are_remembered(
    log: Path, tmp_path: Path
) -> None:
    folder, index = tmp_path / "pages", tmp_path / "index"
    write(folder, a=GOOD, b=GOOD + "CRASH", c=GOOD + "EXIT", d=GOOD + "RAISE", e=GOOD)
    report = index_of(folder, index)
    assert report.added == ("pages/a.html", "pages/d.html", "pages/e.html")
    again = "; it is tried again when it has changed"
    expected = {
        "b.html": "it crashed its loader (SIGSEGV)" + again,
        "c.html": "it crashed its loader (exit code 7)" + again,
        "d.html": "its loader failed: TypeError: no such thing" + again,
    }
    assert {Path(s.path).name: s.reason for s in report.skipped} == expected
    assert loaded(log) == ["a.html", "b.html", "c.html", "d.html", "e.html"]

    report = index_of(folder, index)  # reported again, not tried again
    assert {Path(s.path).name: s.reason for s in report.skipped} == expected
    assert (loaded(log), report.generation) == ([], 1)

    write(folder, f=GOOD + "RAISE again")  # only its badness is new: that is remembered too
    assert len(index_of(folder, index).skipped) == 4
    assert loaded(log) == ["f.html"]
    index_of(folder, index)
    assert loaded(log) == []

    write(folder, b=GOOD)
    report = index_of(folder, index)
    assert report.added == ("pages/b.html",)
    assert len(report.skipped) == 3
    assert loaded(log) == ["b.html"]


@pytest.mark.parametrize("how", ["HANG", "SPIN"])
def test_a_loader_that_hangs_is_left(log: Path, tmp_path: Path, how: str) -> None:
    folder = write(tmp_path / "pages", a=how, b=GOOD)
    began = time.monotonic()
    report = index_of(folder, tmp_path / "index", seconds=2)
    assert report.added == ("pages/b.html",)
    (skipped,) = report.skipped
    assert skipped.reason.startswith("its loader gave nothing for 2 s; it is tried again")
    assert time.monotonic() - began < 100
    index_of(folder, tmp_path / "index")
    assert loaded(log) == ["a.html", "b.html"]


def test_an_exception_in_a_loader_of_text_is_no_end_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, folder = apart.load_file, tmp_path / "texts"

    def load_file(file, **given):  # type: ignore[no-untyped-def]
        if file.path.name == "b.txt":
            raise RecursionError("too deep")
        return real(file, **given)

    monkeypatch.setattr(apart, "load_file", load_file)
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"A short text. It is number {name}.")
    report = index_of(folder, tmp_path / "index")
    assert report.added == ("texts/a.txt", "texts/c.txt")
    assert report.skipped[0].reason.startswith("its loader failed: RecursionError: too deep")


def test_the_real_process_reads_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = write(tmp_path / "pages", a=GOOD)
    (folder / "rows.jsonl").write_text(json.dumps({"text": "A row. It is short."}))
    report = index_of(folder, tmp_path / "index")
    assert report.added == ("pages/a.html", "pages/rows.jsonl#L1")
    assert "can be read" in Snapshot.open(tmp_path / "index").article("pages/a.html").text
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if children.exists():
        commands = [
            Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.read_text().split()
        ]
        assert not any(b"qa_bot.corpus.apart" in command for command in commands)
