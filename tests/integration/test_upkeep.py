"""qa-bot index again, --watch, remove, info and export, as a stranger types them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from test_by_address import page
from web_server import Answer, serving

from qa_bot import embedding
from qa_bot.cli import main
from qa_bot.config import Settings
from qa_bot.errors import CorpusError, IndexLocked, QABotError
from qa_bot.indexing import build_index, isolated
from qa_bot.indexing.exporting import export_articles
from qa_bot.indexing.watching import watch
from qa_bot.records import IndexReport
from qa_bot.storage.snapshot import Snapshot

Run = Callable[..., tuple[int, str, str]]
KIM = "Kim rode an armoured train. The journey took twenty hours. He arrived on a Tuesday."
RAIN = "Rain fell on the coast. Farmers were glad of it. The forecast says more is coming."


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the program in this process, with the embedder of the tests: (code, stdout, stderr)."""
    monkeypatch.setattr(embedding, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(isolated, "_IN_PLACE", (*isolated._IN_PLACE, ".html"))
    monkeypatch.setenv("QA_BOT_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("QA_BOT_ANALYSIS", "false")
    monkeypatch.setenv("QA_BOT_FETCH_PAUSE", "0")

    def run_program(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return int(left.value.code or 0), out, err

    return run_program


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "kim.txt").write_text(KIM)
    (folder / "rain.txt").write_text(RAIN)
    return folder


def test_index_without_a_path_brings_everything_up_to_date(
    run: Run, articles: Path, tmp_path: Path
) -> None:
    code, out, err = run("index")
    assert (code, out) == (2, "")
    assert "nothing was named to index" in err
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("Only one. It is here.")
    with serving() as site:
        site.pages["/a"] = Answer(page("Ann"))
        code, out, _ = run("index", articles, other, site.url("/a"), "--allow-private")
        assert (code, out.splitlines()[0]) == (0, "4 added, 0 changed, 0 unchanged, 0 removed")
        (articles / "kim.txt").rename(articles / "train.txt")
        site.pages["/a"] = Answer(page("Bea"))
        code, out, _ = run("index", "--allow-private")
        first = "0 added, 1 changed, 3 unchanged, 0 removed, 1 renamed"
        assert (code, out.splitlines()[0]) == (0, first)
    (other / "one.txt").unlink()
    other.rmdir()
    (articles / "new.txt").write_text("This is new. It came late.")
    code, out, err = run("index", "--allow-private")  # now nobody answers
    assert (code, out.splitlines()[0]) == (0, "1 added, 0 changed, 3 unchanged, 0 removed")
    assert "The addresses stay as they are" in err
    assert f"{other} is gone; its articles stay until: qa-bot remove {other}" in err
    code, out, _ = run("remove", other)
    assert (code, out.splitlines()[0]) == (0, "removed other/one.txt")
    code, out, err = run("index", "--fresh")
    assert code == 2


def test_offline_exits_with_2_and_the_old_index_serves(run: Run, articles: Path) -> None:
    run("index", articles)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        code, out, err = run("index", nobody, "--allow-private")
    assert (code, out) == (2, "")
    assert "no server could be reached; nothing was changed" in err
    assert "articles    2" in run("info")[1]
    code, out, _ = run("index", "http://127.0.0.1:1/")
    assert code == 0
    assert "1 skipped:" in out
    assert "own network; --allow-private" in out


def test_remove_restore_and_purge(run: Run, articles: Path, tmp_path: Path) -> None:
    run("index", articles)
    code, out, _ = run("remove", "articles/kim.txt")
    assert (code, out) == (0, "removed articles/kim.txt\n1 article removed, generation 2\n")
    assert "removed     articles/kim.txt (stays out until --restore)" in run("info")[1]
    code, out, _ = run("index", articles)
    assert "1 removed article stays out; --restore takes them in again" in out
    code, out, _ = run("index", articles, "--restore")
    assert out.startswith("1 added")
    code, out, _ = run("remove", articles / "kim.txt", "--purge")
    assert "lies outside the index and still holds the text" in out
    held = [p for p in (tmp_path / "index").rglob("*") if p.is_file() and b"armo" in p.read_bytes()]
    assert held == []
    code, out, err = run("remove", "nothing")
    assert (code, out) == (2, "")
    assert "qa-bot info --articles" in err


def test_info_lists_articles_sources_and_dates(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": KIM, "title": "The train", "source": "Tass", "published": "2023-09-13"},
        {"id": "b", "text": RAIN, "source": "Tass", "published": "2022-01-02"},
        {"id": "c", "text": "Nobody says where this is from. \x1b[31mRed."},
    ]
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    run("index", path)
    _, out, _ = run("info", "--articles")
    assert "dates       2022-01-02 to 2023-09-13, 1 undated" in out
    assert "source      Tass: 2 (2022-01-02 to 2023-09-13)" in out
    assert "source      (none named): 1 (undated)" in out
    listing = (
        "news.jsonl/news.jsonl#a\n    The train · Tass · 2023-09-13 · 83 characters in 1 chunk"
    )
    assert listing in out
    assert "\x1b" not in out
    _, out, _ = run("info", "--articles", "--json")
    record = json.loads(out)
    assert record["articles"] == len(record["list"]) == 3
    assert record["dates"] == {"first": "2022-01-02", "last": "2023-09-13", "undated": 1}
    assert record["list"][0]["article_id"] == "news.jsonl/news.jsonl#a"
    assert "list" not in json.loads(run("info", "--json")[1])


# --- export -----------------------------------------------------------------------------------


def contents(index: Path) -> list[tuple[object, ...]]:
    snapshot = Snapshot.open(index)
    found = []
    for summary in snapshot.articles():
        a = snapshot.article(summary.article_id)
        fields = (a.article_id, a.title, a.text, a.source, a.url, a.author, a.published)
        found.append((*fields, a.encoding, dict(a.metadata), a.masked, a.content_hash))
        found.append((summary.chunks,))
    return found


def test_an_export_indexes_back_to_the_same(run: Run, articles: Path, tmp_path: Path) -> None:
    (articles / "menu.txt").write_text("Subscribe to our newsletter\n\n" + KIM + "\n\nRead more: x")
    (articles / "odd.txt").write_bytes(b"A lone surrogate \xed\xa0\x80 may come. " + RAIN.encode())
    (articles / "rows.jsonl").write_text(
        json.dumps({"text": RAIN + " Rows.", "section": "home", "url": "https://a.example/x"})
    )
    run("index", articles)
    (articles / "kim.txt").rename(articles / "renamed.txt")
    run("index", articles)
    code, out, _ = run("export", "--out", tmp_path / "all.jsonl.gz")
    assert code == 0
    assert out.endswith(f"articles in {tmp_path / 'all.jsonl.gz'}\n")
    elsewhere = tmp_path / "elsewhere"
    code, out, _ = run("index", tmp_path / "all.jsonl.gz", "--index", elsewhere)
    assert code == 0
    assert "skipped" not in out
    assert contents(elsewhere) == contents(tmp_path / "index")
    assert "articles/kim.txt" in {row[0] for row in contents(elsewhere)}
    _, again, _ = run("export", "--index", elsewhere)
    export_articles(tmp_path / "index", tmp_path / "plain.jsonl")
    assert (tmp_path / "plain.jsonl").read_text() == again  # and stdout is the same
    # In an index that has these ids from somewhere else, nothing is overwritten.
    code, out, _ = run("index", tmp_path / "plain.jsonl")
    assert out.startswith("0 added, 0 changed, 0 unchanged, 0 removed")
    assert "another article has the same id: articles/kim.txt" in out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"qa_bot_export": 99}, "in a form that is not known here"),
        ({"text": " "}, "without a text"),
        ({"article_id": None}, "without an id"),
        ({"masked": [[5, 2]]}, "damaged fields"),
        ({"masked": [[0, 999]]}, "outside its text"),
        ({"metadata": [1]}, "damaged fields"),
    ],
)
def test_a_damaged_export_costs_one_row(
    run: Run, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    row = {"qa_bot_export": 1, "article_id": "x/a", "text": KIM, "masked": [], "metadata": {}}
    rows = [row, {**row, "article_id": "x/b", **change}]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, rows)))
    _, out, _ = run("index", tmp_path / "all.jsonl")
    assert out.startswith("1 added")
    assert said in out


