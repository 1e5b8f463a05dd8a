"""What is masked and what must not be, on texts written for these tests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.corpus.boilerplate import masked_sentences
from qa_bot.corpus.text import sentences


def masked(text: str) -> list[str]:
    return [span.of(text) for span in masked_sentences(text, sentences(text))]


PROSE = "The council voted on Monday to close the old bridge for repairs."


@pytest.mark.parametrize(
    "line",
    [
        "Menu Close",
        "Skip to main content",
        "Share this",
        "Share on Facebook",
        "Log in",
        "Advertisement",
        "Facebook Twitter Email Print",
        "Copy link",
        "Back to top",
        "* * *",
        "Read more: Bridge closed after a crack was found",
        "READ MORE: Why bridges fail",
        "Read more",
        "Related: The city's ten worst bridges",
        "Related stories",
        "See also: How we build bridges today",
        "More:Mayor says the bridge will stay shut",
        "Watch: the bridge from above",
        "Subscribe to our weekly newsletter.",
        "Sign up here for news about bridges.",
        "You can also subscribe to our monthly digest of transport news.",
        "Get the day's best stories delivered to your inbox.",
        "The Digest is available as a weekly newsletter.",
        "Click here to receive our bulletins.",
        "Register now",
        "Follow us on Twitter",
        "Follow the reporter on Twitter @bridges.",
        "Download our app.",
        "Write an article and join a growing community of engineers.",
        "Please log in to continue",
        "Already a subscriber?",
        "Reach her at reporter@example.org or on Twitter @reporter.",
        "© 2023 Example Media",
        "Copyright 2023 Example Media. All rights reserved.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "We use cookies to improve this site.",
        "By using this site you agree to our privacy policy.",
        "Support local journalism.",
        "Getty Images",
        "(AP Photo/Jane Doe)",
        "Photo: Jane Doe",
        "Photo by Jane Doe for the Example",
        "Image credit: Jane Doe",
        "Jane Doe/Getty Images",
        "EPA-EFE/Jane Doe/Pool",
    ],
)
def test_boilerplate_alone_on_its_line(line: str) -> None:
    text = f"{PROSE}\n\n{line}\n\n{PROSE}"
    assert "".join(masked(text)) == line.replace(". All", ".All")


@pytest.mark.parametrize(
    "sentence",
    [
        PROSE,
        "He left.",
        "No.",
        "“Subscribe to our vision of the city,” she told the crowd.",
        'She said: "Follow us on Facebook and see for yourself."',
        "Many residents subscribe to the theory that the bridge was built badly.",
        "Voters have to register before the end of the month.",
        "The newspaper lost a fifth of its subscribers to a rival.",
        "Two million people read more than one newspaper a day.",
        "The agency Reuters reported that the bridge had moved.",
        "The photograph by an amateur showed a crack in the deck.",
        "Video by residents posted online showed the damage.",
        "The two sides share the cost of the work.",
        "Close to 300 people signed up for the walk across the bridge.",
        "Cookies and tea were served after the vote.",
        "The privacy policy of the city was changed by the council after a long debate.",
        "Copyright law protects the architect's drawings.",
        "London",
        "Playing politics",
        "The bridge cost more: £21m in 2019 and £30m in 2023.",
    ],
)
def test_prose_is_left_alone(sentence: str) -> None:
    text = f"{PROSE}\n\n{sentence}\n\n{PROSE}"
    assert masked(text) == []


def test_long_sentence_is_prose() -> None:
    words = " ".join(["the bridge and the river and the road beside it"] * 5)
    assert masked(f"Sign up here, the banner said, while {words}.") == []


@pytest.mark.parametrize(
    "credit",
    [
        "EPA-EFE/Jane Doe",
        "Jane Doe/AFP via Getty Images",
        "Institute for Bridges",
        "Jane Doe",
        "AP",
    ],
)
def test_only_the_credit_of_a_caption_is_masked(credit: str) -> None:
    text = f"{PROSE}\n\nThe old bridge seen from the north. {credit}\n\n{PROSE}"
    assert masked(text) == [credit]


def test_speaker_of_a_quotation_is_no_credit() -> None:
    assert masked("“Those that fail to learn are doomed to repeat.” — Winston Churchill") == []


def test_names_after_a_paragraph_are_no_credit() -> None:
    assert masked("The old bridge seen from the north.\n\nJane Doe") == []


def test_sentence_not_paragraph_is_masked() -> None:
    call = "Sign up here for our weekly newsletter."
    assert masked(f"{PROSE} {call} {PROSE}") == [call]


def test_teaser_goes_to_the_end_of_its_line() -> None:
    text = f"Read more: Is the bridge safe? What engineers say\n{PROSE}"
    assert masked(text) == ["Read more: Is the bridge safe?", "What engineers say"]


def test_question_is_masked_only_before_a_call() -> None:
    question = "Want to write?"
    call = "Write an article and join a growing community of engineers."
    assert masked(f"{question}\n\n{call}") == [question, call]
    assert masked(f"{question}\n\n{PROSE}") == []


def test_call_in_a_quotation_of_several_sentences() -> None:
    text = "“The town is yours. Join the conversation. It matters,” she said."
    assert masked(text) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_seed_with_boilerplate(seeds, newline: str) -> None:
    text = (seeds / "000_312f29ef6c85a351.txt").read_text(encoding="utf-8")
    text = text.replace("\n", newline)
    found = masked(text)
    # Read by hand: a menu, three credits, nine teasers, and at the end the calls to the reader.
    assert found[0] == "Menu Close"
    assert sum(sentence.startswith("Read more: ") for sentence in found) == 9
    assert (
        sum(s.startswith("EPA-EFE/") or s == "Institute for the Study of War" for s in found) == 3
    )
    assert found[-1] == "Register now"
    assert len(found) == 1 + 9 + 3 + 6


def test_other_seed_is_all_article(seeds) -> None:
    assert masked((seeds / "003_9284dc65d5c3829f.txt").read_text(encoding="utf-8")) == []


PIECES = st.sampled_from(
    ["Menu", "Read more: ", "He left. ", "Sign up here. ", "Jane Doe/AP", "\n", "\n\n", "\r\n", "“",
     '"', "© 2020 ", "\ud800", "Photo: ", "Want more? ", "café ", "- "]
)  # fmt: skip


@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=200)))
def test_masked_are_sentences_in_order(text: str) -> None:
    found = sentences(text)
    hidden = masked_sentences(text, found)
    assert set(hidden) <= set(found)
    assert list(hidden) == sorted(set(hidden))
