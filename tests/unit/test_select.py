"""Ranking and merging of spans."""

from __future__ import annotations

import math

import pytest

from qa_bot.answering.confidence import FEATURES, confidence, confidence_word
from qa_bot.answering.fitted import Fitted, load_fitted
from qa_bot.answering.select import (
    BOILERPLATE_PENALTY,
    RANKING_FEATURES,
    answer_key,
    group_answers,
    rank_spans,
)
from qa_bot.errors import ModelError
from qa_bot.protocols import Reading
from qa_bot.records import Chunk, Passage, ScoredPassage, Span, SpanCandidate

WEIGHTS = dict.fromkeys(RANKING_FEATURES, 0.0) | {
    "span_score": 1.0,
    "null_score": -1.0,
    "fused": 2.0,
}


def passage(
    article: str, *, fused: float = 0.5, boilerplate: bool = False, lexical: float = 3.0
) -> ScoredPassage:
    chunk = Chunk(f"{article}-chunk", article, Span(0, 99), "x" * 99, boilerplate=boilerplate)
    return ScoredPassage(Passage(chunk, "T", None, None, None), fused, 1, 0.4, lexical)


def candidate(
    article: str, text: str, score: float, *, null: float = 0.0, start: int = 0
) -> SpanCandidate:
    span = Span(start, start + len(text))
    return SpanCandidate(article, f"{article}-chunk", span, text, score, null)


def reading(*candidates: SpanCandidate) -> Reading:
    return Reading(candidates, min((c.null_score for c in candidates), default=0.0))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the Sea of Azov", "Sea of Azov"),
        ("five-hour", "Five hour"),
        ("“sacred fight”", "sacred fight"),
        ("Kim Jong-un,", "kim jong un"),
    ],
)
def test_what_counts_as_the_same_answer(one: str, other: str) -> None:
    assert answer_key(one) == answer_key(other)


def test_different_answers_keep_different_keys() -> None:
    assert answer_key("2022") != answer_key("2023")
    assert answer_key("theatre") != answer_key("atre")


def test_rank_score_is_the_weighted_sum() -> None:
    ranked = rank_spans(
        [
            reading(candidate("a", "Kim", 5, null=1)),
            reading(candidate("b", "Putin", 4, null=-3)),
        ],
        [passage("a", fused=1.0), passage("b", fused=0.0)],
        WEIGHTS,
    )
    assert [(r.candidate.text, r.rank_score) for r in ranked] == [("Putin", 7.0), ("Kim", 6.0)]


def test_boilerplate_answers_only_when_nothing_else_does() -> None:
    ranked = rank_spans(
        [reading(candidate("a", "Kim", 5)), reading(candidate("b", "Putin", 4))],
        [passage("a", boilerplate=True), passage("b")],
        WEIGHTS,
    )
    assert [r.candidate.text for r in ranked] == ["Putin", "Kim"]
    assert ranked[0].rank_score - ranked[1].rank_score == BOILERPLATE_PENALTY - 1


def test_equal_answers_of_two_articles_are_one_with_two_citations() -> None:
    ranked = rank_spans(
        [
            reading(candidate("a", "the Sea of Azov", 5)),
            reading(candidate("b", "Sea of Azov", 4), candidate("b", "Crimea", 3, start=40)),
        ],
        [passage("a"), passage("b")],
        WEIGHTS,
    )
    groups = group_answers(ranked)
    assert [group.best.candidate.text for group in groups] == ["the Sea of Azov", "Crimea"]
    assert [s.candidate.article_id for s in groups[0].supporting()] == ["a", "b"]


def test_a_mere_occurrence_is_no_support() -> None:
    ranked = rank_spans(
        [reading(candidate("a", "Putin", 5)), reading(candidate("b", "Putin", 1, null=4))],
        [passage("a"), passage("b")],
        WEIGHTS,
    )
    (group,) = group_answers(ranked)
    assert [s.candidate.article_id for s in group.supporting()] == ["a"]


def test_the_same_place_read_twice_is_no_alternative() -> None:
    ranked = rank_spans(
        [
            reading(
                candidate("a", "20 hours", 5, start=10),
                candidate("a", "his armoured train 20", 4, start=0),
                candidate("a", "hours", 3, start=13),
                candidate("a", "two", 2, start=60),
            )
        ],
        [passage("a")],
        WEIGHTS,
    )
    assert [g.best.candidate.text for g in group_answers(ranked)] == ["20 hours", "two"]


def test_punctuation_is_no_answer() -> None:
    spans = [
        candidate("a", ".", 9),
        candidate("a", "the", 8, start=5),
        candidate("a", "Kim", 1, start=9),
    ]
    ranked = rank_spans([reading(*spans)], [passage("a")], WEIGHTS)
    assert [g.best.candidate.text for g in group_answers(ranked)] == ["Kim"]


def test_the_number_of_groups_is_bounded() -> None:
    spans = [candidate("a", f"w{n}", -n, start=5 * n) for n in range(9)]
    ranked = rank_spans([reading(*spans)], [passage("a")], WEIGHTS)
    assert len(group_answers(ranked, most=4)) == 4


def test_ties_are_broken_by_chunk_and_place() -> None:
    spans = [candidate("b", "z", 1, start=9), candidate("b", "y", 1, start=2)]
    ranked = rank_spans(
        [reading(*spans), reading(candidate("a", "x", 1))], [passage("b"), passage("a")], WEIGHTS
    )
    assert [r.candidate.text for r in ranked] == ["x", "y", "z"]


def fitted(intercept: float) -> Fitted:
    return Fitted(WEIGHTS, dict.fromkeys(FEATURES, 1.0), intercept, 0.5, 0.0)


def test_confidence_is_the_logistic_function() -> None:
    features = dict.fromkeys(FEATURES, 0.0)
    assert confidence(features, fitted(0.0)) == 0.5
    assert confidence(features, fitted(math.log(3))) == pytest.approx(0.75)
    assert 0 < confidence(dict.fromkeys(FEATURES, -1e9), fitted(0)) < 1e-12
    assert 1 > confidence(dict.fromkeys(FEATURES, 1e9), fitted(0)) > 1 - 1e-12


@pytest.mark.parametrize(
    ("value", "word"), [(0.75, "strong"), (0.74, "fair"), (0.5, "fair"), (0.49, "weak")]
)
def test_confidence_in_words(value: float, word: str) -> None:
    assert confidence_word(value) == word


def test_the_shipped_numbers_cover_every_feature() -> None:
    shipped = load_fitted()
    assert set(shipped.ranking) == set(RANKING_FEATURES)
    assert set(shipped.confidence) == set(FEATURES)
    assert 0 < shipped.threshold < 1


def test_a_mismatch_names_the_parts() -> None:
    one = Fitted({}, {}, 0, 0, 0, fingerprints={"reader": "a", "encoder": "b"})
    assert one.mismatch({"reader": "a", "encoder": "b"}) == ()
    assert one.mismatch({"reader": "x", "fusion": "y", "encoder": "b"}) == ("fusion", "reader")


def test_damaged_numbers_say_what_to_do(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "fitted.json"
    path.write_text('{"ranking": 3}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"(?s)fitted numbers cannot be read.*make calibrate"):
        load_fitted(path)
