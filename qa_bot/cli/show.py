"""An Answer as text. With a terminal the quote is bold, without one it is **marked**."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from qa_bot.answering.confidence import confidence_word
from qa_bot.records import Answer, Citation, ScoredPassage

_EXCERPT = 160
_CLOSEST = 3
_WORTH_SHOWING = 0.05
"""An alternative with less confidence is left to --json and --explain."""
_WARNINGS = {
    "negated": "negated",
    "denied": "denied",
    "hedged": "not said for certain",
    "question": "part of a question",
    "headline": "from a headline",
}
"""What is said of each flag of :mod:`qa_bot.answering.safety`."""
_PRONOUNS = frozenset(("he", "she", "they", "it", "who", "i", "we", "you"))


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands before and after a quote."""

    before: str
    after: str

    @classmethod
    def for_stdout(cls) -> Marks:
        """Bold in a terminal that wants colour (https://no-color.org), else asterisks."""
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        if sys.stdout.isatty() and not plain:
            return cls("\x1b[1m", "\x1b[0m")
        return cls("**", "**")


def answer_lines(answer: Answer, marks: Marks) -> Iterator[str]:
    """The answer with its quotes and alternatives, or why there is none."""
    if answer.kind == "talk":
        yield safe(answer.reason or "")
        return
    if answer.rewritten_question:
        yield f"Understood as: {safe(answer.rewritten_question)}\n"
    if answer.status == "abstained":
        yield "Not in these articles."
        if answer.reason:
            yield f"  {safe(answer.reason)}"
        closest = answer.passages[:_CLOSEST]
        if closest:
            yield "\nClosest passages:"
        for scored in closest:
            passage = scored.passage
            yield f"  {_byline(passage.title, passage.source, passage.published)}"
            yield f"    {_short(passage.chunk.text, _EXCERPT)}"
        return
    yield f"{marks.before}{safe(answer.text or '')}{marks.after}"
    for citation in answer.citations:
        yield ""
        yield from _citation_lines(citation, marks)
    yield f"\nConfidence: {_confidence(answer.confidence)}"
    if any("uncalibrated" in citation.flags for citation in answer.citations):
        yield "  (not fitted for these models and settings: make calibrate)"
    if answer.independent_sources > 1:
        yield f"Independent sources: {answer.independent_sources}"
    yield from _conflict_lines(answer, marks)
    others = [other for other in answer.alternatives if other.confidence >= _WORTH_SHOWING]
    if others:
        yield "\nAlso possible:"
    for other in others:
        yield f"  {safe(other.text)} — {_confidence(other.confidence)}"
        for citation in other.citations[:1]:
            yield f"    {_sentence(citation, marks)}"
            yield from _warning_lines(citation, "    ")
            yield f"    {_byline(citation.title, citation.source, citation.published)}"


def _conflict_lines(answer: Answer, marks: Marks) -> Iterator[str]:
    """Every other side with its sentence, date and source. Its confidence would mislead: it
    is low because another article contradicts it."""
    if answer.conflicts:
        yield "\nOther articles say otherwise:"
    for other in answer.conflicts:
        age = {True: " (newer than the answer)", False: " (older than the answer)", None: ""}
        yield f"  {safe(other.text)}{age[other.newer]}"
        for citation in other.citations:
            yield f"    {_sentence(citation, marks)}"
            yield from _warning_lines(citation, "    ")
            yield f"    {_byline(citation.title, citation.source, citation.published)}"


def explained_lines(answer: Answer, threshold: float) -> Iterator[str]:
    """A table of every passage's scores, and why the answer won or was not given."""
    if answer.kind == "talk":
        yield "Nothing was searched: this asks nothing of the articles."
        return
    yield "Passages (higher is better; span and null are the reader's, margin is span - null):"
    yield (
        f"{'rank':>4} {'dense':>7} {'lexical':>8} {'fused':>7} {'span':>8} {'null':>8} "
        f"{'margin':>8}  best span / title"
    )
    for scored in answer.passages:
        span = _short(scored.best_span or "-", 40)
        yield (
            f"{scored.rank:>4} {scored.dense:>7.3f} {scored.lexical:>8.3f} {scored.score:>7.3f} "
            f"{_number(scored.span_score)} {_number(scored.null_score)} "
            f"{_number(_margin(scored))}  {span} / {_short(scored.passage.title, 40)}"
        )
    yield ""
    yield _why(answer, threshold)


