"""The parts of the evaluation: which set, which half, how many questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa_bot.errors import EvaluationError
from qa_bot.evaluation import datasets

Kind = Literal["given", "searches", "open"]
_SUFFIXES = (".jsonl.gz", ".jsonl", ".json.gz", ".json")


@dataclass(frozen=True, slots=True)
class Part:
    """One measured part.

    Attributes:
        name: its name, also in the gate's file.
        kind: read in a given context, searched, or asked openly.
        file: the set's file name without its suffix.
        part, split_by: which half; see :mod:`qa_bot.evaluation.datasets`.
        limit: most questions, evenly spaced; None: all.
        cost: what a question costs beside one of SQuAD read in its context, for the time left.
        articles: the collection that is asked; empty: the set's own contexts.
    """

    name: str
    kind: Kind
    file: str
    part: datasets.Part
    split_by: datasets.SplitBy
    limit: int | None
    cost: float
    articles: str = ""

    def numbers(self, records: Sequence[datasets.EvalRecord], limit: int | None) -> list[int]:
        """The records measured, by their number in the file (from 0), in its order.

        ``limit``: most questions of any part; None: the part's own limit alone.
        """
        # A record is known by its place, since ids may be missing or repeat.
        numbered = [replace(r, record_id=str(i)) for i, r in enumerate(records)]
        chosen = datasets.take_part(numbered, self.part, self.split_by)
        limits = [most for most in (self.limit, limit) if most is not None]
        spaced = datasets.evenly_spaced(chosen, min(limits, default=None))
        return [int(record.record_id) for record in spaced]


PARTS: tuple[Part, ...] = (
    Part("reader_squad", "given", "squad_v1.1_dev", "all", "title", None, 1),
    Part("reader_squad2_report", "given", "squad_v2.0_dev", "report", "title", None, 1),
    Part("reader_nq", "given", "nq_qed_dev", "all", "context", None, 1),
    Part("reader_newsqa", "given", "newsqa_dev", "all", "context", None, 6),
    Part("retrieval_squad_report", "searches", "squad_v1.1_dev", "report", "title", 3000, 0.3),
    Part("open_squad_report_1000", "open", "squad_v1.1_dev", "report", "title", 1000, 26),
    *(
        Part(
            f"{kind}_news_report",
            "searches" if kind == "retrieval" else "open",
            "questions_2022_2023",
            "report",
            "question",
            None,
            cost,
            "articles_2022_2023",
        )
        for kind, cost in (("retrieval", 1), ("open", 32))
    ),
)


def find_sets(folder: Path) -> dict[str, Path]:
    """The files of evaluation sets below ``folder`` that a part needs, by name without suffix.

    Raises:
        EvaluationError: ``folder`` is no folder, holds none of them, or two of one name.
    """
    wanted = {part.file for part in PARTS} | {part.articles for part in PARTS} - {""}
    expected = "a folder with some of " + ", ".join(sorted(wanted)) + " (.jsonl.gz)"
    mend = "QA_BOT_EVAL_DATA=folder make eval"
    if not folder.is_dir():
        raise EvaluationError(
            "there is no folder of evaluation sets", where=folder, expected=expected, mend=mend
        )
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        suffix = next((end for end in _SUFFIXES if path.name.endswith(end)), "")
        name = path.name.removesuffix(suffix)
        if not suffix or name not in wanted or not path.is_file():
            continue
        if name in found:
            raise EvaluationError(
                "two files of evaluation sets have one name",
                where=found[name],
                found=path,
                mend="leave one of the two in the folder",
            )
        found[name] = path
    if not found:
        raise EvaluationError(
            "no evaluation set is in the folder", where=folder, expected=expected, mend=mend
        )
    return found


def possible(sets: dict[str, Path], names: Sequence[str] | None = None) -> list[Part]:
    """The parts whose files are in ``sets``, and of those the ones in ``names``.

    Raises:
        EvaluationError: a name is of no part, or none is left.
    """
    known = [part.name for part in PARTS]
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise EvaluationError(
            "there is no such part of the evaluation",
            found=", ".join(unknown),
            expected=", ".join(known),
        )
    chosen = [
        part
        for part in PARTS
        if part.file in sets
        and (not part.articles or part.articles in sets)
        and (names is None or part.name in names)
    ]
    if not chosen:
        raise EvaluationError(
            "no part of the evaluation is left to measure",
            expected="the sets of " + (", ".join(names) if names else "at least one part"),
            found=", ".join(sorted(sets)),
        )
    return chosen
