"""Follow-up questions. What is expected follows from English, not from what the rules gave."""

from __future__ import annotations

import pytest
from fakes import FakeEmbedder
from test_followup_histories import answered

from qa_bot.answering.followup import FollowUps
from qa_bot.answering.followup_cues import find_cues
from qa_bot.answering.followup_mentions import gender_around, kind_of, names
from qa_bot.answering.followup_phrases import noun_phrases
from qa_bot.answering.followup_shape import shape
from qa_bot.answering.followup_verbs import base_form
from qa_bot.protocols import QuestionRewriter
from qa_bot.records import Turn

REWRITER = FollowUps(FakeEmbedder(), max_chars=2000)


def rewritten(question: str, *history: tuple[str, str | None]) -> str | None:
    return REWRITER.rewrite(question, [Turn(*turn) for turn in history])


def test_nobody_meets_himself() -> None:
    turn = ("How did Olaf Lund travel to see Lund's sister?", "by train")
    found = rewritten("How long did they talk?", turn)
    assert found is None or "Lund and" not in found
    assert rewritten("How long did they talk?", ("When did Olaf Lund meet Merkel?", "May")) == (
        "How long did Olaf Lund and Merkel talk?"
    )


def test_it_is_a_question_rewriter() -> None:
    assert isinstance(REWRITER, QuestionRewriter)


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "expected"),
    [
        ("Who is the mayor of Bergen?", "Olaf Lund", "How old is he?", "How old is Olaf Lund?"),
        (
            "Who is the mayor of Bergen?",
            "Marie Lund",
            "And what did she promise?",
            "What did Marie Lund promise?",
        ),
        (
            "Where did Obama meet Merkel?",
            "Berlin",
            "How long did they talk?",
            "How long did Obama and Merkel talk?",
        ),
        ("Where did Obama meet Merkel?", "Berlin", "Who lives there?", "Who lives in Berlin?"),
        (
            "Who shot John Lennon?",
            "Mark Chapman",
            "Where did he shoot him?",
            "Where did Mark Chapman shoot John Lennon?",
        ),
        (
            "Which company bought Skype?",
            "Microsoft",
            "Where is it based?",
            "Where is Microsoft based?",
        ),
        (
            "Who leads the Bank of England?",
            "Andrew Bailey",
            "When was it founded?",
            "When was the Bank of England founded?",
        ),
        (
            "What illness does Ann Hill have?",
            "lupus",
            "How is it treated?",
            "How is lupus treated (Ann Hill)?",
        ),
        (
            "Which airline ordered the aircraft?",
            "Norwegian Air",
            "How big is the company?",
            "How big is Norwegian Air?",
        ),
    ],
)
def test_words_that_point_back_are_replaced(
    earlier: str, answer: str, question: str, expected: str
) -> None:
    assert rewritten(question, (earlier, answer)) == expected


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "expected"),
    [
        ("Where did Obama meet Merkel?", "Berlin", "When?", "When did Obama meet Merkel?"),
        (
            "Who won the Tour de France?",
            "Egan Bernal",
            "When?",
            "When did Egan Bernal win the Tour de France?",
        ),
        ("Did Obama meet Merkel?", None, "Why?", "Why did Obama meet Merkel?"),
        (
            "What share of Russian gas did Germany buy?",
            "half",
            "At what price?",
            "At what price did Germany buy Russian gas?",
        ),
        (
            "How many people live in Norway?",
            "5 million",
            "What about Sweden?",
            "How many people live in Sweden?",
        ),
        (
            "How many people lived in Norway in 1950?",
            "3 million",
            "And in 2022?",
            "How many people lived in Norway in 2022?",
        ),
        (
            "Who won the Tour de France?",
            "Bernal",
            "And in 2022?",
            "Who won the Tour de France in 2022?",
        ),
        ("Who signed the treaty?", "Norway", "Who else?", "Who else signed the treaty?"),
    ],
)
def test_what_was_left_out_is_put_back(
    earlier: str, answer: str | None, question: str, expected: str
) -> None:
    assert rewritten(question, (earlier, answer)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who is the king of Norway?",
        "Did Biden say that he would run again?",
        "When did Merkel say she would retire?",
        "What did Obama write about his mother?",
        "How long does it take to fly to Mars?",
        "Is it true that Norway has a king?",
        "What time is it in Tokyo?",
        "How many people are there in Japan?",
        "Which word was looked up because it was an answer?",
        "What happened this year in Japan?",
        "Who owns the company that built the bridge in Bergen?",
        "What is the tallest building of the world?",
        "What causes inflation?",
        "How do vaccines work?",
        "Which countries border Ukraine?",
        "Where is Kim's country's capital?",
        "bergen harbour cranes",
        "Thanks!",
        "Hello?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    history = [Turn("Where did Obama meet Merkel in 2016?", "Berlin")]
    assert REWRITER.rewrite(question, history) is None
    assert REWRITER.rewrite(question, []) is None


def test_a_chain_of_follow_ups_keeps_what_was_understood() -> None:
    history = [Turn("Who is the mayor of Bergen?", "Olaf Lund"), Turn("How old is he?", "62")]
    assert REWRITER.rewrite("Where was he born?", history) == "Where was Olaf Lund born?"


def test_he_reaches_back_over_a_turn_without_a_man() -> None:
    history = [
        Turn("Who is the mayor of Bergen?", "Olaf Lund"),
        Turn("How many people live in Bergen?", "280,000"),
    ]
    assert REWRITER.rewrite("How old is he?", history) == "How old is Olaf Lund?"


def test_she_is_not_a_man() -> None:
    history = [Turn("When did Peter Hansen marry Anna Berg?", "1990")]
    assert REWRITER.rewrite("How old is she?", history) == "How old is Anna Berg?"
    assert REWRITER.rewrite("How old is he?", history) == "How old is Peter Hansen?"


def test_nobody_is_two_of_a_questions_pronouns() -> None:
    history = [Turn("When did Peter Hansen buy Twitter?", "2022")]
    assert (
        REWRITER.rewrite("What did he want from it?", history)
        == "What did Peter Hansen want from Twitter?"
    )


def test_without_an_antecedent_the_topic_is_added() -> None:
    history = [Turn("Who won the Kenyan election in 2022?", None)]
    assert (
        REWRITER.rewrite("Who did he defeat?", history)
        == "Who did he defeat (the Kenyan election in 2022)?"
    )


def test_the_retriever_is_told_the_earlier_question() -> None:
    found = REWRITER.resolve("How old is he?", [Turn("Who is the mayor of Bergen?", "Olaf Lund")])
    assert found is not None
    assert found.search == "How old is Olaf Lund? Who is the mayor of Bergen?"


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("What did he say about it?", ["he", "it"]),
        ("What did Ann say about her son?", []),
        ("What did Ann say about her?", ["she"]),
        ("Why is that country poor?", ["noun"]),
        ("Is there a doctor in the house of Tom Hill?", []),
        ("How did they get there?", ["they", "there"]),
        ("Is it likely that it rains?", []),
    ],
)
def test_what_points_back(question: str, kinds: list[str]) -> None:
    assert [cue.kind for cue in find_cues(question)] == kinds