def _why(answer: Answer, threshold: float) -> str:
    if answer.status == "abstained":
        reason = safe(answer.reason or "no span was found").rstrip(".")
        return (
            f"No answer was given: {reason}. The best span's confidence is "
            f"{answer.confidence:.2f}, the threshold {threshold:.2f}."
        )
    said = (
        f"“{safe(answer.text or '')}” was given because it ranks first, reader and retrieval "
        f"scores together, and its confidence {answer.confidence:.2f} reaches the threshold "
        f"{threshold:.2f}."
    )
    winner = next((scored for scored in answer.passages if _quotes(scored, answer)), None)
    margin = _margin(winner) if winner else None
    if winner and margin is not None:
        read = [m for m in map(_margin, answer.passages) if m is not None]
        place = 1 + sum(other > margin for other in read)
        said += (
            f" It stands in the passage of rank {winner.rank} (fused {winner.score:.3f}), whose "
            f"best span has margin {margin:.2f}: number {place} of the {len(read)} passages read."
        )
    rivals = (*answer.conflicts, *answer.alternatives)
    for other in sorted(rivals, key=lambda rival: -rival.confidence)[:1]:
        said += f" Next came “{safe(other.text)}” with confidence {other.confidence:.2f}."
    return said


def _quotes(scored: ScoredPassage, answer: Answer) -> bool:
    chunk = scored.passage.chunk
    return any(
        citation.article_id == chunk.article_id
        and chunk.span.start <= citation.span.start
        and citation.span.end <= chunk.span.end
        for citation in answer.citations
    )


def _margin(scored: ScoredPassage) -> float | None:
    if scored.span_score is None or scored.null_score is None:
        return None
    return scored.span_score - scored.null_score


def _number(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:>8.2f}"


def _confidence(confidence: float) -> str:
    return f"{confidence_word(confidence)} ({confidence:.2f})"


def _citation_lines(citation: Citation, marks: Marks) -> Iterator[str]:
    yield f"  {_sentence(citation, marks)}"
    yield from _warning_lines(citation, "  ")
    yield f"  {_byline(citation.title, citation.source, citation.published)}"
    page = f", page {citation.page}" if citation.page is not None else ""
    span = citation.span
    yield f"  {safe(citation.location)}{page}, characters {span.start} to {span.end}"
    if citation.link:
        yield f"  {safe(citation.link)}"
    elif citation.url and citation.url != citation.location:
        yield f"  {safe(citation.url)}"


def _warning_lines(citation: Citation, indent: str) -> Iterator[str]:
    """What the quote alone would hide, and who says it."""
    said = [text for flag, text in _WARNINGS.items() if flag in citation.flags]
    if said:
        yield f"{indent}— {'; '.join(said)}: read the whole sentence"
    if citation.speaker and citation.speaker.lower() not in _PRONOUNS:
        yield f"{indent}— according to {safe(citation.speaker)}"
    elif "quoted" in citation.flags:
        yield f"{indent}— somebody's quoted words"


def _sentence(citation: Citation, marks: Marks) -> str:
    """The sentence on one line, its quote between the marks."""
    start = citation.span.start - citation.sentence_span.start
    before, after = citation.sentence[:start], citation.sentence[start + len(citation.quote) :]
    return safe(before) + marks.before + safe(citation.quote) + marks.after + safe(after)


def _byline(title: str, source: str | None, published: str | None) -> str:
    return " · ".join(safe(part) for part in (title or "untitled", source, published) if part)


def _short(text: str, length: int) -> str:
    flat = " ".join(safe(text).split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def safe(text: str) -> str:
    """``text`` on one line, without characters that could command a terminal."""
    shown = (" " if c.isspace() else "\ufffd" if _commands(c) else c for c in text)
    return "".join(shown)


def _commands(character: str) -> bool:
    # Cc holds ESC and its like; the named format characters turn the reading direction round.
    return (
        unicodedata.category(character) == "Cc"
        or character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
    )
