"""build_index: what is added, changed, unchanged and removed, and that an update is a rebuild."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder, FakePool
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_bot.chunking import searchable_text
from qa_bot.config import Settings
from qa_bot.errors import CorpusError, IndexLocked, ModelError
from qa_bot.indexing import analyse, build, build_index
from qa_bot.records import Filters, IndexReport
from qa_bot.storage.lexical import terms
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.verify import verify_index

SMALL = Settings(chunk_tokens=40, chunk_overlap=10, max_segments=3)
KIM = "Kim rode an armoured train. The journey took twenty hours. He arrived on a Tuesday."
WEATHER = "Rain fell on the coast. Farmers were glad of it. The forecast says more is coming."
SPORT = "The home side won the match. Three goals came late. The crowd stayed to sing."


def write(folder: Path, **texts: str) -> Path:
    """Files ``<name>.txt``; their time stamps lie in the past, so that they are trusted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        aged = time.time_ns() - 3600 * 10**9
        os.utime(path, ns=(aged, aged))
    return folder


def index_of(
    paths: Path | list[Path],
    index: Path,
    embedder: FakeEmbedder | None = None,
    *,
    fresh: bool = False,
    chosen: Settings = SMALL,
) -> IndexReport:
    return build_index(paths, index, fresh, settings=chosen, embedder=embedder or FakeEmbedder())


@pytest.fixture(autouse=True, scope="module")
def unsynced() -> Iterator[None]:
    """Without fsync a build here takes a third of the time; test_publish_killed.py has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True, scope="module")
def quick_analysis() -> Iterator[None]:
    """A stand-in for spaCy, so that every test here also carries analyses along."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "wanted_rules", rules_of)
        patch.setattr(analyse, "AnalysisPool", FakePool)
        yield


def rules_of(chosen: Settings) -> tuple[str, None]:
    return ("fake rules" if chosen.analysis else ""), None


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write(tmp_path / "articles", kim=KIM, weather=WEATHER)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


# --- what a run reports -----------------------------------------------------------


def test_the_first_run_adds_everything(articles: Path, index: Path) -> None:
    report = index_of(articles, index)
    assert report.added == ("articles/kim.txt", "articles/weather.txt")
    assert (report.changed, report.unchanged, report.removed, report.skipped) == ((),) * 4
    assert report.generation == 1
    snapshot = Snapshot.open(index)
    assert (snapshot.article_count, snapshot.chunk_count) == (2, report.chunks)
    article = snapshot.article("articles/kim.txt")
    assert article.text == KIM
    assert article.location == str(articles / "kim.txt")
    with pytest.raises(KeyError, match="nothing"):
        snapshot.article("nothing")


def test_a_second_run_without_changes_makes_no_generation_and_opens_no_file(
    articles: Path, index: Path
) -> None:
    index_of(articles, index)
    (articles / "kim.txt").chmod(0)  # for anyone but root, opening would fail now
    embedder = FakeEmbedder()
    before = sorted(index.rglob("*"))
    report = index_of(articles, index, embedder)
    assert report.unchanged == ("articles/kim.txt", "articles/weather.txt")
    assert (report.generation, report.embedded, embedder.embedded) == (1, 0, [])
    assert sorted(index.rglob("*")) == before


def test_new_changed_and_vanished_articles_are_told_apart(articles: Path, index: Path) -> None:
    index_of(articles, index)
    write(articles, sport=SPORT, kim=KIM.replace("twenty", "thirty"))
    (articles / "weather.txt").unlink()
    report = index_of(articles, index)
    assert report.added == ("articles/sport.txt",)
    assert report.changed == ("articles/kim.txt",)
    assert report.removed == ("articles/weather.txt",)
    assert report.generation == 2
    snapshot = Snapshot.open(index)
    assert [one.article_id for one in snapshot.articles()] == [
        "articles/kim.txt",
        "articles/sport.txt",
    ]
    assert "thirty" in snapshot.article("articles/kim.txt").text
    ids, _ = snapshot.search_lexical(terms("twenty rain farmers"), 10)
    assert ids.tolist() == []


