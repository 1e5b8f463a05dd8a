"""Walking folders: order, links, and everything that is no article."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa_bot.corpus.folder import Notice, SourceFile, load_file, supported_suffixes, walk
from qa_bot.errors import CorpusError
from qa_bot.records import Article, Skipped


def files(root: Path) -> list[str]:
    return [item.relative for item in walk(root) if isinstance(item, SourceFile)]


def skipped(root: Path) -> dict[str, str]:
    return {
        Path(item.path).relative_to(root).as_posix(): item.reason
        for item in walk(root)
        if isinstance(item, Skipped)
    }


def write(path: Path, text: str = "Some text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_recursive_sorted_and_hidden_passed_over(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/b/c.TXT",
        "c.jsonl",
        "c.jsonl.gz",
        ".hidden.txt",
        ".git/x.txt",
    ):
        write(tmp_path / name)
    assert files(tmp_path) == ["a/b/c.TXT", "a/z.md", "b.txt", "c.jsonl", "c.jsonl.gz"]
    assert skipped(tmp_path) == {}


def test_one_file_as_root(tmp_path: Path) -> None:
    path = write(tmp_path / "deep" / "a.txt")
    assert list(walk(path)) == [SourceFile(path, "a.txt")]


def test_missing_root() -> None:
    with pytest.raises(CorpusError, match="nothing to index at this path"):
        list(walk(Path("no/such/folder")))


def test_other_formats_are_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.exe")
    write(tmp_path / "README")
    found = skipped(tmp_path)
    assert set(found) == {"a.exe", "README"}
    assert ".jsonl, " in found["a.exe"]
    assert {".txt", ".md", ".html", ".pdf", ".docx", ".csv", ".zip"} <= supported_suffixes()
    assert {".jsonl.gz", ".html.gz", ".tar.gz"} <= supported_suffixes()


def test_folder_named_like_a_file(tmp_path: Path) -> None:
    write(tmp_path / "x.txt" / "inside.txt")
    assert files(tmp_path) == ["x.txt/inside.txt"]
    assert "a folder" in skipped(tmp_path)["x.txt"]
    (found,) = load_file(SourceFile(tmp_path / "x.txt", "x.txt"), root_name="r", max_file_mb=1)
    assert found == Skipped(str(tmp_path / "x.txt"), "a folder, not a file")


def test_links(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    write(root / "real" / "a.txt")
    write(outside / "b.txt")
    (root / "real" / "up").symlink_to(root)
    (root / "again").symlink_to(root / "real")
    (root / "out1").symlink_to(outside)
    (root / "out2").symlink_to(outside)
    (outside / "back").symlink_to(tmp_path)
    (root / "self.txt").symlink_to(root / "self.txt")
    (root / "gone.txt").symlink_to(root / "nothing.txt")
    (root / "file.txt").symlink_to(outside / "b.txt")
    assert files(root) == ["file.txt", "out1/b.txt", "real/a.txt"]
    found = skipped(root)
    assert set(found) == {"real/up", "again", "out2", "out1/back", "self.txt", "gone.txt"}
    assert "leads back" in found["real/up"]
    assert "read already" in found["again"]
    assert "read already" in found["out2"]
    assert "leads back" in found["out1/back"]
    assert "symbolic link" in found["self.txt"]
    assert found["gone.txt"] == "a symbolic link to nothing"


def test_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped(tmp_path) == {"pipe.txt": "not a regular file"}


def test_name_that_is_not_utf8(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (found,) = walk(tmp_path)
    assert isinstance(found, Skipped)
    assert "not valid UTF-8" in found.reason
    assert found.path.encode("utf-8")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.txt")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # chmod stops nobody who is root
    (found,) = load_file(SourceFile(path, "a.txt"), root_name="r", max_file_mb=1)
    assert found == Skipped(str(path), "cannot be read: Permission denied")


def test_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "shut" / "b.txt")
    real = os.scandir

    def scan(folder: Path) -> object:
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scan)
    assert files(tmp_path) == ["a.txt"]
    assert "Permission denied" in skipped(tmp_path)["shut"]


def test_file_that_vanished(tmp_path: Path) -> None:
    (found,) = load_file(SourceFile(tmp_path / "a.txt", "a.txt"), root_name="r", max_file_mb=1)
    assert isinstance(found, Skipped)
    assert "No such file" in found.reason


def test_size_limit_is_megabytes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "x" * 1_000_001)
    (found,) = load_file(SourceFile(path, "a.txt"), root_name="r", max_file_mb=1)
    assert isinstance(found, Skipped)
    assert found.reason == "1.0 MB, above the limit of 1.0 MB"
    (found,) = load_file(SourceFile(path, "a.txt"), root_name="r", max_file_mb=2)
    assert isinstance(found, Article)


def test_article_ids(tmp_path: Path) -> None:
    text, rows = write(tmp_path / "sub" / "a.md"), write(tmp_path / "b.jsonl", '{"text": "A."}\n')
    (found,) = load_file(SourceFile(text, "sub/a.md"), root_name="news", max_file_mb=1)
    assert isinstance(found, Article)
    assert found.article_id == "news/sub/a.md"
    (found,) = load_file(SourceFile(rows, "b.jsonl"), root_name="news", max_file_mb=1)
    assert isinstance(found, Article)
    assert found.article_id == "news/b.jsonl#L1"


def test_location_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    (file,) = walk(Path("."))
    assert isinstance(file, SourceFile)
    (found,) = load_file(file, root_name="r", max_file_mb=1)
    assert isinstance(found, Article)
    assert found.location == str(tmp_path / "a.txt")


GERMAN = (
    "Die Brücke über die Aller wurde am Montag für elf Tage gesperrt, sagte die Polizei. Die Stadt"
    " plant eine Umleitung, und der Bürgermeister bittet um Geduld für alle Anwohner und Gäste."
    " Erst im Herbst sollen die Arbeiten beendet sein, die mehr kosten als zunächst gedacht."
)
ENGLISH = "The bridge over the Aller was closed for eleven days, the police said on Monday. " * 3


@pytest.mark.parametrize(("text", "remark"), [(GERMAN, "'de'"), (ENGLISH, ""), ("Kurz.", "")])
def test_foreign_language_is_remarked_on_and_indexed(
    tmp_path: Path, text: str, remark: str
) -> None:
    path = write(tmp_path / "a.txt", text)
    article, *rest = load_file(SourceFile(path, "a.txt"), root_name="r", max_file_mb=1)
    assert isinstance(article, Article)
    assert len(rest) == bool(remark)
    assert all(isinstance(notice, Notice) and remark in notice.text for notice in rest)


def test_notice_is_the_record() -> None:
    assert Notice("a", "b").text == "b"
