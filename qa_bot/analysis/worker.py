"""One process that analyses articles: requests on stdin, answers on stdout, a line each.

    python -m qa_bot.analysis.worker

First says ``{"ready": true}`` or ``{"missing": reason}``. A request is a JSON object
with ``text``, ``title`` and ``sentences``, a list of [start, end]; its answer holds the
flat records of :func:`pack`, or ``{"failed": reason}``. It ends when stdin does, which
is also when its parent dies; Ctrl-C is the parent's business.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from qa_bot.records import ArticleAnalysis, Cue, Entity, Span, Speech


def pack(analysis: ArticleAnalysis) -> dict[str, Any]:
    """An analysis as plain lists."""
    return {
        "entities": [[e.span.start, e.span.end, e.kind] for e in analysis.entities],
        "speeches": [
            [
                *(s.span.start, s.span.end),
                [s.speaker.start, s.speaker.end] if s.speaker is not None else None,
                s.quoted,
            ]
            for s in analysis.speeches
        ],
        "cues": [
            [
                *(c.sentence.start, c.sentence.end, c.span.start, c.span.end),
                *(c.scope.start, c.scope.end, c.kind),
            ]
            for c in analysis.cues
        ],
    }


def unpack(answer: Mapping[str, Sequence[Any]]) -> ArticleAnalysis:
    """The inverse of :func:`pack`."""
    return ArticleAnalysis(
        tuple(Entity(Span(start, end), kind) for start, end, kind in answer["entities"]),
        tuple(
            Speech(Span(start, end), Span(*speaker) if speaker is not None else None, quoted)
            for start, end, speaker, quoted in answer["speeches"]
        ),
        tuple(
            Cue(Span(*row[:2]), row[6], Span(*row[2:4]), Span(*row[4:6])) for row in answer["cues"]
        ),
    )


def main() -> None:
    """Answer requests until there are none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(record: Mapping[str, Any]) -> None:
        answers.write(json.dumps(record, separators=(",", ":")) + "\n")
        answers.flush()

    try:
        from qa_bot.analysis.pipeline import Pipeline

        pipeline = Pipeline()
    except Exception as error:  # a broken installation may raise anything
        say({"missing": f"{type(error).__name__}: {error}"})
        return
    say({"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        sentences = [Span(start, end) for start, end in request["sentences"]]
        try:
            say(pack(pipeline.analyse(request["text"], sentences, title=request["title"])))
        except Exception as error:  # one article must not cost the others theirs
            say({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