def test_a_touched_file_is_unchanged_and_a_change_within_the_time_stamp_is_seen(
    articles: Path, index: Path
) -> None:
    index_of(articles, index)
    os.utime(articles / "kim.txt")
    assert index_of(articles, index).unchanged == ("articles/kim.txt", "articles/weather.txt")

    young = articles / "young.txt"
    young.write_text(SPORT, encoding="utf-8")  # just now, so its time stamp is not trusted
    index_of(articles, index)
    stamp = young.stat().st_mtime_ns
    young.write_text(SPORT.replace("Three", "Seven"), encoding="utf-8")  # of the same length
    os.utime(young, ns=(stamp, stamp))
    assert index_of(articles, index).changed == ("articles/young.txt",)


def test_a_renamed_file_is_a_rename_and_embeds_nothing(articles: Path, index: Path) -> None:
    index_of(articles, index)
    (articles / "kim.txt").rename(articles / "train.txt")
    embedder = FakeEmbedder()
    report = index_of(articles, index, embedder)
    assert report.renamed == {"articles/kim.txt": "articles/train.txt"}
    assert (report.added, report.removed, embedder.embedded) == ((), (), [])
    assert report.unchanged == ("articles/kim.txt", "articles/weather.txt")
    article = Snapshot.open(index).article("articles/kim.txt")
    assert article.location == str(articles / "train.txt")


def test_an_empty_file_passes_its_id_to_no_other(articles: Path, index: Path) -> None:
    write(articles, note="")
    index_of(articles, index)
    (articles / "note.txt").rename(articles / "other.txt")
    index_of(articles, index)
    write(articles, note=f"{WEATHER} This is the note.", other=f"{SPORT} This is the other.")
    report = index_of(articles, index)
    assert report.added == ("articles/note.txt", "articles/other.txt")


def test_twins_that_swap_places_are_renamed_one_to_one(articles: Path, index: Path) -> None:
    write(articles, a=SPORT, b=SPORT)
    index_of(articles, index)
    for name in "ab":
        (articles / f"{name}.txt").rename(articles / f"new-{name}.txt")
    report = index_of(articles, index)
    assert report.renamed == {
        "articles/a.txt": "articles/new-a.txt",
        "articles/b.txt": "articles/new-b.txt",
    }


