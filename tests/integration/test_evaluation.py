"""The whole evaluation on sets of a few lines, with a reader that reads by rule."""

from __future__ import annotations

import gzip
import json
import struct
import threading
import zlib

import pytest
from fakes import FakeEmbedder, FakeReader

from qa_bot.answering.confidence import FEATURES
from qa_bot.answering.fitted import Fitted
from qa_bot.answering.select import RANKING_FEATURES
from qa_bot.bot import QABot
from qa_bot.config import Settings
from qa_bot.errors import EvaluationError
from qa_bot.evaluation.__main__ import main
from qa_bot.evaluation.collection import contexts_collection
from qa_bot.evaluation.datasets import file_digest, in_fit_part, read_records
from qa_bot.evaluation.gate import Gate, save_gates
from qa_bot.evaluation.models import Models
from qa_bot.evaluation.parts import PARTS, find_sets, possible
from qa_bot.evaluation.stages import LEFT_OUT, Stages
from qa_bot.protocols import ReadingPassage
from qa_bot.reading.reader import open_reader
from qa_bot.retrieval.retriever import Retriever

NAMES = ("Anna", "Boris", "Clara", "David", "Emma", "Frank", "Greta", "Henry", "Irene", "Jonas")
TOWNS = ("Arno", "Brix", "Como", "Drau", "Ebro", "Fulda", "Gail", "Havel", "Isar", "Jizera")


class CountingReader(FakeReader):
    """Counts its calls; after ``stop_after`` of them, one is interrupted as by Ctrl-C."""

    def __init__(self, fingerprint: str = "fake reader") -> None:
        self.fingerprint, self.calls, self.stop_after = fingerprint, 0, None
        self._lock = threading.Lock()

    def read(self, question, passages, *, top_n=5):
        with self._lock:
            self.calls += 1
            if self.stop_after is not None and self.calls > self.stop_after:
                raise KeyboardInterrupt
        return super().read(question, passages, top_n=top_n)


def fitted_for(reader: str) -> Fitted:
    ranking = dict.fromkeys(RANKING_FEATURES, 0.0)
    ranking |= {"span_score": 1.0, "null_score": -1.0, "fused": 2.0}
    weights = dict.fromkeys(FEATURES, 0.0) | {"margin": 0.3}
    return Fitted(ranking, weights, 0.0, 0.5, 4.0, fingerprints={"reader": reader})


@pytest.fixture
def models():
    embedder, reader = FakeEmbedder(), CountingReader()
    return Models(embedder, reader, CountingReader(), fitted_for("fake reader"), embedder)


def context(i: int) -> str:
    return f"{NAMES[i]} built the bridge over the river {TOWNS[i]} in {1900 + i}. It still stands."


def question(i: int, *, answers=None, **more):
    text = f"Who built the bridge over the river {TOWNS[i]}?"
    return {"id": f"q{i}", "question": text, "answers": answers or [NAMES[i]], **more}


@pytest.fixture
def sets(tmp_path):
    """Every set, a few questions each, in folders and with suffixes of several kinds."""
    folder = tmp_path / "sets"
    (folder / "news").mkdir(parents=True)
    given = [question(i, context=context(i), title=f"Bridge_{i}") for i in range(10)]
    assert {in_fit_part(record["title"]) for record in given} == {True, False}
    nothing = [
        {**record, "id": f"n{i}", "question": f"When did {TOWNS[i]} sink?", "answers": []}
        for i, record in enumerate(given)
    ]
    articles = [
        {"id": f"http://x/{i}", "title": "A bridge", "text": context(i), "source": "x"}
        for i in range(10)
    ]
    asked = [question(i, urls=[f"http://x/{i}"], date="2022/06/16") for i in range(10)]
    for name, rows in {
        "squad_v1.1_dev.jsonl": given,
        "squad_v2.0_dev.jsonl": given + nothing,
        "nq_qed_dev.jsonl": given[:4],
        "news/newsqa_dev.jsonl": given[4:],
        "news/questions_2022_2023.jsonl": asked,
        "news/articles_2022_2023.jsonl": articles,
        "other.jsonl": given,
    }.items():
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        (folder / name).with_suffix(".jsonl.gz").write_bytes(gzip.compress(content, mtime=0))
    return folder


