"""Questions made from sentences: proper English, and only those that are answered rightly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qa_bot.records import Answer, ArticleAnalysis, Citation, Entity, Span
from qa_bot.suggestions import keeping, making
from qa_bot.suggestions.making import Candidate, answers, make, newest
from qa_bot.suggestions.people import People
from qa_bot.suggestions.worker import drafts_of

MADE = {
    "Ada Lovelace wrote the first program for the Analytical Engine.":
        ("Who wrote the first program for the Analytical Engine?", "Ada Lovelace"),
    "In 1903, Marie Curie won the Nobel Prize in Physics.":
        ("When did Marie Curie win the Nobel Prize in Physics?", "1903"),
    "Norway has been supplied with spare parts.":
        ("What has Norway been supplied with?", "spare parts"),
    "But Norway has been using small boats to find mines in Denmark and there are signs of more.":
        ("What has Norway been using to find mines in Denmark?", "small boats"),
    "Ada Lovelace was loath to visit Paris, which she had never liked, because of the noise there.":
        ("Why was Ada Lovelace loath to visit Paris?", "because of the noise there"),
    "Putin met the leader, Kim Jong-un, who rode his train 20 hours to Vladivostok.":
        ("How many hours did Kim Jong-un ride his train to Vladivostok?", "20"),
    "As Ada Lovelace, a professor of mathematics at Oxford University, notes, it is simple.":
        ("Who is Ada Lovelace?", "a professor of mathematics at Oxford University"),
}  # fmt: skip
UNFIT = [
    "He wrote the first program for the Analytical Engine.",
    "“Ada wrote it,” Charles Babbage said.",
    "This surprised everybody in London.",
    "Ada Lovelace did not write the first program for Charles Babbage.",
    "Did Ada Lovelace write the first program?",
    "It rained in London.",
    "Ada Lovelace and Charles Babbage met in London.",
    "Running away.",
    "",
    # what is cut off says which one is meant, or is an object that belongs to another verb
    "Ada Lovelace became the first woman to win a prize in London.",
    "Rick Mirer signed a deal with the Seahawks and one phrase made him the subject of jokes.",
    "The district is represented by the Democrat Al Lawson, which connects Norway to Denmark.",
    "Ada Lovelace was selected by a company called Space for Humanity to join a mission.",
    # a thing that nobody knows who has not read the article
    "The ship reached Norway.",
    "Equiano is the latest cable financed by Google.",
    "Los Angeles outscored Oakland in a long series in Norway.",
    "A federal jury indicted Rick Mirer in Norway.",
    "Ann Lee/Reuters Bob Ray, a resident of Jackson, Mississippi, takes a break.",
]


@pytest.fixture(scope="module")
def drafted() -> dict[str, Any]:
    """All sentences in one child process: loading spaCy takes a second."""
    texts = [*MADE, *UNFIT]
    made = drafts_of(texts)
    if not any(made):
        pytest.skip("spaCy's English model is not installed")
    return dict(zip(texts, made, strict=True))


@pytest.mark.parametrize("text", MADE)
def test_a_plain_statement_makes_a_proper_question(text: str, drafted: dict[str, Any]) -> None:
    found = [(draft.question, text[draft.start : draft.end]) for draft in drafted[text]]
    assert MADE[text] in found


@pytest.mark.parametrize("text", UNFIT)
def test_what_does_not_stand_by_itself_makes_none(text: str, drafted: dict[str, Any]) -> None:
    assert drafted[text] == []


def test_sentences_that_there_is_no_time_for_make_none() -> None:
    assert drafts_of(list(MADE), seconds=-1.0) == [[] for _ in MADE]


def candidate(name: str, article: str = "a", start: int = 10) -> Candidate:
    return Candidate(name, article, Span(start, start + 5), "who")


def test_kinds_and_articles_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        replace(candidate(f"{kind} {article} {n}", article), kind=kind, sentence=n)
        for article in "ab" for kind in ("when", "who is", "who") for n in (1, 2)
    ]  # fmt: skip
    found = [replace(one, sentence=number) for number, one in enumerate(found)]
    tried: list[str] = []

    def answered(bot: object, one: Candidate) -> bool:
        tried.append(one.question)
        return not one.question.startswith("when a 1")

    monkeypatch.setattr(making, "_newest_articles", lambda bot: [])
    monkeypatch.setattr(making, "candidates", lambda articles, seconds: list(found))
    monkeypatch.setattr(making, "answers", answered)
    bot: Any = SimpleNamespace(snapshot=SimpleNamespace(generation=1))
    made = make(bot, most=4, seconds=60.0)
    # "when a 1" is not answered; who somebody is, is asked once
    assert tried == ["when a 1", "when a 2", "who is b 1", "who a 1", "when b 1"]
    assert made == ("when a 2", "who is b 1", "who a 1", "when b 1")
    assert make(bot, most=4, seconds=-1.0) == ()

    def moves_on(bot: Any, one: Candidate) -> bool:
        bot.snapshot.generation += 1
        return True

    monkeypatch.setattr(making, "answers", moves_on)
    assert make(bot, most=4, seconds=60.0) == ()


def test_the_newest_articles_come_first_and_undated_ones_last() -> None:
    @dataclass
    class One:
        article_id: str
        published: str | None

    known = [One("a", None), One("b", "2020-01-01"), One("c", "2023-01-01")]
    assert [a.article_id for a in newest(iter(known), 2)] == ["c", "b"]  # type: ignore[arg-type]


class Bot:
    """Gives one answer; notes the questions."""

    min_confidence = 0.5
    fingerprints: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        manifest = SimpleNamespace(created_at="2026-01-01")
        self.snapshot = SimpleNamespace(generation=3, manifest=manifest)

    def ask(self, question: str, **options: Any) -> Answer:
        assert options == {"min_confidence": 0.0}  # nothing goes into the log of gaps
        return self.answer


CITED = Citation("a", "t", None, "l", None, None, Span(12, 14), "20", "x", Span(0, 30))
RIGHT = Answer(
    question="q", status="answered", text="20", confidence=0.6, citations=(CITED,),
    alternatives=(), conflicts=(), independent_sources=1, passages=(), reason=None,
    rewritten_question=None, generation=3,
)  # fmt: skip


def test_only_what_is_answered_surely_and_from_its_own_words_is_offered() -> None:
    def accepted(**changes: Any) -> bool:
        return answers(Bot(replace(RIGHT, **changes)), candidate("q"))  # type: ignore[arg-type]

    assert accepted()
    assert not accepted(confidence=0.4)  # below the threshold
    assert not accepted(citations=(replace(CITED, flags=("negated",)),))
    assert not accepted(status="abstained", citations=())
    assert not accepted(citations=(replace(CITED, span=Span(20, 22)),))
    assert not accepted(citations=(replace(CITED, article_id="b"),))


def test_questions_are_kept_for_one_generation(tmp_path: Path) -> None:
    bot: Any = Bot(RIGHT)
    key = keeping.key_of(bot)
    assert keeping.kept(tmp_path, key) is None
    keeping.keep(tmp_path, key, ("Who?",))
    assert keeping.kept(tmp_path, key) == ("Who?",)
    assert [file.name for file in tmp_path.iterdir()] == [keeping.FILE]
    bot.snapshot.generation = 4
    assert keeping.kept(tmp_path, keeping.key_of(bot)) is None
    (tmp_path / keeping.FILE).write_text("{broken", encoding="utf-8")
    assert keeping.kept(tmp_path, key) is None
    keeping.keep(tmp_path / "absent", key, ("Who?",))  # costs nothing but the keeping


def test_people_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter([True, True, False])
    paused: list[float] = []
    monkeypatch.setattr(making.time, "sleep", paused.append)
    making._give_way(lambda: next(waiting))
    assert len(paused) == 2


def test_whom_an_article_calls_by_the_last_name_is_named_in_full() -> None:
    text = "Ada Lovelace met Bob Smith and Eve Smith at Acme. Lovelace left Acme."
    kinds = {"Ada Lovelace": "PERSON", "Bob Smith": "PERSON", "Eve Smith": "PERSON"}
    entities = [
        Entity(Span(text.index(name), text.index(name) + len(name)), kind)
        for name, kind in (kinds | {"Acme": "ORG"}).items()
    ]
    article: Any = SimpleNamespace(text=text)
    people = People(article, ArticleAnalysis(tuple(entities)))
    assert people.full("Lovelace") == "Ada Lovelace"
    assert people.full("Smith") == "Smith"  # which of the two?
    assert people.full("Nobody") == "Nobody"
    assert people.may_be("Lovelace")
    assert people.may_be("Nobody")  # nothing is known of him
    assert not people.may_be("Acme")
    assert not people.may_be("Grow LLC")
    assert People(article, None).may_be("Acme")
