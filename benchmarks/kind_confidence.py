"""Is the confidence of each kind of question what it says? On sets with known answers.

    python benchmarks/kind_confidence.py FILE --kind yes_no [--part fit] [--most 200]
        [--split-by title] [--scratch DIR]

FILE is an evaluation set with contexts, which become the articles. Of kind yes_no the
questions are made from its questions with "when", "where", "why" or "how": without that
word they ask whether it is so at all, and the sentence with the gold answer settles
them. Of every other kind they are taken as they are. Each answerable one is asked once as it is
and once as a twin, with every article left out that is its own or holds a gold answer;
a question of the set without an answer is asked as it is (of yes_no it may be settled all
the same: such labels are noisy).

Right: the sentence holds a gold answer and is of the question's own article (yes_no);
F1 of at least 0.6 with a gold answer, or an enumeration that holds one (list); F1 of at
least 0.6 (all else). Prints how many are shown and right at the default threshold, the area under
the ROC curve of the confidence, its calibration error in ten bins, and the logistic fit
of right on its logit (slope 1 and intercept 0: it says what it means).
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa_bot.answering.question_kinds import question_kind
from qa_bot.config import Settings
from qa_bot.evaluation.datasets import evenly_spaced, read_records, take_part
from qa_bot.evaluation.metrics import holds_answer, score_answer
from qa_bot.records import Answer, Filters
from qa_bot.training.made_questions import as_yes_no
from qa_bot.training.observations import _Texts
from qa_bot.training.questions import contexts_collection

RIGHT = 0.6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--part", choices=("fit", "report", "all"), default="fit")
    parser.add_argument("--split-by", choices=("title", "context", "question"), default="title")
    parser.add_argument("--most", type=int, default=200)
    parser.add_argument("--scratch", type=Path, help="where the index is kept between runs")
    parser.add_argument("--wrong", action="store_true", help="print what is shown and wrong")
    options = parser.parse_args()
    records = take_part(read_records(options.file), options.part, options.split_by)
    asked = []
    for record in records:
        question: str | None = record.question
        if options.kind == "yes_no":
            question = as_yes_no(record.question)
        if question and question_kind(question) == options.kind:
            asked.append((question, record))
    answerable = evenly_spaced([pair for pair in asked if pair[1].answerable], options.most)
    unanswerable = evenly_spaced([p for p in asked if not p[1].answerable], options.most // 2)
    with tempfile.TemporaryDirectory() as folder:
        bot = contexts_collection(
            options.file,
            split_by=options.split_by,
            most={},
            scratch=options.scratch or Path(folder),
            settings=Settings.load(),
        ).bot
        texts = _Texts(bot)
        own = {
            bot.snapshot.article(a.article_id).text: a.article_id for a in bot.snapshot.articles()
        }
        rows: list[tuple[str, bool, float]] = []
        for question, record in [*answerable, *unanswerable]:
            home = own.get(record.context or "") or own.get((record.context or "").strip(), "")
            asks: list[tuple[str, Filters | None]] = [("unanswerable", None)]
            if record.answerable:
                excluded = tuple({home, *texts.holding(record.answers)} - {""})
                asks = [("as it is", None), ("twin", Filters(exclude_articles=excluded))]
            for name, filters in asks:
                answer = bot.ask(question, filters=filters, min_confidence=0, top_k=1)
                right = name == "as it is" and is_right(options.kind, answer, record.answers, home)
                rows.append((name, right, answer.confidence))
                shown = answer.confidence >= bot.min_confidence
                if options.wrong and shown and not right:
                    print(
                        f"{name:12} {answer.confidence:.2f} {question} -> {answer.text!r}"
                        f" gold {record.answers[:1]}"
                    )
        report(rows, bot.min_confidence)


def is_right(kind: str, answer: Answer, golds: tuple[str, ...], home: str) -> bool:
    if answer.status == "abstained" or answer.text is None:
        return False
    if kind == "yes_no":
        return holds_answer(answer.text, golds) and answer.citations[0].article_id == home
    if kind == "list" and holds_answer(answer.text, golds):
        return True
    return score_answer(answer.text, golds)[1] >= RIGHT


def report(rows: list[tuple[str, bool, float]], threshold: float) -> None:
    counts = Counter(name for name, _, _ in rows)
    shown = [(name, right) for name, right, sure in rows if sure >= threshold]
    print(f"asked: {dict(counts)}; threshold {threshold:.2f}")
    print(f"right if forced: {sum(right for _, right, _ in rows)}")
    print(f"shown: {len(shown)}, right of these {sum(right for _, right in shown)}")
    for name in counts:
        print(f"  {name}: shown {sum(n == name for n, _ in shown)} of {counts[name]}")
    right = np.array([right for _, right, _ in rows])
    sure = np.array([min(0.9999, max(0.0001, sure)) for _, _, sure in rows])
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean()
        for b in set(bins.tolist())
    )
    logit = np.array([[math.log(s / (1 - s))] for s in sure])
    fit = LogisticRegression(C=1e6).fit(logit, right)
    print(
        f"AUC {roc_auc_score(right, sure):.3f}, calibration error {error:.3f}, "
        f"logistic fit: slope {fit.coef_[0][0]:.2f}, intercept {fit.intercept_[0]:.2f}"
    )


if __name__ == "__main__":
    main()
