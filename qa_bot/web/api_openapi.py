"""The OpenAPI document of the four endpoints, served at /gradio_api/openapi.json.

Gradio makes one of its own, which also offers file uploads and knows nothing of what an
endpoint takes and gives; this one is derived from :mod:`qa_bot.web.api_schema`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from qa_bot.web.api_schema import ENDPOINTS, Endpoint, Schema, result_schema

PATH = "/gradio_api/openapi.json"
_ERROR: Schema = {"type": "object", "properties": {"detail": {"type": "string"}}}


@cache
def document(*, login: bool) -> Schema:
    """The document; with ``login`` it says that a bearer token is needed. Not to be changed."""
    paths: Schema = {}
    schemas: Schema = {}
    for endpoint in ENDPOINTS:
        result = _lifted(result_schema(endpoint.name), schemas)
        schemas[f"{endpoint.name}_result"] = result
        paths |= _paths(endpoint)
    components: Schema = {"schemas": schemas}
    described: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": "qa_bot",
            "version": version("qa-bot"),
            "description": "Answers quoted word for word from a collection of articles. A call has "
            "two steps: POST the arguments, then GET the result by the event_id.",
        },
        "paths": paths,
        "components": components,
    }
    if login:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"token": []}]
    return described


def _paths(endpoint: Endpoint) -> Schema:
    return {
        f"/gradio_api/call/v2/{endpoint.name}": {
            "post": {
                "operationId": endpoint.name,
                "summary": endpoint.title,
                "description": endpoint.description,
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": endpoint.arguments}},
                },
                "responses": {
                    "200": _json(
                        "The call is on its way.",
                        {
                            "type": "object",
                            "properties": {"event_id": {"type": "string"}},
                            "required": ["event_id"],
                        },
                    ),
                    "413": _json("The request is too large.", _ERROR),
                    "422": _json("An argument is unknown or missing.", _ERROR),
                    "503": _json("Too many calls are waiting.", _ERROR),
                },
            }
        },
        f"/gradio_api/call/{endpoint.name}/{{event_id}}": {
            "get": {
                "operationId": f"{endpoint.name}_result",
                "summary": f"The result of {endpoint.name}",
                "description": 'Server-sent events. The last is either "event: complete" with '
                f'"data:" a JSON array of one {endpoint.name}_result, or "event: error" with '
                '"data:" an object whose "error" says what was wrong with an argument.',
                "parameters": [
                    {
                        "name": "event_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "As the POST gave it; it can be fetched once.",
                    }
                ],
                "responses": {
                    "200": {
                        "description": "The stream of events.",
                        "content": {
                            "text/event-stream": {
                                "schema": {"type": "string"},
                                "x-data-schema": {
                                    "type": "array",
                                    "prefixItems": [
                                        {"$ref": f"#/components/schemas/{endpoint.name}_result"}
                                    ],
                                },
                            }
                        },
                    }
                },
            }
        },
    }


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _lifted(schema: Schema, schemas: Schema) -> Any:
    """``schema`` with its ``$defs`` moved among ``schemas``, and its references following them."""
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    for name, part in schema.get("$defs", {}).items():
        schemas[name] = _redirected(part)
    return _redirected(rest)


def _redirected(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: item.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref"
            else _redirected(item)
            for key, item in value.items()
        }
    return [_redirected(item) for item in value] if isinstance(value, list) else value
