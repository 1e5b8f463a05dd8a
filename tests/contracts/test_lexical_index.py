"""LexicalIndex: counts against counting words in a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_bot.protocols import LexicalIndex
from qa_bot.storage import postings
from qa_bot.storage.arrays import as_ids
from qa_bot.storage.lexical import SegmentTerms, build_terms
from qa_bot.storage.postings import PostingsWriter

Build = Callable[[dict[int, str], set[int]], LexicalIndex]
WORDS = ["kim", "train", "putin", "moscow", "ärger", "1000"]
STEMS = {"ärger": "arger"}


@pytest.fixture(params=["written", "in parts", "merged"])
def build(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Build:
    """An index of texts in which some ids are dead: written at once, sorted a few postings at a
    time as a large one is, or merged from two."""
    if request.param == "in parts":
        monkeypatch.setattr(postings, "_TOKENS_HELD", 3)
        monkeypatch.setattr(postings, "_POSTINGS_HELD", 2)

    def written(texts: dict[int, str], dead: set[int]) -> LexicalIndex:
        folder, ids = tmp_path_factory.mktemp("terms"), as_ids(sorted(texts))
        build_terms(folder, ids, [texts[number] for number in ids.tolist()])
        return SegmentTerms(folder, ids, exclude=as_ids(sorted(dead)))

    def merged(texts: dict[int, str], dead: set[int]) -> LexicalIndex:
        folder = tmp_path_factory.mktemp("merged")
        writer = PostingsWriter(folder)
        live = sorted(set(texts) - dead)
        for part in (0, 1):
            chosen = {number: text for number, text in texts.items() if number % 2 == part}
            old = written(chosen, {number for number in dead if number % 2 == part})
            assert isinstance(old, SegmentTerms)
            writer.add_postings(old.postings())
        writer.write(folder, as_ids(live))
        return SegmentTerms(folder, as_ids(live))

    return merged if request.param == "merged" else written


texts = st.dictionaries(
    st.integers(0, 2**62), st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join), max_size=10
)


@given(st.data())
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_all_counts_are_those_of_counting_live_words(build: Build, data: st.DataObject) -> None:
    chosen = data.draw(texts)
    dead = data.draw(st.sets(st.sampled_from(sorted(chosen)))) if chosen else set()
    index = build(chosen, dead)
    live = {
        number: [STEMS.get(word, word) for word in text.split()]
        for number, text in chosen.items()
        if number not in dead
    }
    asked = [STEMS.get(word, word) for word in WORDS] + ["absent", ""]

    assert len(index) == len(live)
    assert index.total_terms == sum(map(len, live.values()))
    expected = [sum(term in words for words in live.values()) for term in asked]
    assert index.document_frequency(asked) == expected

    ids, lengths, counts = index.term_counts(asked)
    holding = sorted(number for number, words in live.items() if words)
    assert ids.tolist() == holding
    assert lengths.tolist() == [len(live[number]) for number in holding]
    assert counts.shape == (len(holding), len(asked))
    assert counts.tolist() == [[live[number].count(term) for term in asked] for number in holding]


def test_only_chunks_that_hold_a_term_are_listed(build: Build) -> None:
    index = build({1: "kim", 2: "train", 3: "kim train kim"}, {1})
    ids, lengths, counts = index.term_counts(["kim"])
    assert (ids.tolist(), lengths.tolist(), counts.tolist()) == ([3], [3.0], [[2.0]])
    assert [part.shape for part in index.term_counts(["absent"])] == [(0,), (0,), (0, 1)]
    assert [part.shape for part in index.term_counts([])] == [(0,), (0,), (0, 0)]


def test_a_word_repeated_more_often_than_fits_is_counted_as_often_as_fits(tmp_path: Path) -> None:
    index = build_terms(tmp_path, as_ids([1]), ["kim " * 70_000])
    assert index.total_terms == 70_000
    assert index.term_counts(["kim"])[2].tolist() == [[np.iinfo(np.uint16).max]]


def test_files_that_do_not_fit_one_another_are_refused(tmp_path: Path) -> None:
    build_terms(tmp_path, as_ids([1, 2]), ["kim", "train"])
    with pytest.raises(ValueError, match="do not fit"):
        SegmentTerms(tmp_path, as_ids([1]))