def test_other_folders_stay_and_fresh_starts_over(
    articles: Path, index: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other", sport=SPORT)
    index_of(articles, index)
    report = index_of(other, index)
    assert (report.added, report.unchanged) == (("other/sport.txt",), ())
    assert Snapshot.open(index).article_count == 3

    embedder = FakeEmbedder()
    report = index_of(other, index, embedder, fresh=True)
    assert report.added == ("other/sport.txt",)
    assert report.generation == 3
    assert embedder.embedded == []  # the vectors were there
    snapshot = Snapshot.open(index)
    assert [one.article_id for one in snapshot.articles()] == ["other/sport.txt"]
    assert [root.name for root in snapshot.manifest.roots] == ["other"]


def test_several_paths_at_once_each_once(articles: Path, index: Path, tmp_path: Path) -> None:
    single = write(tmp_path / "elsewhere", one=SPORT) / "one.txt"
    again = tmp_path / "elsewhere" / ".." / "articles"
    report = index_of([articles, single, again], index)
    assert report.added == ("articles/kim.txt", "articles/weather.txt", "one.txt/one.txt")
    assert Snapshot.open(index).article("one.txt/one.txt").location == str(single)


def test_two_folders_of_one_name_are_kept_apart(index: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a" / "news", x=KIM)
    second = write(tmp_path / "b" / "news", x=SPORT)
    index_of(first, index)
    assert index_of(second, index).added == ("news~2/x.txt",)
    assert index_of(second, index).unchanged == ("news~2/x.txt",)
    assert index_of(first, index).unchanged == ("news/x.txt",)
    snapshot = Snapshot.open(index)
    assert snapshot.article("news/x.txt").text == KIM
    assert snapshot.article("news~2/x.txt").text == SPORT


def test_a_moved_folder_keeps_its_articles(articles: Path, index: Path, tmp_path: Path) -> None:
    index_of(articles, index)
    moved = tmp_path / "elsewhere" / "articles"
    moved.parent.mkdir()
    articles.rename(moved)
    report = index_of(moved, index)
    assert report.unchanged == ("articles/kim.txt", "articles/weather.txt")
    assert (report.added, report.removed, report.embedded) == ((), (), 0)
    article = Snapshot.open(index).article("articles/kim.txt")
    assert article.location == str(moved / "kim.txt")


def test_a_renamed_folder_keeps_its_ids(articles: Path, index: Path, tmp_path: Path) -> None:
    index_of(articles, index)
    renamed = tmp_path / "stories"
    articles.rename(renamed)
    embedder = FakeEmbedder()
    report = index_of(renamed, index, embedder)
    assert report.unchanged == ("articles/kim.txt", "articles/weather.txt")
    assert report.notices == (
        f"{articles} is now {renamed}; its articles keep their ids (articles/...)",
    )
    assert embedder.embedded == []
    snapshot = Snapshot.open(index)
    assert snapshot.article_count == 2
    assert snapshot.article("articles/kim.txt").location == str(renamed / "kim.txt")
    write(articles, kim=SPORT)  # another folder where the first one was
    assert index_of(articles, index).added == ("articles~2/kim.txt",)


def test_another_folder_in_the_place_of_a_vanished_one_is_no_move(
    articles: Path, index: Path, tmp_path: Path
) -> None:
    index_of(articles, index)
    other = write(tmp_path / "elsewhere" / "articles", sport=SPORT)
    shutil.rmtree(articles)
    assert index_of(other, index).added == ("articles~2/sport.txt",)
    assert Snapshot.open(index).article_count == 3  # an unmounted disk loses nothing


def test_a_folder_inside_another_is_indexed_with_a_remark(articles: Path, index: Path) -> None:
    inner = write(articles / "inner", sport=SPORT)
    index_of(articles, index)
    report = index_of(inner, index)
    assert report.added == ("inner/sport.txt",)
    assert report.notices == (
        f"{inner} lies in {articles}, which is indexed too: what it holds is in the index twice",
    )


def test_an_index_inside_the_folder_does_not_index_itself(articles: Path) -> None:
    index = articles / "index"
    write(index / "uploads", sport=SPORT)
    report = index_of(articles, index)
    assert report.added == ("articles/kim.txt", "articles/weather.txt")
    assert report.skipped == ()
    report = index_of(index / "uploads", index)
    assert report.added == ("uploads/sport.txt",)
    assert (index / "uploads" / "sport.txt").exists()


def test_rows_of_a_file_are_articles_and_a_bad_row_is_reported_every_time(
    index: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "rows")
    rows = [
        {"id": "a", "text": KIM, "title": "Train", "published": "2023-09-13", "source": "Tass"},
        {"id": "b", "text": WEATHER, "published": "2022-01-01", "section": "home"},
        {"id": "a", "text": SPORT},
    ]
    (folder / "news.jsonl").write_text(
        "\n".join([*map(json.dumps, rows), "not json"]) + "\n", encoding="utf-8"
    )
    for expected in ("added", "unchanged"):
        report = index_of(folder, index)
        assert getattr(report, expected) == ("rows/news.jsonl#a", "rows/news.jsonl#b")
        assert len(report.skipped) == 2, report.skipped
    snapshot = Snapshot.open(index)
    allowed = snapshot.allowed(Filters(published_from="2023-01-01"))
    assert allowed is not None
    assert {p.chunk.article_id for p in snapshot.passages(allowed)} == {"rows/news.jsonl#a"}
    vector = FakeEmbedder().embed_question("rain farmers")
    assert set(snapshot.search_dense(vector, 99, allowed=allowed)[0]) == set(allowed.tolist())
    assert len(snapshot.search_lexical(terms("farmers"), 9, allowed=allowed)[0]) == 0
    assert snapshot.matching(Filters(equals={"section": "home"})) == {"rows/news.jsonl#b": True}
    assert snapshot.allowed(Filters()) is None


def test_changed_metadata_is_a_change_though_the_text_is_not(index: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "rows")
    for date in ("2023-09-13", "2023-09-14"):
        row = {"id": "a", "text": KIM, "title": "T", "published": date}
        (folder / "news.jsonl").write_text(json.dumps(row), encoding="utf-8")
        embedder = FakeEmbedder()
        report = index_of(folder, index, embedder)
    assert report.changed == ("rows/news.jsonl#a",)
    assert embedder.embedded == []
    assert Snapshot.open(index).article("rows/news.jsonl#a").published == "2023-09-14"


# --- nothing and no path --------------------------------------------------------------


def test_an_empty_collection_is_a_valid_index(index: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "nothing")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    report = index_of(folder, index)
    assert (report.added, report.chunks, report.generation) == ((), 0, 1)
    assert [Path(skipped.path).name for skipped in report.skipped] == ["binary.txt"]
    snapshot = Snapshot.open(index)
    assert (snapshot.article_count, snapshot.chunk_count) == (0, 0)
    vector = FakeEmbedder().embed_question("anything")
    assert len(snapshot.search_dense(vector, 5)[0]) == 0
    assert len(snapshot.search_lexical(["anything"], 5)[0]) == 0
    assert snapshot.passages([]) == []
    assert list(snapshot.articles()) == []
    assert verify_index(index).chunks == 0
    write(folder, kim=KIM)
    assert index_of(folder, index).added == ("nothing/kim.txt",)


def test_when_all_articles_vanish_the_index_is_empty(articles: Path, index: Path) -> None:
    index_of(articles, index)
    for path in articles.iterdir():
        path.unlink()
    report = index_of(articles, index)
    assert len(report.removed) == 2
    assert report.chunks == 0
    assert Snapshot.open(index).manifest.segments == ()


def test_a_path_that_does_not_exist_changes_nothing(articles: Path, index: Path) -> None:
    with pytest.raises(CorpusError, match=r"nothing to index(?s:.)*missing(?s:.)*mend:"):
        index_of([articles, articles / "missing"], index)
    assert not index.exists()


def test_more_is_asked_for_than_there_is(articles: Path, index: Path) -> None:
    report = index_of(articles, index)
    snapshot = Snapshot.open(index)
    ids, scores = snapshot.search_dense(FakeEmbedder().embed_question("train"), 10_000)
    assert len(ids) == len(set(ids.tolist())) == report.chunks
    assert (np.diff(scores) <= 0).all()


# --- an update is a rebuild -------------------------------------------------------------

NAMES = ["a", "b", "c", "d"]
TEXTS = [
    KIM,
    WEATHER,
    SPORT,
    "Only one line here.",
    "",
    " ".join([KIM, WEATHER, SPORT] * 3),
    f"He did not go. {KIM} {WEATHER} {SPORT} The rest is another story.",
]
states = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS)), min_size=1, max_size=6
)