@pytest.fixture
def run(tmp_path, sets, models, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run_evaluation(*arguments, models=models):
        return main([str(sets), "--page", "docs/page.md", *arguments], models=models)

    run_evaluation.figures = lambda: json.loads((tmp_path / "docs" / "page.json").read_text())
    return run_evaluation


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose every chunk has the checksum that it names."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, kinds, size = 8, [], (0, 0)
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind_and_body = content[place + 4 : place + 8 + length]
        end = place + 12 + length
        assert struct.unpack(">I", content[end - 4 : end])[0] == zlib.crc32(kind_and_body)
        kinds.append(kind_and_body[:4])
        if kind_and_body[:4] == b"IHDR":
            size = struct.unpack(">II", kind_and_body[4:12])
        place = end
    assert kinds[-1] == b"IEND"
    return size


def test_every_part_is_measured_written_and_drawn(run, tmp_path, capsys):
    assert run("--json") == 0
    figures = run.figures()
    assert set(figures["parts"]) == {part.name for part in PARTS}
    # The fake reads its own rule's contexts right: who built it is the only other name there.
    assert figures["parts"]["reader_squad"]["exact_match"] == 100.0
    assert figures["parts"]["reader_squad"]["n"] == 10
    report = sum(not in_fit_part(f"Bridge_{i}") for i in range(10))
    assert figures["parts"]["reader_squad2_report"]["n"] == 2 * report
    assert figures["parts"]["open_squad_report_1000"]["n"] == report
    assert figures["parts"]["open_squad_report_1000"]["facts"]["articles"] == 10
    assert json.loads(capsys.readouterr().out) == figures
    page = (tmp_path / "docs" / "page.md").read_text()
    for stage in LEFT_OUT.values():
        assert stage in page
    drawings = sorted((tmp_path / "docs" / "images").glob("*.png"))
    assert [path.name for path in drawings] == [
        "eval-null-margin.png", "eval-questions.png", "eval-risk-coverage.png",
    ]  # fmt: skip
    for path in drawings:
        assert f"(images/{path.name})" in page
        width, height = png_size(path.read_bytes())
        assert 500 < width < 1200
        assert height > 300


def test_what_is_measured_is_not_asked_again_until_the_reader_changes(run, models):
    assert run("--parts", "reader_squad", "open_squad_report_1000") == 0
    first, calls = run.figures(), models.reader.calls
    assert calls > 10
    assert run("--parts", "reader_squad", "open_squad_report_1000") == 0
    assert (run.figures(), models.reader.calls) == (first, calls)
    other = CountingReader("another reader")
    changed = Models(models.embedder, other, other, fitted_for("another reader"), models.embedder)
    assert run("--parts", "reader_squad", models=changed) == 0
    assert other.calls == 10


def test_a_stopped_run_goes_on_and_ends_with_the_same_figures(run, models, capsys):
    models.reader.stop_after = 4
    assert run("--parts", "reader_squad") == 130
    assert "goes on" in capsys.readouterr().err
    models.reader.stop_after = None
    before = models.reader.calls
    assert run("--parts", "reader_squad") == 0
    assert models.reader.calls - before <= 6 + 2  # what was running at the stop is asked again
    resumed = run.figures()
    assert run("--parts", "reader_squad", "--work", "elsewhere") == 0
    assert run.figures() == resumed


def test_a_short_run_leaves_the_page_and_the_gate_alone(sets, models, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digest = file_digest(find_sets(sets)["squad_v1.1_dev"])
    save_gates({"reader_squad": Gate(digest, {"f1": 100.1})}, tmp_path / "gate.json")
    arguments = [str(sets), "--parts", "reader_squad", "--gates", "gate.json"]
    assert main([*arguments, "--limit", "3"], models=models) == 0
    assert not (tmp_path / "docs").exists()
    short = (tmp_path / ".eval-cache" / "short" / "evaluation.md").read_text()
    assert "A short run" in short
    assert "| SQuAD 1.1 | 3 of 10 |" in short
    assert "Not measured in this run: SQuAD 2.0 (`reader_squad2_report`)" in short
    assert main(arguments, models=models) == 1


def test_the_gate_is_checked_at_the_end(run, sets, tmp_path, capsys):
    digest = file_digest(find_sets(sets)["squad_v1.1_dev"])
    gates = {
        "reader_squad": Gate(digest, {"f1": 100.0}),
        "open_squad_report_1000": Gate(digest, {"f1": 0.0}),
        "reader_nq": Gate(digest, {"f1": 0.0}),
    }
    save_gates(gates, tmp_path / "gate.json")
    parts = ("--parts", "reader_squad", "open_squad_report_1000", "--gates", "gate.json")
    assert run(*parts) == 1
    said = capsys.readouterr().err
    assert "gate reader_squad: holds" in said
    # The fake numbers were fitted for no chunking and no encoder.
    assert "gate open_squad_report_1000: FALLEN: the confidence is not fitted" in said
    assert "gate reader_nq: not measured in this run" in said
    assert run("--parts", "reader_newsqa", "--gates", "gate.json", "--raise-floors") == 0
    assert "floor reader_newsqa f1: None to 99.5" in capsys.readouterr().err


def test_with_all_stages_the_answer_is_the_bots_own(sets, models, tmp_path):
    records = read_records(find_sets(sets)["squad_v1.1_dev"])
    settings = Settings()
    collection = contexts_collection(records, tmp_path / "index", settings, models, None)
    stages = Stages(collection, models.untidied)
    bot: QABot = collection.bot
    for number, record in enumerate(records):
        row = stages.ask(number, record)
        answer = bot.ask(record.question, top_k=20, min_confidence=0.0)
        assert row["said"]["all"] == answer.text
        assert row["confidence"] == pytest.approx(answer.confidence, abs=1e-6)
        assert len(row["own"]) == len(row["holds"]) == len(answer.passages)
        assert row["own"].count(True) == 1
        assert set(row["said"]) == {"all", *LEFT_OUT}
        assert len(row["read"]) == 10
    bot.snapshot.close()


def test_without_mending_a_misspelt_word_brings_nothing(sets, models, tmp_path):
    records = read_records(find_sets(sets)["squad_v1.1_dev"])
    bot = contexts_collection(records, tmp_path / "index", Settings(), models, None).bot
    best = {}
    for mend in (True, False):
        retriever = Retriever(bot.embedder, candidates=10, dense_weight=0.0, mend_spelling=mend)
        best[mend] = retriever.retrieve(bot.snapshot, "Jizrea", 1)[0]
    assert "Jizera" in best[True].passage.chunk.text
    assert best[True].lexical > 0.0
    assert best[False].lexical == 0.0
    bot.snapshot.close()


def test_an_untidied_reader_leaves_spans_as_the_model_points_at_them(monkeypatch):
    passage = ReadingPassage("a", "c", "The bridge over the Arno was built by Anna Rossi.")
    tidied, untidied = open_reader(Settings()), open_reader(Settings(), tidied=False)
    with monkeypatch.context() as patched:
        patched.setattr("qa_bot.reading.reader.tidy", None)  # nobody may call it
        (raw,) = untidied.read("Who built the bridge?", [passage])
    (shown,) = tidied.read("Who built the bridge?", [passage])
    assert raw.candidates[0].score == shown.candidates[0].score
    assert raw.null_score == shown.null_score
    assert raw.candidates[0].text in passage.text
    assert untidied.fingerprint == tidied.fingerprint


def test_no_folder_is_an_error_that_says_what_to_type(monkeypatch, capsys):
    monkeypatch.delenv("QA_BOT_EVAL_DATA", raising=False)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "QA_BOT_EVAL_DATA=folder make eval" in said
    assert "make eval FILE=" in said


def test_sets_that_cannot_be_used_are_errors(tmp_path, sets):
    with pytest.raises(EvaluationError, match="no folder of evaluation sets"):
        find_sets(tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EvaluationError, match=r"(?s)no evaluation set is in.*squad_v1\.1_dev"):
        find_sets(empty)
    found = find_sets(sets)
    with pytest.raises(EvaluationError, match=r"(?s)no such part.*reader_x"):
        possible(found, ["reader_x"])
    del found["articles_2022_2023"]
    assert "open_news_report" not in [part.name for part in possible(found)]
    with pytest.raises(EvaluationError, match="no part of the evaluation is left"):
        possible(found, ["open_news_report"])
    (sets / "squad_v1.1_dev.json").write_text("{}")
    with pytest.raises(EvaluationError, match=r"(?s)one name.*squad_v1\.1_dev"):
        find_sets(sets)
