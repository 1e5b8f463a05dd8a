"""Articles and chunks in SQLite: every string comes back, whatever is in it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes import make_article
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_bot.records import Article, Chunk, Span
from qa_bot.storage.passages import FILE, PassageStore, PassageWriter, stored_articles
from qa_bot.storage.rows import ChunkRow, chunk_hex, record_hash

strings = st.text(st.characters(codec=None), max_size=30)  # lone surrogates and NUL included


def written(
    folder: Path,
    articles: list[Article],
    chunks: list[ChunkRow] | None = None,
    root_path: str = "/root",
) -> PassageStore:
    writer = PassageWriter(folder)
    for article in articles:
        writer.add_article(article, root="root", root_path=root_path, relative="a.txt")
    for chunk in chunks or []:
        writer.add_chunk(chunk)
    writer.finish()
    return PassageStore(folder / FILE)


@given(strings, strings, strings, st.dictionaries(strings, strings, max_size=3))
@settings(deadline=None)
@example("\ud800\x00", "\udfff", "a\x00b", {"\ud800": "\x00"})
def test_any_string_comes_back(text: str, title: str, name: str, metadata: dict[str, str]) -> None:
    article = make_article(
        f"root/{name}",
        text,
        title=title,
        author=name,
        metadata=metadata,
        location=f"/root/{name}#L1",
    )
    article = replace(article, masked=(Span(0, len(text)),))
    with TemporaryDirectory() as folder:
        store = written(Path(folder), [article])
        assert store.key_of(article.article_id) == 0
        assert store.article(0, {"root": "/root"}) == article
        store.close()


def test_the_location_follows_the_root(tmp_path: Path) -> None:
    store = written(
        tmp_path,
        [
            make_article("root/a", "x", location="/root/a.txt"),
            make_article("root/b", "x", location="https://elsewhere/b"),
        ],
    )
    moved = {"root": "/moved/there"}
    assert store.article(0, moved).location == "/moved/there/a.txt"
    assert store.article(1, moved).location == "https://elsewhere/b"


def test_chunks_are_slices_of_their_article(tmp_path: Path) -> None:
    article = make_article("root/a", "One. Two. Three.")
    chunk = Chunk(
        chunk_id="00000000000000ff",
        article_id="root/a",
        span=Span(5, 9),
        text="Two.",
        heading="A heading",
        masked=(Span(6, 8),),
        boilerplate=True,
    )
    store = written(tmp_path, [article], [ChunkRow.of(chunk, 0, b"k" * 16)])
    row = store.chunk_rows([255, 256])[255]
    assert row.chunk(article) == chunk
    assert row.embed_key == b"k" * 16
    assert store.counts() == (1, 1, 0)
    assert store.ids_of_keys([b"k" * 16, b"l" * 16]) == {b"k" * 16: 255}
    assert chunk_hex(255) == chunk.chunk_id


def test_many_ids_are_looked_up_at_once(tmp_path: Path) -> None:
    article = make_article("root/a", "word " * 3000)
    chunks = [
        ChunkRow(number, 0, number, number + 1, "", "[]", False, number.to_bytes(16))
        for number in range(3000)
    ]
    store = written(tmp_path, [article], chunks)
    assert sorted(store.chunk_rows(range(2990, 6000))) == list(range(2990, 3000))
    assert len(store.ids_of_keys([number.to_bytes(16) for number in range(5000)])) == 3000
    assert len(list(store.chunk_rows_of([0]))) == 3000


def test_many_threads_read_at_once_and_close_closes_for_all(tmp_path: Path) -> None:
    articles = [make_article(f"root/{number}", f"text {number}") for number in range(50)]
    store = written(tmp_path, articles)
    wrong: list[object] = []

    def read() -> None:
        texts = [store.article(number, {}).text for number in range(50)]
        if texts != [f"text {number}" for number in range(50)]:
            wrong.append(texts)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    store.close()
    assert store.article(3, {}).text == "text 3"  # a late reader opens it again


def test_an_unknown_number_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="5"):
        written(tmp_path, []).article(5, {})


def test_an_older_table_with_fewer_columns_can_still_be_read(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE articles (article_id, text, title)")
        connection.execute(
            "INSERT INTO articles VALUES ('news/a/b.txt', ?, 'T')", (b"Caf\xc3\xa9",)
        )
        connection.execute("INSERT INTO articles VALUES ('news/dead.txt', 'gone', 'T')")
    connection.close()
    ((_, root, relative, article),) = stored_articles(tmp_path / FILE, {"news/dead.txt"}, {})
    assert (root, relative) == ("news", "a/b.txt")
    assert (article.text, article.title, article.encoding) == ("Café", "T", "utf-8")
    assert article.content_hash == make_article("x", "Café").content_hash


def test_the_record_hash_sees_every_field_but_label_and_place() -> None:
    article = make_article("a", "text")
    same = replace(article, article_id="b", location="elsewhere")
    assert record_hash(same) == record_hash(article)
    for change in (
        {"title": "t"},
        {"source": "s"},
        {"url": "u"},
        {"author": "a"},
        {"published": "2020-01-01"},
        {"encoding": "latin-1"},
        {"metadata": {"a": "b"}},
        {"content_hash": "c"},
        {"masked": (Span(0, 1),)},
    ):
        assert record_hash(replace(article, **change)) != record_hash(article)
