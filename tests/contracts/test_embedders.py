"""One contract over every Embedder: ONNX fp32, ONNX int8, and sentence-transformers.

The exported models come from the user's cache and are made there at the first run.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qa_bot import embedding
from qa_bot.config import Settings
from qa_bot.embedding import OnnxEmbedder, SentenceTransformerEmbedder, open_embedder
from qa_bot.errors import ModelError
from qa_bot.models.cache import exported, find_source
from qa_bot.protocols import Embedder

TEXTS = (
    "The bridge was closed for repairs in May.",
    "Repairs kept the bridge shut during May, the council said.",
    "A goalkeeper saved two penalties.",
    "Zinc prices fell by 2.5% after the strike ended.\nMiners returned to work on Monday.",
    "ÉTÉ À MONTRÉAL, 30°C",
    "",
    "The old mill by the river has been sold to a family from the next village. " * 8,
)
QUESTIONS = ("When was the bridge closed?", "What did zinc cost?", "who saved the penalties")
INT8_COSINE = 0.97


@pytest.fixture(scope="module", params=["fp32", "int8", "sentence-transformers"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "sentence-transformers":
        return request.getfixturevalue("reference")
    return open_embedder(Settings.load(precision=request.param))


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    source = find_source(Settings().embedder)
    return SentenceTransformerEmbedder(source.location, name=source.name)


def test_it_is_an_embedder(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    fingerprint = embedder.fingerprint
    assert (fingerprint.name, fingerprint.dim) == ("all-MiniLM-L6-v2", 384)
    assert fingerprint.max_tokens == 256  # max_seq_length of the published model
    assert fingerprint.normalized
    assert len(fingerprint.revision) == 64


def test_rows_are_unit_vectors_in_the_order_given(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert float(embedder.embed([text])[0] @ vector) > 0.9999


def test_nothing_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_meaning_is_near(embedder: Embedder) -> None:
    bridge, same, goal = embedder.embed(TEXTS[:3])
    assert bridge @ same > 0.6 > 0.3 > bridge @ goal
    asked = embedder.embed_question(QUESTIONS[0])
    assert asked.shape == (384,)
    assert asked.dtype == np.float32
    assert int(np.argmax(embedder.embed(TEXTS) @ asked)) in (0, 1)


def test_tokens_are_counted_with_the_special_ones(embedder: Embedder) -> None:
    # WordPiece has each of these words whole; [CLS] and [SEP] make two more.
    assert embedder.count_tokens(["", "the bridge", "the bridge."]) == [2, 4, 5]
    assert embedder.count_tokens(["a " * 300]) == [302]  # counting never cuts


def test_the_window_is_full_but_never_passed(embedder: Embedder) -> None:
    assert embedder.embed(["a " * 254]).shape == (1, 384)
    with pytest.raises(ModelError, match=r"at most 256 tokens\n +found: +257 tokens"):
        embedder.embed(["short", "a " * 255])


def test_a_long_question_is_cut_at_the_window(embedder: Embedder) -> None:
    words = [f"word{number}" for number in range(400)]
    fitting = list(words)
    while embedder.count_tokens([" ".join(fitting)])[0] > 256:
        fitting.pop()
    cut = embedder.embed_question(" ".join(words))
    assert np.linalg.norm(cut) == pytest.approx(1.0, abs=1e-5)
    # At most the last word is cut inside itself.
    assert float(cut @ embedder.embed_question(" ".join(fitting))) > 0.99
    changed = [*fitting, "entirely", "different", "words", "follow", "here"]
    assert float(cut @ embedder.embed_question(" ".join(changed))) > 0.99


def test_what_is_no_text_for_a_tokenizer_is_still_embedded(embedder: Embedder) -> None:
    broken = embedder.embed(["half a pair: \ud83d", "half a pair: \ufffd"])
    assert float(broken[0] @ broken[1]) > 0.9999
    assert np.isfinite(embedder.embed_question("\udc00 and \x00")).all()


def test_many_threads_get_what_one_gets(embedder: Embedder) -> None:
    alone = [embedder.embed_question(question) for question in QUESTIONS]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(embedder.embed_question, QUESTIONS * 8))
    for number, vector in enumerate(found):
        assert float(vector @ alone[number % len(alone)]) > 0.99999


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_vector_depends_on_its_text_alone(
    precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes an updated index equal to one that is built anew, to the last bit."""
    settings = Settings.load(precision=precision)
    source = find_source(settings.embedder)
    folder = exported(source, precision, settings.cache_path)
    one, three = (OnnxEmbedder(folder, name=source.name, threads=threads) for threads in (1, 3))
    alone = np.concatenate([one.embed([text]) for text in TEXTS])
    assert np.array_equal(one.embed(TEXTS), alone)
    assert np.array_equal(three.embed(TEXTS[::-1])[::-1], alone)
    monkeypatch.setattr(embedding, "_BLOCK", 4)  # a list longer than one block
    assert np.array_equal(three.embed(TEXTS * 2), np.concatenate([alone, alone]))


@pytest.mark.parametrize(("precision", "floor"), [("fp32", 0.999), ("int8", INT8_COSINE)])
def test_it_agrees_with_sentence_transformers(
    precision: str, floor: float, reference: SentenceTransformerEmbedder
) -> None:
    served = open_embedder(Settings.load(precision=precision))
    assert isinstance(served, OnnxEmbedder)
    passages = np.sum(served.embed(TEXTS) * reference.embed(TEXTS), axis=1)
    assert passages.min() > floor
    questions = [
        float(served.embed_question(text) @ reference.embed_question(text)) for text in QUESTIONS
    ]
    assert min(questions) > floor
    assert served.count_tokens(TEXTS) == reference.count_tokens(TEXTS)


def test_fingerprints_tell_the_three_apart(reference: SentenceTransformerEmbedder) -> None:
    revisions = {
        reference.fingerprint.revision,
        *(open_embedder(Settings.load(precision=name)).fingerprint.revision
          for name in ("fp32", "int8")),
    }  # fmt: skip
    assert len(revisions) == 3


def test_opening_twice_gives_one_object() -> None:
    assert open_embedder(Settings.load()) is open_embedder(Settings.load(top_k=3))
