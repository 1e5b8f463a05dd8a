"""An index that is missing, damaged, newer, older or made otherwise: each says what to type."""

from __future__ import annotations

import json
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder

from qa_bot.config import Settings
from qa_bot.errors import IndexCorrupt, IndexMismatch, IndexNotFound, IndexTooNew
from qa_bot.indexing import build_index
from qa_bot.storage import opening
from qa_bot.storage.manifest import SCHEMA_VERSION
from qa_bot.storage.publish import rollback, serving_generation
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.verify import verify_index

SMALL = Settings(chunk_tokens=40, chunk_overlap=10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments with a tombstone; its folder lies beside it."""
    base = tmp_path_factory.mktemp("made")
    folder, index = base / "news", base / "index"
    folder.mkdir()
    for number in range(4):
        text = f"Story {number} is told here. It is short."
        (folder / f"n{number}.txt").write_text(text)
    build_index(folder, index, settings=SMALL, embedder=FakeEmbedder())
    (folder / "n0.txt").write_text("The first story was told again. It has changed.")
    (folder / "rows.jsonl").write_text('{"id": "x", "text": "A row of a file. It is one."}\n')
    build_index(folder, index, settings=SMALL, embedder=FakeEmbedder())
    return index


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    """A copy, to be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "index"))


def files_of(index: Path) -> list[Path]:
    """Every file that the generation that serves consists of."""
    manifest = Snapshot.open(index).manifest
    assert len(manifest.segments) == 2
    assert manifest.tombstones
    names = [*manifest.files, f"generations/{manifest.generation}/manifest.json", "CURRENT"]
    return [index / name for name in sorted(names)]


def rewrite_manifest(index: Path, **changes: Any) -> None:
    """Change the manifest as a program of another version would have written it."""
    number, _ = (index / "CURRENT").read_text().split()
    path = index / "generations" / number / "manifest.json"
    record = json.loads(path.read_text())
    record.pop("checksum")
    record |= changes
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
    record["checksum"] = sha256(canonical.encode("ascii")).hexdigest()
    path.write_bytes((json.dumps(record, sort_keys=True, indent=1) + "\n").encode("ascii"))
    (index / "CURRENT").write_text(f"{number} {sha256(path.read_bytes()).hexdigest()}\n")


