"""A bot over articles made of hostile strings, and its server with everything switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEmbedder, FakeReader
from hostile import HOSTILE
from strangers import PASSWORD

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.web.serving import Served


@pytest.fixture(scope="session")
def hostile_bot(tmp_path_factory: pytest.TempPathFactory) -> QABot:
    """An article for each hostile string, with it in every field; and a harmless one."""
    from qa_bot.bot import QABot
    from qa_bot.indexing import build_index

    folder = tmp_path_factory.mktemp("hostile") / "articles"
    folder.mkdir()
    rows = [
        {
            "id": f"h{number}",
            "title": text,
            "text": f"Marker{number} said: {text} The tower of Marker{number} is 300 metres high.",
            "url": text,
            "source": text,
            "author": text,
            "published": f"2023-01-{1 + number % 28:02}",
            "path": text,
            "meta": text,
            "orig_name": text,
        }
        for number, text in enumerate(HOSTILE)
    ]
    file = folder / "hostile.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "bridge.txt").write_text(
        "The bridge at Norby was built in 1932. Its architect was Ole Lund. " * 3, encoding="utf-8"
    )
    index = folder.parent / "index"
    report = build_index([folder], index, embedder=FakeEmbedder())
    assert report.skipped == ()
    return QABot.open(index, embedder=FakeEmbedder(), reader=FakeReader())


@pytest.fixture(scope="session")
def open_server(hostile_bot: QABot) -> Iterator[Served]:
    """Without login, with MCP."""
    from qa_bot.web import launch

    served = launch(hostile_bot, port=0, prevent_thread_lock=True, mcp=True)
    yield served
    served.close()


@pytest.fixture(scope="session")
def login_token() -> tuple[str, str]:
    """(token, line of an account file) of the program "robot"."""
    from qa_bot.web.auth import token_line

    return token_line("robot")


@pytest.fixture(scope="session")
def accounts_file(login_token: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An account file for ada, who has PASSWORD, and robot, which has ``login_token``."""
    from qa_bot.web.auth import account_line

    file = tmp_path_factory.mktemp("accounts") / "accounts"
    file.write_text(f"{account_line('ada', PASSWORD)}\n{login_token[1]}\n", encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def login_server(hostile_bot: QABot, accounts_file: Path) -> Iterator[Served]:
    """With login and MCP, read-only."""
    from qa_bot.web import launch
    from qa_bot.web.auth import Accounts

    served = launch(
        hostile_bot,
        port=0,
        prevent_thread_lock=True,
        accounts=Accounts.load(accounts_file, {}),
        read_only=True,
        mcp=True,
    )
    yield served
    served.close()
