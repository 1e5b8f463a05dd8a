"""qa-bot verify: every article of the index extracted again from its file."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from qa_bot.cli import main
from qa_bot.config import Settings
from qa_bot.corpus import extractors, html
from qa_bot.errors import IndexNotFound
from qa_bot.indexing import build_index, isolated
from qa_bot.indexing.rereading import ArticleCheck, verify_articles

Run = Callable[..., tuple[int, str, str]]
KIM = "Kim rode an armoured train. The journey took twenty hours."
RAIN = "Rain fell on the coast. Farmers were glad of it."
LINE = "<p>The harbour was closed on day {}, and the cranes stood still.</p>"
PAGE = (
    "<html><head><title>Harbour</title></head><body><article><h1>Harbour</h1>"
    + "".join(map(LINE.format, "abcd"))
    + "</article></body></html>"
)
PLAIN = Settings(analysis=False)


@pytest.fixture(autouse=True)
def in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(isolated, "_IN_PLACE", (*isolated._IN_PLACE, ".html"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "news"
    found.mkdir()
    (found / "kim.txt").write_text(KIM)
    (found / "page.html").write_text(PAGE)
    rows = [json.dumps({"id": name, "text": f"{RAIN} So {name} says."}) for name in "abc"]
    (found / "rows.jsonl").write_text("\n".join([*rows, "no row"]) + "\n")
    return found


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "index"
    build_index(folder, path, settings=PLAIN, embedder=FakeEmbedder())
    return path


def checked(index: Path) -> dict[str, ArticleCheck]:
    found = list(verify_articles(index, PLAIN))
    checks = {check.article_id: check for check in found}
    assert len(checks) == len(found)
    return checks


def verdicts(index: Path) -> dict[str, str]:
    return {name: check.verdict for name, check in checked(index).items()}


STANDS = dict.fromkeys(
    ["news/kim.txt", "news/page.html", *(f"news/rows.jsonl#{name}" for name in "abc")], "stands"
)


def test_what_has_not_changed_stands_also_under_another_name_or_date(
    index: Path, folder: Path
) -> None:
    assert verdicts(index) == STANDS
    os.utime(folder / "kim.txt", (time.time(), time.time()))
    assert verdicts(index) == STANDS
    (folder / "kim.txt").rename(folder / "train.txt")
    assert verdicts(index) == {**STANDS, "news/kim.txt": "vanished"}
    build_index(folder, index, settings=PLAIN, embedder=FakeEmbedder())
    assert verdicts(index) == STANDS


def test_changed_and_vanished_files_and_rows_are_told_apart(index: Path, folder: Path) -> None:
    (folder / "kim.txt").write_text(KIM.replace("twenty", "thirty"))
    rows = (folder / "rows.jsonl").read_text().splitlines()
    (folder / "rows.jsonl").write_text("\n".join([rows[0], rows[2].replace("glad", "sad")]))
    found = checked(index)
    assert {name: check.verdict for name, check in found.items()} == {
        **STANDS,
        "news/kim.txt": "changed",
        "news/rows.jsonl#b": "vanished",
        "news/rows.jsonl#c": "changed",
    }
    assert found["news/rows.jsonl#b"].detail == "the file no longer holds it"
    shutil.rmtree(folder)
    assert set(verdicts(index).values()) == {"vanished"}


def test_a_file_that_cannot_be_read_now_says_why(index: Path, folder: Path) -> None:
    (folder / "kim.txt").write_bytes(bytes(range(256)) * 20)
    found = checked(index)["news/kim.txt"]
    assert found.verdict == "unreadable"
    assert "binary" in found.detail or "text" in found.detail


def test_another_version_of_the_extractor_is_named_and_so_is_other_text(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checked(index)["news/page.html"]
    assert before.extractor == before.extractor_now == extractors.extractor("trafilatura")
    assert not before.other_extractor
    monkeypatch.setattr(extractors, "_version", lambda library: "99.0")
    found = checked(index)["news/page.html"]
    assert (found.verdict, found.other_extractor) == ("stands", True)
    assert found.detail.endswith(
        f"extracted by {before.extractor}, and now by {extractors.extractor('trafilatura')}"
    )
    join = html.join
    monkeypatch.setattr(html, "join", lambda found: f"{join(found)} And so on.")
    assert verdicts(index) == {**STANDS, "news/page.html": "otherwise"}


def test_where_there_is_no_index_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="no index here"):
        list(verify_articles(tmp_path / "none", PLAIN))


def test_verify_says_it_in_lines_in_json_and_by_its_exit_code(
    index: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([*map(str, arguments), "--index", str(index)])
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    code, out, err = run("verify")
    assert code == 0
    assert out.splitlines()[-1] == ("5 of 5 articles have the same text when it is extracted again")
    assert "reading again" in err
    (folder / "kim.txt").unlink()
    code, out, _ = run("verify")
    assert code == 1
    assert "vanished   news/kim.txt" in out
    assert "4 of 5 articles" in out
    assert out.splitlines()[-1] == "qa-bot index brings the index up to date with its files"
    code, out, _ = run("verify", "--json")
    record = json.loads(out)
    assert code == 1
    assert record["index"]["articles"] == record["articles"]["checked"] == 5
    assert record["articles"]["verdicts"] == {"stands": 4, "vanished": 1}
    assert [one["article_id"] for one in record["articles"]["differ"]] == ["news/kim.txt"]
    code, out, _ = run("verify", "--index-only")
    assert (code, len(out.splitlines())) == (0, 1)
    code, out, _ = run("verify", "--index-only", "--json")
    assert (code, set(json.loads(out))) == (0, {"index"})
