"""The program: its commands, and how an error leaves it.

Exit codes: 0 when the command did what it was asked (abstaining is an answer),
1 when ``verify`` finds a quote that no longer stands, 2 on an error, 130 after
Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from qa_bot.cli import (
    asking,
    checking,
    evaluating,
    feedback,
    gaps,
    indexing,
    listing,
    upkeep,
)
from qa_bot.errors import QABotError

app = typer.Typer(
    name="qa-bot",
    help="Ask a collection of articles; get a verbatim quote with its citation.",
    epilog="Settings (qa_bot.toml, QA_BOT_*) are described in docs/settings.md.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index", short_help="Bring folders and addresses up to date.")(indexing.index)
app.command("ask")(asking.ask)
app.command("chat", short_help="Open the chat page.")(asking.chat)
app.command("eval", short_help="Measure answers on a file of questions.")(evaluating.evaluate_file)
app.command("verify", short_help="Check an answer's sources, or the index.")(checking.verify)
app.command("info", short_help="Say what the index holds.")(listing.info)
app.command("remove", short_help="Take articles out, and their text too.")(upkeep.remove)
app.command("export", short_help="Write all articles as JSON Lines.")(upkeep.export)
app.command("rollback", short_help="Serve the generation before.")(indexing.rollback)
app.command("gaps", short_help="What was asked and not answered.")(gaps.gaps)
app.command("feedback", short_help="What people said of the answers.")(feedback.feedback)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program with ``arguments`` (default: those of the shell) and exit."""
    for stream in (sys.stdout, sys.stderr):
        # An article may hold what the terminal's encoding, or any, cannot express.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(None if arguments is None else list(arguments), prog_name="qa-bot")
    except QABotError as error:
        _leave(f"qa-bot: {error}")
    except BrokenPipeError:
        # Whoever read our output has gone; leave without a second error while flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        _leave(
            f"qa-bot: an unexpected error: {type(error).__name__}: {error}\n"
            "  mend:     run it again as `python -X dev -m qa_bot ...` and report the whole output"
        )


def _leave(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)