def contents(snapshot: Snapshot) -> list[tuple[object, ...]]:
    return [(snapshot.article(one.article_id), one.chunks) for one in snapshot.articles()]


def searched(snapshot: Snapshot) -> set[str]:
    """What is embedded for the chunks of an index."""
    ids, _ = snapshot.search_dense(FakeEmbedder().embed_question("all"), 10_000)
    return {searchable_text(one.chunk, one.title) for one in snapshot.passages(ids)}


def same(updated: Snapshot, rebuilt: Snapshot) -> Iterator[str]:
    """What differs between two indexes, to the last bit of every score."""
    if contents(updated) != contents(rebuilt):
        yield "articles"
    if (updated.article_count, updated.chunk_count) != (
        rebuilt.article_count,
        rebuilt.chunk_count,
    ):
        yield "counts"
    for one in updated.articles():
        if updated.analysis(one.article_id) != rebuilt.analysis(one.article_id):
            yield f"analysis of {one.article_id}"
        if updated.near_duplicates(one.article_id) != rebuilt.near_duplicates(one.article_id):
            yield f"near-duplicates of {one.article_id}"
    embedder = FakeEmbedder()
    for question in ("Kim's train journey", "the rain of the farmers", "goals", "nowhere"):
        vector, asked = embedder.embed_question(question), terms(question)
        for name, one, other in (
            ("dense", updated.search_dense(vector, 999), rebuilt.search_dense(vector, 999)),
            ("lexical", updated.search_lexical(asked, 999), rebuilt.search_lexical(asked, 999)),
        ):
            if not (np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])):
                yield f"{name} search for {question}"
        ids = updated.search_dense(vector, 999)[0]
        if updated.passages(ids) != rebuilt.passages(ids):
            yield "passages"
        if not np.array_equal(updated.boilerplate(ids), rebuilt.boilerplate(ids)):
            yield "boilerplate"
        if not np.array_equal(updated.score_lexical(asked, ids), rebuilt.score_lexical(asked, ids)):
            yield "score_lexical"
        if not np.array_equal(
            updated.score_dense(vector, ids), updated.search_dense(vector, 999)[1]
        ):
            yield "score_dense"


