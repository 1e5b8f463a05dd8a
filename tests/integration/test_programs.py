"""The endpoints over HTTP and MCP, as strangers' programs call them, over hostile articles."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import jsonschema
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from hostile import HOSTILE
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from strangers import curl, over_mcp

from qa_bot.records import SCHEMA_VERSION, Answer
from qa_bot.web.api_schema import ENDPOINTS, NAMES, result_schema

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.web.serving import Served

QUESTION = "When was the bridge at Norby built?"
BRIDGE = "articles/bridge.txt"


@pytest.fixture(scope="module")
def client(open_server: Served) -> Client:
    return Client(open_server.local_url, verbose=False)


def same(answer: Answer, other: Answer) -> bool:
    return (answer.text, answer.status, answer.citations, answer.generation) == (
        other.text, other.status, other.citations, other.generation,
    )  # fmt: skip


def test_the_same_answer_by_every_road(
    hostile_bot: QABot, open_server: Served, client: Client
) -> None:
    here = hostile_bot.ask(QUESTION, min_confidence=0.0)
    assert here.text == "1932"
    by_client = client.predict(QUESTION, min_confidence=0.0, api_name="/ask")
    by_curl = curl(open_server.local_url, "ask", {"question": QUESTION, "min_confidence": 0})
    _, (result,) = over_mcp(
        f"{open_server.local_url}mcp", ("ask", {"question": QUESTION, "min_confidence": 0})
    )
    by_mcp = json.loads(result.content[0].text)
    assert result.structuredContent == by_mcp
    assert not result.isError
    for record in (by_client, by_curl, by_mcp):
        assert same(Answer.from_dict(record), here)
        jsonschema.validate(record, result_schema("ask"))


def test_filters_and_history_reach_the_bot(client: Client) -> None:
    filters = {"published_from": "2023-01-05", "published_until": "2023-01-05"}
    record = client.predict("How high is the tower?", filters=filters, api_name="/ask")
    assert {p["passage"]["published"] for p in record["passages"]} == {"2023-01-05"}
    before = client.predict(QUESTION, api_name="/ask")
    again = client.predict(
        "Who was its architect?",
        history=[{"question": QUESTION, "answer": before}, {"question": "And?", "answer": "x"}],
        min_confidence=0,
        api_name="/ask",
    )
    assert Answer.from_dict(again).status == "answered"


def test_passages_carry_what_it_takes_to_read_on(client: Client) -> None:
    found = client.predict("bridge at Norby", 3, api_name="/search_passages")
    jsonschema.validate(found, result_schema("search_passages"))
    chunk = found["passages"][0]["passage"]["chunk"]
    assert chunk["article_id"] == BRIDGE
    assert len(found["passages"]) == 3
    span = chunk["span"]
    read = client.predict(
        BRIDGE, span["start"], span["end"] - span["start"], api_name="/get_article"
    )
    assert read["text"] == chunk["text"]


def test_an_article_in_pieces_is_the_article(client: Client, hostile_bot: QABot) -> None:
    text, start = "", 0
    while start is not None:
        piece = client.predict(BRIDGE, start, 70, api_name="/get_article")
        jsonschema.validate(piece, result_schema("get_article"))
        assert piece["start"] == start
        text += piece["text"]
        start = piece["next_start"]
    assert text == hostile_bot.snapshot.article(BRIDGE).text
    beyond = client.predict(BRIDGE, 10_000, api_name="/get_article")
    assert (beyond["text"], beyond["next_start"]) == ("", None)


def test_the_list_in_pages_is_the_list(client: Client, hostile_bot: QABot) -> None:
    ids, start = [], 0
    while start is not None:
        page = client.predict(start=start, limit=25, api_name="/list_articles")
        jsonschema.validate(page, result_schema("list_articles"))
        assert page["total"] == len(HOSTILE) + 1
        ids += [article["article_id"] for article in page["articles"]]
        start = page["next_start"]
    assert sorted(ids) == [a.article_id for a in hostile_bot.snapshot.articles()]
    one = client.predict("BRIDGE.txt", api_name="/list_articles")
    assert [a["article_id"] for a in one["articles"]] == [BRIDGE]
    dated = client.predict(filters={"published_from": "2023-01-28"}, api_name="/list_articles")
    assert {a["published"] for a in dated["articles"]} == {"2023-01-28"}
    assert client.predict(start=10**6, api_name="/list_articles")["articles"] == []


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("ask", {"question": ""}, "question is empty"),
    ("ask", {"question": "?!"}, "no word in it"),
    ("ask", {"question": None}, "question: a text, found None"),
    ("ask", {"question": ["a"]}, "question: a text"),
    ("ask", {"question": "why " * 2000}, "too long"),
    ("ask", {"question": "a\x00b"}, "control character"),
    ("ask", {"question": QUESTION, "top_k": 0}, "top_k: a whole number from 1 to 100, found 0"),
    ("ask", {"question": QUESTION, "top_k": "5"}, "top_k: a whole number"),
    ("ask", {"question": QUESTION, "min_confidence": 2}, "min_confidence: a number from 0 to 1"),
    ("ask", {"question": QUESTION, "newest_first": "no"}, "newest_first: true or false"),
    ("ask", {"question": QUESTION, "filters": {"published_from": "May"}}, "YYYY-MM-DD"),
    ("ask", {"question": QUESTION, "filters": {"from": "2023-01-01"}}, "filters: the keys"),
    ("ask", {"question": QUESTION, "history": [{"role": "user"}]}, r"history\[0\]"),
    ("search_passages", {"question": "  "}, "question is empty"),
    ("search_passages", {"question": QUESTION, "top_k": 101}, "top_k: a whole number"),
    ("get_article", {"article_id": "no such"}, "there is no article 'no such'"),
    ("get_article", {"article_id": "/etc/passwd"}, "there is no article"),
    ("get_article", {"article_id": BRIDGE, "start": -1}, "start: a whole number from 0"),
    ("get_article", {"article_id": BRIDGE, "length": 10**6}, "length: a whole number"),
    ("list_articles", {"limit": 1000}, "limit: a whole number from 1 to 200"),
    ("list_articles", {"contains": 7}, "contains: a text, found 7"),
)


def test_what_cannot_be_used_is_said_in_words(client: Client, open_server: Served) -> None:
    _, results = over_mcp(
        f"{open_server.local_url}mcp", *[(name, given) for name, given, _ in WRONG]
    )
    for (name, given, message), result in zip(WRONG, results, strict=True):
        with pytest.raises(AppError, match=message) as caught:
            client.predict(**given, api_name=f"/{name}")
        assert result.isError, name
        said = result.content[0].text
        assert said == str(caught.value)
        assert "Traceback" not in said
        assert 'File "' not in said


def test_errors_of_curl_are_words_too(open_server: Served) -> None:
    url = open_server.local_url
    refused = curl(url, "ask", {"question": "Who?", "top_k": 0})
    assert refused["error"] == "top_k: a whole number from 1 to 100, found 0"
    for path, sent, status in (
        ("call/v2/ask", {}, 422),
        ("call/v2/ask", {"question": "a", "x": 1}, 422),
        ("call/v2/nothing", {"question": "a"}, 422),
        ("call/reply", {"data": ["a"]}, 422),
        ("run/ask", {"data": ["a"]}, 404),  # would pass by the queue
    ):
        reply = httpx.post(f"{url}gradio_api/{path}", json=sent)
        assert reply.status_code == status, path
        assert "Traceback" not in reply.text
        assert reply.json()["detail"]


def test_an_unforeseen_error_is_logged_and_not_shown(
    client: Client, open_server: Served, hostile_bot: QABot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> bool:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(hostile_bot, "refresh", fails)
    with pytest.raises(AppError, match="Something went wrong here"):
        client.predict(QUESTION, api_name="/ask")
    _, (result,) = over_mcp(f"{open_server.local_url}mcp", ("ask", {"question": QUESTION}))
    assert result.isError
    assert "secret" not in result.content[0].text


def test_hostile_articles_are_handed_over_as_they_are(
    client: Client, open_server: Served, hostile_bot: QABot
) -> None:
    """Every field of every article, by both roads, is the string that was indexed."""
    listed = client.predict(limit=200, api_name="/list_articles")["articles"]
    ids = {a["article_id"] for a in listed}
    assert len(ids) == len(HOSTILE) + 1
    given = [("get_article", {"article_id": article_id}) for article_id in sorted(ids)]
    _, results = over_mcp(f"{open_server.local_url}mcp", *given)
    for number, ((_, arguments), result) in enumerate(zip(given, results, strict=True)):
        article = hostile_bot.snapshot.article(arguments["article_id"])
        record = json.loads(result.content[0].text)
        assert record == result.structuredContent
        if number % 4 == 0:  # a call takes several requests
            assert record == client.predict(**arguments, api_name="/get_article")
        assert record["text"] == whole(article.text)
        assert record["title"] == whole(article.title)
        assert {m["key"]: m["value"] for m in record["metadata"]} == {
            whole(k): whole(v) for k, v in article.metadata.items()
        }
        jsonschema.validate(record, result_schema("get_article"))


def whole(text: str) -> str:
    """``text`` with what UTF-8 cannot carry replaced, by another road than the code's."""
    return "".join("\ufffd" if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)


