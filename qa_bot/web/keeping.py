"""Conversations that the browser keeps: what goes to it, and what may come back.

The server forgets a conversation with its tab. The browser keeps each exchange as
JSON, and hands it back after a reload. What comes back was in other hands: whatever
cannot be read or drawn is left out, and everything is escaped as ever.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from qa_bot.records import Answer
from qa_bot.web.conversation import MAX_EXCHANGES, Conversation, Exchange, Talk
from qa_bot.web.markup import sendable
from qa_bot.web.quoting import conversation_markdown
from qa_bot.web.replies import VERDICTS, conversation_html

_NAME = re.compile(r"[0-9a-f]{16}")
_LONGEST = 4_000
_sent = itertools.count(1)  # makes each message different, so that the browser sees it


def kept(talk: Talk, number: int) -> str:
    """The message that makes the browser keep exchange ``number`` of ``talk``."""
    exchange = talk.find(number)
    record = None if exchange is None else _record(exchange)
    return _message(talk=talk.name, keep=record)


def opened(talk: Talk) -> str:
    """The message that ``talk`` is now the conversation of this tab."""
    return _message(talk=talk.name)


def exported(talk: Talk, form: str) -> str:
    """The message that makes the browser save the conversation: "markdown" or "json"."""
    stem = f"qa_bot {datetime.now(UTC):%Y-%m-%d %H%M}"
    if form == "json":
        text = json.dumps([_record(exchange) for exchange in talk.exchanges], indent=1,
                          ensure_ascii=False)  # fmt: skip
        file = {"name": f"{stem}.json", "type": "application/json", "text": text}
    else:
        text = conversation_markdown(talk.exchanges)
        file = {"name": f"{stem}.md", "type": "text/markdown", "text": text}
    return _message(talk=talk.name, download=file)


def restored(told: Any) -> tuple[str, Conversation] | None:
    """(name, exchanges) of a conversation that a browser hands back; None for nothing usable."""
    if not isinstance(told, Mapping) or not isinstance(told.get("exchanges"), list):
        return None
    name = told.get("talk")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    exchanges: dict[int, Exchange] = {}
    for record in told["exchanges"][-MAX_EXCHANGES:]:
        exchange = _exchange(record)
        if exchange is not None:
            exchanges[exchange.number] = exchange
    ordered = tuple(exchanges[number] for number in sorted(exchanges))
    return (name, ordered) if ordered else None


def _record(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.answer
    return {
        "number": exchange.number,
        "question": exchange.question,
        "limits": exchange.limits,
        "problem": exchange.problem,
        "verdict": exchange.verdict,
        "seconds": round(exchange.seconds, 3),
        "answer": None if answer is None else answer.to_dict(),
    }


def _exchange(record: Any) -> Exchange | None:
    try:
        number, question = record["number"], record["question"]
        words = [record.get(name, "") for name in ("limits", "problem", "verdict")]
        seconds, answer = float(record.get("seconds", 0)), record.get("answer")
        if type(number) is not int or not 0 < number < 2**31:
            return None
        if not all(isinstance(text, str) and len(text) <= _LONGEST for text in (question, *words)):
            return None
        exchange = Exchange(
            number,
            question,
            answer=None if answer is None else Answer.from_dict(answer),
            seconds=seconds,
            limits=words[0],
            problem=words[1],
            verdict=words[2] if words[2] in VERDICTS else "",
        )
        if exchange.state in ("searching", "reading"):
            return None
        conversation_html((exchange,))
        json.dumps(_record(exchange))
    except Exception:  # anything may have been put there, and nothing of it may stop the page
        return None
    return exchange


def _message(**fields: Any) -> str:
    text = json.dumps(sendable({**fields, "sent": next(_sent)}), ensure_ascii=False)
    return text.replace("<", "\\u003c")  # so that it holds no markup, wherever it ends up
