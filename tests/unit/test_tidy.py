"""Edges of spans: what a person would underline."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_bot.reading.tidy import tidy
from qa_bot.records import Span

OPENERS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}


def tidied(marked: str, question: str = "") -> str:
    """``marked`` has the model's span between | and |; what comes back is the text of it."""
    before, inside, after = marked.split("|")
    text = before + inside + after
    span = Span(len(before), len(before) + len(inside))
    return tidy(text, span, Span(0, len(text)), question).of(text)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("he met Pu|tin| there", "Putin"),
        ("he met |Pu|tin there", "Putin"),
        ("they met |in New Delhi,| and", "in New Delhi"),
        ("in |Washington.| Then", "Washington"),
        ("said |Kim.| Then", "Kim"),
        ("it said |no...| and", "no"),
        ("Nándor Re\u0301ve\u0301|sz| spoke", "Re\u0301ve\u0301sz"),
        ("Révés|z| spoke", "Révész"),
        ("odd | ... | here", " ... "),
        ("in 2020|, 2021| too", "2021"),
        ("in |2020\x85.| Then", "2020"),
        ("in|\u2003\x852020| too", "2020"),
        ("they do|n't| go", "don't"),
        ("|they|'re late", "they"),
    ],
)
def test_whole_words_without_hanging_punctuation(marked: str, expected: str) -> None:
    assert tidied(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("won £|21|.1 billion", "£21.1 billion"),
        ("won |21.1 billion| of", "21.1 billion"),
        ("won $3 |billion| of", "$3 billion"),
        ("won HK|$3| million", "HK$3 million"),
        ("worth £|1.2|m a year", "£1.2m"),
        ("from 4,|945| institutions", "4,945"),
        ("paid |1,200|.50 in all", "1,200.50"),
        ("about 3.|5| in", "3.5"),
        ("hit |.|500 again", ".500"),
        ("rose by |3|% a year", "3%"),
        ("at 7:|30| in", "7:30"),
        ("won |2|-1 at home", "2-1"),
        ("won 24–|10| away", "24–10"),
        ("on 2022-|03|-04 it", "2022-03-04"),
        ("the year 1914-|1918| was", "1918"),
        ("the years |1914|-1918 were", "1914"),
        ("Bismarck (|1862|–90) was", "1862"),
        ("Bismarck (1862–|90|) was", "1862–90"),
        ("a loss of |–3| points", "–3"),
        ("at -|3|°C in", "-3°C"),
        ("a |20|-year-old man", "20-year-old"),
        ("a |five|-hour flight", "five-hour"),
        ("a 20-|hour| flight", "20-hour"),
        ("a |13th|-century castle", "13th"),
        ("some twenty-|five| ships", "twenty-five"),
        ("one |hundred| and five ships", "one hundred and five"),
        ("|two| million ships", "two million"),
        ("an F-|16| crashed", "F-16"),
        ("on Sept. |13| it", "Sept. 13"),
        ("in |September| 13 men", "September"),
        ("run at |150|km/h there", "150km/h"),
        ("had 1\u00a0|200|\u00a0000 men", "1\u00a0200\u00a0000"),
    ],
)
def test_whole_numbers(marked: str, expected: str) -> None:
    assert tidied(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("in the |U.S.| and", "U.S."),
        ("in the |U.S|. and", "U.S."),
        ("in the U.|S|. and", "U.S."),
        ("John Smith |Jr|. won", "Jr."),
        ("by J. |K. Rowling| in", "J. K. Rowling"),
        ("by J. K. |Rowling| in", "Rowling"),
        ("by |Michael B|. Jordan in", "Michael B. Jordan"),
        ("vitamin |C|. Doctors say", "C"),
        ("the |Plan B|. Police say", "Plan B"),
        ("after |World War I|. Germany was", "World War I"),
        ("in St. |Petersburg| in", "St. Petersburg"),
        ("on |Wall St|. Brokers", "Wall St."),
        ("by O'|Brien| in", "O'Brien"),
        ("by |O|’Brien in", "O’Brien"),
        ("it was |Putin's| army", "Putin"),
        ("it was Putin|'s| army", "Putin"),
        ("bought from |McDonald's|.", "McDonald's"),
        ("firm |McDonald’s| outlets", "McDonald’s"),
        ("at |Lloyd's| of London", "Lloyd's"),
    ],
)
def test_whole_names(marked: str, expected: str) -> None:
    assert tidied(marked) == expected