def test_a_missing_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match=r"qa-bot index PATH --index .*none"):
        Snapshot.open(tmp_path / "none")
    assert serving_generation(tmp_path / "none") is None
    with pytest.raises(IndexNotFound, match="no index here"):
        rollback(tmp_path / "none")
    with pytest.raises(IndexNotFound, match="no index here"):
        verify_index(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_one_byte_flipped_in_any_file_is_seen_and_named(index: Path) -> None:
    for path in files_of(index):
        content = path.read_bytes()
        assert content, path
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            flipped = bytearray(content)
            flipped[place] ^= 1
            path.write_bytes(flipped)
            with pytest.raises(IndexCorrupt) as caught:
                Snapshot.open(index)
            assert "qa-bot rollback" in str(caught.value)
            assert "qa-bot index PATH --fresh" in str(caught.value)
            if path.name != "CURRENT":  # a flipped number points to another manifest
                assert str(path) in str(caught.value)
            with pytest.raises(IndexCorrupt):
                verify_index(index)
        path.write_bytes(content)
        Snapshot.open(index).close()


def test_a_file_that_is_missing_or_cut_is_seen_and_named(index: Path) -> None:
    for path in files_of(index):
        content = path.read_bytes()
        for spoil in (lambda p=path: p.unlink(), lambda p=path, c=content: p.write_bytes(c[:-1])):
            spoil()
            with pytest.raises(IndexCorrupt, match=path.name.replace(".", r"\.")):
                Snapshot.open(index)
        path.write_bytes(content)


def test_a_large_file_is_hashed_by_verify_alone(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits moved: with 64 bytes in the place of 64 MB everything counts as large."""
    from qa_bot.storage import verify

    for module in (opening, verify):
        monkeypatch.setattr(module, "HASHED_AT_OPENING", 64)
    (path,) = list(index.glob("segments/000001-*/dense.faiss"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # within a vector: everything still opens
    path.write_bytes(content)
    Snapshot.open(index).close()
    with pytest.raises(IndexCorrupt, match=r"dense\.faiss"):
        verify_index(index)
    with pytest.raises(IndexCorrupt, match=r"dense\.faiss"):
        Snapshot.open(index, verify=True)


def test_a_build_refuses_a_damaged_index_and_fresh_replaces_it(index: Path, made: Path) -> None:
    folder = made.parent / "news"
    (path,) = list(index.glob("segments/000002-*/chunks.ids.npy"))
    path.unlink()
    with pytest.raises(IndexCorrupt, match=r"chunks\.ids\.npy"):
        build_index(folder, index, settings=SMALL, embedder=FakeEmbedder())
    report = build_index(folder, index, True, settings=SMALL, embedder=FakeEmbedder())
    assert len(report.added) == 5
    assert report.generation == 3
    assert Snapshot.open(index).article_count == 5


def test_counts_that_contradict_the_files_are_seen(index: Path) -> None:
    rewrite_manifest(index, counts={"articles": 77, "chunks": 5})
    with pytest.raises(IndexCorrupt, match=r"77 articles(?s:.)*found: +5 articles"):
        Snapshot.open(index)


def test_a_chunk_that_is_no_slice_of_its_article_is_found_by_verify(index: Path) -> None:
    """Damage that every checksum agrees with: written so by a program gone wrong."""
    (path,) = list(index.glob("segments/000001-*/passages.sqlite"))
    with sqlite3.connect(path) as connection:
        connection.execute('UPDATE chunks SET "end" = 100000 WHERE article = 2')
    connection.close()
    manifest = json.loads((index / "generations/2/manifest.json").read_text())
    name = path.relative_to(index).as_posix()
    digest = {"sha256": sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
    rewrite_manifest(index, files={**manifest["files"], name: digest})
    Snapshot.open(index).close()
    with pytest.raises(IndexCorrupt, match=r"n2\.txt: chunk [0-9a-f]{16} is not a slice"):
        verify_index(index)


def test_verify_says_what_it_looked_at(index: Path) -> None:
    told: list[tuple[str, int, int]] = []
    report = verify_index(index, progress=lambda *step: told.append(step))
    manifest = Snapshot.open(index).manifest
    assert report.files == len(manifest.files)
    assert report.bytes == sum((index / name).stat().st_size for name in manifest.files)
    assert (report.generation, report.articles) == (2, 6)  # four, two new ones; one is dead
    assert "every count" in str(report)
    assert told[-1] == ("checking", 6, 6)


def test_a_newer_index_is_refused_untouched(index: Path, made: Path) -> None:
    rewrite_manifest(index, schema_version=99)
    for attempt in (
        lambda: Snapshot.open(index),
        lambda: verify_index(index),
        lambda: build_index(made.parent / "news", index, settings=SMALL, embedder=FakeEmbedder()),
    ):
        with pytest.raises(IndexTooNew, match=r"newer qa_bot(?s:.)*schema 99(?s:.)*upgrade"):
            attempt()
    assert len(list(index.glob("segments/*"))) == 2
    report = build_index(made.parent / "news", index, True, settings=SMALL, embedder=FakeEmbedder())
    assert len(report.added) == 5


def test_an_older_index_is_rebuilt_from_its_stored_articles(index: Path, tmp_path: Path) -> None:
    """Schema 0: fewer columns, no table of sources; the files it was made from are gone."""
    for path in index.glob("segments/*/passages.sqlite"):
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE chunks")
            for column in ("masked", "record_hash", "characters", "metadata"):
                connection.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        connection.close()
    (index / "generations/2/sources.json").unlink()
    files = {
        path.relative_to(index).as_posix(): {
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in index.glob("segments/*/passages.sqlite")
    }
    rewrite_manifest(index, schema_version=0, files=files)
    with pytest.raises(IndexMismatch, match=r"older qa_bot(?s:.)*mend: +qa-bot index .*news"):
        Snapshot.open(index)
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("Another story comes along. It is new.")
    embedder = FakeEmbedder()
    report = build_index(other, index, settings=SMALL, embedder=embedder)
    assert report.added == ("other/one.txt",)
    snapshot = Snapshot.open(index)
    assert snapshot.manifest.schema_version == SCHEMA_VERSION
    assert [one.article_id for one in snapshot.articles()] == [
        "news/n0.txt",
        "news/n1.txt",
        "news/n2.txt",
        "news/n3.txt",
        "news/rows.jsonl#x",
        "other/one.txt",
    ]
    assert snapshot.article("news/n0.txt").text.startswith("The first story was told again")
    assert len(embedder.embedded) == snapshot.chunk_count
    verify_index(index)


def test_an_index_of_schema_1_is_rebuilt_with_the_vectors_that_it_has(index: Path) -> None:
    """Schema 1: no analyses, no signatures, no near-duplicates."""
    number, _ = (index / "CURRENT").read_text().split()
    manifest = Snapshot.open(index).manifest
    for entry in manifest.segments:
        folder = index / "segments" / entry.name
        (folder / "signatures.npy").unlink()
        with sqlite3.connect(folder / "passages.sqlite") as connection:
            connection.execute("DROP TABLE analyses")
        connection.close()
    (index / "generations" / number / "duplicates.json").unlink()
    files = {
        name: {
            "sha256": sha256((index / name).read_bytes()).hexdigest(),
            "bytes": (index / name).stat().st_size,
        }
        for name in manifest.files
        if (index / name).exists()
    }
    fields = ("name", "articles", "chunks")
    segments = [{name: getattr(one, name) for name in fields} for one in manifest.segments]
    rewrite_manifest(index, schema_version=1, files=files, segments=segments)
    with pytest.raises(IndexMismatch, match=r"older qa_bot(?s:.)*schema 1"):
        Snapshot.open(index)
    before = (manifest.counts.articles, manifest.counts.chunks)
    embedder = FakeEmbedder()
    report = build_index([], index, settings=SMALL, embedder=embedder)
    assert (report.embedded, embedder.embedded) == (0, [])
    snapshot = Snapshot.open(index)
    assert (snapshot.article_count, snapshot.chunk_count) == before
    verify_index(index)


def test_an_older_index_that_is_damaged_is_not_rebuilt_from(index: Path, made: Path) -> None:
    rewrite_manifest(index, schema_version=0)
    (path,) = list(index.glob("segments/000001-*/passages.sqlite"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexCorrupt, match=r"passages\.sqlite"):
        build_index(made.parent / "news", index, settings=SMALL, embedder=FakeEmbedder())


def test_another_embedder_is_refused_with_the_command_that_mends_it(
    index: Path, made: Path
) -> None:
    snapshot = Snapshot.open(index)
    snapshot.check_embedder(FakeEmbedder().fingerprint)
    with pytest.raises(
        IndexMismatch,
        match=rf"another embedder(?s:.)*fake(?s:.)*second(?s:.)*qa-bot index {made.parent}/news",
    ):
        snapshot.check_embedder(FakeEmbedder(name="second").fingerprint)


def test_an_unreadable_pointer_is_not_taken_for_a_missing_index(index: Path) -> None:
    (index / "CURRENT").unlink()
    with pytest.raises(IndexCorrupt, match="CURRENT"):
        Snapshot.open(index)
    with pytest.raises(IndexCorrupt, match="CURRENT"):
        serving_generation(index)
