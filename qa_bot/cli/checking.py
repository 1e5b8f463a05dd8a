"""``qa-bot verify``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_bot.cli.indexing import IndexOption
from qa_bot.cli.progress import Bars
from qa_bot.config import Settings
from qa_bot.errors import QABotError
from qa_bot.records import Answer

if TYPE_CHECKING:
    from qa_bot.answering.verify import CitationCheck
    from qa_bot.indexing.rereading import ArticleCheck

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
    index_only: Annotated[
        bool,
        typer.Option("--index-only", help="Check the index alone; read no article's file again."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    index: IndexOption = None,
) -> None:
    """Read the sources of an answer again; or check every file and count of the index, and
    extract every article again from its file. Exit code 1 unless everything stands."""
    settings = Settings.load(index=index)
    if answer is None:
        _verify_index(settings, index_only, as_json)
    else:
        _verify_answer(_read_answer(answer), settings, as_json)


def _verify_index(settings: Settings, index_only: bool, as_json: bool) -> None:
    from qa_bot.indexing.rereading import verify_articles
    from qa_bot.storage.verify import verify_index

    index = Path(settings.index)
    with Bars() as bars:
        report = verify_index(index, progress=bars)
        checks = [] if index_only else list(verify_articles(index, settings, bars))
    if as_json:
        record: dict[str, Any] = {"index": asdict(report)}
        if not index_only:
            record["articles"] = _article_record(checks)
        print(json.dumps(record, indent=1))
    else:
        print(report)
        for line in () if index_only else _article_lines(checks):
            print(line)
    if not all(check.stands for check in checks):
        raise typer.Exit(1)


def _article_record(checks: Sequence[ArticleCheck]) -> dict[str, Any]:
    return {
        "checked": len(checks),
        "verdicts": dict(Counter(check.verdict for check in checks)),
        "other_extractor": sum(check.other_extractor for check in checks),
        "differ": [asdict(check) for check in checks if not check.stands or check.other_extractor],
    }


def _article_lines(checks: Sequence[ArticleCheck]) -> Iterator[str]:
    from qa_bot.cli.show import safe

    differ = [check for check in checks if not check.stands]
    for check in differ[:_LISTED]:
        yield f"{check.verdict:<10} {safe(check.article_id)}"
        yield f"           {safe(check.location)}"
        yield f"           {safe(check.detail)}"
    if len(differ) > _LISTED:
        yield f"           and {len(differ) - _LISTED:,} more (--json lists all)"
    yield (
        f"{len(checks) - len(differ):,} of {len(checks):,} articles have the same text when it is "
        "extracted again"
    )
    others = Counter(
        (check.extractor or "nothing", check.extractor_now)
        for check in checks
        if check.stands and check.other_extractor
    )
    for (before, now), count in sorted(others.items()):
        yield f"{count:,} of them were extracted by {safe(before)}, and now by {safe(now)}"
    if differ:
        yield "qa-bot index brings the index up to date with its files"


def _verify_answer(answer: Answer, settings: Settings, as_json: bool) -> None:
    from qa_bot.answering.verify import verify_answer

    checks = verify_answer(answer, settings)
    if as_json:
        print(json.dumps({"quotes": [_quote_record(check) for check in checks]}, indent=1))
    else:
        _show_quotes(checks)
    if not all(check.stands for check in checks):
        raise typer.Exit(1)


def _quote_record(check: CitationCheck) -> dict[str, Any]:
    found = check.found and [check.found.start, check.found.end]
    return {
        "verdict": check.verdict,
        "role": check.role,
        "detail": check.detail,
        "quote": check.citation.quote,
        "article_id": check.citation.article_id,
        "location": check.citation.location,
        "span": [check.citation.span.start, check.citation.span.end],
        "found": found,
    }


def _show_quotes(checks: Sequence[CitationCheck]) -> None:
    from qa_bot.cli.show import safe

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
