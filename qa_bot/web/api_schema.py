"""The four endpoints for programs as JSON Schema: their arguments, and what they return.

The results are derived from the records themselves, so that they cannot say something else;
MCP gives agents these schemas, OpenAPI (:mod:`qa_bot.web.api_openapi`) gives them to all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from qa_bot.records import SCHEMA_VERSION, Answer, Filters, ScoredPassage
from qa_bot.storage.snapshot import ArticleSummary
from qa_bot.web.api import LONGEST_EXCERPT, MOST_LISTED, MOST_PASSAGES
from qa_bot.web.api_values import MOST_NAMES, MOST_TURNS

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: ``parameters`` by name, in order; the first ``required`` of them have to be
    given. ``description`` is written for whoever has to choose between the endpoints."""

    name: str
    title: str
    description: str
    parameters: Mapping[str, Schema]
    required: tuple[str, ...] = field(default=())

    @property
    def arguments(self) -> Schema:
        """JSON Schema of the arguments, as one object."""
        return {
            "type": "object",
            "properties": {name: dict(schema) for name, schema in self.parameters.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _whole(description: str, least: int, most: int | None, default: int) -> Schema:
    bounds = {"minimum": least} | ({} if most is None else {"maximum": most})
    return {"type": "integer", "description": description, "default": default, **bounds}


def _or_null(schema: Schema, description: str) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "default": None, "description": description}


def _list_of_texts(description: str) -> Schema:
    items = {"type": "string"}
    return {"type": "array", "items": items, "maxItems": MOST_NAMES, "description": description}


_DAY = r"^\d{4}-\d{2}-\d{2}$"
_FILTERS: Schema = {
    "type": "object",
    "properties": {
        "published_from": _text("First day, YYYY-MM-DD, included.", pattern=_DAY),
        "published_until": _text("Last day, YYYY-MM-DD, included.", pattern=_DAY),
        "include_undated": {
            "type": "boolean",
            "default": False,
            "description": "With a first or last day: articles without a date too.",
        },
        "sources": _list_of_texts("Publishers' names or hosts, like bbc.com; any of them."),
        "equals": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": 'Metadata that articles must have, exactly, like {"section": "World"}.',
        },
        "exclude_articles": _list_of_texts("Ids of articles to leave out."),
    },
    "additionalProperties": False,
}
assert set(_FILTERS["properties"]) == set(Filters.__dataclass_fields__)
FILTERS = _or_null(
    _FILTERS, "Which articles may be searched; leave out what should not limit anything."
)

_TURNS: Schema = {
    "type": "array",
    "maxItems": MOST_TURNS,
    "items": {
        "type": "object",
        "properties": {
            "question": _text("What was asked."),
            "answer": {
                "anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}],
                "description": "What was answered: its text, or the whole result of ask.",
            },
        },
        "required": ["question"],
        "additionalProperties": False,
    },
}
HISTORY = _or_null(
    _TURNS,
    "Earlier turns of the conversation, oldest first, so that a follow-up such as "
    '"And when?" can be understood.',
)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "ask",
        "Ask the articles",
        "Answer a question from the indexed articles with a verbatim quote, or abstain. Nothing "
        'is generated: "text" and every citation\'s "quote" stand word for word in an article. '
        'When "status" is "abstained" the articles do not answer ("reason" says why); do not '
        'present its passages as answers. "confidence" is the estimated probability that "text" '
        'is right. Quote "citations[0].sentence" and name its title and source; "conflicts" are '
        "articles that say otherwise. Ask one thing at a time, as a full question.",
        {
            "question": _text("One question in plain words, such as: Who met whom in Vladivostok?"),
            "top_k": _whole('How many passages to list under "passages".', 1, MOST_PASSAGES, 5),
            "filters": FILTERS,
            "history": HISTORY,
            "newest_first": {
                "type": "boolean",
                "default": False,
                "description": "Of the answers that are confident enough, the newest leads.",
            },
            "min_confidence": _or_null(
                {"type": "number", "minimum": 0, "maximum": 1},
                "Abstain below this confidence; null: the fitted threshold. 0 always gives the "
                "best quote there is.",
            ),
        },
        ("question",),
    ),
    Endpoint(
        "search_passages",
        "Search for passages",
        "Find the passages closest to a question or to some words, best first. Use it to look "
        "around, or to read what surrounds an answer; to get an answer, use ask. A passage "
        'carries its article\'s id, its text and its "span" in the article (for get_article).',
        {
            "question": _text("A question or some words."),
            "top_k": _whole("How many passages.", 1, MOST_PASSAGES, 5),
            "filters": FILTERS,
        },
        ("question",),
    ),
    Endpoint(
        "get_article",
        "Read an article",
        "Read an article, or a part of one, by the article_id that citations, passages and "
        'list_articles give. Offsets are Unicode code points. Where "next_start" is not null the '
        "article goes on there.",
        {
            "article_id": _text("The id, exactly as it was given."),
            "start": _whole("First character to give, from 0.", 0, None, 0),
            "length": _whole("How many characters.", 1, LONGEST_EXCERPT, 10_000),
        },
        ("article_id",),
    ),
    Endpoint(
        "list_articles",
        "List the articles",
        "List what is indexed, sorted by id, a page at a time, with title, source, date and "
        'length. Where "next_start" is not null, the list goes on there.',
        {
            "contains": {
                **_text("Only articles with all these words in title, source, date or id."),
                "default": "",
            },
            "filters": FILTERS,
            "start": _whole("How many articles to leave out at the beginning.", 0, None, 0),
            "limit": _whole("How many to list.", 1, MOST_LISTED, 50),
        },
    ),
)

