"""Copies of a text: which passages are read, and where a quote stands in a copy."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.answering.copies import place_in_copy, without_copies
from qa_bot.records import Chunk, Passage, ScoredPassage, Span

STORY = (
    "The harbour of Norby was closed on Monday after a storm hit the coast. Two cranes fell into "
    "the basin, and the mayor said that repairs would cost 9 million crowns by next spring."
)


def near(article_id: str) -> frozenset[str]:
    """Articles are near-duplicates when their names begin with the same letter."""
    return frozenset(f"{article_id[0]}{number}" for number in range(9))


def passage(article_id: str, text: str, rank: int = 1) -> ScoredPassage:
    chunk = Chunk(f"{rank:016x}", article_id, Span(0, len(text)), text)
    return ScoredPassage(Passage(chunk, "T", None, None, None), 1.0 / rank, rank, 0.0, 0.0)


def kept(*passages: tuple[str, str], most: int = 9) -> list[str]:
    ranked = [passage(name, text, rank) for rank, (name, text) in enumerate(passages, 1)]
    return [one.passage.chunk.article_id for one in without_copies(ranked, near, most)]


def test_a_copy_takes_no_reading_place() -> None:
    assert kept(("a1", STORY), ("a2", STORY.upper()), ("b1", "Another."), ("a3", STORY)) == [
        "a1",
        "b1",
    ]
    assert kept(("a1", STORY), ("b1", STORY)) == ["a1", "b1"]  # not known to be copies
    assert kept(("a1", STORY), ("a1", STORY)) == ["a1", "a1"]  # two passages of one article


def test_places_are_filled_with_what_comes_after() -> None:
    assert kept(("a1", STORY), ("a2", STORY), ("b1", "B."), ("c1", "C."), most=2) == ["a1", "b1"]


def test_a_passage_cut_otherwise_is_a_copy_when_all_of_it_is_read_already() -> None:
    words = STORY.split()
    first, second, across = words[:20], words[16:], words[10:26]
    parts = [("a1", " ".join(first)), ("a1", " ".join(second)), ("a2", " ".join(across))]
    assert kept(*parts) == ["a1", "a1"]
    assert kept(parts[0], parts[2]) == ["a1", "a2"]


@pytest.mark.parametrize(
    "changed",
    [
        STORY.replace("9 million", "12 million"),
        STORY.replace("Two cranes", "Three cranes"),
        STORY.replace("Monday", "Tuesday"),
        STORY + " The port of Sandvik took in the ships.",
    ],
)
def test_a_corrected_figure_or_name_is_read(changed: str) -> None:
    assert kept(("a1", STORY), ("a2", changed)) == ["a1", "a2"]


def test_a_word_of_no_weight_makes_no_difference() -> None:
    assert kept(("a1", STORY), ("a2", STORY.replace("said that", "said"))) == ["a1"]


def quoted(words: str, copy: str, text: str = STORY) -> str | None:
    start = text.index(words)
    place = place_in_copy(text, Span(start, start + len(words)), copy)
    return None if place is None else copy[: place.start] + "[" + place.of(copy) + "]"


def test_a_quote_is_carried_over_where_the_words_around_it_are_the_same() -> None:
    copy = f"By our reporter.\n\n{STORY}"
    assert quoted("9 million crowns", copy) == copy[: copy.index("9 mill")] + "[9 million crowns]"
    assert quoted("Norby", STORY.replace("was closed", "has been shut")) is None
    assert quoted("9 million crowns", STORY.replace("9 million", "12 million")) is None
    assert quoted("Two", STORY.replace("Two", "two")) is None  # the very words, or nothing
    assert quoted("storm", f"{STORY} {STORY}") is None  # at one place only
    assert quoted("The harbour", STORY) == "[The harbour]"


def test_an_edited_neighbour_is_made_up_for_by_the_other_side() -> None:
    edited = STORY.replace("crowns by next spring", "crowns")
    assert quoted("9 million", edited) is not None


WORDS = ["the", "a", "ship", "port", "nine", "12", "Norby,", "said", "“no”", "\n\n"]


@given(st.data())
def test_a_place_is_always_the_very_words(data: st.DataObject) -> None:
    chance = random.Random(data.draw(st.integers(0, 9999)))
    words = [chance.choice(WORDS) for _ in range(60)]
    text = " ".join(words)
    changed = list(words)
    for _ in range(data.draw(st.integers(0, 6))):
        changed[chance.randrange(60)] = chance.choice(WORDS)
    copy = " ".join(changed[chance.randrange(10) :])
    start = data.draw(st.integers(0, len(text) - 2))
    span = Span(start, data.draw(st.integers(start + 1, min(len(text), start + 30))))
    place = place_in_copy(text, span, copy)
    assert place is None or place.of(copy) == span.of(text)
    if span.of(text).strip(" \n“”,."):
        same = place_in_copy(text, span, text)
        assert same in (None, span)