def test_the_answers_of_an_export_are_the_same(
    seeds_index: Path, tmp_path: Path, seeds: Path
) -> None:
    from qa_bot import QABot

    export_articles(seeds_index, tmp_path / "all.jsonl")
    build_index(tmp_path / "all.jsonl", tmp_path / "index", settings=Settings(analysis=False))
    question = "How many hours did Kim ride his armoured train?"
    first, second = (QABot.open(i).ask(question) for i in (seeds_index, tmp_path / "index"))
    assert (first.text, first.status) == (second.text, second.status)
    one, two = first.citations[0], second.citations[0]
    assert (one.article_id, one.span, one.sentence, one.title) == (
        two.article_id,
        two.span,
        two.sentence,
        two.title,
    )
    assert [p.passage.chunk.chunk_id for p in first.passages] == [
        p.passage.chunk.chunk_id for p in second.passages
    ]


# --- watching -----------------------------------------------------------------------------------


class Watching:
    """``watch`` on a thread. ``news`` is what it told; ``until`` waits for a condition."""

    def __init__(
        self, paths: list[Path], index: Path, build: Callable[[Sequence[Path]], IndexReport]
    ) -> None:
        self.news: list[object] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=watch, args=(paths, index, build, self.news.append), kwargs={"stop": self._stop}
        )
        self._thread.start()

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, self.news
            assert self._thread.is_alive()
            time.sleep(0.02)

    def reports(self) -> list[IndexReport]:
        return [news for news in self.news if isinstance(news, IndexReport)]

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from qa_bot.indexing import watching

    monkeypatch.setattr(watching, "_QUIET_MS", 50)
    monkeypatch.setattr(watching, "_TICK_MS", 100)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def test_watching_takes_in_what_changes_and_survives_errors(
    articles: Path, tmp_path: Path, quick: None
) -> None:
    index = tmp_path / "index"
    settings, embedder = Settings(analysis=False), FakeEmbedder()
    fail: list[QABotError] = []

    def build(there: Sequence[Path]) -> IndexReport:
        if fail:
            raise fail.pop()
        return build_index(list(there), index, settings=settings, embedder=embedder)

    with Watching([articles], index, build) as watching:
        watching.until(lambda: len(watching.reports()) == 1)
        assert len(watching.reports()[0].added) == 2
        (articles / "new.txt").write_text("This is new. It came late.")
        watching.until(lambda: len(watching.reports()) == 2)
        assert watching.reports()[1].added == ("articles/new.txt",)

        fail.append(CorpusError("this went wrong"))
        (articles / "kim.txt").write_text(KIM.replace("twenty", "thirty"))
        watching.until(lambda: any("this went wrong" in str(news) for news in watching.news))
        fail.append(IndexLocked("somebody is writing"))
        (articles / "new.txt").unlink()
        watching.until(lambda: len(watching.reports()) == 3)  # tried again without a change
        assert watching.reports()[2].changed == ("articles/kim.txt",)
        assert watching.reports()[2].removed == ("articles/new.txt",)

        (articles / ".hidden.txt").write_text("Not this.")
        articles.rename(tmp_path / "away")
        watching.until(lambda: any("is gone" in str(news) for news in watching.news))
        assert Snapshot.open(index).article_count == 2
        (tmp_path / "away" / "late.txt").write_text("Late. But here.")
        (tmp_path / "away").rename(articles)
        watching.until(lambda: len(watching.reports()) == 4)
        assert watching.reports()[3].added == ("articles/late.txt",)


