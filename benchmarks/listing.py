"""What a page of list_articles costs: the first of a generation, and each after it.

    python benchmarks/listing.py INDEX

Nothing is written to the index. The first reads the whole list, as every page did before
the list was kept.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qa_bot.bot import QABot
from qa_bot.web import catalogue
from qa_bot.web.api import Programs

CALLS: dict[str, dict[str, Any]] = {
    "a page": {"start": 50},
    "a page, some words": {"contains": "president"},
    "a page, filtered": {"filters": {"published_from": "2023-01-01"}},
}
TIMES = 15


def milliseconds(call: Callable[[], object], before: Callable[[], object]) -> float:
    """Median of TIMES calls, each after ``before``, which is not counted."""
    took = []
    for _ in range(TIMES):
        before()
        began = time.perf_counter()
        call()
        took.append(1e3 * (time.perf_counter() - began))
    return statistics.median(took)


def main() -> None:
    """Time each call with the list forgotten before it, and with the list kept."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("index", type=Path)
    programs = Programs(QABot.open(asked.parse_args().index))
    for name, arguments in CALLS.items():

        def call(arguments: dict[str, Any] = arguments) -> object:
            return programs.list_articles(**arguments)

        call()
        anew = milliseconds(call, catalogue._catalogues.clear)
        kept = milliseconds(call, lambda: None)
        print(f"{name}: {anew:.1f} ms, then {kept:.1f} ms ({anew / kept:.0f} times faster)")


if __name__ == "__main__":
    main()
