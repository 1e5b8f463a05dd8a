"""What stands between quotation marks, and the lines that are a title."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.analysis.headline import title_lines
from qa_bot.analysis.quotations import quotations


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“We won,” she said. “It was late.”", ["We won,", "It was late."]),
        ('He said "yes" and "no".', ["yes", "no"]),
        ("‘They’re here,’ he said.", ["They’re here,"]),
        ("The dogs’ owner isn’t here. It’s late.", []),
        ("«Oui», dit-il.", ["Oui"]),
        ("“It began here.\n\n“It ended there,” he said.", ["It began here.", "It ended there,"]),
        ("“He called me ‘a fool’ twice,” Ann said.", ["He called me ‘a fool’ twice,"]),
        ('A 6" pipe.', []),
        ('"It goes on.\n"It ends here."', ["It goes on.", "It ends here."]),
        ("“ ”", []),
    ],
)
def test_quoted_words(text: str, quoted: list[str]) -> None:
    assert [span.of(text) for span in quotations(text)] == quoted


@given(st.text(alphabet="ab .,\n\"“”‘’«»'", max_size=60))
def test_quotations_are_disjoint_slices_of_one_line(text: str) -> None:
    found = quotations(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for span in found:
        assert span.of(text).strip() == span.of(text) != ""
        assert "\n" not in span.of(text)


def test_title_lines() -> None:
    text = "Storm hits Norby\n\nThe storm hit Norby.\n\n## What next\n\nMore\n====\n\nRain."
    lines = [line.of(text) for line in title_lines(text, "Storm hits Norby")]
    assert lines == ["Storm hits Norby", "## What next", "More"]
    assert title_lines("The storm hit Norby.\n", "The storm hit Norby.") == []  # a sentence
    assert title_lines("\ufeffStorm hits Norby\r\nIt rained.", "STORM hits Norby!")[0].start == 1
    assert title_lines("", "") == []
