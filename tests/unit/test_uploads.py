"""Uploaded files: safe names, nothing overwritten, nothing lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.web.background import Background, Step
from qa_bot.web.uploads import SUFFIXES, keep, safe_name


@pytest.mark.parametrize(
    ("uploaded", "name"),
    [
        ("moon.txt", "moon.txt"),
        ("Notes (2).MD", "Notes (2).md"),
        ("../../etc/passwd", "passwd.txt"),
        ("..\\..\\windows\\system.txt", "system.txt"),
        ("/abs/olute.jsonl", "olute.jsonl"),
        (".hidden.txt", "hidden.txt"),
        ("...txt", "article.txt"),
        (".txt", "article.txt"),
        ("CON.txt", "article CON.txt"),
        ("Zürich naïve.txt", "Zürich naïve.txt"),
        ("Zu\u0308rich.txt", "Zürich.txt"),
        ("a<b>|c?.txt", "a_b_c_.txt"),
        ("new\nline\x00.txt", "new_line_.txt"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("x" * 300 + ".txt", "x" * 100 + ".txt"),
    ],
)
def test_safe_names(uploaded: str, name: str) -> None:
    assert safe_name(uploaded) == name


@given(st.text(max_size=150))
def test_a_safe_name_is_one_visible_part_of_a_path_and_stays_as_it_is(uploaded: str) -> None:
    name = safe_name(uploaded)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert "/" not in name
    assert "\\" not in name
    assert name.isprintable()
    assert len(name) <= 300
    assert safe_name(name) == name


def upload(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_files_are_kept_byte_for_byte(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfone\r\ntwo\x00\xff"
    kept, skipped = keep([upload(tmp_path / "in", "a.txt", content)], tmp_path / "kept")
    assert [(k.uploaded, k.name, k.is_new, k.renamed) for k in kept] == [
        ("a.txt", "a.txt", True, False)
    ]
    assert not skipped
    assert (tmp_path / "kept" / "a.txt").read_bytes() == content


def test_another_file_of_the_same_name_is_kept_beside_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for number, content in enumerate([b"one", b"two", b"three"]):
        (kept,), _ = keep([upload(tmp_path / str(number), "a.txt", content)], folder)
        assert kept.is_new
        assert kept.renamed is (number > 0)
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == {
        "a.txt": b"one", "a-2.txt": b"two", "a-3.txt": b"three",
    }  # fmt: skip


def test_the_same_file_again_is_kept_once_even_under_its_second_name(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    first = upload(tmp_path / "1", "a.txt", b"one")
    second = upload(tmp_path / "2", "a.txt", b"two")
    keep([first, second], folder)
    kept, _ = keep([first, second], folder)
    assert [(k.name, k.is_new) for k in kept] == [("a.txt", False), ("a-2.txt", False)]
    assert len(list(folder.iterdir())) == 2


def test_other_suffixes_and_unreadable_files_are_named_with_the_reason(tmp_path: Path) -> None:
    good = upload(tmp_path / "in", "a.md", b"# A")
    bad = upload(tmp_path / "in", "virus.exe", b"MZ")
    kept, skipped = keep([bad, tmp_path / "in" / "gone.txt", good], tmp_path / "kept")
    assert [k.name for k in kept] == ["a.md"]
    assert [s.path for s in skipped] == ["virus.exe", "gone.txt"]
    assert all(suffix in skipped[0].reason for suffix in SUFFIXES)
    assert "No such file" in skipped[1].reason
    assert [f.name for f in (tmp_path / "kept").iterdir()] == ["a.md"]


def test_twenty_uploads_at_once_of_one_name_all_survive(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    files = [upload(tmp_path / str(n), "a.txt", f"text {n}".encode()) for n in range(20)]
    threads = [threading.Thread(target=keep, args=([file], folder)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f.read_bytes() for f in folder.iterdir()} == {f"text {n}".encode() for n in range(20)}


def test_background_steps_tell_the_time_left_and_hand_back_the_result() -> None:
    now = [0.0]
    goes_on = threading.Semaphore(0)

    def work(progress) -> str:  # type: ignore[no-untyped-def]
        progress("embedding", 0, 100)
        now[0] = 10.0
        progress("embedding", 25, 100)  # 75 left at 2.5 a second: 30 s
        goes_on.acquire()
        return "done"

    background = Background(work, clock=lambda: now[0])
    seen = []
    for step in background.steps(every=0.01):
        seen.append(step)
        if step.fraction == 0.25:
            goes_on.release()
    assert seen[-1] == Step("Embedding: 25 of 100, about 30 s left", 0.25)
    assert background.result() == "done"


def test_background_raises_what_its_work_raised() -> None:
    def work(progress) -> None:  # type: ignore[no-untyped-def]
        raise OSError("the disk is full")

    background = Background(work)
    list(background.steps(every=0.01))
    with pytest.raises(OSError, match="the disk is full"):
        background.result()


@pytest.mark.parametrize(
    ("done", "total", "seconds", "text", "fraction"),
    [
        (0, 0, 0, "Reading", None),
        (7, 0, 5, "Reading: 7", None),
        (1, 1000, 0.5, "Reading: 1 of 1,000", 0.001),
        (100, 1000, 60, "Reading: 100 of 1,000, about 9 min left", 0.1),
        (1000, 1000, 60, "Reading: 1,000 of 1,000", 1.0),
    ],
)
def test_step_words(
    done: int, total: int, seconds: float, text: str, fraction: float | None
) -> None:
    now = [0.0]
    seen: list[Step] = []

    def work(progress) -> None:  # type: ignore[no-untyped-def]
        progress("reading", 0, total)
        now[0] = seconds
        progress("reading", done, total)

    background = Background(work, clock=lambda: now[0])
    background.result()
    seen.append(background._step)
    assert seen == [Step(text, fraction)]
