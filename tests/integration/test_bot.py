"""QABot over small corpora written here, with stand-ins for the two models."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from fakes import FakeEmbedder, FakeReader

from qa_bot import Filters, QABot, build_index
from qa_bot.answering.confidence import FEATURES
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.select import RANKING_FEATURES
from qa_bot.bot import ask
from qa_bot.config import Settings
from qa_bot.errors import IndexMismatch, IndexNotFound, QuestionError
from qa_bot.records import Answer

ARTICLES = {
    "harbour.txt": "The harbour of Norby was opened in 1871 by Queen Astrid. It has 14 cranes.\n\n"
    "Most ships come from Bergen.",
    "bridge.txt": "The bridge at Norby was built in 1932. Its architect was Ole Lund.",
    "ferry.txt": "The ferry to Sandvik leaves at 7:30. The harbour of Norby was opened in 1871.",
}


# Ranks by the reader's margin alone: these tests are about the road, not about the fit.
PLAIN = Fitted(
    ranking=dict.fromkeys(RANKING_FEATURES, 0.0) | {"span_score": 1.0, "null_score": -1.0},
    confidence=dict.fromkeys(FEATURES, 0.0) | {"rank_score": 0.5},
    intercept=0.0,
    threshold=0.5,
    reader_threshold=0.0,
    fingerprints={"reader": "another"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(index: Path, **settings: object) -> QABot:
    return QABot.open(
        index,
        settings=Settings.load(environ={}, **settings),
        embedder=FakeEmbedder(),
        reader=FakeReader(),
        fitted=PLAIN,
    )


@pytest.fixture
def bot(folder: Path, tmp_path: Path) -> QABot:
    build_index(folder, tmp_path / "index", embedder=FakeEmbedder())
    return opened(tmp_path / "index")


def assert_verbatim(answer: Answer) -> None:
    """The contract: read the cited file as it stands, slice it, compare."""
    citations = [*answer.citations, *(c for a in answer.alternatives for c in a.citations)]
    for citation in citations:
        with open(citation.location, encoding="utf-8", newline="") as file:
            text = file.read()
        assert text[citation.span.start : citation.span.end] == citation.quote
        assert text[citation.sentence_span.start : citation.sentence_span.end] == citation.sentence


def test_an_answer_is_a_quote_with_all_its_citations(bot: QABot) -> None:
    answer = bot.ask("when was the harbour of Norby opened?", min_confidence=0)
    assert answer.status == "answered"
    assert answer.text == "1871"
    assert {Path(c.location).name for c in answer.citations} == {"harbour.txt", "ferry.txt"}
    assert answer.independent_sources == 2
    assert answer.citations[0].quote == answer.text
    assert_verbatim(answer)
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_the_sentence_around_the_span(bot: QABot) -> None:
    answer = bot.ask("who was its architect?", min_confidence=0)
    assert answer.text == "Ole Lund"
    assert answer.citations[0].sentence == "Its architect was Ole Lund."


def test_alternatives_are_distinct_and_less_sure(bot: QABot) -> None:
    answer = bot.ask("when was the harbour of Norby opened?", min_confidence=0)
    texts = [answer.text, *(alternative.text for alternative in answer.alternatives)]
    assert len(set(texts)) == len(texts) > 1
    assert all(a.confidence <= answer.confidence for a in answer.alternatives)


def test_below_the_setting_it_abstains_with_passages_and_no_citation(bot: QABot) -> None:
    answer = bot.ask("when was the harbour opened?", min_confidence=1.0)
    assert (answer.status, answer.text, answer.citations) == ("abstained", None, ())
    assert answer.passages
    assert answer.reason is not None
    assert "below the setting of 100%" in answer.reason
    assert 0 <= answer.confidence < 1


def news(folder: Path, tmp_path: Path, *rows: dict[str, str]) -> QABot:
    lines = "".join(json.dumps(one) + "\n" for one in rows)
    (folder / "news.jsonl").write_text(lines, encoding="utf-8")
    build_index(folder, tmp_path / "index", embedder=FakeEmbedder())
    return opened(tmp_path / "index")


TOLL = "how much did the toll of the tunnel cost when it began?"


@pytest.fixture
def tolls(folder: Path, tmp_path: Path) -> QABot:
    """The best match is the oldest; the same answer stands in a newer one too."""
    return news(
        folder,
        tmp_path,
        {"id": "a", "text": "The toll of the tunnel did cost 40 when it began.",
         "published": "2021-05-01", "source": "Wire"},
        {"id": "b", "text": "The toll of the tunnel is to cost 55 this year.",
         "published": "2023-05-01", "source": "Post", "section": "Roads"},
        {"id": "c", "text": "The toll of the tunnel might cost 60 soon."},
        {"id": "d", "text": "The toll of the tunnel did cost 40 to begin with.",
         "published": "2022-05-01", "source": "Post"},
    )  # fmt: skip


def test_newest_first_orders_the_confident_answers_by_date(tolls: QABot) -> None:
    plain = tolls.ask(TOLL, min_confidence=0)
    assert plain.text == "40"
    answer = tolls.ask(TOLL, min_confidence=0, newest_first=True)
    assert answer.text == "55"
    assert answer.citations[0].published == "2023-05-01"
    texts = [answer.text, *(one.text for one in answer.alternatives)]
    assert texts.index("55") < texts.index("40") < texts.index("60")  # undated comes last
    forty = next(one for one in answer.alternatives if one.text == "40")
    assert [c.published for c in forty.citations] == ["2022-05-01", "2021-05-01"]
    # How sure each answer is does not depend on the order that they are shown in.
    before = {plain.text: plain.confidence} | {a.text: a.confidence for a in plain.alternatives}
    after = {answer.text: answer.confidence} | {a.text: a.confidence for a in answer.alternatives}
    for text in before.keys() & after.keys():
        assert before[text] == after[text]
    for citation in (*answer.citations, *forty.citations):
        text = tolls.snapshot.article(citation.article_id).text
        assert citation.span.of(text) == citation.quote


def test_newest_first_neither_shows_nor_hides_an_answer(tolls: QABot) -> None:
    for floor in (0.0, 0.5, 0.9, 0.99999, 1.0):
        plain = tolls.ask(TOLL, min_confidence=floor)
        newest = tolls.ask(TOLL, min_confidence=floor, newest_first=True)
        assert (plain.status, plain.reason) == (newest.status, newest.reason)
        if newest.status == "answered":
            assert newest.confidence >= floor


def test_filters_reach_the_answer(tolls: QABot) -> None:
    def texts(filters: Filters) -> set[str | None]:
        answer = tolls.ask(TOLL, filters=filters, min_confidence=0)
        return {answer.text, *(one.text for one in answer.alternatives)}

    assert texts(Filters(published_from="2023-01-01")) == {"55"}
    assert texts(Filters(published_from="2023-01-01", include_undated=True)) >= {"55", "60"}
    assert texts(Filters(sources=("post",), published_until="2022-12-31")) == {"40"}
    assert texts(Filters(equals={"section": "Roads"})) == {"55"}


def test_top_k_is_the_length_of_passages(bot: QABot) -> None:
    for top_k in (1, 2, 3):
        answer = bot.ask("when was the harbour opened?", top_k=top_k)
        assert len(answer.passages) == top_k
        assert [p.rank for p in answer.passages] == list(range(1, top_k + 1))
    assert len(bot.ask("harbour", top_k=50).passages) == bot.snapshot.chunk_count


def test_passages_below_read_passages_are_listed_but_not_read(folder: Path, tmp_path: Path) -> None:
    build_index(folder, tmp_path / "index", embedder=FakeEmbedder())
    answer = opened(tmp_path / "index", read_passages=1).ask("harbour of Norby opened?", top_k=3)
    assert answer.passages[0].span_score is not None
    assert [p.span_score for p in answer.passages[1:]] == [None, None]


def test_stream_gives_passages_first(bot: QABot) -> None:
    events = list(bot.stream("when was the harbour opened?", min_confidence=0))
    assert [kind for kind, _ in events] == ["passages", "answer"]
    passages, answer = events[0][1], events[1][1]
    assert isinstance(answer, Answer)
    assert [p.passage for p in passages] == [p.passage for p in answer.passages]


def test_filters_leave_articles_out(bot: QABot) -> None:
    question = "when was the harbour of Norby opened?"
    own = [c.article_id for c in bot.ask(question, min_confidence=0).citations]
    answer = bot.ask(question, filters=Filters(exclude_articles=tuple(own)), min_confidence=0)
    assert answer.text != "1871"
    nothing = bot.ask(question, filters=Filters(published_from="2020-01-01"))
    assert nothing.status == "abstained"
    assert nothing.reason == "no article passes the filters"


def test_a_bad_question_is_an_error_and_the_bot_goes_on(bot: QABot) -> None:
    for question in ("", "x" * 10_000, "a\x00b"):
        with pytest.raises(QuestionError, match="question"):
            bot.ask(question)
    assert bot.ask("when was the bridge built?", min_confidence=0).text == "1932"


def test_refresh_opens_the_newest_generation(bot: QABot, folder: Path, tmp_path: Path) -> None:
    assert bot.refresh() is False
    before = bot.ask("who is the mayor?", min_confidence=0)
    (folder / "mayor.txt").write_text("The mayor of Norby is Ida Holm.", encoding="utf-8")
    build_index(folder, tmp_path / "index", embedder=FakeEmbedder())
    assert bot.ask("who is the mayor?", min_confidence=0).generation == before.generation
    assert bot.refresh() is True
    after = bot.ask("who is the mayor of Norby?", min_confidence=0)
    assert after.generation == before.generation + 1
    assert after.text == "Ida Holm"


def test_an_empty_collection_abstains(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    build_index(tmp_path / "none", tmp_path / "index", embedder=FakeEmbedder())
    answer = opened(tmp_path / "index").ask("who?")
    assert (answer.status, answer.reason) == ("abstained", "the index holds no articles yet")


def test_no_index_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IndexNotFound, match="qa-bot index"):
        QABot.open(tmp_path / "missing", embedder=FakeEmbedder(), reader=FakeReader())
    with pytest.raises(IndexNotFound, match=r"(?s)seeds.*qa-bot index PATH --index index"):
        ask("who?")


def test_the_default_index_is_built_from_the_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text(ARTICLES["bridge.txt"], encoding="utf-8")
    bot = QABot.open(
        settings=Settings(), embedder=FakeEmbedder(), reader=FakeReader(), fitted=PLAIN
    )
    assert (tmp_path / "index" / "CURRENT").exists()
    assert bot.ask("when was the bridge built?", min_confidence=0).text == "1932"
    assert "building the index" in capsys.readouterr().err


def test_another_embedder_is_refused(bot: QABot) -> None:
    with pytest.raises(IndexMismatch, match="another embedder"):
        QABot.open(bot.index, embedder=FakeEmbedder(name="other"), reader=FakeReader())


def test_many_threads_get_the_answers_of_one(bot: QABot) -> None:
    questions = [
        "when was the harbour opened?",
        "who was the architect?",
        "when does the ferry leave?",
    ]
    alone = {q: bot.ask(q, min_confidence=0).text for q in questions}
    wrong: list[str] = []

    def work(question: str) -> None:
        given = [bot.ask(question, min_confidence=0).text for _ in range(15)]
        wrong.extend(question for text in given if text != alone[question])

    threads = [threading.Thread(target=work, args=(q,)) for q in questions * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_other_models_than_the_fitted_ones_are_marked(bot: QABot) -> None:
    assert "reader" in bot.uncalibrated
    answer = bot.ask("when was the bridge built?", min_confidence=0)
    assert answer.citations[0].flags == ("uncalibrated",)
