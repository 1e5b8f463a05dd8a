"""Terms, and BM25 against its definition."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_bot.storage.arrays import as_ids
from qa_bot.storage.bm25 import COMMON_SHARE, K1, SMALL_COLLECTION, B, Bm25
from qa_bot.storage.lexical import SegmentTerms, build_terms, terms
from qa_bot.storage.terms import function_terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Putin's train", ["putin", "train"]),
        ("Putin’s trains", ["putin", "train"]),
        ("the workers' trains", ["the", "worker", "train"]),
        ("£21.1 billion", ["21.1", "billion"]),
        ("£21.1bn", ["21.1", "bn"]),
        ("1,000 and 12,345,678.9", ["1000", "and", "12345678.9"]),
        ("1,2,3 and 1,0000", ["1", "2", "3", "and", "1", "0000"]),
        ("the 21st, 1,000th", ["the", "21", "1000"]),
        ("a five-hour arms-for-tech talk", ["a", "five", "hour", "arm", "for", "tech", "talk"]),
        ("Café São José", ["cafe", "sao", "jose"]),
        ("In the U.S. at 5 p.m.", ["in", "the", "us", "at", "5", "pm"]),
        ("A. Smith", ["a", "smith"]),
        ("O’Neill didn't", ["oneil", "didnt"]),
        ("COVID-19, covid19", ["covid", "19", "covid", "19"]),
        ("snake_case bbc.co.uk", ["snake", "case", "bbc", "co", "uk"]),
        ("ﬁne Straße", ["fine", "strass"]),
        ("", []),
        (" -- … ", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    # The stems of single words are those of Snowball's published English vocabulary.
    assert terms(text) == expected


@given(st.text())
@settings(deadline=None)
def test_terms_never_fail_and_hold_no_white_space(text: str) -> None:
    assert all(term and not any(map(str.isspace, term)) for term in terms(text))


@given(st.text(), st.sampled_from([" ", "\n", "\r\n", "\u2003", "\x1c"]), st.text())
@settings(deadline=None)
def test_no_term_reaches_over_a_blank(before: str, blank: str, after: str) -> None:
    assert terms(before + blank + after) == terms(before) + terms(after)


@given(st.text(st.characters(codec="ascii")))
@settings(deadline=None)
def test_case_does_not_matter(text: str) -> None:
    assert terms(text.upper()) == terms(text) == terms(text.lower())


def test_function_words_are_what_builds_a_question() -> None:
    assert {"the", "of", "how", "mani", "did"} <= function_terms()
    assert not {"us", "may", "not", "putin", "hour"} & function_terms()


# --- BM25 -----------------------------------------------------------------------


def by_definition(documents: dict[int, str], question: list[str]) -> dict[int, float]:
    """Robertson and Zaragoza's formula over word lists, without any of our code."""
    lists = {number: text.split() for number, text in documents.items()}
    average = sum(map(len, lists.values())) / len(lists)
    scores: dict[int, float] = {}
    for number, words in lists.items():
        for term in dict.fromkeys(question):
            containing = sum(term in other for other in lists.values())
            count = words.count(term)
            if count:
                idf = math.log(1 + (len(lists) - containing + 0.5) / (containing + 0.5))
                part = count * (1.2 + 1) / (count + 1.2 * (1 - 0.75 + 0.75 * len(words) / average))
                scores[number] = scores.get(number, 0.0) + idf * part
    return scores


WORDS = ["kim", "train", "putin", "moscow", "1000", "hat"]  # each its own stem
documents = st.dictionaries(
    st.integers(0, 10**9),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    min_size=1,
    max_size=12,
).filter(lambda found: any(found.values()))


def segment(folder: Path, chosen: dict[int, str], dead: tuple[int, ...] = ()) -> SegmentTerms:
    folder.mkdir(parents=True)
    ids = as_ids(sorted(chosen))
    build_terms(folder, ids, [chosen[number] for number in ids.tolist()])
    return SegmentTerms(folder, ids, exclude=as_ids(sorted(dead)))


@given(documents, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_scores_are_those_of_the_definition(chosen: dict[int, str], question: list[str]) -> None:
    assert (K1, B) == (1.2, 0.75)
    with TemporaryDirectory() as folder:
        one = segment(Path(folder, "s"), chosen)
        ids, scores = Bm25([one], question).score(one)
        found = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        assert found == pytest.approx(by_definition(chosen, question), rel=1e-6)


@given(documents, documents, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_cutting_into_segments_and_tombstones_change_no_bit(
    living: dict[int, str], gone: dict[int, str], question: list[str]
) -> None:
    """Two segments with dead chunks score exactly as one segment that never knew them."""
    gone = {number: text for number, text in gone.items() if number not in living}
    with TemporaryDirectory() as folder:
        whole = segment(Path(folder, "whole"), living)
        middle = len(living) // 2
        halves = [dict(list(living.items())[:middle]), dict(list(living.items())[middle:])]
        parts = [
            segment(Path(folder, f"part{number}"), {**half, **gone}, tuple(gone))
            for number, half in enumerate(halves)
        ]
        expected = Bm25([whole], question).score(whole)
        scoring = Bm25(parts, question)
        found = [scoring.score(part) for part in parts]
        ids = np.concatenate([ids for ids, _ in found])
        scores = np.concatenate([scores for _, scores in found])
        order = np.argsort(ids)
        np.testing.assert_array_equal(ids[order], expected[0])
        np.testing.assert_array_equal(scores[order], expected[1])


def test_function_words_are_dropped_if_others_remain(tmp_path: Path) -> None:
    one = segment(tmp_path / "s", {1: "the the the train", 2: "the kim", 3: "kim of hat"})
    assert Bm25([one], terms("the kim")).terms == ["kim"]
    assert Bm25([one], terms("of the")).terms == ["of", "the"]
    assert Bm25([one], terms("of the moon")).terms == ["of", "the"]  # the moon does not occur
    assert Bm25([one], terms("moon")).terms == []


@pytest.mark.parametrize("size", [SMALL_COLLECTION - 1, SMALL_COLLECTION])
def test_in_a_large_collection_common_words_are_dropped_if_others_remain(
    tmp_path: Path, size: int
) -> None:
    share = int(COMMON_SHARE * size)
    texts = {
        number: " ".join(["common"] * (number <= share) + ["rare"] * (number < share) + ["the"])
        for number in range(size)
    }
    one = segment(tmp_path / "s", texts)
    assert one.document_frequency(["common", "rare"]) == [share + 1, share]
    large = size == SMALL_COLLECTION
    assert Bm25([one], ["the", "common", "rare"]).terms == (
        ["rare"] if large else ["common", "rare"]
    )
    assert Bm25([one], ["the", "common", "moon"]).terms == ["common"]
    assert Bm25([one], ["the", "moon"]).terms == ["the"]


def test_without_segments_nothing_is_found() -> None:
    assert Bm25([], ["kim"]).terms == []
