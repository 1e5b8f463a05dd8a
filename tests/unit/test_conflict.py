"""Other articles that say otherwise: articles written here, and what must be no conflict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.bounds import bound_in_front
from qa_bot.answering.conflict import Side, find_conflicts, is_newer
from qa_bot.answering.kinds import asks_for_a_name, asks_for_several, disagree
from qa_bot.answering.occasions import is_too_early
from qa_bot.answering.same import meaning_of, same_answer
from qa_bot.answering.select import AnswerGroup, RankedSpan, group_answers
from qa_bot.records import Chunk, Citation, Passage, ScoredPassage, Span, SpanCandidate

FLOOR = 0.5
Said = tuple[str, str, str, str | None]
"""Article, its text, the answer in it, and its date."""


def group(*said: Said, margin: float = 2.0) -> list[AnswerGroup]:
    """The answers of ``said``, the first the best, as the reader would have found them."""
    ranked = []
    for place, (article, text, answer, published) in enumerate(said):
        start = text.index(answer)
        chunk = Chunk(f"{article}-{place}", article, Span(0, len(text)), text)
        passage = ScoredPassage(Passage(chunk, "A title", None, None, published), 0.5, 1, 0.4, 3.0)
        span = Span(start, start + len(answer))
        candidate = SpanCandidate(article, chunk.chunk_id, span, answer, margin, 0.0)
        ranked.append(RankedSpan(candidate, passage, 9.0 - place))
    return group_answers(ranked)


def conflicts(question: str, *said: Said, sure: float = 0.9, margin: float = 2.0) -> list[str]:
    found = find_conflicts(question, group(*said, margin=margin), lambda _: sure, FLOOR)
    return [side.group.best.candidate.text for side in found]


TALKS = "How long did Adler and Brandt talk in Norby?"
LONG = ("a", "Adler and Brandt met in Norby for a five-hour talk on fish.", "five-hour", None)
SHORT = ("b", "After a two-hour talk in Norby, Adler and Brandt left.", "two-hour", None)
TRAIN = ("c", "Adler rode his train 20 hours to Norby to see Brandt.", "20 hours", None)


def test_two_numbers_of_one_thing_are_shown_with_both_sides() -> None:
    found = find_conflicts(TALKS, group(LONG, SHORT), lambda _: 0.9, FLOOR)
    assert [(side.place, side.group.best.candidate.text) for side in found] == [(1, "two-hour")]
    assert conflicts(TALKS, SHORT, LONG) == ["five-hour"]


def test_a_number_of_something_else_is_none() -> None:
    assert conflicts(TALKS, LONG, TRAIN) == []


def test_bare_numbers_take_their_unit_from_the_article() -> None:
    one = (LONG[0], LONG[1], "five", None)
    other = (SHORT[0], SHORT[1], "two", None)
    assert conflicts(TALKS, one, other) == ["two"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Adler and Brandt had a talk of 300 minutes in Norby.", "300 minutes"),
        ("Adler and Brandt had a long talk in Norby, of five hours.", "five hours"),
        ("For their talk in Norby, Adler and Brandt paid two euros.", "two euros"),
        ("Adler and Brandt came to Norby for a talk in 2019.", "2019"),
        ("In Norby the talk of Adler and Brandt took up to six hours.", "up to six hours"),
        ("In Norby Adler and Brandt had a talk about fish.", "fish"),
    ],
)
def test_what_does_not_contradict_five_hours(text: str, answer: str) -> None:
    assert conflicts(TALKS, LONG, ("b", text, answer, None)) == []


@pytest.mark.parametrize("text", ["of no more than 6", "of up to 6", "for which they asked: 6"])
def test_a_bound_or_a_wish_outside_the_quote_counts_too(text: str) -> None:
    said = f"In Norby Adler and Brandt had a talk {text} hours."
    assert conflicts(TALKS, LONG, ("b", said, "6 hours", None)) == []
    plain = said.replace(text, "of 6")
    assert conflicts(TALKS, LONG, ("b", plain, "6 hours", None)) == ["6 hours"]


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("It took no more than ", "most"),
        ("It took more than $", "least"),
        ("It rose by about", "about"),
        ("It is over. It took", ""),
        ("the takeover ", ""),
    ],
)
def test_the_bound_in_front_of_a_span(before: str, kind: str) -> None:
    assert bound_in_front(before) == kind


def test_an_article_that_says_both_takes_no_side() -> None:
    both = "Some say Adler and Brandt had a two-hour talk in Norby, some a five-hour talk."
    said = [("b", both, "two-hour", None), ("b", both, "five-hour", None)]
    assert conflicts(TALKS, LONG, *said) == []
    assert conflicts(TALKS, ("b", both, "five-hour", None), ("b", both, "two-hour", None)) == []


def test_too_little_behind_it() -> None:
    assert conflicts(TALKS, LONG, SHORT, sure=0.1) == []
    assert conflicts(TALKS, LONG, SHORT, margin=-1.0) == []


def test_another_event_far_away_in_time_or_topic_is_none() -> None:
    dated = (*LONG[:3], "2023-09-15")
    assert conflicts(TALKS, dated, (*SHORT[:3], "2023-09-20")) == ["two-hour"]
    assert conflicts(TALKS, dated, (*SHORT[:3], "2021-09-20")) == []
    elsewhere = ("b", "Carl and Dora had a two-hour talk in Sandvik.", "two-hour", None)
    assert conflicts(TALKS, LONG, elsewhere) == []


def test_a_name_in_a_sentence_about_something_else_is_no_conflict() -> None:
    question = "In which town was the banker Ole Lund arrested for theft?"
    one = ("a", "The banker Ole Lund was arrested for theft in Sandvik.", "Sandvik", None)
    other = ("b", "Ole Lund is charged in Bergen, said a judge.", "Bergen", None)
    assert conflicts(question, one, other) == []
    same = ("b", "In Bergen Ole Lund was arrested for theft, said a judge.", "Bergen", None)
    assert conflicts(question, one, same) == ["Bergen"]


def test_a_sentence_about_another_year_is_another_event() -> None:
    question = "In which town does the fish fair of Norby take place?"
    one = ("a", "The fish fair of Norby takes place in Sandvik this week.", "Sandvik", "2022-10-01")
    text = "The fish fair of Norby took place in Bergen in September 2019."
    assert conflicts(question, one, ("b", text, "Bergen", "2022-10-25")) == []
    for year in ("2022", "this year"):
        said = text.replace("2019", year)
        assert conflicts(question, one, ("b", said, "Bergen", "2022-10-25")) == ["Bergen"]
    past = question.replace("does", "in 2019 did")
    assert conflicts(past, one, ("b", text, "Bergen", "2022-10-25")) == ["Bergen"]


def test_two_dates() -> None:
    question = "When was the harbour of Norby opened?"
    one = ("a", "The harbour of Norby was opened in 1871 by the queen.", "1871", None)
    other = ("b", "In 1873 the harbour of Norby was opened.", "1873", None)
    assert conflicts(question, one, other) == ["1873"]
    assert conflicts(question, one, other, sure=0.4) == []  # a date needs the whole floor
    exact = ("b", "On 3 May 1871 the harbour of Norby was opened.", "3 May 1871", None)
    assert conflicts(question, one, exact) == []


def test_two_names_where_one_is_asked_for() -> None:
    one = ("a", "The bridge at Norby was built by Ole Lund.", "Ole Lund", None)
    other = ("b", "Karin Holm built the bridge at Norby.", "Karin Holm", None)
    longer = ("c", "The bridge at Norby was built by Ole Jens Lund.", "Ole Jens Lund", None)
    assert conflicts("Who built the bridge at Norby?", one, other) == ["Karin Holm"]
    assert conflicts("Who built the bridge at Norby?", one, longer) == []
    assert conflicts("Who were the builders of the bridge at Norby?", one, other) == []
    assert conflicts("Name the builders of the bridge at Norby", one, other) == []
    assert conflicts("Where is the bridge at Norby?", one, other) == []


@pytest.mark.parametrize(
    "question",
    [
        "Which countries joined?",
        "Name the ministers.",
        "What are the aims of the party?",
        "Who are the leaders?",
        "who were the victims",
        "What vessels were damaged?",
        "In which cities did it happen?",
        "Please list the members",
        "Which two men were arrested?",
    ],
)
def test_questions_for_a_list(question: str) -> None:
    assert asks_for_several(question)
    assert not asks_for_a_name(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the defence minister?",
        "Which news agency reported it?",
        "What was the reason for the talks?",
        "In which region is the harbour?",
        "Who won the elections?",
        "Which of the candidates won?",
        "What percentage of voters said yes?",
        "How long did they meet?",
        "What does the US want?",
    ],
)
def test_questions_for_one_answer(question: str) -> None:
    assert not asks_for_several(question)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("five hours", "two hours", True),
        ("five hours", "300 minutes", False),
        ("45 days", "six weeks", False),  # 6.43 weeks
        ("£21.1 billion", "£21 billion", False),  # rounded
        ("1,512,345", "1.5 million", False),
        ("2,900", "2,000", True),
        ("10 people", "12 people", True),
        ("12 people", "15 tanks", False),
        ("5%", "five", False),
        ("more than $50 billion", "up to $65 billion", False),
        ("about 5,000", "5,200", False),
        ("about 5,000", "8,000", True),
        ("10-15%", "12%", False),
        ("five hours", "up to six hours", False),
        ("at least 12 people", "15 people", True),
        ("300 people", "7 people", True),
        ("400 people", "7 people", False),
        ("$1.5 million", "$1.5 billion", True),
        ("$1.3 million", "$1.4Mto", False),
        ("Sept. 13", "14 September", True),
        ("2022", "13 September 2022", False),
        ("2022", "13 September 2023", True),
        ("May", "13 May 2023", False),
        ("Monday", "Tuesday", True),
        ("Ole Lund", "Karin Holm", True),
        ("Ole Lund", "Ole Jens Lund", False),
        ("WHO", "World Health Organization", False),
        ("Ole Lund", "1871", False),
        ("fish", "bread", False),
    ],
)
def test_what_cannot_both_be_right(one: str, other: str, expected: bool) -> None:
    assert disagree(meaning_of(one), meaning_of(other)) is expected


SOME = ["2 hours", "five-hour", "10%", "Sept. 13", "2022", "Monday", "Bush", "George Bush", "US"]


@given(st.sampled_from(SOME), st.sampled_from(SOME))
def test_disagreement_is_symmetric_and_never_of_the_same(one: str, other: str) -> None:
    first, second = meaning_of(one), meaning_of(other)
    assert disagree(first, second) == disagree(second, first)
    assert not (disagree(first, second) and same_answer(first, second))


def test_a_year_that_was_inferred_contradicts_nothing() -> None:
    inferred = meaning_of("Sept. 11", published="2023-09-12")
    assert not disagree(inferred, meaning_of("September 11, 2001"))
    assert disagree(inferred, meaning_of("September 12, 2001"))


def cited(published: str | None) -> Citation:
    span = Span(0, 1)
    return Citation("a", "T", None, "/x", None, published, span, "x", "x", span)


def test_the_newer_side() -> None:
    old, new = cited("2023-01-01"), cited("2023-02-01")
    assert is_newer([new], [old]) is True
    assert is_newer([old], [old, new]) is False
    assert is_newer([old], [old]) is None
    assert is_newer([cited(None)], [old]) is None


def test_the_sides_are_bounded_and_one_article_speaks_once() -> None:
    said = [LONG]
    for number in ("two", "three", "four", "six", "seven"):
        text = f"After a {number}-hour talk in Norby, Adler and Brandt left."
        said.append((number, text, f"{number}-hour", None))
    sides = find_conflicts(TALKS, group(*said), lambda _: 0.9, FLOOR)
    assert [side.place for side in sides] == [1, 2, 3]
    assert all(isinstance(side, Side) for side in sides)
    text = SHORT[1] + " Their talk in Norby went on for three hours, said Brandt and Adler."
    twice = [("b", text, "two-hour", None), ("b", text, "three hours", None)]
    assert conflicts(TALKS, LONG, *twice) == ["two-hour"]


def test_last_months_count_and_a_later_articles_are_of_another_event() -> None:
    question = "How much was Bo Hale ordered to pay for the leak?"
    one = ("a", "A jury in Norby ordered Bo Hale to pay $900 for the leak.", "$900", "2022-10-12")
    text = "Bo Hale was ordered by a jury to pay $700 for the leak."
    assert conflicts(question, one, ("b", text, "$700", "2022-09-23")) == ["$700"]
    assert conflicts(question, one, ("b", text, "$700", "2022-08-01")) == []
    last = f"Last month {text}"
    assert conflicts(question, one, ("b", last, "$700", "2022-09-23")) == []
    assert conflicts(f"{question[:-1]} last month?", one, ("b", last, "$700", "2022-09-23"))
    foreseen = text.replace("was ordered by a jury", "is predicted by a lawyer")
    assert conflicts(question, one, ("b", foreseen, "$700", "2022-09-23")) == []


def test_an_article_from_before_the_time_that_is_asked_about_says_nothing_of_it() -> None:
    (one,) = group(("a", "Ann Ape won the race in Norby.", "Ann Ape", "2021-01-06"))[0].spans
    assert is_too_early("Who won the race in Norby in December 2022?", one)
    assert is_too_early("Who won the race in Norby in February 2021?", one)
    assert not is_too_early("Who won the race in Norby on January 3, 2021?", one)
    assert not is_too_early("Who won the race in Norby in 2021?", one)
    assert not is_too_early("Who won the race in Norby?", one)
    ahead = ("a", "Ann Ape will run the 2022 race in Norby.", "Ann Ape", "2021-01-06")
    assert not is_too_early("Who runs in Norby in 2022?", group(ahead)[0].best)
    undated = ("a", "Ann Ape won the race in Norby.", "Ann Ape", None)
    assert not is_too_early("Who won the race in Norby in 2022?", group(undated)[0].best)


def test_what_there_is_every_day_and_what_a_suit_asks_for_contradict_no_fact() -> None:
    question = "How many carts of fish came to Norby in the lawsuit week?"
    one = ("a", "In that week 40 carts of fish came to Norby.", "40", None)
    text = "Now 60 carts of fish came to Norby."
    assert conflicts(question, one, ("b", text, "60", None)) == ["60"]
    daily = "Now 60 carts of fish came daily to Norby."
    assert conflicts(question, one, ("b", daily, "60", None)) == []
    assert conflicts(question, ("b", daily, "60", None), one) == []
    wanted = "The lawsuit is about 60 carts of fish in Norby."
    assert conflicts(question, one, ("b", wanted, "60", None)) == []
