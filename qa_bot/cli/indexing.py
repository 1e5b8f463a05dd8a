"""``qa-bot index`` and ``qa-bot rollback``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_bot.cli.progress import Bars
from qa_bot.config import Settings
from qa_bot.records import IndexReport

if TYPE_CHECKING:
    from qa_bot.bot import QABot

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="Folder of the index (QA_BOT_INDEX or ./index)."),
]
SUGGESTING = 6.0
"""Seconds for making the questions that an empty page offers."""
_LISTED = 20
_log = logging.getLogger(__name__)


def index(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH|ADDRESS]...",
            help="Folders or files of articles, or web addresses of pages, feeds, sitemaps. "
            "Without any: all that the index was made from.",
            show_default=False,
        ),
    ] = None,
    index: IndexOption = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over with these paths only.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Take removed articles of these paths in again.")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Go on, and index whatever changes in folders and files, until Ctrl-C. "
            "Addresses are not asked again.",
        ),
    ] = False,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Fetch from addresses of the own network too."),
    ] = False,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=COLUMN,...", help="Which column of a table holds what: text=body,..."
        ),
    ] = None,
    no_analysis: Annotated[
        bool,
        typer.Option(
            "--no-analysis", help="Quicker; answers then carry no warning of denials and the like."
        ),
    ] = False,
) -> None:
    """Bring articles up to date in the index: new, changed, renamed and vanished ones."""
    from qa_bot.cli.upkeep import again, go_on
    from qa_bot.storage.publish import serving_generation

    settings = Settings.load(
        index=index,
        columns=columns,
        analysis=False if no_analysis else None,
        fetch_private=True if allow_private else None,
    )
    before = serving_generation(Path(settings.index))
    report, given = again(settings, fresh=fresh, restore=restore) if not paths else (None, paths)
    if report is None:
        report = build(given, settings, fresh=fresh, restore=restore)
    print(described(report), flush=True)
    if report.generation != before:
        suggest(settings)
    if watch:
        go_on(given, settings)


def rollback(index: IndexOption = None) -> None:
    """Serve the generation before this one again."""
    from qa_bot.storage.publish import rollback as publish_previous

    folder = Path(Settings.load(index=index).index)
    print(f"{folder} serves generation {publish_previous(folder)} again")


def build(
    paths: Sequence[str | Path], settings: Settings, *, fresh: bool = False, restore: bool = False
) -> IndexReport:
    """Index with bars on stderr. After Ctrl-C, say what holds and exit with 130."""
    from qa_bot.indexing import build_index

    try:
        with Bars() as bars:
            return build_index(
                paths, settings.index, fresh, settings=settings, progress=bars, restore=restore
            )
    except KeyboardInterrupt:
        print(
            f"\nStopped. The index {settings.index} is as it was and goes on serving; "
            "what was computed is kept, and the same command goes on from there.",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None


def suggest(settings: Settings) -> None:
    """Make the questions that an empty page offers, within SUGGESTING seconds of work.

    The index is whole by now: whatever goes wrong here, Ctrl-C too, the page makes them.
    """
    if not settings.analysis:  # what parses for it is not wanted, or not installed
        return
    try:
        from qa_bot.bot import QABot
        from qa_bot.suggestions import suggested_questions

        bot = QABot.open(settings.index, settings=settings)
        suggested_questions(bot, seconds=SUGGESTING)
    except (Exception, KeyboardInterrupt) as error:
        _log.info("no questions were suggested: %s", error)


def open_bot(index: Path | None) -> QABot:
    """The bot of ``index``; the default index is first built from the seeds if there is none."""
    from qa_bot.bot import QABot
    from qa_bot.storage.publish import serving_generation

    settings = Settings.load(index=index)
    seeds = Path(settings.seeds)
    if index is None and serving_generation(Path(settings.index)) is None and seeds.is_dir():
        print(
            f"There is no index in {settings.index} yet: building it from {seeds}/ ...",
            file=sys.stderr,
        )
        build([seeds], settings)
    return QABot.open(index, settings=settings)


def described(report: IndexReport) -> str:
    """What a run of indexing did, in lines to read."""
    lines = [
        f"{len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.unchanged)} unchanged, {len(report.removed)} removed"
    ]
    if report.renamed:
        lines[0] += f", {len(report.renamed)} renamed"
    lines.append(
        f"{report.chunks:,} chunks in generation {report.generation}, "
        f"{report.embedded:,} of them embedded now, in {report.seconds:.1f} s"
    )
    if report.skipped:
        lines.append(f"{len(report.skipped)} skipped:")
        lines += [f"  {skipped.path}: {skipped.reason}" for skipped in report.skipped]
    if report.notices:
        lines.append("Notices:")
        lines += [f"  {notice}" for notice in report.notices[:_LISTED]]
        if len(report.notices) > _LISTED:
            lines.append(f"  and {len(report.notices) - _LISTED} more")
    return "\n".join(lines)
