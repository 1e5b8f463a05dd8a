"""``qa-bot ask``."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption, open_bot
from qa_bot.records import Filters, Turn


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question, in quotes.", show_default=False)
    ],
    index: IndexOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the Answer as JSON and nothing else.")
    ] = False,
    top: Annotated[
        int | None,
        typer.Option("--top", min=1, metavar="N", help="Passages to list.", show_default=False),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show every passage's scores and why the answer won.")
    ] = False,
    published_from: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Only articles from this day on (YYYY-MM-DD)."),
    ] = None,
    published_until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Only articles up to this day, included."),
    ] = None,
    undated: Annotated[
        bool, typer.Option("--undated", help="With --from or --until: undated articles too.")
    ] = False,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="NAME",
            help="Only this publisher, by name or host; give it again for more.",
            show_default=False,
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="KEY=VALUE",
            help="Only articles with this metadata; give it again for more conditions.",
            show_default=False,
        ),
    ] = None,
    newest: Annotated[
        bool, typer.Option("--newest", help="Of the confident answers, the newest leads.")
    ] = False,
    after: Annotated[
        list[str] | None,
        typer.Option(
            "--after",
            metavar="EARLIER",
            help="A question asked before this one; give it again for more, in their order.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ask one question."""
    from qa_bot.retrieval.filters import checked, conditions

    filters = checked(
        Filters(
            published_from=published_from,
            published_until=published_until,
            sources=tuple(sources or ()),
            equals=conditions(where or ()),
            include_undated=undated,
        )
    )
    # What libraries print while a model is made ready must not get into the JSON.
    with contextlib.redirect_stdout(sys.stderr):
        bot = open_bot(index)
        if explain and top is None:
            top = max(bot.settings.top_k, bot.settings.read_passages)
        history: list[Turn] = []
        for earlier in after or ():
            turn = Turn(earlier, bot.ask(earlier, history, filters, newest_first=newest))
            history.append(turn)
        answer = bot.ask(question, history, filters, top_k=top, newest_first=newest)
    if as_json:
        print_json(answer.to_dict())
        return
    from qa_bot.cli import show

    for line in show.answer_lines(answer, show.Marks.for_stdout()):
        print(line)
    if explain:
        print()
        for line in show.explained_lines(answer, bot.min_confidence):
            print(line)
        if not bot.uncalibrated:
            print(bot.fitted.setting_sentence(bot.min_confidence))


def print_json(value: object, *, indent: int | None = 2) -> None:
    """One JSON value on stdout; escaped where the terminal is not UTF-8."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(json.dumps(value, ensure_ascii=plain, indent=indent, allow_nan=False))
