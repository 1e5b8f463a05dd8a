"""``qa-bot verify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption
from qa_bot.cli.progress import Bars
from qa_bot.config import Settings
from qa_bot.errors import QABotError
from qa_bot.records import Answer


def verify(
    answer: Annotated[
        Path | None,
        typer.Argument(
            metavar="[ANSWER.json]",
            help="What ask --json printed (- for stdin); without it, the index is verified.",
            show_default=False,
        ),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Read the sources of an answer again, or check every file and count of the index."""
    settings = Settings.load(index=index)
    if answer is None:
        _verify_index(Path(settings.index))
    else:
        _verify_answer(_read_answer(answer), settings)


def _verify_index(index: Path) -> None:
    from qa_bot.storage.verify import verify_index

    with Bars() as bars:
        report = verify_index(index, progress=bars)
    print(report)


def _verify_answer(answer: Answer, settings: Settings) -> None:
    from qa_bot.answering.verify import verify_answer
    from qa_bot.cli.show import safe

    checks = verify_answer(answer, settings)
    for check in checks:
        role = "" if check.role == "answer" else f" ({check.role})"
        print(f"{check.verdict:<10} “{safe(check.citation.quote)}”{role}")
        span = check.citation.span
        print(f"           {safe(check.citation.location)}, characters {span.start} to {span.end}")
        print(f"           {safe(check.detail)}")
    if not checks:
        print("the answer cites nothing, so there is nothing to verify")
        return
    standing = sum(check.stands for check in checks)
    print(f"{standing} of {len(checks)} quotes still stand")
    if standing < len(checks):
        raise typer.Exit(1)


def _read_answer(path: Path) -> Answer:
    """The Answer in a file.

    Raises:
        QABotError: it cannot be read or is not an Answer.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        return Answer.from_dict(json.loads(text))
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise QABotError(
            "the answer cannot be read",
            where=path,
            expected="what qa-bot ask --json prints",
            found=error,
            mend='qa-bot ask "..." --json > answer.json',
        ) from None
