"""``qa-bot chat`` and the lines of an account file, as they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa_bot.cli import app
from qa_bot.errors import ConfigError
from qa_bot.web.auth import Accounts

SECRET = "a good long password"


def run(*arguments: str, **more: Any) -> Any:
    return CliRunner().invoke(app, arguments, **more)


def test_what_is_printed_makes_an_account_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    password, token = run("password", "ada", input=f"{SECRET}\n"), run("token", "robot")
    assert (password.exit_code, token.exit_code) == (0, 0)
    file.write_text(password.stdout + token.stdout, encoding="utf-8")
    accounts = Accounts.load(file, {})
    assert accounts is not None
    assert accounts.check("ada", SECRET)
    secret = token.stderr.strip().rsplit(" ", 1)[1]
    assert accounts.program(secret) == "robot"
    assert secret not in token.stdout


def test_no_command_takes_a_password() -> None:
    assert run("password", "ada", SECRET).exit_code == 2
    assert run("chat", "--auth", f"ada:{SECRET}").exit_code == 2


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command would have served."""
    import qa_bot.cli.serving as command
    import qa_bot.web.serving as serving

    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(command, "open_bot", lambda index: index)
    monkeypatch.setattr(serving, "launch", lambda bot, **options: calls.append(options))
    return calls


def test_the_flags_of_chat_reach_the_server(launched: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    file.write_text(run("token", "robot").stdout, encoding="utf-8")
    given = ("--host", "0.0.0.0", "--port", "8000", "--auth-file", str(file), "--read-only")
    result = run("chat", *given, "--mcp", "--allow-host", "qa.example.org")
    assert result.exit_code == 0, result.output
    (options,) = launched
    assert set(options.pop("accounts").programs) == {"robot"}
    assert options == {
        "host": "0.0.0.0",
        "port": 8000,
        "no_auth": False,
        "allow_hosts": ["qa.example.org"],
        "read_only": True,
        "mcp": True,
    }


def test_the_variable_gives_accounts_too(launched: list[dict[str, Any]]) -> None:
    line = run("token", "robot").stdout
    assert run("chat", env={"QA_BOT_AUTH": line}).exit_code == 0
    assert run("chat").exit_code == 0
    with_accounts, without = launched
    assert set(with_accounts["accounts"].programs) == {"robot"}
    assert without["accounts"] is None


def test_accounts_and_no_login_contradict_each_other(launched: list[dict[str, Any]]) -> None:
    line = run("token", "robot").stdout
    result = run("chat", "--no-auth", env={"QA_BOT_AUTH": line})
    assert isinstance(result.exception, ConfigError)
    assert launched == []
