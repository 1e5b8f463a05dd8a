"""remove_articles: what stays out, what comes back, and that a purge leaves no byte of the text."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from qa_bot.config import Settings
from qa_bot.errors import CorpusError, IndexNotFound
from qa_bot.indexing import build_index, remove_articles
from qa_bot.indexing.repacking import leave_out
from qa_bot.records import Answer, Citation, IndexReport, Span
from qa_bot.storage.lexical import terms
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.publish import rollback
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.verify import verify_index

SMALL = Settings(chunk_tokens=40, chunk_overlap=10, max_segments=3)
KIM = "Kim rode an armoured train. The journey took twenty hours. He arrived on a Tuesday."
SECRET = "The zanzibarquokka lives at Larkspurlane. Nobody else knows of the zanzibarquokka."
SPORT = "The home side won the match. Three goals came late. The crowd stayed to sing."


def write(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        aged = time.time_ns() - 3600 * 10**9
        os.utime(path, ns=(aged, aged))
    return folder


def index_of(paths: object, index: Path, **arguments: object) -> IndexReport:
    arguments.setdefault("embedder", FakeEmbedder())
    return build_index(paths, index, settings=SMALL, **arguments)  # type: ignore[arg-type]


def removed(index: Path, ids: object, purge: bool = False) -> IndexReport:
    return remove_articles(index, ids, purge, settings=SMALL)  # type: ignore[arg-type]


def ids_of(index: Path) -> list[str]:
    snapshot = Snapshot.open(index)
    found = [article.article_id for article in snapshot.articles()]
    snapshot.close()
    return found


def holding(index: Path, *needles: str) -> list[str]:
    """The files of an index folder that hold one of the needles, in any case."""
    wanted = [needle.lower().encode() for needle in needles]
    found = []
    for path in sorted(index.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if content.startswith(b"\x1f\x8b"):
                content = gzip.decompress(content)
            if any(needle in content.lower() for needle in wanted):
                found.append(path.relative_to(index).as_posix())
    return found


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write(tmp_path / "articles", kim=KIM, secret=SECRET, sport=SPORT)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


# --- what is meant ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["id", "path", "relative path", "folder", "Path"])
def test_an_article_is_named_by_its_id_or_its_place(
    articles: Path, index: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(articles / "deep", a=SPORT + " Deep.", b=KIM + " Deep.")
    index_of(articles, index)
    monkeypatch.chdir(articles)
    given, gone = {
        "id": ("articles/secret.txt", ["articles/secret.txt"]),
        "path": (str(articles / "secret.txt"), ["articles/secret.txt"]),
        "relative path": ("secret.txt", ["articles/secret.txt"]),
        "folder": ("deep", ["articles/deep/a.txt", "articles/deep/b.txt"]),
        "Path": (articles / "kim.txt", ["articles/kim.txt"]),
    }[how]
    before = ids_of(index)
    report = removed(index, given)
    assert list(report.removed) == gone
    assert report.generation == 2
    assert ids_of(index) == [name for name in before if name not in gone]
    verify_index(index)


def test_what_names_nothing_changes_nothing(articles: Path, index: Path, tmp_path: Path) -> None:
    index_of(articles, index)
    with pytest.raises(CorpusError, match=r"no article(?s:.)*nowhere(?s:.)*info --articles"):
        removed(index, ["articles/kim.txt", "nowhere"])
    assert len(ids_of(index)) == 3
    with pytest.raises(IndexNotFound, match="there is no index here"):
        removed(tmp_path / "none", "x")
    assert not (tmp_path / "none").exists()


def test_a_folder_that_was_indexed_is_forgotten_as_a_whole(
    articles: Path, index: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other", one=SPORT)
    index_of([articles, other], index)
    assert len(removed(index, str(articles)).removed) == 3
    assert ids_of(index) == ["other/one.txt"]
    snapshot = Snapshot.open(index)
    assert [root.name for root in snapshot.manifest.roots] == ["other"]
    assert len(index_of(articles, index).added) == 3  # it is not held against its articles


# --- staying out ----------------------------------------------------------------------------


def test_a_removed_article_is_not_found_and_stays_out(articles: Path, index: Path) -> None:
    index_of(articles, index)
    removed(index, "articles/secret.txt")
    ids, _ = Snapshot.open(index).search_lexical(terms("zanzibarquokka"), 5)
    assert ids.tolist() == []
    assert index_of(articles, index).generation == 2  # nothing to do
    write(articles, new=SPORT + " New.", secret=SECRET + " It moved out.")
    report = index_of(articles, index)
    assert report.added == ("articles/new.txt",)
    assert report.notices == (
        f"{articles}: 1 removed article stays out; --restore takes them in again",
    )
    (articles / "secret.txt").rename(articles / "renamed.txt")
    assert index_of(articles, index).added == ()
    write(articles, renamed=SECRET)  # the text that was removed, under another name
    assert index_of(articles, index).added == ()


@pytest.mark.parametrize("how", ["restore", "fresh", "rollback"])
def test_it_comes_back_when_asked_for(articles: Path, index: Path, how: str) -> None:
    index_of(articles, index)
    removed(index, "articles/secret.txt")
    embedder = FakeEmbedder()
    if how == "rollback":
        rollback(index)
    else:
        index_of(articles, index, embedder=embedder, **{how: True})
    assert len(ids_of(index)) == 3
    assert index_of(articles, index).notices == ()
    assert len(ids_of(index)) == 3


def test_rows_stay_out_wherever_they_stand(index: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "rows")
    rows = [{"text": KIM}, {"text": SECRET}, {"id": "s", "text": SPORT}]
    path = folder / "news.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    index_of(folder, index)
    removed(index, "rows/news.jsonl#L2")
    assert ids_of(index) == ["rows/news.jsonl#L1", "rows/news.jsonl#s"]
    rows.insert(0, {"text": "A first row is new here."})
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    index_of(folder, index)  # line 2 is another article now
    texts = {Snapshot.open(index).article(name).text for name in ids_of(index)}
    assert texts == {"A first row is new here.", KIM, SPORT}


# --- purging ---------------------------------------------------------------------------------


def test_a_purge_leaves_no_byte_of_the_text(articles: Path, index: Path) -> None:
    uploads = write(index / "uploads", upload=SECRET + " Uploaded.")
    index_of([articles, uploads], index)
    write(articles, secret=SECRET + " Second edition.", sport=SPORT + " Extra.")
    index_of([articles, uploads], index)
    (index / "cache").mkdir(exist_ok=True)
    for place in ("cache/vectors.bin", "cache/analyses.sqlite", "suggestions.json"):
        (index / place).write_bytes(b"zanzibarquokka")
    assert len(holding(index, "zanzibarquokka", "Larkspurlane")) > 3
    report = removed(index, ["articles/secret.txt", "uploads/upload.txt"], purge=True)
    assert report.removed == ("articles/secret.txt", "uploads/upload.txt")
    assert holding(index, "zanzibarquokka", "Larkspurlane", terms("zanzibarquokka")[0]) == []
    assert report.notices == (
        f"{articles / 'secret.txt'} lies outside the index and still holds the text",
    )
    assert ids_of(index) == ["articles/kim.txt", "articles/sport.txt"]
    verify_index(index)
    assert (articles / "secret.txt").exists()
    embedder = FakeEmbedder()
    assert index_of([articles, uploads], index, embedder=embedder).added == ()
    assert embedder.embedded == []


def test_feedback_about_a_purged_article_is_forgotten(articles: Path, index: Path) -> None:
    from qa_bot.journal.feedback import add_feedback, feedback

    index_of(articles, index)
    for name, text in (("secret", SECRET), ("kim", KIM)):
        citation = Citation(
            f"articles/{name}.txt", "", None, "", None, None, Span(0, 20), text[:20], text,
            Span(0, len(text)),
        )  # fmt: skip
        said = Answer(
            f"What of {text[:20]}?", "answered", text[:20], 1.0, (citation,), (), (), 1, (), None,
            None, 1,
        )  # fmt: skip
        add_feedback(index, said, "right")
    assert "journal.sqlite" in "".join(holding(index, "zanzibarquokka"))
    removed(index, "articles/secret.txt", purge=True)
    assert holding(index, "zanzibarquokka") == []
    assert len(feedback(index)) == 1


def test_what_was_removed_before_can_be_purged(articles: Path, index: Path) -> None:
    index_of(articles, index)
    removed(index, "articles/secret.txt")
    assert holding(index, "zanzibarquokka") != []
    report = removed(index, "articles/secret.txt", purge=True)
    assert report.removed == ()
    assert holding(index, "zanzibarquokka") == []
    assert len(ids_of(index)) == 2


def test_of_a_kept_file_of_rows_only_the_rows_go(index: Path) -> None:
    uploads = index / "uploads"
    uploads.mkdir(parents=True)
    rows = [{"text": KIM}, {"id": "s", "text": SECRET}, {"text": SPORT}]
    for name, opened in (("plain.jsonl", open), ("packed.jsonl.gz", gzip.open)):
        with opened(uploads / name, "wt", encoding="utf-8") as stream:
            stream.write("\n".join(map(json.dumps, rows)))
    index_of(uploads, index)
    removed(index, ["uploads/plain.jsonl#s", "uploads/packed.jsonl.gz#s"], purge=True)
    assert holding(index, "zanzibarquokka") == []
    report = index_of(uploads, index)
    assert len(report.unchanged) == 4
    assert (report.added, report.removed, report.changed) == ((), (), ())


@pytest.mark.parametrize("name", ["all.zip", "all.tar", "all.tar.gz"])
def test_one_file_goes_out_of_a_kept_archive_and_the_others_keep_their_ids(
    index: Path, tmp_path: Path, name: str
) -> None:
    uploads = index / "uploads"
    uploads.mkdir(parents=True)
    folder = write(tmp_path / "packed", kim=KIM, secret=SECRET, sport=SPORT)
    (folder / "rows.jsonl").write_text(json.dumps({"text": f"{SPORT} In rows."}))
    kind = {"all.zip": "zip", "all.tar": "tar", "all.tar.gz": "gztar"}[name]
    shutil.make_archive(str(uploads / "all"), kind, folder)
    index_of(uploads, index)
    before = ids_of(index)
    assert f"uploads/{name}!secret.txt" in before
    report = removed(index, f"uploads/{name}!secret.txt", purge=True)
    assert report.notices == ()
    assert [path.name for path in uploads.iterdir()] == [name]
    shutil.unpack_archive(uploads / name, tmp_path / "unpacked")
    left = sorted(path.name for path in (tmp_path / "unpacked").iterdir())
    assert left == ["kim.txt", "rows.jsonl", "sport.txt"]
    assert (tmp_path / "unpacked" / "kim.txt").read_text() == KIM
    assert holding(index, "zanzibarquokka") == []
    report = index_of(uploads, index)
    assert (report.added, report.removed, report.changed) == ((), (), ())
    assert ids_of(index) == [one for one in before if "secret" not in one]


def test_what_cannot_be_left_out_of_an_archive_is_told(index: Path) -> None:
    uploads = index / "uploads"
    uploads.mkdir(parents=True)
    with zipfile.ZipFile(uploads / "all.zip", "w") as archive:
        archive.writestr("a.txt", KIM)
        archive.writestr("rows.jsonl", json.dumps({"id": "s", "text": SECRET}))
    index_of(uploads, index)
    content = (uploads / "all.zip").read_bytes()
    report = removed(index, "uploads/all.zip!rows.jsonl#s", purge=True)
    assert "all.zip still holds the text, as 1 other" in report.notices[0]
    assert (uploads / "all.zip").read_bytes() == content


def test_an_archive_that_cannot_be_written_anew_is_as_it_was(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", KIM)
        archive.writestr("b.txt", SECRET)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[content.index(b"armoured")] ^= 1  # its checksum no longer fits
    for name, broken in (("a.zip", bytes(content)), ("b.tar.gz", b"no archive"), ("c.zip", b"no")):
        (tmp_path / name).write_bytes(broken)
        assert leave_out(tmp_path / name, {"b.txt"}) == set()
        assert (tmp_path / name).read_bytes() == broken
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.tar.gz", "c.zip"]


def test_a_generation_that_is_being_read_goes_when_it_is_let_go(
    articles: Path, index: Path
) -> None:
    index_of(articles, index)
    reader = Snapshot.open(index)
    report = removed(index, "articles/secret.txt", purge=True)
    assert "generation 1 is being read" in report.notices[-1]
    assert reader.article("articles/secret.txt").text == SECRET
    reader.close()
    report = removed(index, [], purge=True)
    assert (report.notices, report.removed) == ((), ())
    assert holding(index, "zanzibarquokka") == []


def test_the_last_article_can_be_purged(index: Path, tmp_path: Path) -> None:
    index_of(write(tmp_path / "one", secret=SECRET), index)
    removed(index, "one/secret.txt", purge=True)
    assert ids_of(index) == []
    assert holding(index, "zanzibarquokka") == []
    verify_index(index)


def test_another_writer_is_respected(articles: Path, index: Path) -> None:
    from qa_bot.errors import IndexLocked

    index_of(articles, index)
    with writer_lock(index), pytest.raises(IndexLocked, match="another process is writing"):
        removed(index, "articles/kim.txt")
