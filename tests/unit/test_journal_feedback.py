"""Verdicts on answers, and the evaluation set that is made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import make_article
from test_followup_histories import answered

from qa_bot.errors import QABotError, QuestionError
from qa_bot.evaluation.datasets import read_records
from qa_bot.journal import forget_articles
from qa_bot.journal.exporting import export_feedback
from qa_bot.journal.feedback import VERDICTS, add_feedback, answer_digest, feedback
from qa_bot.records import Answer, Article, Filters

TEXT = "The ferry to Sandvik leaves at 7:30. It is owned by Ole Lund."
ARTICLE = make_article("a", TEXT, title="Ferries")


class Articles:
    """A source of one article."""

    generation = 1

    def __init__(self, *articles: Article) -> None:
        self._articles = {article.article_id: article for article in articles}

    def article(self, article_id: str) -> Article:
        return self._articles[article_id]

    def matching(self, filters: Filters) -> dict[str, bool]:
        return dict.fromkeys(self._articles, True)


def shown(question: str = "When does the ferry leave?", text: str | None = "7:30") -> Answer:
    answer = answered(question, text, sentence=TEXT, title="Ferries")
    cited = tuple(replace(c, content_hash=ARTICLE.content_hash) for c in answer.citations)
    return replace(answer, citations=cited)


def test_a_verdict_comes_back_as_it_was_given(tmp_path: Path) -> None:
    assert feedback(tmp_path) == ()
    given = add_feedback(tmp_path, shown(), "wrong source", "an old time table")
    assert feedback(tmp_path) == (given,)
    assert given.text == "7:30"
    assert given.citations[0].article_id == "a"
    assert given.citations[0].span.of(TEXT) == "7:30"
    assert given.citations[0].content_hash == ARTICLE.content_hash
    assert given.comment == "an old time table"
    assert json.loads(json.dumps(given.to_dict()))["verdict"] == "wrong source"


def test_who_changes_their_mind_replaces_the_verdict(tmp_path: Path) -> None:
    add_feedback(tmp_path, shown(), "right")
    timed = replace(shown(), timings_ms={"total": 7.0})
    add_feedback(tmp_path, timed, "outdated")
    assert [one.verdict for one in feedback(tmp_path)] == ["outdated"]
    add_feedback(tmp_path, replace(shown(), generation=2), "right")
    assert len(feedback(tmp_path)) == 2


def test_the_digest_is_of_what_was_shown() -> None:
    assert answer_digest(shown()) == answer_digest(replace(shown(), timings_ms={"read": 1.0}))
    assert answer_digest(shown()) == answer_digest(Answer.from_dict(shown().to_dict()))
    assert answer_digest(shown()) != answer_digest(shown(text="It"))
    assert answer_digest(shown()) != answer_digest(shown("When?"))


def test_a_verdict_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="no such verdict"):
        add_feedback(tmp_path, shown(), "good")  # type: ignore[arg-type]
    assert VERDICTS == ("right", "wrong", "wrong source", "outdated")


def test_the_export_is_an_evaluation_set(tmp_path: Path) -> None:
    add_feedback(tmp_path, shown(), "right")
    add_feedback(tmp_path, shown("when does the ferry  leave?", "at 7:30"), "right")
    follow_up = replace(shown("Who owns it?", "Ole Lund"), rewritten_question="Who owns the ferry?")
    add_feedback(tmp_path, follow_up, "right")
    add_feedback(tmp_path, shown("Where does it go?", "Sandvik"), "wrong", "no, further")
    add_feedback(tmp_path, shown("How long is it?", None), "right")
    written = export_feedback(tmp_path, Articles(ARTICLE), tmp_path / "set.jsonl")
    assert (written.gold, written.review) == (2, 2)
    records = read_records(written.out)
    assert [(r.question, r.answers, r.context, r.title) for r in records] == [
        ("When does the ferry leave?", ("7:30", "at 7:30"), TEXT, "Ferries"),
        ("Who owns the ferry?", ("Ole Lund",), TEXT, "Ferries"),
    ]
    assert written.review_out.name == "set.review.jsonl"
    review = [json.loads(line) for line in written.review_out.read_text("utf-8").splitlines()]
    assert [(row["question"], row["why"]) for row in review] == [
        ("Where does it go?", "called wrong"),
        ("How long is it?", "an abstention that was called right; no article says so"),
    ]


def test_what_has_changed_since_is_no_gold(tmp_path: Path) -> None:
    add_feedback(tmp_path, shown(), "right")
    for source in (Articles(make_article("a", TEXT + " Now.")), Articles()):
        written = export_feedback(tmp_path, source, tmp_path / "set.jsonl")
        assert (written.gold, written.review) == (0, 1)


def test_an_export_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(QABotError, match="cannot be written"):
        export_feedback(tmp_path, Articles(), tmp_path / "nowhere" / "set.jsonl")


def test_forgetting_an_article_forgets_what_was_said_of_it(tmp_path: Path) -> None:
    add_feedback(tmp_path, shown(), "right", "Xylophone")
    add_feedback(tmp_path, shown("How long is it?", None), "wrong")
    assert forget_articles(tmp_path, ["a"]) == 1
    assert [one.question for one in feedback(tmp_path)] == ["How long is it?"]
    assert not any(b"Xylophone" in path.read_bytes() for path in tmp_path.iterdir())
