"""The confidence: its features by their definitions, its laws, and the dial."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.confidence import (
    FEATURES,
    Evidence,
    confidence,
    confidence_alone,
    confidence_features,
)
from qa_bot.answering.fitted import Fitted, load_fitted
from qa_bot.answering.select import RANKING_FEATURES, AnswerGroup, group_answers, rank_spans
from qa_bot.answering.topic import EVERYWHERE, Frequencies, term_frequencies
from qa_bot.protocols import Reading
from qa_bot.records import Chunk, Passage, ScoredPassage, Span, SpanCandidate

WEIGHTS = dict.fromkeys(RANKING_FEATURES, 0.0) | {"span_score": 1.0, "null_score": -1.0}
TEXT = "Who leads the harbour? Ada Berg leads the harbour of Norby. Is it old? It was dug in 1871."


def passage(
    article: str, *, lexical: float = 3.0, title: str = "Berg of Norby", text: str = TEXT
) -> ScoredPassage:
    chunk = Chunk(f"{article}-chunk", article, Span(0, len(text)), text)
    return ScoredPassage(Passage(chunk, title, None, None, None), 0.5, 1, 0.4, lexical)


def candidate(article: str, text: str, score: float, *, null: float = 0.0) -> SpanCandidate:
    start = TEXT.index(text)
    span = Span(start, start + len(text))
    return SpanCandidate(article, f"{article}-chunk", span, text, score, null)


@pytest.fixture
def passages() -> list[ScoredPassage]:
    return [passage("a", lexical=math.e - 1), passage("b", lexical=0.0)]


@pytest.fixture
def readings() -> list[Reading]:
    return [
        Reading((candidate("a", "Ada Berg", 5.0, null=1.0), candidate("a", "1871", 1.0)), 0.0),
        Reading((candidate("b", "Ada Berg", 3.0, null=1.0),), 1.0),
    ]


@pytest.fixture
def groups(readings: list[Reading], passages: list[ScoredPassage]) -> list[AnswerGroup]:
    return group_answers(rank_spans(readings, passages, WEIGHTS))


def test_features_by_their_definitions(
    groups: list[AnswerGroup], readings: list[Reading], passages: list[ScoredPassage]
) -> None:
    frequencies = Frequencies(10, {"lead": 2, "harbour": 5, "zanzibar": 0})
    question = "Who leads the harbour of Zanzibar?"
    found = confidence_features(
        groups[0], groups, Evidence(question, passages, readings, frequencies)
    )
    assert tuple(found) == FEATURES
    lead, harbour, nowhere = (math.log(1 + (10 - n + 0.5) / (n + 0.5)) for n in (2, 5, 0))
    weight = lead + harbour + nowhere
    assert found["margin"] == found["rank_score"] == 4.0
    assert found["mean_margin"] == pytest.approx((4.0 + 2.0) / 2)
    # Rank scores 4 and 1: a softmax over two answers.
    assert found["log_share"] == pytest.approx(-math.log(1 + math.exp(1.0 - 4.0)))
    assert found["spans"] == pytest.approx(math.log(2))
    assert found["depth"] == pytest.approx(math.log1p(TEXT.index("Ada Berg") / 500))
    assert found["lexical_best"] == pytest.approx(1.0)
    assert found["lexical_gap"] == pytest.approx(1.0 - math.log1p((math.e - 1) / 2))
    assert found["lexical_share"] == pytest.approx((math.e - 1) / weight)
    assert found["unknown"] == pytest.approx(nowhere / weight)
    assert found["questions"] == pytest.approx(math.log(3))
    assert found["another_year"] == found["echo"] == 0.0


@pytest.mark.parametrize(
    ("question", "published", "other"),
    [
        ("Who led it in 2022?", "2021-05-01", 1.0),
        ("Who led it in 1840?", "2021-05-01", 1.0),
        ("Who led it in 2022?", "2022-05-01", 0.0),
        ("Who led it in 1871?", "2021-05-01", 0.0),  # the passage names it
        ("Who led it in 1840, if not in 1871?", None, 0.0),
        ("Who led it in 1840?", None, 1.0),
        ("Who led it?", "2021-05-01", 0.0),
    ],
)
def test_an_article_of_another_year(
    readings: list[Reading], question: str, published: str | None, other: float
) -> None:
    dated = [
        replace(each, passage=replace(each.passage, published=published))
        for each in (passage("a"), passage("b"))
    ]
    found = group_answers(rank_spans(readings, dated, WEIGHTS))
    evidence = Evidence(question, dated, readings)
    assert confidence_features(found[0], found, evidence)["another_year"] == other


def test_an_echo_says_nothing_that_the_question_does_not(
    groups: list[AnswerGroup], readings: list[Reading], passages: list[ScoredPassage]
) -> None:
    for question, echo in (("Is Ada Berg the Berg of Norby?", 1.0), ("Is Berg there?", 0.0)):
        evidence = Evidence(question, passages, readings)
        assert confidence_features(groups[0], groups, evidence)["echo"] == echo


def test_no_place_is_deeper_than_the_deepest(passages: list[ScoredPassage]) -> None:
    depths = []
    for start in (2000, 90_000):
        span = SpanCandidate("a", "a-chunk", Span(start, start + 8), "Ada Berg", 5.0, 1.0)
        one = [Reading((span,), 1.0)]
        found = group_answers(rank_spans(one, passages[:1], WEIGHTS))
        evidence = Evidence("Who leads?", passages[:1], one)
        depths.append(confidence_features(found[0], found, evidence)["depth"])
    assert depths == pytest.approx([math.log(5)] * 2)


def test_another_answer_is_less_sure_by_its_share(
    groups: list[AnswerGroup], readings: list[Reading], passages: list[ScoredPassage]
) -> None:
    evidence = Evidence("Who leads?", passages, readings)
    shares = [confidence_features(group, groups, evidence)["log_share"] for group in groups]
    assert sum(map(math.exp, shares)) == pytest.approx(1.0)
    assert shares[0] > shares[1]
    assert confidence_features(groups[1], groups[1:], evidence)["log_share"] == 0.0


def test_a_question_of_function_words_asks_for_nothing(
    groups: list[AnswerGroup], readings: list[Reading], passages: list[ScoredPassage]
) -> None:
    found = confidence_features(groups[0], groups, Evidence("Who is it?", passages, readings))
    assert found["unknown"] == found["lexical_share"] == 0.0


def test_rare_terms_weigh_more() -> None:
    counted = Frequencies(100, {"common": 90, "rare": 1})
    assert 0 < counted.weight("common") < counted.weight("rare") < counted.weight("never seen")
    assert EVERYWHERE.weight("one") == EVERYWHERE.weight("other")


def test_terms_are_counted_once_and_function_words_never() -> None:
    class Counts:
        chunk_count = 7

        def document_frequency(self, terms: object) -> list[int]:
            assert terms == ["harbour", "norbi"]
            return [3, 0]

    found = term_frequencies("What of the harbour, the harbours of Norby?", Counts())
    assert found == Frequencies(7, {"harbour": 3, "norbi": 0})


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_confidence_is_a_probability(values: list[float]) -> None:
    features = dict(zip(FEATURES, values, strict=True))
    assert 0 < confidence(features, load_fitted()) < 1


@pytest.mark.parametrize("name", ["rank_score", "log_share", "spans"])
@given(st.lists(st.floats(-5, 5), min_size=len(FEATURES), max_size=len(FEATURES)), st.floats(0, 5))
def test_the_shipped_confidence_rises_with(name: str, values: list[float], more: float) -> None:
    features = dict(zip(FEATURES, values, strict=True))
    raised = features | {name: features[name] + more}
    assert confidence(raised, load_fitted()) >= confidence(features, load_fitted())


DIAL = Fitted({}, {}, 0.0, 0.5, 0.0, settings=((0.0, 0.4, 1.0), (0.5, 0.8, 0.6), (1.0, 0.9, 0.0)))


@pytest.mark.parametrize(
    ("setting", "right", "answered"),
    [(0.0, 0.4, 1.0), (0.25, 0.6, 0.8), (0.5, 0.8, 0.6), (0.75, 0.85, 0.3), (1.0, 0.9, 0.0)],
)
def test_the_dial_is_linear_between_what_was_measured(
    setting: float, right: float, answered: float
) -> None:
    assert DIAL.at_setting(setting) == pytest.approx((right, answered))


def test_the_dial_in_words() -> None:
    assert DIAL.setting_sentence(0.5) == (
        "At this setting 80% of shown answers were right on the test questions, 60% were answered."
    )
    unmeasured = Fitted({}, {}, 0.0, 0.5, 0.0)
    assert unmeasured.at_setting(0.5) is None
    assert unmeasured.setting_sentence(0.5) == ""


def test_the_shipped_dial_answers_less_the_higher_it_is_set() -> None:
    shipped = load_fitted()
    answered = [shipped.at_setting(step / 50)[1] for step in range(51)]  # type: ignore[index]
    assert answered == sorted(answered, reverse=True)
    assert all(0 <= share <= 1 for _, *shares in shipped.settings for share in shares)
    assert "were right on the test questions" in shipped.setting_sentence(shipped.threshold)


def test_an_answer_that_stands_alone_has_its_own_line_over_the_logit() -> None:
    zero = dict.fromkeys(FEATURES, 0.0)
    fitted = Fitted({}, zero, math.log(3), 0.5, 0.0, alone=(2.0, 0.0))
    assert confidence_alone(zero, fitted) == pytest.approx(0.9)