@given(states)
@example([{"a": ""}, {"b": ""}, {"a": KIM}])  # empty files are alike, and none is another renamed
@settings(max_examples=25, deadline=None)
def test_any_row_of_updates_ends_where_a_rebuild_does(history: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, updated, rebuilt = Path(name, "news"), Path(name, "one"), Path(name, "two")
        embedder = FakeEmbedder()
        known: set[str] = set()
        for state in history:
            shutil.rmtree(folder, ignore_errors=True)
            # Each file says its own name, so that none is another one renamed.
            write(
                folder, **{name: text and f"{text} This is {name}." for name, text in state.items()}
            )
            embedder.embedded.clear()
            report = index_of(folder, updated, embedder)
            assert len(set(embedder.embedded)) == len(embedder.embedded) == report.embedded
            assert known.isdisjoint(embedder.embedded), "what the index held was embedded again"
            known = searched(Snapshot.open(updated))
        index_of(folder, rebuilt)
        one, two = Snapshot.open(updated), Snapshot.open(rebuilt)
        assert list(same(one, two)) == []
        assert len(one.manifest.segments) <= SMALL.max_segments
        assert report.chunks == two.chunk_count
        verify_index(updated)


@given(states)
@settings(max_examples=12, deadline=None)
def test_with_renames_an_update_holds_the_same_files_under_ids_of_their_own(
    history: list[dict[str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, updated, rebuilt = Path(name, "news"), Path(name, "one"), Path(name, "two")
        born: dict[str, str] = {}
        for state in history:
            shutil.rmtree(folder, ignore_errors=True)
            write(folder, **state)
            report = index_of(folder, updated)
            one = Snapshot.open(updated)
            for article in one.articles():  # an id never passes to another text, but by a change
                text = one.article(article.article_id).text
                if article.article_id not in (*report.added, *report.changed):
                    assert born[article.article_id] == text
                born[article.article_id] = text
        index_of(folder, rebuilt)
        one, two = Snapshot.open(updated), Snapshot.open(rebuilt)

        def by_place(snapshot: Snapshot) -> dict[str, tuple[str, int]]:
            return {
                a.location: (snapshot.article(a.article_id).text, a.chunks)
                for a in snapshot.articles()
            }

        assert by_place(one) == by_place(two)
        assert (one.article_count, one.chunk_count) == (two.article_count, two.chunk_count)
        asked = terms("Kim's train journey, rain, goals")
        scores = [np.sort(s.search_lexical(asked, 999)[1]).tolist() for s in (one, two)]
        assert scores[0] == scores[1]
        verify_index(updated)


def test_segments_are_merged_and_what_nobody_needs_is_swept_away(
    index: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "news"
    for number in range(10):
        write(folder, **{f"n{number}": f"{SPORT} This is number {number}."})
        index_of(folder, index)
    snapshot = Snapshot.open(index)
    assert snapshot.article_count == 10
    assert 1 <= len(snapshot.manifest.segments) <= SMALL.max_segments
    assert sorted(path.name for path in (index / "generations").iterdir()) == ["10", "9"]
    manifests = [
        json.loads((index / "generations" / n / "manifest.json").read_text()) for n in ("10", "9")
    ]
    named = {segment["name"] for manifest in manifests for segment in manifest["segments"]}
    assert {path.name for path in (index / "segments").iterdir()} == named
    rebuilt = tmp_path / "rebuilt"
    index_of(folder, rebuilt)
    assert list(same(snapshot, Snapshot.open(rebuilt))) == []


def test_a_generation_that_is_being_read_stays_until_it_is_let_go(
    articles: Path, index: Path
) -> None:
    index_of(articles, index)
    reader = Snapshot.open(index)
    for number in range(5):
        write(articles, weather=f"{WEATHER} Issue {number}.")
        index_of(articles, index)
    assert reader.article("articles/weather.txt").text == WEATHER
    assert reader.passages(reader.search_lexical(terms("farmers"), 1)[0])[0].chunk.text in WEATHER
    assert (index / "generations" / "1").exists()
    del reader  # as a bot does when its last question is done with it
    write(articles, sport=SPORT)
    index_of(articles, index)
    assert not (index / "generations" / "1").exists()


# --- vectors are not computed twice --------------------------------------------------------


def test_twenty_new_articles_cost_twenty(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    write(folder, **{f"old{n}": f"Old story {n}. It was told often." for n in range(60)})
    index_of(folder, index)
    write(folder, **{f"new{n}": f"New story {n}. It is told once." for n in range(20)})
    embedder = FakeEmbedder()
    report = index_of(folder, index, embedder)
    assert (len(report.added), len(report.unchanged)) == (20, 60)
    assert report.embedded == len(embedder.embedded) == 20


def test_after_ctrl_c_the_old_index_serves_and_the_next_run_goes_on(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_bot.indexing import embed

    monkeypatch.setattr(embed, "_BATCH", 8)
    folder = write(tmp_path / "news", first=KIM)
    index_of(folder, index)
    write(folder, **{f"n{n}": f"Story {n} of many. Nothing more is known." for n in range(40)})
    interrupted = FakeEmbedder(fail_after=16)
    with pytest.raises(KeyboardInterrupt):
        index_of(folder, index, interrupted)
    assert Snapshot.open(index).article_count == 1
    assert list((index / "segments").glob(".tmp*")) == []
    resumed = FakeEmbedder()
    report = index_of(folder, index, resumed)
    assert (len(interrupted.embedded), len(resumed.embedded)) == (16, 24)
    assert set(interrupted.embedded).isdisjoint(resumed.embedded)
    assert report.embedded == 24
    assert Snapshot.open(index).article_count == 41
    assert not (index / "cache" / "vectors.bin").exists()
    rebuilt = tmp_path / "rebuilt"
    index_of(folder, rebuilt)
    assert list(same(Snapshot.open(index), Snapshot.open(rebuilt))) == []


def test_after_a_kill_the_next_run_goes_on_too(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_bot.indexing import embed

    monkeypatch.setattr(embed, "_BATCH", 8)
    folder = write(tmp_path / "news")
    write(folder, **{f"n{n}": f"Story {n} of many. Nothing more is known." for n in range(40)})

    class Killed(FakeEmbedder):
        def embed(self, texts: object) -> object:  # type: ignore[override]
            if len(self.embedded) >= 24:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().embed(texts)  # type: ignore[arg-type]

    child = os.fork()
    if child == 0:
        index_of(folder, index, Killed())
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    resumed = FakeEmbedder()
    index_of(folder, index, resumed)
    assert len(resumed.embedded) == 16
    assert Snapshot.open(index).article_count == 40


class Wrong(FakeEmbedder):
    """Gives ``spoilt(vectors)``."""

    def __init__(self, spoilt: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__()
        self._spoilt = spoilt

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self._spoilt(super().embed(texts))


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda vectors: vectors[:-1], "another number of vectors"),
        (lambda vectors: vectors[:, :-1], "of another length"),
        (lambda vectors: vectors * 2, "not of length 1"),
        (lambda vectors: vectors * np.nan, "not of length 1"),
    ],
)
def test_what_is_no_unit_vector_is_refused_and_not_kept(
    articles: Path, index: Path, spoilt: Callable[[np.ndarray], np.ndarray], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        index_of(articles, index, Wrong(spoilt))
    embedder = FakeEmbedder()
    report = index_of(articles, index, embedder)
    assert len(embedder.embedded) == report.chunks


def test_two_builds_at_once_are_one_build_and_one_clear_error(articles: Path, index: Path) -> None:
    index_of(articles, index)
    write(articles, sport=SPORT)
    with (
        writer_lock(index),
        pytest.raises(IndexLocked, match=f"held by process {os.getpid()}"),
    ):
        index_of(articles, index)
    assert Snapshot.open(index).generation == 1
    assert index_of(articles, index).generation == 2


def test_progress_is_told_stage_by_stage(articles: Path, index: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build_index(
        articles,
        index,
        settings=SMALL,
        embedder=FakeEmbedder(),
        progress=lambda *step: told.append(step),
    )
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["reading", "chunking", "embedding", "analysing", "writing"]
    for stage in stages:
        steps = [(done, total) for name, done, total in told if name == stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1] > 0


# --- another embedder, other chunking, an older schema ---------------------------------------


def test_another_embedder_embeds_the_stored_articles_anew_without_their_files(
    articles: Path, index: Path, tmp_path: Path
) -> None:
    index_of(articles, index)
    other = write(tmp_path / "other", sport=SPORT)
    shutil.rmtree(articles)
    embedder = FakeEmbedder(dim=12, name="second")
    report = index_of(other, index, embedder)
    assert report.added == ("other/sport.txt",)
    snapshot = Snapshot.open(index)
    snapshot.check_embedder(embedder.fingerprint)
    assert snapshot.article_count == 3
    assert snapshot.article("articles/kim.txt").location == str(articles / "kim.txt")
    assert len(embedder.embedded) == snapshot.chunk_count == report.chunks
    rebuilt = tmp_path / "rebuilt"
    write(articles, kim=KIM, weather=WEATHER)
    index_of([articles, other], rebuilt, FakeEmbedder(dim=12, name="second"))
    assert contents(snapshot) == contents(Snapshot.open(rebuilt))


def test_with_no_paths_the_index_is_only_brought_to_the_settings(
    articles: Path, index: Path
) -> None:
    index_of(articles, index)
    assert index_of([], index).generation == 1
    wider = Settings(chunk_tokens=100, chunk_overlap=20)
    embedder = FakeEmbedder()
    report = index_of([], index, embedder, chosen=wider)
    assert report.generation == 2
    rebuilt = index.parent / "rebuilt"
    index_of(articles, rebuilt, chosen=wider)
    assert list(same(Snapshot.open(index), Snapshot.open(rebuilt))) == []


def test_other_chunking_keeps_the_vectors_of_texts_that_stay_whole(
    articles: Path, index: Path
) -> None:
    write(articles, short="One line.", long=" ".join([KIM, WEATHER, SPORT]))
    index_of(articles, index)
    embedder = FakeEmbedder()
    report = index_of(articles, index, embedder, chosen=Settings(chunk_tokens=90))
    assert len(report.unchanged) == 4
    assert embedder.embedded  # the long one was cut otherwise
    assert not any("One line." in text for text in embedder.embedded)


# --- analyses and near-duplicates ------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are analysed from now on."""
    monkeypatch.setattr(FakePool, "asked", [])
    return FakePool.asked


def analysed(index: Path) -> dict[str, bool]:
    snapshot = Snapshot.open(index)
    return {
        one.article_id: snapshot.analysis(one.article_id) is not None for one in snapshot.articles()
    }


def test_an_analysis_lies_in_its_article_and_is_read_back(articles: Path, index: Path) -> None:
    write(articles, kim=f"{KIM} He did not fly.")
    index_of(articles, index)
    snapshot = Snapshot.open(index)
    found = snapshot.analysis("articles/kim.txt")
    assert found is not None
    text = snapshot.article("articles/kim.txt").text
    assert [entity.span.of(text) for entity in found.entities] == [
        "Kim",
        "The",
        "He",
        "Tuesday",
        "He",
    ]
    (cue,) = found.cues
    assert (cue.span.of(text), cue.scope.of(text)) == ("not", " fly.")
    assert snapshot.manifest.analysis == "fake rules"
    with pytest.raises(KeyError, match="nothing"):
        snapshot.analysis("nothing")


def test_only_new_and_changed_texts_are_analysed(
    articles: Path, index: Path, asked: list[str]
) -> None:
    index_of(articles, index)
    write(articles, sport=SPORT, kim=KIM.replace("twenty", "thirty"))
    (articles / "weather.txt").rename(articles / "rain.txt")
    asked.clear()
    index_of(articles, index)
    assert sorted(asked) == sorted([SPORT, KIM.replace("twenty", "thirty")])
    asked.clear()
    index_of(articles, index, FakeEmbedder(dim=12, name="second"))
    assert asked == []  # the vectors are others, the grammar is the same
    assert all(analysed(index).values())


def test_without_analysis_there_is_none_and_a_later_run_makes_up_for_it(
    articles: Path, index: Path, asked: list[str]
) -> None:
    plain = replace(SMALL, analysis=False)
    index_of(articles, index, chosen=plain)
    assert asked == []
    assert not any(analysed(index).values())
    assert Snapshot.open(index).manifest.analysis == ""
    embedder = FakeEmbedder()
    report = index_of(articles, index, embedder)
    assert (len(report.unchanged), embedder.embedded) == (2, [])
    assert all(analysed(index).values())
    write(articles, sport=SPORT)
    index_of(articles, index, chosen=plain)
    assert analysed(index) == {
        "articles/kim.txt": True,
        "articles/sport.txt": False,
        "articles/weather.txt": True,
    }
    assert index_of(articles, index, chosen=plain).generation == 3


def test_after_ctrl_c_no_text_is_analysed_again(
    index: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "news", **{f"n{n}": f"Story {n}. It is known." for n in range(9)})
    monkeypatch.setattr(FakePool, "fail_after", 5)
    with pytest.raises(KeyboardInterrupt):
        index_of(folder, index)
    first = list(asked)
    monkeypatch.setattr(FakePool, "fail_after", None)
    asked.clear()
    embedder = FakeEmbedder()
    index_of(folder, index, embedder)
    assert (len(first), len(asked)) == (5, 4)
    assert set(first).isdisjoint(asked)
    assert embedder.embedded == []
    assert all(analysed(index).values())
    assert list((index / "cache").glob("*")) == []


LONG = (
    "The harbour of Norby was closed on Monday after a storm. Two cranes fell into the basin and "
    "one ship was damaged. Nobody was hurt. The mayor said that repairs would take until spring "
    "and cost about nine million. Ferries to Sandvik leave from the old pier for the time being."
)


def test_near_duplicates_are_found_across_segments_and_go_with_their_article(
    index: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "news", agency=LONG, other=" ".join([KIM, WEATHER, SPORT]))
    index_of(folder, index)
    assert not Snapshot.open(index).has_near_duplicates
    write(folder, paper=f"By our own reporter. {LONG}", third=LONG[:220])
    index_of(folder, index)
    snapshot = Snapshot.open(index)
    three = frozenset(f"news/{name}.txt" for name in ("agency", "paper", "third"))
    assert {snapshot.near_duplicates(one) for one in three} == {three}
    assert snapshot.near_duplicates("news/other.txt") == {"news/other.txt"}
    (folder / "third.txt").unlink()
    write(folder, paper=WEATHER)
    index_of(folder, index)
    assert not Snapshot.open(index).has_near_duplicates


def test_another_rule_for_near_duplicates_goes_over_all_articles(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "news", agency=LONG, paper=f"{LONG} This is ours.")
    monkeypatch.setattr(build, "find_clusters", lambda new: frozenset())
    monkeypatch.setattr(build, "RULE", "an older one")
    index_of(folder, index)
    assert not Snapshot.open(index).has_near_duplicates
    monkeypatch.undo()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "wanted_rules", rules_of)
        patch.setattr(analyse, "AnalysisPool", FakePool)
        embedder = FakeEmbedder()
        report = index_of(folder, index, embedder)
    assert report.unchanged == ("news/agency.txt", "news/paper.txt")
    assert (report.generation, embedder.embedded) == (2, [])
    assert len(Snapshot.open(index).near_duplicates("news/agency.txt")) == 2
