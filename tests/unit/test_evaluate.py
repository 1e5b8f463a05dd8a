"""One evaluation in each mode, with a bot and a reader whose answers are known."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from qa_bot.answering.fitted import Fitted
from qa_bot.config import Settings
from qa_bot.errors import EvaluationError, QuestionError
from qa_bot.evaluation import run
from qa_bot.evaluation.datasets import in_fit_part
from qa_bot.protocols import Reading
from qa_bot.records import Answer, Chunk, Passage, ScoredPassage, Span, SpanCandidate

CONTEXTS = ("The robot has six legs.", "Anna Rossi painted the chapel.")
RECORDS = [
    {"question": "Legs?", "answers": ["six legs"], "context": CONTEXTS[0], "title": "A_robot"},
    {"question": "Who?", "answers": ["Anna Rossi"], "context": CONTEXTS[1]},
]
UNANSWERABLE = {"question": "When?", "answers": [], "context": CONTEXTS[1]}


def passage(article_id, text, rank):
    chunk = Chunk("0" * 16, article_id, Span(0, len(text)), text)
    return ScoredPassage(Passage(chunk, "", None, None, None), 1 / rank, rank, 0.5, 1.0)


@dataclass
class KnownBot:
    """Answers from a table: question to (text, confidence, [(article_id, passage text)])."""

    table: dict
    min_confidence: float = 0.5
    uncalibrated: tuple = ()
    asked: list = field(default_factory=list)
    snapshot: object = field(default_factory=lambda: SimpleNamespace(close=lambda: None))

    def ask(self, question, *, top_k, min_confidence):
        self.asked.append((question, top_k, min_confidence))
        found = self.table[question]
        if found is None:
            raise QuestionError("too long")
        text, confidence, passages = found
        ranked = tuple(passage(*item, rank) for rank, item in enumerate(passages, 1))
        return Answer(
            question, "answered" if text else "abstained", text, confidence, (), (), (), 1,
            ranked, None, None, 1,
        )  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write_records(*records):
        path = tmp_path / "dev.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return path

    return write_records


@pytest.fixture
def open_bot(monkeypatch):
    def open_known(table, **known):
        bot = KnownBot(table, **known)
        opened = SimpleNamespace(open=lambda index, settings: bot)
        monkeypatch.setattr(run, "QABot", opened)
        return bot

    return open_known


def test_an_index_is_asked_once_a_question_with_abstention_off(write, open_bot):
    bot = open_bot(
        {
            "Legs?": ("six legs", 0.9, [("x", CONTEXTS[1]), ("y", "robot has six legs")]),
            "Who?": ("Rossi", 0.2, [("x", "Nobody.")]),
            "When?": ("in May", 0.6, []),
        }
    )
    figures = run.evaluate(write(*RECORDS, UNANSWERABLE), settings=Settings())
    assert bot.asked == [(question, 20, 0.0) for question in ("Legs?", "Who?", "When?")]
    # Legs: right and sure. Who: half right (F1 2/3), not sure. When: wrongly sure.
    assert figures["exact_match"] == pytest.approx(100 / 3, abs=1e-3)
    assert figures["f1"] == pytest.approx(100 / 3, abs=1e-3)
    assert figures["f1_forced"] == pytest.approx(100 * (1 + 2 / 3) / 2, abs=1e-3)
    assert figures["answered"] == pytest.approx(2 / 3, abs=1e-5)
    assert figures["recall_at_1"] == 0.0
    assert figures["recall_at_5"] == pytest.approx(1 / 3, abs=1e-5)
    assert figures["mrr_at_10"] == pytest.approx((1 / 2) / 3, abs=1e-5)
    assert figures["answer_recall_at_5"] == 0.5
    assert (figures["mode"], figures["abstention"], figures["n"]) == ("index", "on", 3)


def test_without_unanswerable_records_nothing_is_held_back(write, open_bot):
    open_bot({"Legs?": ("six legs", 0.0, []), "Who?": (None, 0.0, [])})
    figures = run.evaluate(write(*RECORDS), settings=Settings())
    assert figures["f1"] == figures["f1_forced"] == 50.0
    assert figures["answered"] == 0.5
    assert figures["abstention"] == "off"
    assert figures["calibrated"] is True


def test_a_question_that_cannot_be_asked_counts_as_abstained(write, open_bot):
    open_bot({"Legs?": None, "Who?": ("Anna Rossi", 0.9, [])}, uncalibrated=("reader",))
    figures = run.evaluate(write(*RECORDS), settings=Settings())
    assert (figures["refused"], figures["f1"], figures["calibrated"]) == (1, 50.0, False)


def test_contexts_become_articles_and_their_chunks_are_told_apart(write, open_bot, monkeypatch):
    built = []

    def build_index(path, index, *, settings, progress):
        built.extend(json.loads(line) for line in path.read_text().splitlines())
        return SimpleNamespace(skipped=())

    monkeypatch.setattr(run, "build_index", build_index)
    same_text = "Anna Rossi painted"
    open_bot(
        {
            "Legs?": ("six legs", 0.9, [("contexts.jsonl#context-000000", "six legs.")]),
            "Who?": (
                "Anna Rossi", 0.9,
                [("contexts.jsonl#context-000000", same_text)] * 2
                + [("contexts.jsonl#context-000001", same_text)],
            ),
            "When?": ("", 0.0, []),
        }
    )  # fmt: skip
    path = write(*RECORDS, UNANSWERABLE)
    figures = run.evaluate(path, mode="contexts", settings=Settings())
    assert [(row["text"], row.get("title")) for row in built] == [
        (CONTEXTS[0], "A robot"),
        (CONTEXTS[1], None),
    ]
    assert figures["recall_at_1"] == pytest.approx(1 / 3, abs=1e-5)
    assert figures["recall_at_5"] == pytest.approx(2 / 3, abs=1e-5)
    assert figures["mrr_at_10"] == pytest.approx((1 + 1 / 3 + 0) / 3, abs=1e-5)
    assert figures["exact_match"] == 100.0


SPANS = {"Legs?": ("six legs", 3.0), "Who?": ("Anna Rossi", 1.0), "When?": ("the chapel", 1.5)}
"""What the reader below finds for each question, and its margin."""


class KnownReader:
    fingerprint = "reader"

    def read(self, question, passages, *, top_n):
        (given,) = passages
        if question not in SPANS:
            return [Reading((), 0.0)]
        text, margin = SPANS[question]
        start = given.text.index(text)
        span = Span(start, start + len(text))
        best = SpanCandidate(
            given.article_id, given.chunk_id, span, text, score=margin + 1.0, null_score=1.0
        )
        return [Reading((best,), 1.0)]


@pytest.fixture
def known_reader(monkeypatch):
    fitted = Fitted({}, {}, 0.0, 0.5, reader_threshold=1.0, fingerprints={"reader": "reader"})
    monkeypatch.setattr(run, "load_fitted", lambda _: fitted)
    monkeypatch.setattr(run, "open_reader", lambda settings: KnownReader())


def test_the_reader_answers_above_its_threshold_only(write, known_reader):
    figures = run.evaluate(write(*RECORDS, UNANSWERABLE), mode="reader", settings=Settings())
    # Legs 3.0 and When 1.5 are above 1.0; Who stands on it and is held back.
    assert figures["exact_match"] == pytest.approx(100 / 3, abs=1e-3)
    assert figures["f1_forced"] == 100.0
    assert figures["answered"] == pytest.approx(2 / 3, abs=1e-5)
    assert figures["recall_at_1"] is figures["answer_recall_at_20"] is None
    assert figures["calibrated"] is True


def test_the_reader_without_unanswerable_records_always_answers(write, known_reader):
    nothing = {"question": "none", "answers": ["x"], "context": "y"}
    figures = run.evaluate(write(*RECORDS, nothing), mode="reader", settings=Settings())
    assert figures["exact_match"] == pytest.approx(200 / 3, abs=1e-3)
    assert figures["answered"] == pytest.approx(2 / 3, abs=1e-5)


def test_progress_counts_every_question(write, known_reader):
    seen = []
    run.evaluate(
        write(*RECORDS),
        mode="reader",
        settings=Settings(),
        progress=lambda *step: seen.append(step),
    )
    assert seen == [("questions", done, 2) for done in (0, 1, 2)]


def test_a_part_or_a_limit_takes_fewer(write, known_reader):
    path, settings = write(*RECORDS, UNANSWERABLE), Settings()
    in_fit = sum(in_fit_part(record["question"]) for record in [*RECORDS, UNANSWERABLE])
    assert in_fit in (1, 2)  # so that both parts hold something here
    for part, n in (("fit", in_fit), ("report", 3 - in_fit)):
        figures = run.evaluate(
            path, mode="reader", settings=settings, part=part, split_by="question"
        )
        assert (figures["n"], figures["part"], figures["split_by"]) == (n, part, "question")
    assert run.evaluate(path, mode="reader", settings=settings, limit=2)["n"] == 2


def test_an_empty_part_is_an_error(write, known_reader):
    path = write(RECORDS[0])
    part = "report" if in_fit_part(RECORDS[0]["question"]) else "fit"
    with pytest.raises(EvaluationError, match=f"(?s)no record is left.*{part} by question"):
        run.evaluate(path, mode="reader", settings=Settings(), part=part, split_by="question")


@pytest.mark.parametrize("mode", ["reader", "contexts"])
def test_a_mode_that_reads_contexts_needs_one_in_every_record(write, known_reader, mode):
    path = write(RECORDS[0], {"id": "q9", "question": "Who?", "answers": []})
    with pytest.raises(EvaluationError, match=f"(?s)no context.*record q9.*--{mode}"):
        run.evaluate(path, mode=mode, settings=Settings())
