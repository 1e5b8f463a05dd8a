"""The manifest and the table of sources: what goes in comes out, and no byte changes unseen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.records import EmbedderFingerprint, Skipped
from qa_bot.storage.manifest import (
    SCHEMA_VERSION,
    Counts,
    FileDigest,
    Manifest,
    Root,
    SegmentEntry,
)
from qa_bot.storage.sources import RootSources, SourceEntry, SourceTable


def a_manifest(**changes: object) -> Manifest:
    fields: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "generation": 7,
        "parent": 6,
        "created_at": "2024-01-01T00:00:00+00:00",
        "embedder": EmbedderFingerprint("name", "ab" * 32, 384, 256),
        "chunking": "chunks/160/40",
        "roots": (Root("articles", "/srv/artículos\udcff"),),
        "segments": (SegmentEntry("000007-abcd", 3, 20),),
        "tombstones": {"000007-abcd": ("articles/a.txt", "articles/b.txt")},
        "files": {"segments/000007-abcd/dense.faiss": FileDigest("cd" * 32, 1234)},
        "counts": Counts(1, 9),
    }
    return Manifest(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_manifest_comes_back_as_it_was() -> None:
    assert Manifest.from_bytes(a_manifest().to_bytes()) == a_manifest()
    assert Manifest.from_bytes(a_manifest(parent=None).to_bytes()).parent is None


@given(st.data())
@settings(deadline=None)
def test_no_byte_of_a_manifest_changes_unseen(data: st.DataObject) -> None:
    content = bytearray(a_manifest().to_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"checksum|canonical|missing"):
        Manifest.from_bytes(bytes(content))


def test_white_space_that_json_ignores_is_seen_too() -> None:
    with pytest.raises(ValueError, match="canonical"):
        Manifest.from_bytes(a_manifest().to_bytes() + b" ")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"checksum": "x"}'])
def test_something_else_is_no_manifest(content: bytes) -> None:
    with pytest.raises(ValueError, match="checksum"):
        Manifest.from_bytes(content)


def test_of_a_newer_schema_only_number_and_segment_names_are_read() -> None:
    newer = Manifest.from_bytes(a_manifest(schema_version=99).to_bytes())
    assert newer.schema_version == 99
    assert newer.generation == 7
    assert [segment.name for segment in newer.segments] == ["000007-abcd"]
    assert not newer.files


def test_a_table_of_sources_comes_back_as_it_was() -> None:
    table = SourceTable(
        {
            "articles": RootSources(
                "rules",
                {
                    "a/b.txt": SourceEntry(10, 123456789, "ef" * 32),
                    "c.jsonl": SourceEntry(
                        5, 0, "", (Skipped("c.jsonl#L3", "not JSON\udc80"),), ("a column",)
                    ),
                },
            ),
            "empty": RootSources("", {}),
        }
    )
    assert SourceTable.from_bytes(table.to_bytes()) == table
    assert table.files("articles")["a/b.txt"].size == 10
    assert table.files("elsewhere") == {}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"articles": {}}', b"\xff"])
def test_something_else_is_no_table(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a table of sources|Expecting value"):
        SourceTable.from_bytes(content)