def test_hostile_questions_are_questions(client: Client, open_server: Served) -> None:
    """JSON stays JSON: what comes back is an answer to that very question, or says why not."""
    asked = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    calls: list[tuple[str, dict[str, Any]]] = []
    for number, text in enumerate(asked):
        other = ("list_articles", {"contains": text, "limit": 1})
        calls += [
            ("ask", {"question": text, "top_k": 1}),
            *([other] if number % 3 == 1 else []),
            *([("get_article", {"article_id": text})] if number % 3 == 2 else []),
        ]
    _, results = over_mcp(f"{open_server.local_url}mcp", *calls)
    for (name, given), result in zip(calls, results, strict=True):
        said = result.content[0].text
        if result.isError:
            assert "Traceback" not in said
            assert "Something went wrong" not in said, given
            continue
        record = json.loads(said)
        assert record["schema_version"] == SCHEMA_VERSION
        if name == "ask":
            assert Answer.from_dict(record).question == given["question"]
    for text in asked[::6]:
        with suppress(AppError):  # what it says was looked at above
            assert client.predict(text, 1, api_name="/ask")["question"] == text


def test_the_tools_describe_themselves(open_server: Served) -> None:
    tools, _ = over_mcp(f"{open_server.local_url}mcp")
    assert [tool.name for tool in tools] == list(NAMES)
    for tool, endpoint in zip(tools, ENDPOINTS, strict=True):
        assert tool.annotations.readOnlyHint is True
        assert tool.annotations.destructiveHint is False
        assert len(tool.description) > 80
        assert tool.outputSchema == result_schema(tool.name)
        jsonschema.Draft202012Validator.check_schema(tool.inputSchema)
        for parameter in tool.inputSchema["properties"].values():
            assert parameter["description"]
        assert tool.inputSchema["required"] == list(endpoint.required)


