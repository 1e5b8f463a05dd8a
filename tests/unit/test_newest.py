"""Newest first: a date decides among the confident, and nothing else changes."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.newest import by_date, order_by_date
from qa_bot.answering.select import AnswerGroup, RankedSpan
from qa_bot.records import Chunk, Passage, ScoredPassage, Span, SpanCandidate


def ranked(article: str, published: str | None, margin: float = 1.0) -> RankedSpan:
    span = Span(0, 3)
    passage = Passage(Chunk("0" * 16, article, span, "Ole"), "A title", None, None, published)
    return RankedSpan(
        SpanCandidate(article, "0" * 16, span, "Ole", margin, 0.0),
        ScoredPassage(passage, 1.0, 1, 0.5, 1.0),
        rank_score=1.0,
    )


def group(*dates: str | None) -> AnswerGroup:
    return AnswerGroup("ole", tuple(ranked(f"a{n}", date) for n, date in enumerate(dates)))


def test_the_newest_confident_answer_leads() -> None:
    groups = [group("2023-01-01"), group("2023-03-01"), group(None), group("2023-02-01")]
    assert order_by_date(groups, [0.9, 0.6, 0.8, 0.7], 0.5) == [1, 3, 0, 2]


def test_an_answer_below_the_setting_stays_behind_however_new() -> None:
    groups = [group("2020-01-01"), group("2023-03-01"), group("2021-01-01")]
    assert order_by_date(groups, [0.9, 0.4, 0.5], 0.5) == [2, 0, 1]


def test_the_date_of_an_answer_is_that_of_its_newest_article() -> None:
    groups = [group("2023-02-01", None), group(None, "2023-01-01", "2023-03-01")]
    assert order_by_date(groups, [0.9, 0.9], 0.5) == [1, 0]


def test_a_mere_occurrence_of_the_words_dates_nothing() -> None:
    """An article whose span the reader does not prefer to "no answer" is no support."""
    occurs = AnswerGroup("x", (ranked("a", "2020-01-01"), ranked("b", "2024-01-01", margin=-1.0)))
    assert order_by_date([occurs, group("2021-01-01")], [0.9, 0.9], 0.5) == [1, 0]


DATES = st.sampled_from([None, "2022-12-31", "2023-01-01", "2023-01-02"])
GROUPS = st.lists(
    st.tuples(st.lists(DATES, min_size=1, max_size=3), st.floats(0, 1)), min_size=1, max_size=6
)


@given(GROUPS, st.floats(0, 1))
def test_the_order_is_by_confident_then_date_then_rank(
    drawn: list[tuple[list[str | None], float]], floor: float
) -> None:
    groups = [group(*dates) for dates, _ in drawn]
    sure = [confidence for _, confidence in drawn]
    order = order_by_date(groups, sure, floor)
    assert sorted(order) == list(range(len(groups)))
    newest = [max(date or "" for date in dates) for dates, _ in drawn]
    for one, other in itertools.pairwise(order):
        if sure[one] < floor:
            assert sure[other] < floor
            assert one < other
        elif sure[other] >= floor:
            assert newest[one] >= newest[other]
            assert newest[one] > newest[other] or one < other


@given(st.lists(DATES, max_size=6))
def test_citations_by_date(dates: list[str | None]) -> None:
    spans = [ranked(f"a{n}", date) for n, date in enumerate(dates)]
    found = by_date(spans)
    assert sorted(found, key=spans.index) == spans
    for one, other in itertools.pairwise(found):
        first, second = (span.passage.passage.published or "" for span in (one, other))
        assert first > second or (first == second and spans.index(one) < spans.index(other))
