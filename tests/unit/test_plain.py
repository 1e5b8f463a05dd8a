"""Plain text and Markdown: the text is the decoded file, unchanged."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.corpus.dates import parse_date
from qa_bot.corpus.plain import PlainLoader, find_front_matter
from qa_bot.corpus.text import sentences
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped, Span

TEXT = PlainLoader(frozenset({".txt"}))
MARKDOWN = PlainLoader(frozenset({".md"}), front_matter=True)
LIMIT = 10_000


def load(path: Path, raw: bytes, loader: PlainLoader = TEXT) -> list[Article | Skipped | Notice]:
    path.write_bytes(raw)
    return list(loader.load(ArticleFile.at(path), article_id="news/a.txt", max_bytes=LIMIT))


def article(path: Path, raw: bytes, loader: PlainLoader = TEXT) -> Article:
    found = load(path, raw, loader)
    assert len(found) == 1
    assert isinstance(found[0], Article)
    return found[0]


def reason(path: Path, raw: bytes) -> str:
    (found,) = load(path, raw)
    assert isinstance(found, Skipped)
    assert found.path == str(path)
    return found.reason


@pytest.mark.parametrize(
    "raw",
    [
        b"One line. Two.\n",
        "One line.\r\nTwo – “three”.\r\n\r\n".encode(),
        "\ufeffWith a mark.\rOld Mac.".encode(),
        b"# Heading\n\n*Markup* [stays](x).",
    ],
)
def test_text_is_the_file_unchanged(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.txt"
    found = article(path, raw)
    with open(path, encoding="utf-8", newline="") as file:
        assert found.text == file.read()
    assert found.encoding == "utf-8"
    assert found.location == str(path)
    assert found.article_id == "news/a.txt"
    assert found.content_hash == hashlib.sha256(raw).hexdigest()


def test_seed_carries_its_title_and_masks(seeds: Path) -> None:
    path = seeds / "000_312f29ef6c85a351.txt"
    (found,) = TEXT.load(ArticleFile.at(path), article_id="seeds/000", max_bytes=LIMIT * 10)
    assert isinstance(found, Article)
    assert found.title.startswith("Ukraine recap: Kim Jong-un visits Putin")
    assert found.masked[0].of(found.text) == "Menu Close"
    assert set(found.masked) < set(sentences(found.text))


SAMPLES = {
    "cp1252": "Russia’s “sacred fight” cost £21 billion, he said – and more in café society.",
    "cp1251": "Президент встретился с лидером Северной Кореи на космодроме Восточный в среду.",
    "utf-16": "Both – the first and the second – have a mark.",
    "utf-16-le": "No mark, but every other byte is zero here.",
    "utf-32": "Four bytes a letter.",
    "shift_jis": "ロシアのプーチン大統領は北朝鮮の金正恩総書記と会談した。宇宙基地で行われた。",
}


@pytest.mark.parametrize("encoding", sorted(SAMPLES))
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    found = article(path, SAMPLES[encoding].encode(encoding))
    assert found.text == SAMPLES[encoding]
    with open(path, encoding=found.encoding, newline="") as file:
        assert file.read() == found.text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "nothing but white space"),
        ("\ufeff \n".encode(), "nothing but white space"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "binary"),
        (b"text and then\x00zero", "binary"),
        (bytes(range(1, 32)) * 20, "binary"),
        (b"\xff\xfea\x00\x00\xd8", "not valid utf-16 at byte"),
        ("Mostly “UTF-8” – ’tis.".encode() + b"\xe2\x80", "not valid UTF-8 at byte 30"),
        (b"x" * (LIMIT + 1), "10001 bytes, above the limit of 10000 bytes"),
    ],
)
def test_what_cannot_be_read_has_a_plain_reason(tmp_path: Path, raw: bytes, expected: str) -> None:
    assert expected in reason(tmp_path / "a.txt", raw)


def test_size_at_the_limit_is_read(tmp_path: Path) -> None:
    assert article(tmp_path / "a.txt", b"x" * LIMIT).text == "x" * LIMIT


FRONT = (
    "---\ntitle: 'The bridge: closed'\ndate: 2023/09/15\nauthor: Jane Doe\n"
    "url: https://www.example.org/a\ntags:\n  - roads\nsection: Local\n---\n"
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_read_and_masked(tmp_path: Path, newline: str, mark: str) -> None:
    raw = (mark + FRONT + "# Other title\n\nThe body of it.").replace("\n", newline)
    found = article(tmp_path / "a.md", raw.encode(), MARKDOWN)
    assert found.text == raw
    assert found.title == "The bridge: closed"
    assert found.published == "2023-09-15"
    assert found.author == "Jane Doe"
    assert found.source == "example.org"
    assert found.url == "https://www.example.org/a"
    assert found.metadata == {"section": "Local", "tags": "roads"}
    shown = [s.of(raw) for s in sentences(raw) if s not in found.masked]
    assert shown == ["# Other title", "The body of it."]


def test_markdown_heading_is_the_title(tmp_path: Path) -> None:
    found = article(tmp_path / "a.md", b"# The *old* bridge\n\nIt is closed.", MARKDOWN)
    assert found.title == "The old bridge"
    assert found.text.startswith("# The *old* bridge")
    assert found.masked == ()


def test_rule_at_the_top_is_no_front_matter() -> None:
    assert find_front_matter("---\nJust text.\n---\nMore.") is None
    assert find_front_matter("---\ntitle: never closed\n") is None
    assert find_front_matter("text\n---\ntitle: x\n---\n") is None
    assert find_front_matter("---\ntitle: x\n---") == Span(0, 16)


def test_front_matter_is_for_markdown_only(tmp_path: Path) -> None:
    found = article(tmp_path / "a.txt", FRONT.encode() + b"\nThe body of it.")
    assert found.published is None


def test_unusable_date_is_a_notice(tmp_path: Path) -> None:
    raw = b"---\ntitle: A\ndate: last spring\n---\n\nThe body."
    notice, found = load(tmp_path / "a.md", raw, MARKDOWN)
    assert isinstance(notice, Notice)
    assert "last spring" in notice.text
    assert isinstance(found, Article)
    assert found.published is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-09-15", "2023-09-15"),
        ("2023/9/5", "2023-09-05"),
        ("2023-09-15T23:30:00Z", "2023-09-15"),
        ("2023-09-15T23:30:00.123+02:00", "2023-09-15"),
        ("2023-09-15 23:30", "2023-09-15"),
        ("Fri, 15 Sep 2023 23:30:00 +0200", "2023-09-15"),
        ("15 Sep 2023 23:30:00 GMT", "2023-09-15"),
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", None),
        ("2023-13-01", None),
        ("2023-09/15", None),
        ("15.9.2023", None),
        ("1694812345", None),
        ("", None),
        (1694812345, None),
        (None, None),
        (["2023-09-15"], None),
    ],
)
def test_dates(written: object, expected: str | None) -> None:
    assert parse_date(written) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda t: t.encode("utf-8"))))
def test_any_bytes_are_an_article_or_skipped(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.md"
    *_, found = load(path, raw, MARKDOWN)
    if isinstance(found, Article):
        with open(path, encoding=found.encoding, newline="") as file:
            assert file.read() == found.text
    else:
        assert isinstance(found, Skipped)
        assert found.reason
