"""Whatever ends a publication, at whatever moment, the old generation goes on serving."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder

from qa_bot.config import Settings
from qa_bot.errors import IndexCorrupt, PublishError
from qa_bot.indexing import build_index
from qa_bot.storage.publish import rollback, serving_generation
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.verify import verify_index

SMALL = Settings(chunk_tokens=40, chunk_overlap=10, max_segments=3)
STEPS = ("fsync", "replace", "rename", "unlink", "rmdir")
"""The calls of ``os`` between which the disk differs."""


def build(folder: Path, index: Path) -> int:
    return build_index(folder, index, settings=SMALL, embedder=FakeEmbedder()).generation


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder that has changed since it was indexed three times, and that index."""
    base = tmp_path_factory.mktemp("before")
    folder, index = base / "news", base / "index"
    folder.mkdir()
    for number in range(3):
        (folder / f"n{number}.txt").write_text(f"Story {number} is told here. It is short.")
        build(folder, index)
    (folder / "n3.txt").write_text("The fourth story is new. It makes another generation.")
    (folder / "n0.txt").write_text("The first story was told again. It has changed.")
    return folder, index


@pytest.fixture
def index(before: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the index, to be spoilt."""
    return Path(shutil.copytree(before[1], tmp_path / "index"))


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync takes most of the time of these small builds, and a kill does not need it."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def in_a_child(work: Callable[[], object], at_step: int | None = None) -> int:
    """Run ``work`` in a fork that kills itself before step ``at_step``; its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    done = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            if done == at_step:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
            return function(*arguments, **options)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    try:
        work()
    except PublishError:
        os._exit(3)
    except BaseException:
        os._exit(4)
    os._exit(0)


def left_over(index: Path) -> list[str]:
    return [str(path.relative_to(index)) for path in index.rglob(".tmp-*")]


def test_a_kill_at_every_single_step_leaves_a_whole_index(
    before: tuple[Path, Path], tmp_path: Path, unsynced: None
) -> None:
    folder, original = before
    step, survived = 0, False
    generations = []
    while not survived:
        index = Path(shutil.copytree(original, tmp_path / f"index{step}"))
        status = in_a_child(lambda index=index: build(folder, index), step)
        survived = not os.WIFSIGNALED(status)
        snapshot = Snapshot.open(index)
        verify_index(index)
        generations.append(snapshot.generation)
        expected = {3: 3, 4: 4}[snapshot.generation]
        assert snapshot.article_count == expected, f"killed before step {step}"
        snapshot.close()
        after = build(folder, index)  # and the next run ends where it should
        assert Snapshot.open(index).article_count == 4
        assert after >= 4
        assert left_over(index) == []
        shutil.rmtree(index)
        step += 1
    assert step > 20
    assert generations == sorted(generations)  # old until one moment, new from then on
    assert (generations[0], generations[-1]) == (3, 4)


def test_a_kill_of_the_very_first_publication_leaves_no_index_or_a_whole_one(
    before: tuple[Path, Path], tmp_path: Path, unsynced: None
) -> None:
    folder, _ = before
    found = set()
    for step in range(0, 40, 3):
        index = tmp_path / f"first{step}"
        in_a_child(lambda index=index: build(folder, index), step)
        found.add(serving_generation(index))
        build(folder, index)
        assert Snapshot.open(index).article_count == 4
    assert found == {None, 1}


def test_a_full_disk_at_any_sync_is_a_publish_error(
    before: tuple[Path, Path], index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = before
    real, calls, room = os.fsync, 0, 0

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    refusals = []
    while Snapshot.open(index).generation == 3:
        calls = 0
        with suppress(PublishError):
            build(folder, index)
            break
        refusals.append(room)
        assert left_over(index) == []
        room += 1
    assert refusals == list(range(room))
    assert Snapshot.open(index).article_count == 4
    assert room > 15


def test_a_full_disk_says_what_to_do(
    before: tuple[Path, Path], index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(PublishError, match=r"No space left(?s:.)*mend: .*df -h"):
        build(before[0], index)


@pytest.mark.parametrize("limit", [0, 64, 300, 1500, 3000, 5000, 9000, 20_000])
def test_files_that_can_grow_no_further_are_a_publish_error(
    before: tuple[Path, Path], index: Path, limit: int
) -> None:
    """Real failed writes of SQLite, numpy and FAISS: the system refuses the bytes."""
    folder, _ = before

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        build(folder, index)

    status = in_a_child(work)
    assert os.WIFEXITED(status)
    assert os.WEXITSTATUS(status) == 3, "PublishError was expected"
    assert Snapshot.open(index).generation == 3
    verify_index(index)
    assert left_over(index) == []
    assert build(folder, index) == 4


def test_what_does_not_read_back_is_not_published(
    before: tuple[Path, Path], index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_bot.storage import publish

    real = publish._digest

    def damaged(path: Path) -> Any:
        found = real(path)
        if path.name == "dense.faiss":  # the disk turns a bit over, after it was hashed
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        return found

    monkeypatch.setattr(publish, "_digest", damaged)
    with pytest.raises(PublishError, match="does not read back"):
        build(before[0], index)
    assert Snapshot.open(index).generation == 3
    monkeypatch.undo()
    assert build(before[0], index) == 4


def test_readers_always_see_a_whole_generation_while_others_are_published(
    before: tuple[Path, Path], index: Path, tmp_path: Path
) -> None:
    """A child publishes again and again; meanwhile every opening here succeeds."""
    folder = Path(shutil.copytree(before[0], tmp_path / "news"))

    def work() -> None:
        for number in range(12):
            (folder / "n1.txt").write_text(f"Version {number} of the second story. So it goes.")
            build(folder, index)

    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(4)
        os._exit(0)
    seen, ended = set(), False
    deadline = time.monotonic() + 120
    while not ended and time.monotonic() < deadline:
        ended = os.waitpid(child, os.WNOHANG) != (0, 0)
        snapshot = Snapshot.open(index)
        seen.add(snapshot.generation)
        for summary in snapshot.articles():
            assert snapshot.article(summary.article_id).title
        snapshot.close()
    assert max(seen) == 15
    assert len(seen) > 2


# --- rollback ---------------------------------------------------------------------------


def test_rollback_goes_back_one_generation_and_forward_again_by_indexing(
    before: tuple[Path, Path], index: Path
) -> None:
    folder, _ = before
    build(folder, index)
    assert rollback(index) == 3
    assert Snapshot.open(index).article_count == 3
    assert build(folder, index) == 5  # a number is never used twice
    assert Snapshot.open(index).article_count == 4
    assert rollback(index) == 3  # not to 4, which was taken back
    with pytest.raises(IndexCorrupt, match=r"no earlier generation(?s:.)*--fresh"):
        rollback(index)
    assert Snapshot.open(index).generation == 3


def test_rollback_helps_when_the_current_generation_is_damaged(
    before: tuple[Path, Path], index: Path
) -> None:
    build(before[0], index)
    manifest = index / "generations" / "4" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    with pytest.raises(IndexCorrupt, match="qa-bot rollback"):
        Snapshot.open(index)
    assert rollback(index) == 3
    assert Snapshot.open(index).article_count == 3


def test_rollback_helps_when_the_pointer_is_damaged(index: Path) -> None:
    (index / "CURRENT").write_bytes(b"\0" * 67)
    assert rollback(index) == 3
    assert Snapshot.open(index).generation == 3


def test_rollback_does_not_go_back_to_what_is_damaged_too(
    before: tuple[Path, Path], index: Path
) -> None:
    build(before[0], index)
    name = Snapshot.open(index).manifest.segments[0].name
    shared = index / "segments" / name / "passages.sqlite"
    shared.write_bytes(shared.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match="generation 3: the index is damaged"):
        rollback(index)
    assert serving_generation(index) == 4


def test_a_mistaken_fresh_can_be_taken_back(
    before: tuple[Path, Path], index: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("Only this is left now. It was a mistake.")
    build_index(other, index, True, settings=SMALL, embedder=FakeEmbedder())
    assert Snapshot.open(index).article_count == 1
    rollback(index)
    assert Snapshot.open(index).article_count == 3
