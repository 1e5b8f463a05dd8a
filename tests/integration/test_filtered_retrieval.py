"""With a filter, k passages come back whenever k allowed ones exist, and only such."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fakes import FakeEmbedder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot import Filters, build_index
from qa_bot.config import Settings
from qa_bot.retrieval.retriever import Retriever
from qa_bot.storage import dense_writing
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.terms import terms

WORDS = [
    *("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "heath"),
    *("inlet", "jetty", "knoll", "larch", "marsh", "north", "orbit"),
]
DATES = [None, "2022-12-31", "2023-01-01", "2023-06-15", "2024-02-29"]
SOURCES = [None, "BBC News", "Reuters"]
SECTIONS = [None, "World", "Sport"]
ARTICLES = 70


def row(number: int) -> dict[str, Any]:
    """One article of several chunks, a third of them rich in the first words."""
    chosen = random.Random(number)
    pool = WORDS[:4] if number % 3 == 0 else WORDS
    paragraphs = [
        " ".join(chosen.choices(pool, k=25)).capitalize() + "." for _ in range(1 + number % 4)
    ]
    fields = {
        "id": f"n{number}",
        "title": f"Article {number}",
        "text": "\n\n".join(paragraphs),
        "url": f"https://www.site{number % 5}.example/{number}",
        "published": chosen.choice(DATES),
        "source": chosen.choice(SOURCES),
        "section": chosen.choice(SECTIONS),
    }
    return {key: value for key, value in fields.items() if value is not None}


@pytest.fixture(scope="module", params=["exact", "approximate"])
def snapshot(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Two segments, the older with articles that have gone or changed since."""
    folder = tmp_path_factory.mktemp("filtered")
    articles, index = folder / "news", folder / "index"
    articles.mkdir()
    small_chunks = Settings.load(environ={}, chunk_tokens=40, chunk_overlap=0)

    def publish(rows: list[dict[str, Any]]) -> None:
        lines = "".join(json.dumps(one) + "\n" for one in rows)
        (articles / "rows.jsonl").write_text(lines, encoding="utf-8")
        build_index(articles, index, settings=small_chunks, embedder=FakeEmbedder())

    with pytest.MonkeyPatch.context() as patch:
        if request.param == "approximate":
            written = dense_writing.write_vectors
            patch.setattr(
                dense_writing,
                "write_vectors",
                lambda folder, ids, blocks, dim: written(folder, ids, blocks, dim, flat_limit=40),
            )
        rows = [row(number) for number in range(ARTICLES)]
        publish(rows[: ARTICLES - 10])
        changed = [{**one, "text": one["text"] + " Amber."} for one in rows[:5]]
        publish([*changed, *rows[10:]])  # five have changed, five have gone, ten are new
    opened = Snapshot.open(index)
    assert len(opened.segments) == 2
    assert any(segment.dead_articles for segment in opened.segments)
    approximate = any(segment.folder.joinpath("dense.ids.npy").exists() for segment in
                      opened.segments)  # fmt: skip
    assert approximate is (request.param == "approximate")
    yield opened
    opened.close()


def expected(one: dict[str, Any], filters: Filters) -> bool:
    """The law in plain words, over the rows as they were written."""
    published = one.get("published")
    if filters.published_from or filters.published_until:
        if published is None:
            if not filters.include_undated:
                return False
        elif not (filters.published_from or "0") <= published <= (filters.published_until or "9"):
            return False
    host = f"site{int(one['id'][1:]) % 5}.example"
    names = {str(one.get("source")).lower(), host}
    if filters.sources and not names & {source.lower() for source in filters.sources}:
        return False
    if f"news/rows.jsonl#{one['id']}" in filters.exclude_articles:
        return False
    return all(one.get(key) == value for key, value in filters.equals.items())


