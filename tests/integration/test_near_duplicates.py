"""One agency text in several papers: read once, cited everywhere, one source."""

from __future__ import annotations

import json

import pytest
from fakes import FakeEmbedder, FakeReader
from test_bot import PLAIN

from qa_bot import Filters, QABot, build_index
from qa_bot.config import Settings

AGENCY = (
    "The harbour of Norby was opened by Queen Astrid on a rainy day, and all the schools of the "
    "town were closed for it. Children stood along the quay with flags. The band of the fire "
    "brigade played for two hours. Later the guests ate herring in the old customs house, where "
    "the mayor spoke of the ships that would come from Bergen and from Hull."
)
OTHER = (
    "The harbour of Norby was opened by Queen Astrid. Our own reporter stood in the crowd beside a "
    "baker who had shut his shop, and a pilot who had seen three other harbours opened in his life "
    "and thought that this one had the best cranes of all of them between here and the Elbe."
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> QABot:
    folder = tmp_path_factory.mktemp("papers")
    rows = [
        {"id": "wire", "title": "Harbour", "source": "Wire", "text": AGENCY},
        {"id": "post", "title": "Queen comes", "source": "The Post", "published": "2023-02-01",
         "text": f"From our correspondent.\n\n{AGENCY}"},
        {"id": "times", "title": "A new port", "source": "The Times", "published": "2023-03-01",
         "text": AGENCY[: AGENCY.index("Later the")]},
        {"id": "own", "title": "Norby's day", "source": "The Herald", "text": OTHER},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "news.jsonl").write_text(lines, encoding="utf-8")
    index = folder / "index"
    build_index(folder / "news.jsonl", index, embedder=FakeEmbedder())
    return QABot.open(
        index,
        settings=Settings.load(environ={}, read_passages=2),
        embedder=FakeEmbedder(),
        reader=FakeReader(),
        fitted=PLAIN,
    )


QUESTION = "Who opened the harbour of Norby? The harbour was opened by"


def test_the_copies_are_one_cluster_and_another_text_on_the_event_is_not(bot: QABot) -> None:
    clusters = {
        one.title: {
            other.rpartition("#")[2] for other in bot.snapshot.near_duplicates(one.article_id)
        }
        for one in bot.snapshot.articles()
    }
    copies = {"wire", "post", "times"}
    assert clusters == {
        "Harbour": copies, "Queen comes": copies, "A new port": copies, "Norby's day": {"own"},
    }  # fmt: skip


def test_all_copies_are_cited_and_count_as_one_source(bot: QABot) -> None:
    answer = bot.ask(QUESTION, min_confidence=0)
    assert answer.text == "Queen Astrid"
    assert {citation.title for citation in answer.citations} == {
        "Harbour", "Queen comes", "A new port", "Norby's day",
    }  # fmt: skip
    assert answer.independent_sources == 2
    for citation in answer.citations:
        article = bot.snapshot.article(citation.article_id)
        assert citation.span.of(article.text) == citation.quote == "Queen Astrid"


def test_copies_take_one_of_the_reading_places(bot: QABot) -> None:
    answer = bot.ask(QUESTION, min_confidence=0, top_k=4)
    read = [one for one in answer.passages if one.span_score is not None]
    assert len(read) == 2
    assert {one.passage.title for one in read} >= {"Norby's day"}
    assert [one.rank for one in answer.passages] == sorted(one.rank for one in answer.passages)


def test_a_copy_that_the_filters_leave_out_is_not_cited(bot: QABot) -> None:
    answer = bot.ask(QUESTION, filters=Filters(published_from="2023-02-15"), min_confidence=0)
    assert [citation.title for citation in answer.citations] == ["A new port"]
    excluded = [one.article_id for one in bot.snapshot.articles() if one.title == "Queen comes"]
    answer = bot.ask(QUESTION, filters=Filters(exclude_articles=tuple(excluded)), min_confidence=0)
    assert "Queen comes" not in {citation.title for citation in answer.citations}
    assert len(answer.citations) == 3
