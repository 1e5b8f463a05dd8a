"""Precision and recall of the flags and speakers on the labelled sentences.

    python benchmarks/safe_spans.py [--half held_back] [--wrong]

Each line of tests/golden/safe_spans.jsonl is a text of ours with one span, the flags that
the span should get and who says it. The rules were tuned on the half "tuning"; the other
half was written after that and is only measured. A flag counts as right when the span
should have it; a speaker when he is named in the same words. JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa_bot.analysis.pipeline import Pipeline
from qa_bot.answering.safety import flags_of, speaker_of
from qa_bot.corpus.text import sentences
from qa_bot.records import Span

SET = Path(__file__).resolve().parent.parent / "tests" / "golden" / "safe_spans.jsonl"
KINDS = ("negated", "denied", "hedged", "question", "headline", "quoted")


def labelled() -> list[dict[str, Any]]:
    """All sentences."""
    return [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]


def found_in(pipeline: Pipeline, record: Mapping[str, Any]) -> tuple[set[str], str | None]:
    """The flags and the speaker that the rules give the span of a record."""
    text, span = record["text"], Span(record["start"], record["end"])
    analysis = pipeline.analyse(text, sentences(text), title=record.get("title", ""))
    speaker = speaker_of(analysis, span)
    return set(flags_of(analysis, span)), speaker.of(text) if speaker else None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=("tuning", "held_back"), default="held_back")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong first")
    given = parser.parse_args()
    pipeline = Pipeline()
    records = [record for record in labelled() if record["half"] == given.half]
    counts: Counter[tuple[str, str]] = Counter()
    harmless = flagged = 0
    for record in records:
        flags, speaker = found_in(pipeline, record)
        expected = set(record["flags"])
        for kind in KINDS:
            counts[kind, "found"] += kind in flags
            counts[kind, "expected"] += kind in expected
            counts[kind, "right"] += kind in flags & expected
        counts["speaker", "found"] += speaker is not None
        counts["speaker", "expected"] += record["speaker"] is not None
        counts["speaker", "right"] += speaker is not None and speaker == record["speaker"]
        if not expected:
            harmless += 1
            flagged += bool(flags)
        if given.wrong and (flags != expected or speaker != record["speaker"]):
            shown = record["text"][: record["start"]] + "[" + record["text"][record["start"] :]
            print(f"{record['id']}: {shown}")
            print(f"    should be {sorted(expected)}, {record['speaker']}")
            print(f"    found     {sorted(flags)}, {speaker}")
    result = {
        kind: {
            "precision": _share(counts[kind, "right"], counts[kind, "found"]),
            "recall": _share(counts[kind, "right"], counts[kind, "expected"]),
            **{name: counts[kind, name] for name in ("right", "found", "expected")},
        }
        for kind in (*KINDS, "speaker")
    }
    print(
        json.dumps(
            {
                "half": given.half,
                "sentences": len(records),
                "harmless": harmless,
                "harmless_flagged": flagged,
                "kinds": result,
            },
            indent=1,
        )
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


if __name__ == "__main__":
    main()
