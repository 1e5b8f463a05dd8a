"""``qa-bot gaps``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.asking import print_json
from qa_bot.cli.indexing import IndexOption
from qa_bot.config import Settings


def gaps(
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the groups as JSON.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget all that was kept.")] = False,
) -> None:
    """Say what people asked that the articles do not hold, last asked first."""
    from qa_bot.cli.show import safe
    from qa_bot.journal import gaps as journal

    settings = Settings.load(index=index)
    folder = Path(settings.index)
    if clear:
        print(f"{journal.clear_gaps(folder):,} questions forgotten")
        return
    groups = journal.gaps(folder)
    if as_json:
        print_json([group.to_dict() for group in groups])
        return
    if not groups:
        print("no unanswered question was kept")
        if not settings.gap_log:
            print("they are kept from when the setting gap_log is true (QA_BOT_GAP_LOG=true)")
        return
    for group in groups:
        times = "once" if group.count == 1 else f"{group.count:,} times"
        print(safe(group.question))
        print(f"  {times}, last {group.last_asked[:16].replace('T', ' ')} UTC")
        others = [wording for wording in group.wordings if wording != group.question]
        for wording in others:
            print(f"  also: {safe(wording)}")
        for near in group.closest[:1]:
            print(f"  closest: {safe(near.title or 'untitled')} ({safe(near.article_id)})")
    total = sum(group.count for group in groups)
    print(f"\n{total:,} unanswered questions in {len(groups):,} groups")
