"""When two answers are the same: a table written by hand, and the laws."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from same_pairs import DIFFERENT, SAME, Pair

from qa_bot.answering.days import Day, parse_day
from qa_bot.answering.quantities import parse_quantity
from qa_bot.answering.same import Meaning, meaning_of, merged, normal_form, same_answer
from qa_bot.answering.units import UNITS, singular

_LINE = (
    "the a two five twenty 1.5 1,500 2023 2022 million hundred per cent % £20 $5 hours hour-long "
    "two-hour minutes Sept. 13 Wednesday at 5 pm last May June 3rd third to and or Bush George W. "
    "Kim Jong-un of in least more than people Mr President Putin's U.S. US half dozen 7:30 "
    "13/09/2023 31 feet month 10m 21.1bn “sacred fight” years old first said New York III"
)
WORDS = _LINE.split()
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def meanings(pair: Pair) -> tuple[Meaning, Meaning]:
    one, other = pair[:2]
    first, second = pair[2:] if len(pair) == 4 else (None, None)
    return meaning_of(one, published=first), meaning_of(other, published=second)


@pytest.mark.parametrize("pair", SAME, ids=repr)
def test_the_same_answers(pair: Pair) -> None:
    one, other = meanings(pair)
    assert same_answer(one, other)
    assert merged([one, other])[0] == merged([one, other])[1]


@pytest.mark.parametrize("pair", DIFFERENT, ids=repr)
def test_different_answers(pair: Pair) -> None:
    one, other = meanings(pair)
    assert not same_answer(one, other)
    assert merged([one, other])[0] != merged([one, other])[1]


@pytest.mark.parametrize(
    ("short", "longer", "alone"),
    [
        ("Bush", ["George W. Bush", "George H. W. Bush"], True),
        ("George Bush", ["George W. Bush", "George H. W. Bush"], True),
        ("Kim", ["Kim Jong-un", "Kim Yo-jong"], True),
        ("20", ["20 hours", "20 days"], True),
        ("Sept. 13", ["13 September 2022", "13 September 2023"], True),
        ("Bush", ["George Bush", "George W. Bush"], False),
    ],
)
def test_a_short_form_that_fits_two_joins_neither(
    short: str, longer: list[str], alone: bool
) -> None:
    labels = merged([meaning_of(text) for text in [short, *longer]])
    assert (labels[0] not in labels[1:]) is alone
    assert len(set(labels[1:])) == (2 if alone else 1)


def test_two_that_extend_each_other_are_one() -> None:
    texts = ["two US hour-long Mr Mr half", "two US Mr hour-long US half"]
    for order in (texts, texts[::-1]):
        labels = merged([meaning_of(text) for text in order])
        assert labels[0] == labels[1]
    assert len({merged([meaning_of(text) for text in texts[::way]])[0] for way in (1, -1)}) == 1


@given(phrases)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once


@given(phrases, phrases)
def test_equality_is_reflexive_and_symmetric(one: str, other: str) -> None:
    first, second = meaning_of(one), meaning_of(other)
    assert same_answer(first, first)
    assert same_answer(first, second) == same_answer(second, first)


@given(st.lists(phrases, max_size=8), st.randoms())
def test_merging_does_not_depend_on_the_order(texts: list[str], random: object) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    labels = merged([meaning_of(text) for text in texts])
    shuffled = merged([meaning_of(texts[i]) for i in order])
    assert [labels[i] for i in order] == shuffled


@given(st.text(max_size=30))
def test_any_text_has_a_form(text: str) -> None:
    assert isinstance(normal_form(text), str)


@given(st.integers(0, 10**7), st.sampled_from(sorted({"hour", "mile", "euro", "soldier"})))
def test_digits_with_and_without_grouping(number: int, unit: str) -> None:
    grouped, plain = parse_quantity(f"{number:,} {unit}s"), parse_quantity(f"{number} {unit}s")
    assert grouped == plain
    assert grouped is not None
    assert grouped.low == number * UNITS.get(unit, ("", Decimal(1)))[1]


@given(st.sampled_from([*WORDS, "boxes", "cities", "series", "gas", "men", "buses", "classes"]))
def test_singular_of_singular(word: str) -> None:
    assert singular(singular(word)) == singular(word)


def test_a_bare_number_takes_its_unit_from_the_article() -> None:
    hours = parse_quantity("2 hours")
    assert parse_quantity("two", "for a ", "-hour meeting at") == hours
    assert parse_quantity("two", "", " hours later") == hours
    assert parse_quantity("21.1", "£", " billion of orders") == parse_quantity("£21.1bn")
    # What is counted tells kinds apart, and is not part of the number.
    counted = parse_quantity("two", "", " vessels sank")
    assert counted == parse_quantity("two")
    assert counted is not None
    assert counted.near == ("vessel", "sank")


@pytest.mark.parametrize(
    ("before", "day"),
    [
        ("They met on ", 13),
        ("They will meet on ", 20),
        ("He will go. They met on ", 13),
        ("The vote is scheduled for ", 20),
    ],
)
def test_which_wednesday_is_told_by_the_sentence(before: str, day: int) -> None:
    assert parse_day("Wednesday", before, "2023-09-15") == Day(2023, 9, day)


@pytest.mark.parametrize("text", ["31 February", "the 1990s", "mid-September", "13 to 15 June"])
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text, "", "2023-09-15") is None