def test_names_and_phrases() -> None:
    text = "When did Ursula von der Leyen leave Kenya's Bank of Trade in May 2022?"
    assert [name.text for name in names(text)] == ["Ursula von der Leyen", "Kenya", "Bank of Trade"]
    phrases = noun_phrases("When does the meteor shower peak in the north of Spain?")
    assert [phrase.text for phrase in phrases] == ["the meteor shower", "the north of Spain"]
    assert kind_of("Ursula von der Leyen") == "person"
    assert kind_of("Kenya") == "place"
    assert kind_of("NATO") == "organisation"
    assert kind_of("Oxford University") == "organisation"
    assert gender_around("He said his son and he were well.") == "m"
    assert gender_around("He said that she was well.") is None


def test_shapes() -> None:
    assert shape("And who won the vote?").build == "subject"
    assert shape("Where did they meet?").build == "inverted"
    assert shape("With what share of the vote?").build == "asking"
    assert shape("Did they meet?").build == "yes or no"
    assert shape("in 2022").build == "fragment"


@pytest.mark.parametrize(
    ("past", "base"),
    [
        ("won", "win"),
        ("agreed", "agree"),
        ("visited", "visit"),
        ("stopped", "stop"),
        ("carried", "carry"),
        ("created", "create"),
        ("announced", "announce"),
        ("killed", "kill"),
        ("passed", "pass"),
        ("received", "receive"),
        ("launched", "launch"),
        ("wins", None),
    ],
)
def test_base_forms(past: str, base: str | None) -> None:
    assert base_form(past) == base


def test_stored_kinds_go_before_the_rules() -> None:
    # "Ashley" alone is a first name; the article's analysis says that it is a company.
    answer = answered("What does Ashley make?", "shoes", sentence="Ashley makes shoes.")
    history = [Turn(answer.question, answer)]
    typed = FollowUps(FakeEmbedder(), max_chars=2000, entities=lambda _: [("Ashley", "ORG")])
    assert REWRITER.rewrite("How old is she?", history) == "How old is Ashley?"
    assert typed.rewrite("Where is it based?", history) == "Where is Ashley based?"
    assert typed.rewrite("How old is she?", history) != "How old is Ashley?"
