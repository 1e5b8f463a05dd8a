"""How the programs of strangers call a served page: the two steps of curl, and MCP."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

import anyio
import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

PASSWORD = "a good long password"
"""Ada's, who may log in to the page that the fixture ``login_server`` serves."""


def over_mcp(
    url: str, *calls: tuple[str, dict[str, Any]], headers: dict[str, str] | None = None
) -> tuple[Any, list[Any]]:
    """(the tools, the result of each call) of one MCP session."""

    async def session() -> tuple[Any, list[Any]]:
        async with AsyncExitStack() as stack:
            web = await stack.enter_async_context(httpx.AsyncClient(headers=headers, timeout=60))
            streams = await stack.enter_async_context(streamable_http_client(url, http_client=web))
            opened = await stack.enter_async_context(ClientSession(streams[0], streams[1]))
            await opened.initialize()
            tools = await opened.list_tools()
            return tools.tools, [await opened.call_tool(name, given) for name, given in calls]

    return anyio.run(session)


def curl(url: str, name: str, given: dict[str, Any], **options: Any) -> Any:
    """The two steps that the documentation shows: POST the arguments, GET the result."""
    posted = httpx.post(f"{url}gradio_api/call/v2/{name}", json=given, timeout=60, **options)
    assert posted.status_code == 200, posted.text
    event = posted.json()["event_id"]
    got = httpx.get(f"{url}gradio_api/call/{name}/{event}", timeout=60, **options)
    assert got.status_code == 200
    *_, kind, data = got.text.strip().split("\n")
    if kind == "event: error":
        return json.loads(data.removeprefix("data: "))
    assert kind == "event: complete"
    (result,) = json.loads(data.removeprefix("data: "))
    return result
