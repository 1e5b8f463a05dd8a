"""``qa-bot feedback``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption
from qa_bot.config import Settings


def feedback(
    index: IndexOption = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write what was called right as a file for eval, the rest beside it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List what people said of the answers, or make an evaluation set of it."""
    from qa_bot.cli.show import safe
    from qa_bot.journal.feedback import VERDICTS
    from qa_bot.journal.feedback import feedback as kept

    folder = Path(Settings.load(index=index).index)
    if export is not None:
        _export(folder, export)
        return
    given = kept(folder)
    if not given:
        print("no verdict was kept")
        return
    for one in reversed(given):
        print(f"{one.verdict:<12} {safe(one.meant)}")
        shown = "(not answered)" if one.text is None else f"“{safe(one.text)}”"
        print(f"             {shown}, {one.given_at[:16].replace('T', ' ')} UTC")
        if one.comment:
            print(f"             {safe(one.comment)}")
    counts = Counter(one.verdict for one in given)
    print("\n" + ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in VERDICTS))


def _export(folder: Path, out: Path) -> None:
    from qa_bot.journal.exporting import export_feedback
    from qa_bot.storage.snapshot import Snapshot

    snapshot = Snapshot.open(folder)
    try:
        written = export_feedback(folder, snapshot, out)
    finally:
        snapshot.close()
    print(f"{written.gold:,} questions with their right answers in {written.out}")
    print(f"{written.review:,} for you to look at in {written.review_out}")
    if written.gold:
        print(f"measure: qa-bot eval {written.out} --contexts")
