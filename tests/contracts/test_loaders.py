"""What every article loader must do, whatever its format."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest
from made_files import of_suffix, paragraphs_of

from qa_bot.corpus.folder import LOADERS, SourceFile, load_file, supported_suffixes
from qa_bot.corpus.text import sentences
from qa_bot.protocols import ArticleFile, ArticleLoader
from qa_bot.records import Article, Skipped

LIMIT = 20_000
UNCHANGED = (".txt", ".md", ".markdown", ".jsonl", ".ndjson", ".csv", ".tsv")
"""Formats whose text is what stands in the file; archives and .gz hold one of these here."""
TEXT = "A first sentence – with a dash.\r\n\r\nRead more: Another article\r\n\r\nThe last one."


CASES = [(loader, suffix) for loader in LOADERS for suffix in sorted(loader.suffixes)]


@pytest.fixture(params=CASES, ids=[suffix for _, suffix in CASES])
def case(request: pytest.FixtureRequest) -> tuple[ArticleLoader, str]:
    return request.param


def load(case: tuple[ArticleLoader, str], folder: Path, raw: bytes) -> list[object]:
    loader, suffix = case
    path = folder / f"article{suffix}"
    path.write_bytes(raw)
    return list(
        loader.load(ArticleFile.at(path), article_id=f"root/article{suffix}", max_bytes=LIMIT)
    )


def test_is_a_loader(case: tuple[ArticleLoader, str]) -> None:
    loader, suffix = case
    assert isinstance(loader, ArticleLoader)
    assert suffix in supported_suffixes()
    assert suffix == suffix.lower()
    assert suffix.startswith(".")


def test_no_suffix_has_two_loaders() -> None:
    listed = [suffix for loader in LOADERS for suffix in loader.suffixes]
    assert len(listed) == len(set(listed))


def test_article_keeps_its_laws(case: tuple[ArticleLoader, str], tmp_path: Path) -> None:
    (found,) = load(case, tmp_path, of_suffix(case[1], TEXT))
    assert isinstance(found, Article)
    inner = case[1].removesuffix(".gz")
    if inner in UNCHANGED or inner in (".zip", ".tar", ".tgz"):
        assert found.text == TEXT
    else:
        assert [line for line in found.text.split("\n") if line] == paragraphs_of(TEXT)
        assert found.metadata["extractor"]
    assert found.article_id.split("#")[0].split("!")[0] == f"root/article{case[1]}"
    assert found.location.split("#")[0].split("!")[0] == str(tmp_path / f"article{case[1]}")
    assert found.content_hash == hashlib.sha256(found.text.encode()).hexdigest()
    assert found.title
    assert [span.of(found.text) for span in found.masked] == ["Read more: Another article"]
    assert set(found.masked) <= set(sentences(found.text))
    assert all(isinstance(value, str) for value in found.metadata.values())


def test_loading_twice_gives_equals(case: tuple[ArticleLoader, str], tmp_path: Path) -> None:
    raw = of_suffix(case[1], TEXT)
    assert load(case, tmp_path, raw) == load(case, tmp_path, raw)


@pytest.mark.parametrize("raw", [b"\x00\x01\x02", b"\xff\xfe\x00", bytes(range(128, 256)) * 4])
def test_rubbish_is_skipped_not_raised(
    case: tuple[ArticleLoader, str], tmp_path: Path, raw: bytes
) -> None:
    found = load(case, tmp_path, raw)
    assert found
    for item in found:
        assert isinstance(item, Skipped)
        assert item.path.startswith(str(tmp_path))
        assert item.reason


def test_too_large_is_skipped(case: tuple[ArticleLoader, str], tmp_path: Path) -> None:
    words = random.Random(1)
    text = "Word. " + " ".join(f"{words.getrandbits(64):x}" for _ in range(20 * LIMIT // 16))
    found, *_ = load(case, tmp_path, of_suffix(case[1], text))
    assert isinstance(found, Skipped)
    assert "limit" in found.reason


def test_missing_file_is_an_os_error_that_load_file_reports(
    case: tuple[ArticleLoader, str], tmp_path: Path
) -> None:
    loader, suffix = case
    path = tmp_path / f"gone{suffix}"
    with pytest.raises(FileNotFoundError):
        list(loader.load(ArticleFile.at(path), article_id="x", max_bytes=10))
    (found,) = load_file(SourceFile(path, path.name), root_name="r", max_file_mb=1)
    assert isinstance(found, Skipped)
