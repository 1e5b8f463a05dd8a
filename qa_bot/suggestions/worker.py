"""A child process that turns sentences into questions: spaCy stays out of the chat's process.

    python -m qa_bot.suggestions.worker < request.json > drafts.json

The request holds ``sentences``, a list of texts, and ``seconds``; the answer, for each of
them, a list of a Draft's fields, empty for those that there was no time for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from qa_bot.suggestions.drafts import Draft
from qa_bot.suggestions.templates import drafts

SPARE = 20.0
"""Seconds on top of those for parsing that the child may take, to start and load."""
_AT_A_TIME = 32


def drafts_of(sentences: Sequence[str], seconds: float = 60.0) -> list[list[Draft]]:
    """The questions of each sentence, the surest first; none of any where spaCy or its model is
    missing, or the child fails.

    Args:
        seconds: how long to parse; sentences that are left then make none.
    """
    request = {"sentences": list(sentences), "seconds": seconds}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "qa_bot.suggestions.worker"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=seconds + SPARE,
            check=True,
        )
        made = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return [[] for _ in sentences]
    return [[Draft(**fields) for fields in of_one] for of_one in made]


def main() -> None:
    """Read, parse, write."""
    from qa_bot.analysis.english import english

    if hasattr(os, "nice"):
        os.nice(10)  # people's questions go first
    parse = english()
    request = json.load(sys.stdin)
    began = time.monotonic()
    texts = request["sentences"]
    made: list[list[dict[str, object]]] = []
    for start in range(0, len(texts), _AT_A_TIME):
        if time.monotonic() - began > request["seconds"]:
            break
        for parsed in parse.pipe(texts[start : start + _AT_A_TIME]):
            found = list(parsed.sents)
            whole = drafts(found[0]) if len(found) == 1 else ()
            made.append([asdict(draft) for draft in whole])
    made += [[] for _ in texts[len(made) :]]
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
