"""JSON Lines: fields, dates, bad lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from qa_bot.corpus.archive import GzipLoader
from qa_bot.corpus.jsonl import JsonlLoader
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

LOADER = JsonlLoader(frozenset({".jsonl"}))


def load(path: Path, *rows: object, max_bytes: int = 10_000) -> list[Article | Skipped | Notice]:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode("utf-8") for row in rows]
    path.write_bytes(b"\n".join(lines))
    return list(
        LOADER.load(ArticleFile.at(path), article_id="news/rows.jsonl", max_bytes=max_bytes)
    )


def one(path: Path, row: object) -> Article:
    (found,) = load(path, row)
    assert isinstance(found, Article)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def test_all_fields(path: Path) -> None:
    found = one(
        path,
        {
            "id": "a1", "text": "The bridge.\r\nClosed.", "title": " The \n bridge ",
            "url": "https://www.example.org/a", "published": "2023-09-15T10:00:00Z",
            "source": "The Example", "author": ["Jane Doe", "John Roe"], "words": 2,
            "section": "Local", "nothing": None, "nested": {"é": [1]}, "flag": True,
        },
    )  # fmt: skip
    assert found.article_id == "news/rows.jsonl#a1"
    assert found.text == "The bridge.\r\nClosed."
    assert found.title == "The bridge"
    assert found.url == "https://www.example.org/a"
    assert found.published == "2023-09-15"
    assert found.source == "The Example"
    assert found.author == "Jane Doe, John Roe"
    assert found.metadata == {
        "words": "2", "section": "Local", "nested": '{"é": [1]}', "flag": "true",
    }  # fmt: skip
    assert found.location == f"{path}#L1"
    assert found.encoding == "utf-8"


def test_url_stands_for_id_and_source(path: Path) -> None:
    found = one(path, {"text": "A.", "url": "https://www.example.org/a"})
    assert found.article_id == "news/rows.jsonl#https://www.example.org/a"
    assert found.source == "example.org"


def test_line_number_stands_for_both(path: Path) -> None:
    _, found = load(path, b"", {"text": "A."}, {"text": "B.", "id": 7})
    assert isinstance(_, Article)
    assert _.article_id == "news/rows.jsonl#L2"
    assert isinstance(found, Article)
    assert found.article_id == "news/rows.jsonl#7"


def test_bad_url_has_no_host(path: Path) -> None:
    assert one(path, {"text": "A.", "url": "http://[oops"}).source is None


def test_missing_title_is_found_in_the_text(path: Path) -> None:
    assert one(path, {"text": "The bridge is closed. It was old.", "title": "  "}).title == (
        "The bridge is closed."
    )


@pytest.mark.parametrize("name", ["published", "publish_date", "date", "pubDate"])
@pytest.mark.parametrize(
    "written", ["2023-09-15", "2023/09/15", "2023-09-15T23:59:59+05:00",
                "Fri, 15 Sep 2023 23:59:59 GMT"],
)  # fmt: skip
def test_dates_and_their_names(path: Path, name: str, written: str) -> None:
    found = one(path, {"text": "A.", name: written})
    assert found.published == "2023-09-15"
    assert found.metadata == {}


def test_first_usable_date_wins_and_the_rest_is_metadata(path: Path) -> None:
    found, notice = load(
        path, {"text": "A.", "date": "2023-09-16", "published": "soon", "pubDate": "2023-09-17"}
    )
    assert isinstance(found, Article)
    assert found.published == "2023-09-16"
    assert found.metadata == {"pubDate": "2023-09-17"}
    assert isinstance(notice, Notice)
    assert "pubDate" in notice.text


@pytest.mark.parametrize("written", ["soon", "2023-02-30", 1694812345, True])
def test_unusable_date_is_a_notice_not_an_error(path: Path, written: object) -> None:
    notice, found = load(path, {"text": "A.", "date": written})
    assert isinstance(notice, Notice)
    assert notice.path == f"{path}#L1"
    assert isinstance(found, Article)
    assert found.published is None


def test_unmapped_dates_give_one_notice_for_the_file(path: Path) -> None:
    row = {"text": "A.", "updated": "2023-09-15", "seen": "2023/01/01", "note": "in 2023"}
    found = load(path, row, row, row)
    notices = [item for item in found if isinstance(item, Notice)]
    assert len(notices) == 1
    assert notices[0].path == str(path)
    assert "seen, updated" in notices[0].text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{not json", "not valid JSON"),
        (b'"a string"', "not an object but str"),
        (b"[1]", "not an object but list"),
        (b"{}", "no field 'text'"),
        (b'{"text": 3}', "not a string"),
        (b'{"text": " \\n"}', "empty"),
        (b'{"text": "caf\xe9"}', "not valid UTF-8 at byte 13"),
        (b"[" * 5000, "not valid JSON"),
        (b'{"text": "again", "id": "first"}', "the id 'first' is that of line 1 too"),
        (b'{"text": "' + b"x" * 10_000 + b'"}', "longer than the limit of 10000 bytes"),
    ],
)
def test_bad_line_is_reported_and_the_rest_goes_on(path: Path, raw: bytes, expected: str) -> None:
    first, bad, last = load(path, {"text": "A.", "id": "first"}, raw, {"text": "B.", "id": "c"})
    assert isinstance(first, Article)
    assert isinstance(bad, Skipped)
    assert bad.path == f"{path}#L2"
    assert expected in bad.reason
    assert isinstance(last, Article)
    assert last.location == f"{path}#L3"


def test_row_limit_counts_rows_not_the_file(path: Path) -> None:
    found = load(path, *({"text": "word " * 100} for _ in range(50)), max_bytes=1000)
    assert len(found) == 50
    assert all(isinstance(item, Article) for item in found)


def test_very_long_last_line(path: Path) -> None:
    _, bad = load(path, {"text": "A."}, b"x" * 3_000_000, max_bytes=100)
    assert isinstance(bad, Skipped)
    assert "longer than the limit" in bad.reason


def test_lone_surrogate_is_replaced_one_for_one(path: Path) -> None:
    raw = b'{"text": "A \\ud83d b \\ud83d\\ude00.", "title": "\\udc00", "id": "\\ud800"}'
    found = one(path, raw)
    assert found.text == "A \ufffd b \U0001f600."
    assert found.title == "\ufffd"
    assert found.article_id.encode("utf-8")


def test_mark_and_line_ends(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"text": "A."}\r\n\r\n{"text": "B."}\r\n')
    found = list(LOADER.load(ArticleFile.at(path), article_id="x", max_bytes=100))
    assert [item.text for item in found if isinstance(item, Article)] == ["A.", "B."]


def test_utf_16_file_is_one_refusal(path: Path) -> None:
    path.write_bytes('{"text": "A."}\n{"text": "B."}\n'.encode("utf-16"))
    (found,) = LOADER.load(ArticleFile.at(path), article_id="x", max_bytes=100)
    assert isinstance(found, Skipped)
    assert "UTF-8" in found.reason


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    rows = b"".join(b'{"text": "Row %d."}\n' % i for i in range(1000))
    path.write_bytes(gzip.compress(rows))
    loader = GzipLoader((LOADER,))
    assert loader.suffixes == {".jsonl.gz"}
    found = list(loader.load(ArticleFile.at(path), article_id="x", max_bytes=100))
    assert len(found) == 1000
    assert isinstance(found[9], Article)
    assert found[9].location == f"{path}#L10"
    path.write_bytes(gzip.compress(rows)[:-20])
    *_, last = loader.load(ArticleFile.at(path), article_id="x", max_bytes=100)
    assert isinstance(last, Skipped)
    assert "compression is damaged" in last.reason


def test_articles_come_before_the_file_is_read_to_its_end(path: Path) -> None:
    path.write_bytes(b'{"text": "A."}\n' * 100_000)
    stream = LOADER.load(ArticleFile.at(path), article_id="x", max_bytes=100)
    assert isinstance(next(stream), Article)
    path.write_bytes(b"")  # what is not read yet is gone; the stream just ends early
    assert len(list(stream)) < 100_000