NAMES = tuple(endpoint.name for endpoint in ENDPOINTS)


@cache
def result_schema(name: str) -> Schema:
    """JSON Schema of what an endpoint returns. Not to be changed.

    Raises:
        KeyError: there is no endpoint of that name.
    """
    return {
        "ask": _answer,
        "search_passages": _passages,
        "get_article": _article,
        "list_articles": _articles,
    }[name]()


def _of_record(record: type) -> Schema:
    """JSON Schema of a dataclass as ``dataclasses.asdict`` writes it, nested ones included."""
    from pydantic import TypeAdapter

    schema: Schema = TypeAdapter(record).json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:  # asdict leaves nothing out
            part["required"] = list(part["properties"])
    return schema


def _answer() -> Schema:
    schema = _of_record(Answer)
    link = {"type": ["string", "null"], "description": "Its web address, scrolling to the quote."}
    schema["$defs"]["Citation"]["properties"]["link"] = link
    schema["$defs"]["Citation"]["required"].append("link")
    return _versioned(schema)


def _passages() -> Schema:
    one = _of_record(ScoredPassage)
    defined = one.pop("$defs")
    return _versioned(
        {
            "type": "object",
            "properties": {
                "question": {"type": "string"},
                "generation": {"type": "integer"},
                "passages": {"type": "array", "items": {"$ref": "#/$defs/ScoredPassage"}},
            },
            "required": ["question", "generation", "passages"],
            "$defs": {**defined, "ScoredPassage": one},
        }
    )


def _article() -> Schema:
    text, perhaps = {"type": "string"}, {"type": ["string", "null"]}
    count = {"type": "integer", "minimum": 0}
    pair = {
        "type": "object",
        "properties": {"key": text, "value": text},
        "required": ["key", "value"],
    }
    properties = {
        "generation": count,
        **dict.fromkeys(("article_id", "title"), text),
        **dict.fromkeys(("source", "author", "url", "published"), perhaps),
        **dict.fromkeys(("location", "content_hash"), text),
        "metadata": {"type": "array", "items": pair},
        **dict.fromkeys(("characters", "start", "end"), count),
        "next_start": {"type": ["integer", "null"]},
        "text": text,
    }
    return _versioned({"type": "object", "properties": properties, "required": list(properties)})


def _articles() -> Schema:
    one = _of_record(ArticleSummary)
    count = {"type": "integer", "minimum": 0}
    properties = {
        **dict.fromkeys(("generation", "total", "start"), count),
        "next_start": {"type": ["integer", "null"]},
        "articles": {"type": "array", "items": {"$ref": "#/$defs/ArticleSummary"}},
    }
    return _versioned(
        {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "$defs": {"ArticleSummary": one},
        }
    )


def _versioned(schema: Schema) -> Schema:
    schema["properties"] = {"schema_version": {"const": SCHEMA_VERSION}, **schema["properties"]}
    schema["required"] = ["schema_version", *schema["required"]]
    return schema
