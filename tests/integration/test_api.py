"""``/ask`` over HTTP: what ``gradio_client.Client(url).predict(question)`` gives a stranger."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from qa_bot.errors import ConfigError
from qa_bot.records import Answer
from qa_bot.web import launch
from qa_bot.web.api_schema import NAMES

if TYPE_CHECKING:
    from qa_bot.bot import QABot

QUESTION = "How many hours did Kim ride his armoured train?"


@pytest.fixture(scope="module")
def url(bot: QABot) -> Iterator[str]:
    page = launch(bot, port=0, prevent_thread_lock=True)
    yield page.local_url
    page.close(verbose=False)


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


def test_ask_needs_nothing_but_the_question(client: Client, bot: QABot) -> None:
    record = client.predict(QUESTION, api_name="/ask")
    answer = Answer.from_dict(record)
    assert answer.question == QUESTION
    assert len(answer.passages) == 5
    here = bot.ask(QUESTION)
    assert (answer.status, answer.text, answer.citations) == (
        here.status, here.text, here.citations,
    )  # fmt: skip
    assert answer.confidence == pytest.approx(here.confidence)
    assert record == json.loads(json.dumps(record))


def test_every_citation_can_be_checked_against_its_file(client: Client) -> None:
    answer = Answer.from_dict(client.predict(QUESTION, api_name="/ask"))
    for citation in answer.citations:
        with open(citation.location, encoding="utf-8", newline="") as file:
            text = file.read()
        assert citation.span.of(text) == citation.quote
        assert citation.sentence_span.of(text) == citation.sentence


@pytest.mark.parametrize("top_k", [1, 3])
def test_top_k_is_the_number_of_passages(client: Client, top_k: int) -> None:
    assert len(client.predict(QUESTION, top_k, api_name="/ask")["passages"]) == top_k
    assert len(client.predict(question=QUESTION, top_k=top_k, api_name="/ask")["passages"]) == top_k


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "question"),
        (("  \n ",), "question"),
        (("why " * 2500,), "question"),
        ((QUESTION, 0), "top_k: a whole number from 1 to 100, found 0"),
        ((QUESTION, 101), "top_k: a whole number from 1 to 100, found 101"),
        ((QUESTION, "5"), "top_k"),
        ((QUESTION, True), "top_k"),
        ((None,), "question: a text, found None"),
        ((17,), "question: a text, found 17"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    client: Client, arguments: tuple[object, ...], message: str
) -> None:
    with pytest.raises(AppError, match=message) as caught:
        client.predict(*arguments, api_name="/ask")
    assert "Traceback" not in str(caught.value)


def test_four_names_are_all_that_strangers_see_or_may_call(client: Client, url: str) -> None:
    named = client.view_api(return_format="dict")
    assert list(named["named_endpoints"]) == [f"/{name}" for name in NAMES]
    assert named["unnamed_endpoints"] == {}
    question, top_k, *others = named["named_endpoints"]["/ask"]["parameters"]
    assert (question["parameter_name"], question["parameter_has_default"]) == ("question", False)
    assert (top_k["parameter_name"], top_k["parameter_default"]) == ("top_k", 5)
    assert all(parameter["parameter_has_default"] for parameter in others)
    with urllib.request.urlopen(f"{url}config") as reply:
        config = json.load(reply)
    public = [d["api_name"] for d in config["dependencies"] if d["api_visibility"] == "public"]
    assert public == list(NAMES)


def test_many_clients_at_once_each_get_their_own_answer(client: Client) -> None:
    questions = [f"{QUESTION} {n}" for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        records = list(pool.map(lambda q: client.predict(q, api_name="/ask"), questions))
    assert [record["question"] for record in records] == questions


def test_files_of_this_machine_are_not_served(url: str, bot: QABot) -> None:
    article_id = next(bot.snapshot.articles()).article_id
    location = bot.snapshot.article(article_id).location
    for path in (location, "/etc/passwd", str(bot.index / "CURRENT")):
        with pytest.raises(urllib.error.HTTPError, match=r"40[34]"):
            urllib.request.urlopen(f"{url}gradio_api/file={path}")


def test_a_taken_port_gives_way_to_the_next(bot: QABot, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        page = launch(bot, port=port, prevent_thread_lock=True)
        try:
            said = capsys.readouterr().out
            assert f"Port {port} is taken" in said
            assert page.local_url in said
            assert page.server_port != port
            with urllib.request.urlopen(page.local_url) as reply:
                assert reply.status == 200
        finally:
            page.close(verbose=False)


def test_an_address_that_is_not_ours_is_told(bot: QABot) -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        launch(bot, host="192.0.2.1", port=0, prevent_thread_lock=True, no_auth=True)
