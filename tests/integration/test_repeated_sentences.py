"""What repeats across the articles of a source is masked like any boilerplate, and an index in
which it is ends where a rebuild does."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_indexing import SMALL, index_of, quick_analysis, same, unsynced, write

from qa_bot.indexing import remove_articles
from qa_bot.indexing.exporting import export_articles
from qa_bot.records import Span
from qa_bot.storage.lexical import terms
from qa_bot.storage.repeated import EDGES
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.verify import verify_index

__all__ = ["quick_analysis", "unsynced"]  # fixtures of this module too

NOTE = "Our newsroom is paid for by the readers of this region."
LEAD = "From our own desk in the harbour of Norby."
WORDS = (
    *("storm", "cranes", "ferry", "mayor", "bridge", "winter"),
    *("market", "school", "tunnel", "orchard", "lantern", "quarry"),
)


def body(name: str) -> str:
    """Five sentences that are of this article alone, some 300 characters."""
    start = sum(map(ord, name))
    return " ".join(
        f"The {WORDS[(start + 5 * n) % 12]} of {name} was {WORDS[(start * n) % 12]} number {n} and "
        f"not the {WORDS[(start + 3 * n) % 12]}."
        for n in range(5)
    )


def noted(*names: str) -> dict[str, str]:
    return {name: f"{body(name)} {NOTE}" for name in names}


def masked(snapshot: Snapshot) -> dict[str, list[str]]:
    """What is masked in each article that has something masked, by file name."""
    found = {}
    for one in snapshot.articles():
        article = snapshot.article(one.article_id)
        if article.masked:
            found[re.split("[./#]", one.article_id)[-2]] = [
                span.of(article.text) for span in article.masked
            ]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "news", **noted("anna", "bert", "cleo", "dirk"))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_with_the_fifth_article_the_sentence_is_masked_in_all_and_without_it_in_none(
    folder: Path, index: Path, tmp_path: Path
) -> None:
    index_of(folder, index)
    assert masked(Snapshot.open(index)) == {}
    write(folder, **noted("emil"))
    embedder = FakeEmbedder()
    report = index_of(folder, index, embedder)
    assert (len(report.added), len(report.unchanged), report.changed) == (1, 4, ())
    snapshot = Snapshot.open(index)
    names = ("anna", "bert", "cleo", "dirk", "emil")
    assert masked(snapshot) == {name: [NOTE] for name in names}
    with_note = [text for text in embedder.embedded if NOTE in text]
    assert {text.partition("\n")[2] for text in with_note} == {NOTE}
    index_of(folder, tmp_path / "rebuilt")
    assert list(same(snapshot, Snapshot.open(tmp_path / "rebuilt"))) == []

    (folder / "emil.txt").unlink()
    report = index_of(folder, index)
    assert (report.removed, len(report.unchanged)) == (("news/emil.txt",), 4)
    assert masked(Snapshot.open(index)) == {}
    shutil.rmtree(tmp_path / "rebuilt")
    index_of(folder, tmp_path / "rebuilt")
    assert list(same(Snapshot.open(index), Snapshot.open(tmp_path / "rebuilt"))) == []


def test_a_masked_sentence_is_neither_read_nor_searched_but_as_a_last_resort(
    folder: Path, index: Path
) -> None:
    write(folder, **noted("emil"))
    index_of(folder, index)
    snapshot = Snapshot.open(index)
    ids, _ = snapshot.search_lexical(terms("newsroom paid readers region"), 99)
    assert len(ids) == 5
    assert snapshot.boilerplate(ids).all()
    for passage in snapshot.passages(ids):
        assert passage.chunk.text == NOTE
        text = snapshot.article(passage.chunk.article_id).text
        assert passage.chunk.span.of(text) == NOTE
    everything, _ = snapshot.search_dense(FakeEmbedder().embed_question("all"), 999)
    others = [p.chunk for p in snapshot.passages(everything[~snapshot.boilerplate(everything)])]
    for chunk in others:
        hides = [span.of(snapshot.article(chunk.article_id).text) for span in chunk.masked]
        assert hides == ([NOTE] if NOTE in chunk.text else [])


def test_masking_costs_only_the_articles_that_hold_the_sentence(folder: Path, index: Path) -> None:
    write(folder, **{f"plain{n}": body(f"plain{n}") for n in range(20)})
    index_of(folder, index)
    before = {segment["name"] for segment in manifest(index)["segments"]}
    write(folder, **noted("emil"))
    embedder = FakeEmbedder()
    index_of(folder, index, embedder)
    written = [s for s in manifest(index)["segments"] if s["name"] not in before]
    assert [segment["articles"] for segment in written] == [5]
    assert not any("plain" in text for text in embedder.embedded)


def manifest(index: Path) -> dict[str, list[dict[str, object]]]:
    number = (index / "CURRENT").read_text().split()[0]
    found: dict[str, list[dict[str, object]]] = json.loads(
        (index / "generations" / number / "manifest.json").read_text()
    )
    return found


def test_with_nothing_changed_nothing_is_written(folder: Path, index: Path) -> None:
    write(folder, **noted("emil"))
    index_of(folder, index)
    embedder = FakeEmbedder()
    assert index_of(folder, index, embedder).generation == 1
    assert embedder.embedded == []


def test_copies_of_one_article_are_no_boilerplate(tmp_path: Path, index: Path) -> None:
    copies = {f"copy{n}": f"{LEAD} {body('anna')} {NOTE} This is print {n}." for n in range(7)}
    folder = write(tmp_path / "news", **copies)
    index_of(folder, index)
    assert masked(Snapshot.open(index)) == {}
    short = {f"short{n}": f"{NOTE} {LEAD} This is print {n}." for n in range(7)}
    index_of(write(tmp_path / "short", **short), index)
    assert masked(Snapshot.open(index)) == {}


def test_other_sources_have_other_boilerplate(tmp_path: Path, index: Path) -> None:
    folder = write(tmp_path / "rows")
    rows = [
        {"id": f"{name}.x", "text": text, "source": "Norby Post" if number < 4 else "Sandvik Mail"}
        for number, (name, text) in enumerate(
            noted("anna", "bert", "cleo", "dirk", "emil", "fred").items()
        )
    ]
    path = folder / "news.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    index_of(folder, index)
    assert masked(Snapshot.open(index)) == {}
    rows[4]["source"] = "Norby Post"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    index_of(folder, index)
    assert len(masked(Snapshot.open(index))) == 5


def test_articles_taken_out_by_hand_unmask_with_the_next_run(
    folder: Path, index: Path, tmp_path: Path
) -> None:
    write(folder, **noted("emil"))
    index_of(folder, index)
    remove_articles(index, "news/bert.txt", settings=SMALL)
    report = index_of(folder, index)
    assert (report.removed, report.changed, report.generation) == ((), (), 3)
    assert masked(Snapshot.open(index)) == {}
    (folder / "bert.txt").unlink()
    index_of(folder, tmp_path / "rebuilt")
    assert list(same(Snapshot.open(index), Snapshot.open(tmp_path / "rebuilt"))) == []


def test_an_index_made_without_is_brought_to_it_without_embedding_what_it_holds(
    folder: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, **noted("emil"), plain=body("plain"))
    with monkeypatch.context() as patch:  # a segment as it was written before
        patch.setattr("qa_bot.indexing.build.changed_masking", nothing)
        patch.setattr("qa_bot.storage.writer.EDGES", "edges.old")
        index_of(folder, index)
    assert not list(index.rglob(EDGES))
    assert masked(Snapshot.open(index)) == {}
    embedder = FakeEmbedder()
    index_of(folder, index, embedder)
    assert len(masked(Snapshot.open(index))) == 5
    assert not any("plain" in text for text in embedder.embedded)
    index_of(folder, tmp_path / "rebuilt")
    assert list(same(Snapshot.open(index), Snapshot.open(tmp_path / "rebuilt"))) == []


def nothing(*given: object) -> tuple[()]:
    class Nothing:
        def __bool__(self) -> bool:
            return False

        def write(self, writer: object) -> set[str]:
            return set()

    return Nothing()  # type: ignore[return-value]


def test_another_embedder_masks_the_stored_articles_the_same(folder: Path, index: Path) -> None:
    write(folder, **noted("emil"))
    index_of(folder, index)
    shutil.rmtree(folder)
    index_of([], index, FakeEmbedder(dim=12, name="second"))
    assert len(masked(Snapshot.open(index))) == 5
    index_of(write(folder, **noted("anna", "bert", "cleo", "dirk")), index,
             FakeEmbedder(dim=12, name="second"))  # fmt: skip
    assert masked(Snapshot.open(index)) == {}


def test_an_export_leaves_what_repeats_to_be_found_again(
    folder: Path, index: Path, tmp_path: Path
) -> None:
    menu = "Advertisement"
    write(folder, **noted("emil"), anna=f"{body('anna')}\n\n{menu}\n\n{NOTE}")
    index_of(folder, index)
    assert masked(Snapshot.open(index))["anna"] == [menu, NOTE]
    exported = tmp_path / "all.jsonl"
    export_articles(index, exported)
    rows = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [len(row["masked"]) for row in rows] == [1, 0, 0, 0, 0]
    index_of(exported, tmp_path / "again")
    one, other = Snapshot.open(index), Snapshot.open(tmp_path / "again")
    assert {a.article_id: (a.text, a.masked) for a in map(one.article, ids_of(one))} == {
        a.article_id: (a.text, a.masked) for a in map(other.article, ids_of(other))
    }
    assert one.repeated("news/anna.txt") == (
        Span(len(rows[0]["text"]) - len(NOTE), len(rows[0]["text"])),
    )
    with pytest.raises(KeyError, match="nothing"):
        one.repeated("nothing")


def ids_of(snapshot: Snapshot) -> list[str]:
    return [one.article_id for one in snapshot.articles()]


NAMES = ["anna", "bert", "cleo", "dirk", "emil", "fred", "gina"]
parts = st.tuples(
    st.sampled_from(["own", "own", "anna", "none"]),
    st.booleans(),
    st.sampled_from(["", NOTE, NOTE]),
)
states = st.lists(st.dictionaries(st.sampled_from(NAMES), parts), min_size=2, max_size=5)
everyone = dict.fromkeys(NAMES, ("own", False, NOTE))


@given(states)
@example([{**everyone}, {**everyone, "anna": ("none", False, "")}, {"bert": ("own", True, NOTE)}])
@example([dict.fromkeys(NAMES[:4], ("own", True, NOTE)), {**everyone}, {**everyone}])
@settings(max_examples=15, deadline=None)
def test_any_row_of_updates_ends_where_a_rebuild_does(
    history: list[dict[str, tuple[str, bool, str]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, updated, rebuilt = Path(name, "news"), Path(name, "one"), Path(name, "two")
        for state in history:
            shutil.rmtree(folder, ignore_errors=True)
            texts = {
                name: " ".join(
                    [
                        LEAD if lead else "",
                        "" if whose == "none" else body(name if whose == "own" else whose),
                        note,
                        f"This is {name}.",
                    ]
                ).strip()
                for name, (whose, lead, note) in state.items()
            }
            index_of(write(folder, **texts), updated)
        index_of(folder, rebuilt)
        one, two = Snapshot.open(updated), Snapshot.open(rebuilt)
        assert list(same(one, two)) == []
        for article_id in ids_of(two):
            assert one.repeated(article_id) == two.repeated(article_id)
        verify_index(updated)
        assert index_of(folder, updated).generation == one.generation