def test_an_index_inside_the_watched_folder_does_not_wake_it(articles: Path, quick: None) -> None:
    index, runs = articles / "index", 0
    settings, embedder = Settings(analysis=False), FakeEmbedder()

    def build(there: Sequence[Path]) -> IndexReport:
        nonlocal runs
        runs += 1
        return build_index(list(there), index, settings=settings, embedder=embedder)

    with Watching([articles], index, build) as watching:
        watching.until(lambda: len(watching.reports()) == 1)
        before = runs
        (articles / "new.txt").write_text("This is new. It came late.")
        watching.until(lambda: len(watching.reports()) == 2)
        assert runs <= before + 2


def test_ctrl_c_ends_watching_cleanly(articles: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nsys.path.insert(0, sys.argv[1])\n"
        "from fakes import FakeEmbedder\nfrom qa_bot import embedding\n"
        "embedding.open_embedder = lambda settings: FakeEmbedder()\n"
        "from qa_bot.cli import main\n"
        "main(['index', sys.argv[2], '--watch', '--no-analysis', '--index', sys.argv[3]])\n"
    )
    tests = Path(__file__).parent.parent
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tests), str(articles), str(tmp_path / "index")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    for line in child.stderr:
        if "Watching" in line:
            break
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert "2 added" in out
    assert "Traceback" not in err
    assert "Stopped watching." in err


def test_articles_of_foreign_languages_are_one_notice_in_every_run(
    run: Run, articles: Path
) -> None:
    german = (
        "Die Brücke über die Aller wurde am Montag für elf Tage gesperrt, sagte die Polizei. Die "
        "Stadt plant eine Umleitung, und der Bürgermeister bittet alle Gäste um Geduld."
    )
    for number in range(5):
        (articles / f"german{number}.txt").write_text(f"{german} {german} Das ist Nummer {number}.")
    for _ in range(2):
        _, out, _ = run("index", articles)
        notices = out.partition("Notices:\n")[2].splitlines()
        assert len(notices) == 1
        assert notices[0].startswith("  5 articles look foreign ('de': 5); questions")
        assert notices[0].endswith("german2.txt and 2 more")
