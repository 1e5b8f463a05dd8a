"""Retrieval over a published index, against a ranking worked out over all chunks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa_bot.errors import QuestionError
from qa_bot.records import Article, Chunk, EmbedderFingerprint, Filters, ScoredPassage, Span
from qa_bot.retrieval.retriever import Retriever
from qa_bot.storage.layout import Layout
from qa_bot.storage.locks import writer_lock
from qa_bot.storage.manifest import Counts, Root
from qa_bot.storage.publish import Draft, publish
from qa_bot.storage.snapshot import Snapshot
from qa_bot.storage.sources import SourceTable
from qa_bot.storage.terms import terms
from qa_bot.storage.writer import SegmentWriter

DIM = 8
ROOT = Root("news", "/articles/news")


class WordEmbedder:
    """A text's vector is the sum of one random vector for each of its words."""

    fingerprint = EmbedderFingerprint("words", "0" * 64, DIM, 10_000)

    def __init__(self) -> None:
        self.questions: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = []
        for text in texts:
            row = np.full(DIM, 1e-3)
            for word in re.findall(r"\w+", text.lower()):
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
                row += np.random.default_rng(seed).normal(size=DIM)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, dtype=np.float32).reshape(len(rows), DIM)

    def embed_question(self, question: str) -> np.ndarray:
        self.questions.append(question)
        return self.embed([question])[0]


# (name, text, source, published, boilerplate)
ARTICLES = (
    ("bridge", "The bridge over the river closed in May.", "BBC", "2023-05-02", False),
    ("mill", "The old mill by the river was sold.", "BBC", "2023-06-10", False),
    ("strike", "Miners ended a strike; zinc became cheaper.", "The Post", "2023-06-11", False),
    ("match", "A goalkeeper saved two penalties on Sunday.", "The Post", None, False),
    ("menu", "Read more about the bridge closed in May.", "BBC", "2023-05-02", True),
    ("twin", "The bridge over the river closed in May.", "Wire", "2023-05-03", False),
)


def chunk_of(article: Article, boilerplate: bool) -> Chunk:
    digest = hashlib.sha256(article.article_id.encode()).digest()[:8]
    chunk_id = f"{int.from_bytes(digest) & (2**63 - 1):016x}"
    whole = Span(0, len(article.text))
    return Chunk(
        chunk_id, article.article_id, whole, article.text,
        masked=(whole,) if boilerplate else (), boilerplate=boilerplate,
    )  # fmt: skip


def published_index(index: Path, rows: Sequence[tuple[str, str, str, str | None, bool]]) -> Path:
    """An index with one chunk for each of ``rows``."""
    layout = Layout(index)
    index.mkdir()
    embedder = WordEmbedder()
    with writer_lock(index):
        written = None
        if rows:
            writer = SegmentWriter(layout)
            boilerplate = {}
            for name, text, source, published, last_resort in rows:
                article = Article(
                    f"news/{name}.txt", name, text, source, f"/articles/news/{name}.txt", None,
                    None, published, "utf-8", {}, hashlib.sha256(text.encode()).hexdigest(),
                )  # fmt: skip
                boilerplate[article.article_id] = last_resort
                writer.add_article(article, ROOT, f"{name}.txt")
            vectors = {}
            for number, article in list(writer.added()):
                chunk = chunk_of(article, boilerplate[article.article_id])
                key = hashlib.sha256(chunk.chunk_id.encode()).digest()[:16]
                vectors[key] = embedder.embed([article.text])[0]
                writer.add_chunks(number, [chunk], [article.text], [key])
            written = writer.finish(
                lambda keys: np.array([vectors[key] for key in keys], dtype=np.float32), DIM
            )
        draft = Draft(
            parent=None, embedder=embedder.fingerprint, chunking="one", roots=(ROOT,),
            sources=SourceTable(), counts=Counts(len(rows), len(rows)), written=written,
        )  # fmt: skip
        publish(layout, draft)
    return index


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    opened = Snapshot.open(published_index(tmp_path_factory.mktemp("six") / "index", ARTICLES))
    yield opened
    opened.close()


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


def names(found: Sequence[ScoredPassage]) -> list[str]:
    return [scored.passage.title for scored in found]