def test_mcp_calls_that_are_none_are_refused(open_server: Served) -> None:
    _, results = over_mcp(
        f"{open_server.local_url}mcp",
        ("delete_everything", {}),
        ("ask", {}),
        ("ask", {"question": QUESTION, "query": "x"}),
    )
    said = [result.content[0].text for result in results]
    assert all(result.isError for result in results)
    assert "no such tool" in said[0]
    assert "question is missing" in said[1]
    assert "unknown" in said[2]


def test_the_openapi_document_describes_what_is_served(open_server: Served) -> None:
    url = open_server.local_url
    document = httpx.get(f"{url}gradio_api/openapi.json").json()
    posts = {path for path, methods in document["paths"].items() if "post" in methods}
    assert posts == {f"/gradio_api/call/v2/{name}" for name in NAMES}
    given = {
        "ask": {"question": QUESTION},
        "search_passages": {"question": QUESTION},
        "get_article": {"article_id": BRIDGE},
        "list_articles": {},
    }
    for path in sorted(posts):
        name = path.rsplit("/", 1)[1]
        post = document["paths"][path]["post"]
        arguments = post["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(given[name], arguments)
        assert f"/gradio_api/call/{name}/{{event_id}}" in document["paths"]
        result = {"$ref": f"#/components/schemas/{name}_result", **document}
        jsonschema.validate(curl(url, name, given[name]), result)
    # Nothing that is referred to is missing.
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    if not isinstance(value, dict):
        return []
    here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return here + [found for item in value.values() for found in _references(item)]


def test_the_schemas_say_what_the_methods_take() -> None:
    import inspect

    from qa_bot.web.api import Programs

    for endpoint in ENDPOINTS:
        parameters = dict(inspect.signature(getattr(Programs, endpoint.name)).parameters)
        del parameters["self"]
        assert list(parameters) == list(endpoint.parameters)
        for name, parameter in parameters.items():
            if name in endpoint.required:
                assert parameter.default is inspect.Parameter.empty
            else:
                assert parameter.default == endpoint.parameters[name]["default"]


def test_mcp_over_stdio(seeds_index: Any) -> None:
    """The program as a client starts it, over the seeds; its stdout holds the protocol alone."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "qa_bot", "mcp", "--index", str(seeds_index)]
    )

    async def session() -> Any:
        async with (
            stdio_client(command, errlog=subprocess.DEVNULL) as streams,  # type: ignore[arg-type]
            ClientSession(*streams) as opened,
        ):
            await opened.initialize()
            return await opened.call_tool(
                "ask", {"question": "How many hours did Kim ride his armoured train?"}
            )

    result = anyio.run(session)
    answer = Answer.from_dict(json.loads(result.content[0].text))
    assert answer.status == "answered"
