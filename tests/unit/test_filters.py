"""Filters are checked before anything is searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.errors import QuestionError
from qa_bot.records import Filters
from qa_bot.retrieval.filters import checked, conditions, normalised_source


def test_none_is_no_filter() -> None:
    assert checked(None) == Filters()


def test_good_filters_keep_their_meaning() -> None:
    given_filters = Filters(
        published_from=" 2023-01-31 ",
        published_until="2023-01-31",
        sources=("www.BBC.com", "bbc.com", "The Guardian "),
        equals={"section": "World"},
        include_undated=True,
        exclude_articles=("news/a.txt",),
    )
    assert checked(given_filters) == Filters(
        published_from="2023-01-31",
        published_until="2023-01-31",
        sources=("bbc.com", "the guardian"),
        equals={"section": "World"},
        include_undated=True,
        exclude_articles=("news/a.txt",),
    )


@pytest.mark.parametrize(
    "value", ["20230131", "2023-W05-2", "2023-02-30", "31/01/2023", "2023-1-31", "", "soon", 2023]
)
@pytest.mark.parametrize("field", ["published_from", "published_until"])
def test_what_is_no_iso_day_is_refused(field: str, value: object) -> None:
    with pytest.raises(QuestionError, match=f"where: +{field}\n +expected: YYYY-MM-DD") as error:
        checked(Filters(**{field: value}))  # type: ignore[arg-type]
    assert repr(value) in str(error.value)
    assert "mend:" in str(error.value)


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(QuestionError, match="2023-02-01 and 2023-01-31"):
        checked(Filters(published_from="2023-02-01", published_until="2023-01-31"))


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("BBC", "bbc"),
        ("https://www.bbc.co.uk/", "bbc.co.uk"),
        (" WWW.Example.ORG", "example.org"),
        ("wwwow.org", "wwwow.org"),
        ("Straße", "strasse"),
    ],
)
def test_sources_have_one_spelling(given_name: str, expected: str) -> None:
    assert normalised_source(given_name) == expected


@pytest.mark.parametrize("name", ["", "  ", "https://", "www."])
def test_an_empty_source_is_refused(name: str) -> None:
    with pytest.raises(QuestionError, match="source of a filter is empty"):
        checked(Filters(sources=("bbc.com", name)))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        (["section=World"], {"section": "World"}),
        ([" section = World News ", "a=b=c"], {"section": "World News", "a": "b=c"}),
        (["section=World", "section=World"], {"section": "World"}),
    ],
)
def test_conditions(pairs: list[str], expected: dict[str, str]) -> None:
    assert conditions(pairs) == expected


@pytest.mark.parametrize("pair", ["", "section", "section=", "=World", " = "])
def test_what_is_no_condition_is_refused(pair: str) -> None:
    with pytest.raises(QuestionError, match="expected: key=value"):
        conditions(["a=b", pair])


def test_two_values_of_one_field_are_refused() -> None:
    with pytest.raises(QuestionError, match="'World' and 'Sport'"):
        conditions(["section=World", "section=Sport"])


@given(st.dates(), st.dates())
def test_any_two_days_are_accepted_in_order_only(first: object, last: object) -> None:
    filters = Filters(published_from=str(first), published_until=str(last))
    if str(first) <= str(last):
        assert checked(filters) == filters
    else:
        with pytest.raises(QuestionError, match="wrong order"):
            checked(filters)
