"""A child process that turns sentences into questions: spaCy stays out of the chat's process.

    python -m qa_bot.suggestions.worker < sentences.json > drafts.json

Both are JSON: a list of texts, and for each a Draft's fields, or null.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict

from qa_bot.suggestions.templates import Draft, drafts

LONGEST = 120.0
"""Seconds that the child may take."""


def drafts_of(sentences: Sequence[str]) -> list[Draft | None]:
    """The best question of each sentence, where it makes one; none of any where spaCy or its
    model is missing, or the child fails."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qa_bot.suggestions.worker"],
            input=json.dumps(list(sentences)).encode("ascii"),
            capture_output=True,
            timeout=LONGEST,
            check=True,
        )
        made = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return [None] * len(sentences)
    return [None if fields is None else Draft(**fields) for fields in made]


def main() -> None:
    """Read, parse, write."""
    from qa_bot.analysis.english import english

    if hasattr(os, "nice"):
        os.nice(10)  # people's questions go first
    parse = english()
    made = []
    for text in json.load(sys.stdin):
        parsed = list(parse(text).sents)
        draft = next(drafts(parsed[0]), None) if len(parsed) == 1 else None
        made.append(None if draft is None else asdict(draft))
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
