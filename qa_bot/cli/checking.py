"""``qa-bot verify`` and ``qa-bot info``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from qa_bot.cli.indexing import IndexOption
from qa_bot.cli.progress import Bars
from qa_bot.config import Settings
from qa_bot.errors import QABotError
from qa_bot.records import Answer

_LISTED = 20


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


def info(index: IndexOption = None) -> None:
    """Say what the index holds: generation, articles, chunks, embedder, sizes, sources."""
    from qa_bot.storage.snapshot import Snapshot

    folder = Path(Settings.load(index=index).index)
    snapshot = Snapshot.open(folder)
    try:
        manifest = snapshot.manifest
        size = sum(digest.bytes for digest in manifest.files.values())
        sources = Counter(article.source or "(none named)" for article in snapshot.articles())
        print(f"index       {folder.resolve()}")
        print(f"generation  {snapshot.generation}, made {manifest.created_at}")
        print(f"articles    {snapshot.article_count:,}")
        print(f"chunks      {snapshot.chunk_count:,}")
        embedder = manifest.embedder
        print(f"embedder    {embedder.name}, {embedder.dim} dimensions, {embedder.revision[:12]}")
        print(f"segments    {len(manifest.segments)}")
        each = size / snapshot.chunk_count if snapshot.chunk_count else 0
        print(f"size        {size / 1e6:.1f} MB, {each:,.0f} bytes a chunk")
        for root in manifest.roots:
            print(f"folder      {root.name}: {root.path}")
        for source, count in sources.most_common(_LISTED):
            print(f"source      {source}: {count:,}")
        if len(sources) > _LISTED:
            print(f"            and {len(sources) - _LISTED} more")
    finally:
        snapshot.close()