QUESTION = "When was the bridge over the river closed?"
VOCABULARY = (
    "amber basin cedar delta ember fjord grove heath inlet jetty knoll larch marsh north orbit "
    "plain quarry ridge slope tarn upland vale wharf yew zenith"
)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Sixty articles of random words: the two searches often bring different ones."""
    random = np.random.default_rng(11)
    words = VOCABULARY.split()
    rows = [
        (
            f"a{number:02}",
            " ".join(random.choice(words, size=random.integers(4, 15))) + ".",
            "BBC",
            None,
            number % 7 == 0,
        )
        for number in range(60)
    ]
    opened = Snapshot.open(published_index(tmp_path_factory.mktemp("sixty") / "index", rows))
    yield opened
    opened.close()


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("candidates", [1, 3, 8, 100])
@pytest.mark.parametrize("question", ["amber fjord wharf", "delta delta yew?", "the ridge, ember"])
def test_the_ranking_is_the_convex_sum_over_the_union(
    sixty: Snapshot, embedder: WordEmbedder, weight: float, candidates: int, question: str
) -> None:
    k = min(candidates, 10)
    found = Retriever(embedder, candidates=candidates, dense_weight=weight).retrieve(
        sixty, question, k
    )
    # The same, said plainly: score everything, keep what either search brings, min-max, sum.
    ids = sorted(int(chunk_of(article, False).chunk_id, 16) for article in articles(sixty))
    dense = dict(zip(ids, sixty.score_dense(embedder.embed([question])[0], ids), strict=True))
    lexical = dict(zip(ids, sixty.score_lexical(terms(question), ids), strict=True))
    near = sorted(ids, key=lambda one: (-dense[one], one))[:candidates]
    shared = sorted((one for one in ids if lexical[one] > 0), key=lambda one: (-lexical[one], one))[
        :candidates
    ]
    union = {*near, *shared}

    def scaled(scores: dict[int, float], one: int) -> float:
        low, high = (float(end(scores[each] for each in union)) for end in (min, max))
        return 1.0 if low == high else (float(scores[one]) - low) / (high - low)

    fused = {
        one: weight * scaled(dense, one) + (1 - weight) * scaled(lexical, one) for one in union
    }
    last_resort = dict(zip(ids, sixty.boilerplate(ids), strict=True))
    best = sorted(union, key=lambda one: (last_resort[one], -fused[one], one))[:k]
    assert [int(scored.passage.chunk.chunk_id, 16) for scored in found] == best
    for scored, one in zip(found, best, strict=True):
        assert scored.score == pytest.approx(fused[one], abs=1e-5)
        assert scored.dense == pytest.approx(float(dense[one]), abs=1e-5)
        assert scored.lexical == pytest.approx(float(lexical[one]), abs=1e-5)


def articles(snapshot: Snapshot) -> list[Article]:
    return [snapshot.article(summary.article_id) for summary in snapshot.articles()]


def test_ranks_scores_and_order(snapshot: Snapshot, embedder: WordEmbedder) -> None:
    found = Retriever(embedder, candidates=100, dense_weight=0.5).retrieve(snapshot, QUESTION, 20)
    assert len(found) == len(ARTICLES)  # k results when k exist, all of them when they do not
    assert [scored.rank for scored in found] == [1, 2, 3, 4, 5, 6]
    # Equal texts have equal scores; the chunk id decides between them.
    first, second = found[:2]
    assert {*names(found[:2])} == {"bridge", "twin"}
    assert first.score == second.score
    assert first.passage.chunk.chunk_id < second.passage.chunk.chunk_id
    # The menu has more of the question's words than the mill has, and comes last all the same.
    assert names(found)[-1] == "menu"
    ordinary = [scored.score for scored in found[:-1]]
    assert ordinary == sorted(ordinary, reverse=True)
    assert found[-1].score > ordinary[-1]
    assert embedder.questions == [QUESTION]  # embedded once


def test_the_last_resort_is_found_when_nothing_else_is_left(
    snapshot: Snapshot, embedder: WordEmbedder
) -> None:
    others = tuple(f"news/{row[0]}.txt" for row in ARTICLES if row[0] != "menu")
    retriever = Retriever(embedder, candidates=100, dense_weight=0.5)
    found = retriever.retrieve(snapshot, QUESTION, 5, Filters(exclude_articles=others))
    assert names(found) == ["menu"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(published_from="2023-06-01"), {"mill", "strike"}),
        (Filters(published_until="2023-05-02", include_undated=True), {"bridge", "match", "menu"}),
        (Filters(sources=("www.the POST",)), {"strike", "match"}),
        (Filters(published_from="2023-06-01", sources=("bbc",)), {"mill"}),
        (Filters(exclude_articles=("news/twin.txt", "news/menu.txt")),
         {"bridge", "mill", "strike", "match"}),
        (Filters(sources=("nobody",)), set()),
    ],
)  # fmt: skip
def test_only_what_passes_the_filters_is_found(
    snapshot: Snapshot, embedder: WordEmbedder, filters: Filters, expected: set[str]
) -> None:
    found = Retriever(embedder, candidates=1, dense_weight=0.5).retrieve(
        snapshot, QUESTION, 10, filters
    )
    assert {*names(found)} == expected
    assert len(embedder.questions) == bool(expected)  # with nothing to search, nothing is embedded


def test_a_question_without_terms_is_ranked_by_meaning_alone(
    snapshot: Snapshot, embedder: WordEmbedder
) -> None:
    assert terms("???") == []
    found = Retriever(embedder, candidates=100, dense_weight=0.5).retrieve(snapshot, "???", 5)
    assert [scored.lexical for scored in found] == [0.0] * 5
    dense = [scored.dense for scored in found]
    assert dense == sorted(dense, reverse=True)


def test_an_empty_index_gives_nothing_and_embeds_nothing(
    tmp_path: Path, embedder: WordEmbedder
) -> None:
    empty = Snapshot.open(published_index(tmp_path / "index", ()))
    assert Retriever(embedder, candidates=5, dense_weight=0.5).retrieve(empty, QUESTION, 5) == ()
    assert embedder.questions == []
    empty.close()


def test_bad_requests_are_refused(snapshot: Snapshot, embedder: WordEmbedder) -> None:
    retriever = Retriever(embedder, candidates=5, dense_weight=0.5)
    with pytest.raises(QuestionError, match=r"at least 1\n +where: +top_k\n +found: +0"):
        retriever.retrieve(snapshot, QUESTION, 0)
    with pytest.raises(QuestionError, match="published_from"):
        retriever.retrieve(snapshot, QUESTION, 5, Filters(published_from="May"))
    assert embedder.questions == []
