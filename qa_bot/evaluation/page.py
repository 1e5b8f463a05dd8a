"""The evaluation page: what was measured, between two markers, in a page written by hand.

Only what stands between the markers is written anew. The notes around it (which
choices were not made blind, what was read by eye, what other commands measured)
stay beside the figures that they explain, and no run can take them away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.drawing import SET_NAMES
from qa_bot.evaluation.parts import PARTS
from qa_bot.evaluation.searches import RANKINGS
from qa_bot.evaluation.stages import LEFT_OUT

BEGIN = "<!-- measured: begin. Made by `make eval`; what is written here by hand is lost. -->"
END = "<!-- measured: end -->"
_DRAWN = {
    "eval-questions.png": "F1 by question word and by answer length",
    "eval-null-margin.png": "The margin over no answer, with and without an answer",
    "eval-risk-coverage.png": "Risk against coverage",
}
_RECALLS = (
    *("recall_at_1", "recall_at_5", "recall_at_20", "mrr_at_10"),
    *("answer_recall_at_5", "answer_recall_at_20"),
)

Figures = Mapping[str, Mapping[str, Any]]


def put_into(page: Path, content: str) -> None:
    """Put ``content`` between the markers of ``page``; a page that is not there is made.

    Raises:
        EvaluationError: the page lacks a marker, or has one twice.
    """
    if page.exists():
        text = page.read_text(encoding="utf-8")
        if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
            raise EvaluationError(
                "the page cannot take the figures",
                where=page,
                expected=f"one line {BEGIN!r} and after it one line {END!r}",
                mend="put the two lines where the figures belong, or name another --page",
            )
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
    else:
        page.parent.mkdir(parents=True, exist_ok=True)
        before, after = "# Evaluation\n\n", "\n"
    page.write_text(f"{before}{BEGIN}\n{content.strip()}\n{END}{after}", encoding="utf-8")


def write_page(
    figures: Figures, kinds: Mapping[str, str], named: Mapping[str, Any], images: Sequence[str]
) -> str:
    """The measured part in Markdown.

    Args:
        figures: of each part by its name.
        kinds: of each part: given, searches or open.
        named: the models, as :meth:`qa_bot.evaluation.models.Models.named` says.
        images: paths of the drawings as the page shall name them.
    """
    chosen = {k: {n: f for n, f in figures.items() if kinds[n] == k} for k in kinds.values()}
    drawn = {os.path.basename(image): image for image in images}
    encoder = named["encoder"]["name"]
    lines = [
        f"Measured with the reader {named['reader'][:12]} (sha256 of its weights) and the encoder "
        f"{encoder}. In brackets: bootstrap 95% intervals over questions.",
    ]
    missing = [f"{SET_NAMES[p.file]} (`{p.name}`)" for p in PARTS if p.name not in figures]
    if missing:
        lines += ["", "Not measured in this run: " + ", ".join(missing) + "."]
    if any(f["limited"] for f in figures.values()):
        lines += ["", "**A short run**: fewer questions than the evaluation asks."]
    if chosen.get("given"):
        lines += ["", *_given(chosen["given"]), *_image(drawn, "eval-questions.png")]
    for name, one in chosen.get("open", {}).items():
        lines += ["", *_open(name, one)]
    if any(image in drawn for image in ("eval-null-margin.png", "eval-risk-coverage.png")):
        lines += ["", "## When not to answer", *_image(drawn, "eval-null-margin.png"),
                  *_image(drawn, "eval-risk-coverage.png")]  # fmt: skip
        lines += ["", "Dots stand where the fitted threshold does."]
    for one in chosen.get("searches", {}).values():
        lines += ["", *_searches(one)]
    return "\n".join(lines) + "\n"


def _image(drawn: Mapping[str, str], name: str) -> Iterator[str]:
    if name in drawn:
        yield from ("", f"![{_DRAWN[name]}]({drawn[name]})")


def _given(parts: Figures) -> Iterator[str]:
    yield from ("## The reader, in a given context", "")
    yield from ("| set | questions | exact match | F1 |", "|---|---|---|---|")
    for one in parts.values():
        yield (
            f"| {_set(one)} | {_count(one)} | {_with(one, 'exact_match', 1)} | "
            f"{_with(one, 'f1', 1)} |"
        )
    for one in parts.values():
        if one["abstention"] == "on":
            answered, refused = one["answerable_answered"], one["unanswerable_refused"]
            yield ""
            yield (
                f"{_name(one)} has unanswerable questions, and abstention is on, at the margin of "
                f"{one['threshold']:.2f} that was fitted on its fit part: of {answered['n']:,} "
                f"answerable questions {_estimate(answered, '%')} are answered, of "
                f"{refused['n']:,} others {_estimate(refused, '%')} are refused."
            )


def _open(name: str, one: Mapping[str, Any]) -> Iterator[str]:
    facts, passages = one["facts"], one["passages"]
    yield f"## Open: {_set(one)}"
    yield ""
    yield (
        f"{_count(one)} questions over {facts['articles']:,} articles, {facts['passages']:,} "
        f"passages (`{name}`)."
    )
    if not one["calibrated"]:
        yield f"Ranking and confidence were fitted for others of: {', '.join(facts['mismatch'])}."
    yield from ("", "| | value |", "|---|---|")
    yield f"| exact match, made to answer | {_with(one, 'exact_match', 1)} |"
    yield f"| F1, made to answer | {_with(one, 'f1', 1)} |"
    yield f"| F1 of the best of all candidates | {_with(one, 'reachable', 1)} |"
    yield (
        f"| shown at the fitted confidence of {one['threshold']:.2f}, % | "
        f"{_estimate(one['shown'])} |"
    )
    yield f"| F1 of what is shown | {_estimate(one['f1_of_shown'])} |"
    for measure in _RECALLS:
        if one.get(measure) is not None:
            yield f"| {measure} | {_with(one, measure, 3)} |"
    if "below" in passages:
        yield (
            "| passages without a gold answer's words below the margin that keeps 80% of those "
            f"with them, % | "
            f"{_estimate(passages['below'])} |"
        )
    yield ""
    yield (
        "One stage left out at a time: the difference to the same questions with all stages and "
        f"{one['read_passages']} passages read."
    )
    yield from ("", "| | exact match | F1 | F1, difference |", "|---|---|---|---|")
    for entry in one["left_out"]:
        low, high = entry["f1_interval"]
        yield (
            f"| {LEFT_OUT[entry['name']]} | {entry['exact_match']:.1f} | {entry['f1']:.1f} | "
            f"{_signed(entry['f1_difference'])} ({_signed(low)} to {_signed(high)}) |"
        )


def _searches(one: Mapping[str, Any]) -> Iterator[str]:
    facts = one["facts"]
    yield f"## Retrieval alone: {_set(one)}"
    yield ""
    yield (
        f"{_count(one)} questions over {facts['passages']:,} passages of {facts['articles']:,} "
        "articles: is a passage of an own article among the first? The last column says how far "
        "the convex sum is ahead at 5, on the same questions."
    )
    yield from ("", "| | @1 | @5 | @20 | MRR@10 | ahead @5 |", "|---|---|---|---|---|---|")
    for name, entry in one["rankings"].items():
        cells = " | ".join(
            _value(entry[m]["value"], entry[m]["interval"], 3)
            for m in ("recall_at_1", "recall_at_5", "recall_at_20", "mrr_at_10")
        )
        five = entry["recall_at_5"]
        low, high = five["convex_ahead_interval"]
        ahead = f"{_signed(five['convex_ahead'], 3)} ({_signed(low, 3)} to {_signed(high, 3)})"
        yield f"| {RANKINGS[name]} | {cells} | {'' if name == 'convex' else ahead} |"


def _name(one: Mapping[str, Any]) -> str:
    stem = str(one["file"]).split(".json")[0]
    return SET_NAMES.get(stem, stem)


def _set(one: Mapping[str, Any]) -> str:
    return _name(one) + (f", {one['part']} part" if one["part"] != "all" else "")


def _count(one: Mapping[str, Any]) -> str:
    return f"{one['n']:,}" + (f" of {one['of']:,}" if one["of"] > one["n"] else "")


def _with(one: Mapping[str, Any], measure: str, digits: int) -> str:
    return _value(one[measure], one["intervals"][measure], digits)


def _estimate(entry: Mapping[str, Any], unit: str = "") -> str:
    return "–" if entry["share"] is None else _value(entry["share"], entry["interval"], 1, unit)


def _value(value: float, interval: Sequence[float] | None, digits: int, unit: str = "") -> str:
    if interval is None:
        return f"{value:.{digits}f}{unit}"
    return f"{value:.{digits}f}{unit} ({interval[0]:.{digits}f} to {interval[1]:.{digits}f})"


def _signed(value: float, digits: int = 1) -> str:
    """With a sign; what is nothing once rounded has none."""
    return f"{value:+.{digits}f}" if round(value, digits) else f"{0:.{digits}f}"
