"""Of retrieved passages that do not answer, how many fall below the margin of those that do?

    python benchmarks/passages_that_answer.py SETS --scratch DIR [--news-index INDEX]

The questions are those of the report part that `make calibrate` asks (give its scratch folder, and
nothing is read twice), ten passages each. Whether a passage answers cannot be told from
the gold answer's words alone, which stand in many that speak of something else. So three figures,
each with the margin over "no answer" that 80% of the answering passages reach:

words    a passage answers when it has a gold answer's words
own      ... and, for SQuAD, is of the question's own context
read     as read: passages with the words were drawn at random (for SQuAD among those that
         are not the question's own) and judged; each stands for all that were not
         (tests/golden/passages_that_answer.jsonl: question, sha256 of the passage, verdict)

In brackets: 95% of 500 bootstrap draws.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa_bot.config import Settings
from qa_bot.training.calibrate import MOST
from qa_bot.training.observations import observe
from qa_bot.training.questions import Collection, contexts_collection, news_collection

JUDGED = Path(__file__).parents[1] / "tests" / "golden" / "passages_that_answer.jsonl"
KEPT = 0.8
DRAWS = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A retrieved passage: its margin, whether it has the words, whether it is the question's
    own, and what reading it said (None: not read)."""

    margin: float
    words: bool
    own: bool
    judged: bool | None


def below(answering: np.ndarray, others: np.ndarray) -> float:
    """Share of ``others`` below the margin that :data:`KEPT` of ``answering`` reach; both
    have rows (margin, weight)."""
    order = np.argsort(-answering[:, 0])
    reached = np.cumsum(answering[order, 1]) / answering[:, 1].sum()
    margin = answering[order, 0][np.searchsorted(reached, KEPT)]
    return float(others[others[:, 0] < margin, 1].sum() / others[:, 1].sum())


def read_figure(rows: Sequence[Seen], own_is_known: bool) -> float:
    """The figure by the passages that were read: each weighs as all of its kind do."""
    kind = [row for row in rows if row.words and not (own_is_known and row.own)]
    read = [row for row in kind if row.judged is not None]
    weight = len(kind) / len(read)
    yes = [(row.margin, weight) for row in read if row.judged]
    no = [(row.margin, weight) for row in read if not row.judged]
    if own_is_known:
        yes += [(row.margin, 1.0) for row in rows if row.words and row.own]
    no += [(row.margin, 1.0) for row in rows if not row.words]
    return below(np.asarray(yes), np.asarray(no))


def words_figure(rows: Sequence[Seen], own: bool) -> float:
    """The figure by gold words; ``own``: only the question's own passages answer."""
    answers = [row.words and (row.own or not own) for row in rows]
    pairs = np.asarray([(row.margin, 1.0) for row in rows])
    return below(pairs[np.asarray(answers)], pairs[~np.asarray(answers)])


def passages(collection: Collection, scratch: Path) -> list[Seen]:
    """Every passage that was read for the report part."""
    judged = {}
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        judged[row["question"], row["passage"]] = row["answers"]
    own = {question.text.strip(): question.own for question in collection.questions}
    found = []
    for seen in observe(collection, scratch / "seen", part="report"):
        if seen.twin:
            continue
        for passage, reading in zip(seen.passages, seen.readings, strict=True):
            chunk = passage.passage.chunk
            digest = hashlib.sha256(chunk.text.encode()).hexdigest()[:16]
            margin = reading.candidates[0].margin if reading.candidates else -50.0
            found.append(
                Seen(
                    margin,
                    seen.holds(chunk.text),
                    chunk.article_id in own.get(seen.question.strip(), ()),
                    judged.get((seen.question, digest)),
                )
            )
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path)
    parser.add_argument("--scratch", type=Path, default=Path("runs/calibrate"))
    parser.add_argument("--news-index", type=Path)
    given = parser.parse_args()
    settings = Settings.load()
    files = {p.name.removesuffix(".jsonl.gz"): p for p in sorted(given.sets.rglob("*.jsonl.gz"))}
    name = "squad_v1.1_dev"
    split, most = MOST[name]
    squad = contexts_collection(
        files[name], split_by=split, most=most, scratch=given.scratch, settings=settings
    )
    news = news_collection(
        files["questions_2022_2023"],
        files["articles_2022_2023"],
        scratch=given.scratch,
        settings=settings,
        index=given.news_index,
    )
    chance = np.random.default_rng(0)
    for collection, own_is_known in ((squad, True), (news, False)):
        rows = passages(collection, given.scratch)
        read = sum(row.judged is not None for row in rows)
        print(
            f"{collection.name}: {len(rows)} passages, {sum(r.words for r in rows)} with the "
            f"words, {read} read, {sum(bool(r.judged) for r in rows)} of these answer"
        )
        print(f"  words  {words_figure(rows, False):.1%}")
        if own_is_known:
            print(f"  own    {words_figure(rows, True):.1%}")
        drawn = [
            read_figure([rows[i] for i in chance.integers(0, len(rows), len(rows))], own_is_known)
            for _ in range(DRAWS)
        ]
        low, high = np.quantile(drawn, [0.025, 0.975])
        print(f"  read   {read_figure(rows, own_is_known):.1%} ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main()