@pytest.mark.parametrize(
    ("marked", "question", "expected"),
    [
        ("it took |20| hours to", "How long did it take?", "20 hours"),
        ("it took |20| hours to", "How many hours did it take?", "20"),
        ("it took |20 hours| to", "How many hours did it take?", "20 hours"),
        ("some |5| per cent of", "How much of it?", "5 per cent"),
        ("some |5| per cent of", "What percentage of it?", "5"),
        ("a |20|-hour flight", "How many hours was it?", "20"),
        ("a |20|-year-old man", "How old was he?", "20-year-old"),
        ("a |20|-year-old man", "How many years old was he?", "20"),
        ("a 20-year|-old| man", "How many years old was he?", "20-year-old"),
        ("by |Moltke's| plan", "Who made it?", "Moltke"),
        ("by |Moltke's| plan", "Whose plan was it?", "Moltke's"),
        ("cost |$3| billion in", "How many billion?", "$3 billion"),
        ("he was |aged 20|, said", "How old was he?", "aged 20"),
        ("there were |20|. Hours later", "How many?", "20"),
        ("there were |20|\n\nhours later", "How many?", "20"),
        ("it took |20|\nhours to", "How long did it take?", "20\nhours"),
        ("ended at |2:30| p.m. on", "When did it end?", "2:30 p.m."),
    ],
)
def test_units_stay_unless_the_question_names_them(
    marked: str, question: str, expected: str
) -> None:
    assert tidied(marked, question) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("the |“sacred fight| against", "sacred fight"),
        ("the |“sacred fight|” against", "“sacred fight”"),
        ("the “|sacred fight”| against", "“sacred fight”"),
        ("the |‘sacred fight| against", "sacred fight"),
        ("the |‘sacred fight|’ against", "‘sacred fight’"),
        ("the base (|Sevastopol)| was", "(Sevastopol)"),
        ("the base |Sevastopol)| was", "Sevastopol"),
        ("the |base (Sevastopol| in Crimea) was", "base (Sevastopol in Crimea)"),
        ("the |great base (Sevas|topol. It was)", "great base"),
        ('he said |"no| to', "no"),
        ('he said |"no|" to', '"no"'),
        ('the show |Emmy-winning "Ted Lasso|" found', 'Emmy-winning "Ted Lasso"'),
        ('the show |Emmy-winning "Ted| Lasso" found', 'Emmy-winning "Ted Lasso"'),
        ('films like "|A" and "B|" won', '"A" and "B"'),
        ('he said "|no| to', "no"),
        ("back in |'90s| Britain", "'90s"),
    ],
)
def test_pairs_are_whole(marked: str, expected: str) -> None:
    assert tidied(marked) == expected


def test_masked_text_is_not_entered() -> None:
    text = "about 1,200 hours"
    assert tidy(text, Span(6, 7), Span(6, 9)) == Span(6, 9)
    assert tidy(text, Span(6, 11), Span(0, 11)).of(text) == "1,200"


# fmt: off
PIECES = st.sampled_from([
    "a", "b ", "1", "20", "000", ".", ",", ":", "-", "–", "/", " ", "  ", "\n", "\n\n", "\u00a0",
    "$", "£", "%", "°", "C", "²", "½", "٣", "é", "e\u0301", "…", "!",
    "(", ")", "[", "]", "“", "”", "«", "»", '"', "'", "’", "‘", "''", "'s ", "O'",
    "hours", "year", " million", "five", "hundred", "and ", "U.S.", "J. ", "Kim ", "St. ", "Sept. ",
])
# fmt: on


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, Span, Span]:
    """A text, a span in it that is not empty, and bounds around the span."""
    text = draw(st.lists(PIECES, min_size=1, max_size=14).map("".join))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    return (
        text,
        Span(start, end),
        Span(draw(st.integers(0, start)), draw(st.integers(end, len(text)))),
    )


def wide(found: tuple[str, Span, Span]) -> tuple[str, Span, Span]:
    return found[0], found[1], Span(0, len(found[0]))


def has_word(text: str) -> bool:
    return any(char.isalnum() for char in text)


@settings(max_examples=400)
@given(spans(), st.sampled_from(["", "How many hours?"]))
@example(("–$3 a", Span(0, 3), Span(0, 5)), "")
def test_inside_its_bounds_not_empty_and_settled(
    found: tuple[str, Span, Span], question: str
) -> None:
    text, span, bounds = found
    once = tidy(text, span, bounds, question)
    assert bounds.start <= once.start < once.end <= bounds.end
    assert tidy(text, once, bounds, question) == once
    assert has_word(once.of(text)) or once == span


@settings(max_examples=400)
@given(spans().map(wide))
def test_no_word_and_no_number_is_cut(found: tuple[str, Span, Span]) -> None:
    text, span, bounds = found
    once = tidy(text, span, bounds)
    if not has_word(once.of(text)):
        return
    for place in (once.start, once.end):
        before, after = text[:place][-2:], text[place:][:2]
        if not before or not after:
            continue
        assert not (before[-1].isalnum() and after[0].isalnum())
        # 1,200  3.5  10:30  24/7
        digits = "0123456789"
        assert not (before[-1] in digits and after[0] in ".,:/" and after[1:] in tuple(digits))
        assert not (before[-1] in ".,:/" and before[0] in digits and after[0] in digits)
        assert not (before[-1] in "$£" and after[0] in digits)
        assert not (before[-1] in digits and after[0] == "%")


@settings(max_examples=400)
@given(spans().map(wide))
def test_no_pair_is_broken(found: tuple[str, Span, Span]) -> None:
    text, span, bounds = found
    quote = tidy(text, span, bounds).of(text)
    if not has_word(quote):
        return
    for opener, closer in OPENERS.items():
        depth = 0
        for char in quote:
            depth += (char == opener) - (char == closer)
            assert depth >= 0, quote
        assert depth == 0, quote
    assert quote.count('"') % 2 == 0


@settings(max_examples=400)
@given(spans().map(wide))
def test_no_paragraph_is_entered(found: tuple[str, Span, Span]) -> None:
    text, span, bounds = found
    once = tidy(text, span, bounds)
    assert "\n\n" not in text[once.start : span.start]
    assert "\n\n" not in text[span.end : once.end]
