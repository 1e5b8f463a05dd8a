"""One writer, and readers that hold what they read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa_bot.errors import IndexLocked, PublishError
from qa_bot.storage.locks import ReadHold, unread, writer_lock

HOLDER = """
import sys
from pathlib import Path
from qa_bot.storage.locks import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_of_this_process_is_told_at_once(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path),
        pytest.raises(IndexLocked, match=f"held by process {os.getpid()}"),
        writer_lock(tmp_path),
    ):
        pass
    with writer_lock(tmp_path):  # and afterwards it is free again
        pass


def test_a_writer_of_another_process_is_named_and_its_death_frees_the_index(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(IndexLocked, match=f"held by process {holder.pid}(?s:.)*mend:"),
            writer_lock(tmp_path),
        ):
            pass
        holder.kill()
        holder.wait()
    with writer_lock(tmp_path):
        assert (tmp_path / "writer.pid").read_text() == str(os.getpid())
    assert not (tmp_path / "writer.pid").exists()


def test_an_index_that_cannot_be_made_is_a_publish_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(PublishError, match="cannot be written to"), writer_lock(tmp_path / "file"):
        pass


def test_a_reader_is_noticed_until_it_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("{}")
    first, second = ReadHold(path), ReadHold(path)
    with unread(path) as free:
        assert not free
    first.release()
    first.release()
    with unread(path) as free:
        assert not free
    del second  # garbage collection lets go as well
    with unread(path) as free:
        assert free


def test_what_is_gone_cannot_be_held_and_is_unread(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ReadHold(tmp_path / "manifest.json")
    with unread(tmp_path / "manifest.json") as free:
        assert free