PAIRS = st.tuples(*[st.sampled_from(["2022-01-01", "2023-01-01", "2023-12-31", "2025-01-01"])] * 2)
FILTERS = st.builds(
    lambda dates, given_dates, **rest: Filters(
        published_from=min(dates) if "from" in given_dates else None,
        published_until=max(dates) if "until" in given_dates else None,
        **rest,
    ),
    dates=PAIRS,
    given_dates=st.sets(st.sampled_from(["from", "until"])),
    sources=st.lists(
        st.sampled_from(["BBC News", "Reuters", "site1.example", "site4.example", "nobody"]),
        max_size=2,
    ).map(tuple),
    equals=st.dictionaries(
        st.just("section"), st.sampled_from(["World", "Sport", "None"]), max_size=1
    ),
    include_undated=st.booleans(),
    exclude_articles=st.lists(
        st.integers(0, ARTICLES).map("news/rows.jsonl#n{}".format), max_size=30
    ).map(tuple),
)
QUESTION = st.lists(st.sampled_from([*WORDS, "unknown"]), min_size=1, max_size=4).map(" ".join)


@given(
    filters=FILTERS,
    k=st.integers(1, 60),
    question=QUESTION,
    candidates=st.sampled_from([1, 5, 200]),
    weight=st.sampled_from([0.0, 0.5, 1.0]),
)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_k_allowed_passages_come_back_whenever_there_are_k(
    snapshot: Snapshot,
    filters: Filters,
    k: int,
    question: str,
    candidates: int,
    weight: float,
) -> None:
    rows = {f"news/rows.jsonl#n{n}": row(n) for n in [*range(5), *range(10, ARTICLES)]}
    allowed = {name for name, one in rows.items() if expected(one, filters)}
    chunks = sum(one.chunks for one in snapshot.articles() if one.article_id in allowed)
    assert set(snapshot.matching(filters)) == allowed

    retriever = Retriever(FakeEmbedder(), candidates=candidates, dense_weight=weight)
    found = retriever.retrieve(snapshot, question, k, filters)
    ids = [scored.passage.chunk.chunk_id for scored in found]
    assert len(ids) == len(set(ids)) == min(k, chunks)
    assert {scored.passage.chunk.article_id for scored in found} <= allowed
    assert [scored.rank for scored in found] == list(range(1, len(found) + 1))


@given(filters=FILTERS, k=st.integers(1, 60), question=QUESTION)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_index_is_filtered_before_its_cut(
    snapshot: Snapshot, filters: Filters, k: int, question: str
) -> None:
    """The k best of the allowed ones, not those of the k best that are allowed."""
    allowed = snapshot.allowed(filters)
    vector = FakeEmbedder().embed_question(question)
    everything = np.sort(np.concatenate([segment.live_ids for segment in snapshot.segments]))
    pool = everything if allowed is None else allowed
    assert np.isin(pool, everything).all()

    ids, scores = snapshot.search_lexical(terms(question), k, allowed=allowed)
    lexical = snapshot.score_lexical(terms(question), pool)
    order = [i for i in np.lexsort((pool, -lexical)) if lexical[i] > 0][:k]
    assert ids.tolist() == pool[order].tolist()
    assert scores.tolist() == lexical[order].tolist()

    ids, scores = snapshot.search_dense(vector, k, allowed=allowed)
    assert len(ids) == min(k, len(pool))
    assert np.isin(ids, pool).all()
    cosines = snapshot.score_dense(vector, pool)
    if not any(segment.folder.joinpath("dense.ids.npy").exists() for segment in snapshot.segments):
        assert ids.tolist() == pool[np.lexsort((pool, -cosines))[:k]].tolist()
    assert scores.tolist() == sorted(snapshot.score_dense(vector, ids).tolist(), reverse=True)


def test_the_same_filter_twice_is_worked_out_once_and_a_changed_one_again(
    snapshot: Snapshot,
) -> None:
    equals = {"section": "World"}
    filters = Filters(equals=equals)
    world = snapshot.allowed(filters)
    assert snapshot.allowed(Filters(equals={"section": "World"})) is world
    equals["section"] = "Sport"
    sport = snapshot.allowed(filters)
    assert world is not None
    assert sport is not None
    assert not set(world.tolist()) & set(sport.tolist())
