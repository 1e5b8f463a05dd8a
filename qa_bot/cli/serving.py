"""``qa-bot chat``, ``qa-bot mcp``, and the lines of an account file: ``password``, ``token``."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption, open_bot
from qa_bot.errors import ConfigError


def chat(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")
    ] = 7860,
    index: IndexOption = None,
    auth_file: Annotated[
        Path | None,
        typer.Option(
            "--auth-file",
            metavar="FILE",
            help="Who may log in, a line each (or QA_BOT_AUTH); see qa-bot password.",
            show_default=False,
        ),
    ] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Let everybody in who reaches the address.")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="No articles can be added or removed.")
    ] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Serve MCP tools too, at /mcp.")] = False,
    allow_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Another name that it goes by, like a proxy's; give it again for more.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Open the chat page in a browser; Ctrl-C ends it.

    It listens on this machine alone. On another address people have to log in, and programs
    send a token: --auth-file, or --no-auth to do without.
    """
    from qa_bot.web.auth import Accounts

    accounts = Accounts.load(auth_file)
    if no_auth and accounts is not None:
        raise ConfigError(
            "there are accounts, and nobody is to log in",
            where="--no-auth with --auth-file or QA_BOT_AUTH",
            mend="leave out one of the two",
        )
    bot = open_bot(index)
    from qa_bot.web import launch

    launch(
        bot,
        host=host,
        port=port,
        accounts=accounts,
        no_auth=no_auth,
        allow_hosts=allow_hosts or (),
        read_only=read_only,
        mcp=mcp,
    )


def mcp(index: IndexOption = None) -> None:
    """Serve MCP tools on stdin and stdout, for a client that starts this program itself."""
    # stdout belongs to the protocol, so nothing else may be printed there.
    outgoing = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        bot = open_bot(index)
        import anyio

        from qa_bot.web.mcp_server import serve_stdio

        anyio.run(serve_stdio, bot, outgoing)


def password(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who logs in.", show_default=False)],
) -> None:
    """Ask for a password; print its line for an account file (qa-bot chat --auth-file)."""
    from qa_bot.web.auth import account_line

    if sys.stdin.isatty():
        import getpass

        chosen = getpass.getpass("Password: ", sys.stderr)
        if getpass.getpass("Again: ", sys.stderr) != chosen:
            raise ConfigError("the two passwords differ", mend="type the same one twice")
    else:
        chosen = sys.stdin.readline().rstrip("\r\n")
    print(account_line(name, chosen))


def token(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The program that has it.", show_default=False)
    ],
) -> None:
    """Make a token for a program; print its line for an account file.

    The token itself is shown once, on stderr, and kept nowhere.
    """
    from qa_bot.web.auth import token_line

    secret, line = token_line(name)
    print(f"The token, shown only now: {secret}", file=sys.stderr)
    print(line)
