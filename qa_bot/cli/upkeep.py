"""Keeping an index: ``qa-bot index`` without paths and with --watch, ``remove``, ``export``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption, build, described
from qa_bot.cli.progress import Bars
from qa_bot.config import Settings
from qa_bot.errors import CorpusError, FetchError, QABotError
from qa_bot.records import IndexReport


def again(
    settings: Settings, *, fresh: bool, restore: bool
) -> tuple[IndexReport, list[str | Path]]:
    """Bring everything that the index was made from up to date; also what that is.

    Without the network, the folders alone.

    Raises:
        CorpusError: there is nothing, or with ``fresh``.
    """
    from qa_bot.indexing.again import remembered

    folders, addresses, gone = remembered(Path(settings.index))
    if fresh or not (folders or addresses):
        raise CorpusError(
            "nothing was named to index",
            where=settings.index,
            expected="folders, files or addresses" if fresh else "an index made from something",
            found="none",
            mend="qa-bot index PATH",
        )
    for path in gone:
        print(f"{path} is gone; its articles stay until: qa-bot remove {path}", file=sys.stderr)
    given: list[str | Path] = [*folders, *addresses]
    try:
        return build(given, settings, restore=restore), given
    except FetchError as error:
        print(f"The addresses stay as they are: {error.found}", file=sys.stderr)
        return build(folders, settings, restore=restore), given


def go_on(given: Sequence[str | Path], settings: Settings) -> None:
    """Index whatever changes in the folders among ``given``, until Ctrl-C."""
    from qa_bot.embedding import open_embedder
    from qa_bot.indexing import build_index
    from qa_bot.indexing.addressed import split_given
    from qa_bot.indexing.roots import existing_paths
    from qa_bot.indexing.watching import watch

    paths, addresses = split_given(given)
    folders = existing_paths(paths)
    if addresses:
        print("Addresses are not watched; qa-bot index asks them again.", file=sys.stderr)
    if not folders:
        return
    try:
        embedder = open_embedder(settings)
        print("Watching; Ctrl-C ends it.", file=sys.stderr, flush=True)
        watch(
            folders,
            Path(settings.index),
            lambda there: build_index(there, settings.index, settings=settings, embedder=embedder),
            _tell,
        )
    except KeyboardInterrupt:
        print("\nStopped watching.", file=sys.stderr)


def _tell(news: IndexReport | QABotError | str) -> None:
    now = f"{datetime.now():%H:%M:%S}"
    if isinstance(news, IndexReport):
        first, second, *rest = described(news).split("\n")
        print("\n".join([f"{now}  {first}; {second}", *rest]), flush=True)
    else:
        print(f"{now}  {news}", file=sys.stderr, flush=True)


def remove(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ID|PATH|ADDRESS...",
            help="Ids (qa-bot info --articles), files or folders, or web addresses.",
            show_default=False,
        ),
    ],
    purge: Annotated[
        bool,
        typer.Option(
            "--purge",
            help="Their text too, from older generations, kept pages and uploads, caches, "
            "questions without an answer and feedback. There is no way back.",
        ),
    ] = False,
    index: IndexOption = None,
) -> None:
    """Take articles out of the index; they stay out until: qa-bot index PATH --restore."""
    from qa_bot.indexing import remove_articles

    settings = Settings.load(index=index)
    report = remove_articles(settings.index, articles, purge, settings=settings)
    for article_id in report.removed:
        print(f"removed {article_id}")
    count = len(report.removed)
    print(f"{count} {'article' if count == 1 else 'articles'} removed, generation "
          f"{report.generation}")  # fmt: skip
    for notice in report.notices:
        print(f"  {notice}")


def export(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A .jsonl or .jsonl.gz file (else stdout)."),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Write all articles as JSON Lines, which index back to the same ids and texts."""
    from qa_bot.indexing.exporting import export_articles

    folder = Settings.load(index=index).index
    if out is None:
        export_articles(folder, sys.stdout)
        return
    with Bars() as bars:
        done = export_articles(folder, out, bars)
    print(f"{done:,} articles in {out}")
