"""Analyses as bytes, and the cache of an interrupted run."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.analysis.worker import pack, unpack
from qa_bot.records import CUE_KINDS, ArticleAnalysis, Cue, Entity, Span, Speech
from qa_bot.storage.analyses import ENTITY_KINDS, decode, encode, furthest
from qa_bot.storage.analysis_cache import AnalysisCache

spans = st.tuples(st.integers(0, 60_000), st.integers(0, 500)).map(
    lambda pair: Span(pair[0], pair[0] + pair[1])
)


def few(records: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(records, max_size=4).map(tuple)


analyses = st.builds(
    ArticleAnalysis,
    few(st.builds(Entity, spans, st.sampled_from(ENTITY_KINDS))),
    few(st.builds(Speech, spans, st.none() | spans, st.booleans())),
    few(st.builds(Cue, spans, st.sampled_from(CUE_KINDS), spans, spans)),
)


@given(analyses)
@settings(max_examples=50)
def test_an_analysis_comes_back_as_it_was(analysis: ArticleAnalysis) -> None:
    assert decode(encode(analysis)) == analysis
    assert unpack(pack(analysis)) == analysis
    every = [
        *(one.span for one in analysis.entities),
        *(
            span
            for one in analysis.speeches
            for span in (one.span, one.speaker)
            if span is not None
        ),
        *(span for one in analysis.cues for span in (one.sentence, one.span, one.scope)),
    ]
    assert furthest(analysis) == max((span.end for span in every), default=0)


def test_the_numbers_of_kinds_stay_what_they_are() -> None:
    # A file holds numbers: another order would give other kinds to old indexes.
    assert ENTITY_KINDS[:4] == ("CARDINAL", "DATE", "EVENT", "FAC")
    assert ENTITY_KINDS[13] == "PERSON"
    assert CUE_KINDS == ("negation", "denial", "hedge", "question", "headline")


@pytest.mark.parametrize(
    "content",
    [b"", b"plain", zlib.compress(b""), zlib.compress(b"\1\0\0\0" * 3), zlib.compress(b"\0" * 13)],
)
def test_other_bytes_are_no_analysis(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(content)


def test_a_kind_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        encode(ArticleAnalysis((Entity(Span(0, 1), "STAR"),)))


def test_the_cache_keeps_what_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "analyses.sqlite"
    cache = AnalysisCache(path)
    assert cache.get(b"k") is None
    assert not path.exists()  # nothing to keep, no file
    cache.add(b"k", b"content")
    assert cache.get(b"k") == b"content"
    cache.close()
    again = AnalysisCache(path)
    assert again.get(b"k") == b"content"
    again.clear()
    assert not path.exists()
    assert again.get(b"k") is None


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "analyses.sqlite"
    cache = AnalysisCache(path)
    for number in range(200):
        cache.add(f"key {number}".encode(), b"content" * 50)
    cache.close()
    content = bytearray(path.read_bytes())
    place = content.index(b"content" * 3)
    content[place] ^= 1
    path.write_bytes(content)
    damaged = AnalysisCache(path)
    found = [damaged.get(f"key {number}".encode()) for number in range(200)]
    assert found.count(None) == 1  # that one does not fit its sha256
    damaged.close()
    path.write_bytes(b"no database at all" * 100)
    anew = AnalysisCache(path)
    anew.add(b"k", b"content")
    assert anew.get(b"k") == b"content"
    anew.close()
