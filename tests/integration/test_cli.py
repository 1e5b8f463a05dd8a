"""The program as a stranger types it: exit codes, what is on stdout, what is on stderr."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa_bot.answering.fitted import load_fitted
from qa_bot.cli import main
from qa_bot.records import Answer

ROOT = Path(__file__).parent.parent.parent
QUESTION = "How many hours did Kim ride his armoured train?"
NOT_THERE = "What is the boiling point of tungsten?"

RECORDS = [
    {
        "id": "r1",
        "question": "How many legs does the robot have?",
        "answers": [{"text": "six legs", "answer_start": 19}],
        "context": "The robot walks on six legs. It was built in Turin in 1998.",
        "title": "Robot",
    },
    {
        "id": "r2",
        "question": "Who painted the chapel?",
        "answers": ["Anna Rossi", "Rossi"],
        "context": "The chapel was painted by Anna Rossi. Visitors come in spring.",
        "title": "Chapel",
    },
]
UNANSWERABLE = {
    "id": "r3",
    "question": "Which team won the rowing championship?",
    "answers": [],
    "context": "The chapel was painted by Anna Rossi. Visitors come in spring.",
    "title": "Chapel",
}
FIGURES = {
    "n", "exact_match", "f1", "f1_forced", "answered", "recall_at_1", "recall_at_5",
    "recall_at_20", "mrr_at_10", "answer_recall_at_5", "answer_recall_at_20", "latency_ms",
    "intervals",
}  # fmt: skip


@pytest.fixture
def run(capfd):
    """Run the program in this process: (exit code, stdout, stderr)."""

    def run_program(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return left.value.code or 0, out, err

    return run_program


@pytest.fixture
def articles(tmp_path):
    """A folder of two short articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for record in RECORDS:
        (folder / f"{record['id']}.txt").write_text(record["context"] + "\n", encoding="utf-8")
    return folder


def write_records(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_ask_prints_the_answer_its_sentence_and_its_source(run, seeds_index):
    code, out, _ = run("ask", QUESTION, "--index", seeds_index)
    assert code == 0
    assert out.startswith("**20")
    assert "armoured train **20" in out
    assert "000_312f29ef6c85a351.txt, characters" in out
    assert "Confidence: " in out


def test_ask_json_is_the_answer_and_nothing_else(run, seeds_index):
    code, out, _ = run("ask", QUESTION, "--index", seeds_index, "--json", "--top", "3")
    assert code == 0
    record = json.loads(out)
    assert record["schema_version"] == 1
    answer = Answer.from_dict(record)
    assert answer.status == "answered"
    assert answer.to_dict() == record
    assert len(answer.passages) == 3
    assert answer.citations
    for citation in answer.citations:
        with open(citation.location, encoding="utf-8", newline="") as stream:
            text = stream.read()
        assert text[citation.span.start : citation.span.end] == citation.quote


def test_ask_takes_filters(run, tmp_path, monkeypatch):
    folder, index = tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    rows = [
        {"id": "a", "text": "The robot walks on six legs.", "published": "2021-03-01",
         "source": "Wire", "url": "https://www.wire.example/a"},
        {"id": "b", "text": "The robot walks on eight legs.", "published": "2023-03-01",
         "source": "Post", "section": "Science"},
        {"id": "c", "text": "The robot walks on two legs."},
    ]  # fmt: skip
    write_records(folder / "news.jsonl", rows)
    run("index", folder, "--index", index)

    def found(*flags):
        command = ["ask", "How many legs does the robot have?", "--index", index, "--json"]
        code, out, _ = run(*command, *flags)
        assert code == 0
        record = json.loads(out)
        return {p["passage"]["chunk"]["article_id"][-1] for p in record["passages"]}

    assert found() == {"a", "b", "c"}
    assert found("--from", "2023-03-01") == {"b"}
    assert found("--until", "2021-03-01") == {"a"}
    assert found("--until", "2021-03-01", "--undated") == {"a", "c"}
    assert found("--source", "wire.example") == {"a"}
    assert found("--source", "wire", "--source", "POST") == {"a", "b"}
    assert found("--where", "section=Science", "--where", "source=Post") == {"b"}
    assert found("--where", "section=Science", "--from", "2024-01-01") == set()

    # The link is what is tested here, not whether so short an article is sure enough.
    monkeypatch.setenv("QA_BOT_MIN_CONFIDENCE", "0")
    command = ["ask", "How many legs does the robot have?", "--index", index, "--source", "Wire"]
    assert "https://www.wire.example/a#:~:text=The%20robot%20walks%20on-,six" in run(*command)[1]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--from", "yesterday"], "'yesterday'"),
        (["--until", "2023-02-30"], "published_until"),
        (["--from", "2023-02-01", "--until", "2023-01-01"], "wrong order"),
        (["--where", "section"], "key=value"),
        (["--where", "a=b", "--where", "a=c"], "'b' and 'c'"),
        (["--source", " "], "source of a filter is empty"),
    ],
)
def test_a_filter_that_cannot_be_read_is_an_error(run, seeds_index, flags, said):
    code, out, err = run("ask", QUESTION, "--index", seeds_index, *flags)
    assert (code, out) == (2, "")
    assert said in err
    assert "mend:" in err


def test_an_abstention_is_not_an_error(run, seeds_index):
    code, out, _ = run("ask", NOT_THERE, "--index", seeds_index)
    assert code == 0
    assert out.startswith("Not in these articles.")
    assert "Closest passages:" in out
    code, out, _ = run("ask", NOT_THERE, "--index", seeds_index, "--json")
    record = json.loads(out)
    assert code == 0
    assert (record["status"], record["text"], record["citations"]) == ("abstained", None, [])


def test_explain_adds_every_passage_and_the_reason(run, seeds_index):
    code, out, _ = run("ask", QUESTION, "--index", seeds_index, "--explain")
    assert code == 0
    header = next(line for line in out.splitlines() if line.lstrip().startswith("rank"))
    for column in ("dense", "lexical", "fused", "span", "null", "margin"):
        assert column in header
    assert "was given because" in out


@pytest.mark.parametrize(
    ("question", "message"),
    [("", "question"), ("   ", "question"), ("why? " * 2000, "2000|2,000|10000|10,000|9999")],
)
def test_a_question_that_cannot_be_asked_is_an_error(run, seeds_index, question, message):
    code, out, err = run("ask", question, "--index", seeds_index)
    assert code == 2
    assert out == ""
    assert any(part in err for part in message.split("|"))


def test_an_index_that_is_not_there_is_an_error_that_names_the_command(run, tmp_path):
    for command in (["ask", "Why?"], ["info"], ["verify"], ["rollback"]):
        code, out, err = run(*command, "--index", tmp_path / "none")
        assert (code, out) == (2, ""), command
        assert "qa-bot index" in err
        assert str(tmp_path / "none") in err


def test_the_default_index_is_built_from_the_seeds(run, seeds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("ask", QUESTION)
    assert code == 2
    assert "qa-bot index" in err
    shutil.copytree(seeds, tmp_path / "seeds")
    code, out, err = run("ask", QUESTION, "--json")
    assert code == 0
    assert json.loads(out)["status"] == "answered"
    assert "seeds" in err
    assert (tmp_path / "index" / "CURRENT").is_file()
    monkeypatch.setenv("QA_BOT_INDEX", str(tmp_path / "index"))
    monkeypatch.chdir("/")
    assert run("info")[0] == 0


def test_index_reports_what_changed_and_what_was_skipped(run, articles, tmp_path):
    index = tmp_path / "index"
    (articles / "empty.txt").write_bytes(b"")
    code, out, _ = run("index", articles, "--index", index)
    assert code == 0
    assert "2 added, 0 changed, 0 unchanged, 0 removed" in out
    assert "1 skipped" in out
    assert "empty.txt: " in out
    assert "generation 1" in out

    (articles / "empty.txt").unlink()
    (articles / "r1.txt").unlink()
    (articles / "r2.txt").write_text("The chapel is closed. Anna Rossi left in May.\n")
    (articles / "r4.txt").write_text("A harbour opened in Genoa. It has four cranes.\n")
    code, out, _ = run("index", articles, "--index", index)
    assert code == 0
    assert "1 added, 1 changed, 0 unchanged, 1 removed" in out

    code, out, _ = run("index", articles, "--index", index, "--fresh")
    assert code == 0
    assert "2 added, 0 changed" in out


def test_a_folder_that_is_not_there_is_an_error(run, tmp_path):
    code, out, err = run("index", tmp_path / "none", "--index", tmp_path / "index")
    assert (code, out) == (2, "")
    assert str(tmp_path / "none") in err


def test_ctrl_c_says_that_the_old_index_serves_and_the_next_run_resumes(
    run, articles, tmp_path, monkeypatch
):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("qa_bot.indexing.build_index", stopped)
    code, out, err = run("index", articles, "--index", tmp_path / "index")
    assert (code, out) == (130, "")
    assert "goes on serving" in err
    assert "goes on from there" in err


def test_an_unexpected_error_is_one_line_and_how_to_report_it(run, seeds_index, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the roof fell in")

    monkeypatch.setattr("qa_bot.bot.QABot.ask", broken)
    code, out, err = run("ask", QUESTION, "--index", seeds_index)
    assert (code, out) == (2, "")
    assert "unexpected error: RuntimeError: the roof fell in" in err
    assert "report" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "Why?", "--nonsense"],
        ["ask", "Why?", "--top", "0"],
        ["remove"],
    ],
)
def test_wrong_usage_exits_with_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Usage: qa-bot" in err


def test_info_tells_what_the_index_holds(run, seeds_index, seeds):
    code, out, _ = run("info", "--index", seeds_index)
    assert code == 0
    rows = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}
    assert rows["articles"] == "2"
    assert int(rows["chunks"].replace(",", "")) >= 2
    assert rows["generation"].startswith("1")
    assert "MiniLM" in rows["embedder"]
    assert str(seeds) in rows["folder"]
    record = json.loads(run("info", "--index", seeds_index, "--json")[1])
    right, answered = load_fitted().at_setting(record["dial"]["min_confidence"])
    assert (record["dial"]["right"], record["dial"]["answered"]) == (right, answered)
    assert f"{right:.0%} of shown answers were right on the test questions" in rows["confidence"]
    assert f"{answered:.0%} were answered" in rows["confidence"]


def test_info_claims_nothing_for_a_reader_that_was_not_measured(run, seeds_index, monkeypatch):
    monkeypatch.setenv("QA_BOT_READER", "someone/another-reader")
    assert "test questions" not in run("info", "--index", seeds_index)[1]
    record = json.loads(run("info", "--index", seeds_index, "--json")[1])
    assert (record["dial"]["right"], record["dial"]["answered"]) == (None, None)


def test_rollback_serves_the_generation_before(run, articles, tmp_path):
    index = tmp_path / "index"
    run("index", articles, "--index", index)
    (articles / "r1.txt").unlink()
    run("index", articles, "--index", index)
    assert "articles    1" in run("info", "--index", index)[1]
    code, out, _ = run("rollback", "--index", index)
    assert code == 0
    assert "generation 1" in out
    assert "articles    2" in run("info", "--index", index)[1]


def test_verify_of_an_answer_reads_the_sources_again(run, articles, tmp_path, monkeypatch):
    index, saved = tmp_path / "index", tmp_path / "answer.json"
    run("index", articles, "--index", index)
    _, out, _ = run("ask", "Who painted the chapel?", "--index", index, "--json")
    assert json.loads(out)["status"] == "answered"
    saved.write_text(out, encoding="utf-8")

    code, told, _ = run("verify", saved, "--index", index)
    assert code == 0
    assert told.startswith("stands")
    monkeypatch.setattr(sys, "stdin", io.StringIO(out))
    assert run("verify", "-")[:2] == (0, told)

    source = articles / "r2.txt"
    source.write_text("Late news. " + source.read_text(encoding="utf-8"), encoding="utf-8")
    code, told, _ = run("verify", saved, "--index", index)
    assert code == 1
    assert told.startswith("moved")
    source.unlink()
    code, told, _ = run("verify", saved)
    assert code == 1
    assert told.startswith("unreadable")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema_version": 99}', "\x00"])
def test_what_is_not_an_answer_cannot_be_verified(run, tmp_path, content):
    path = tmp_path / "answer.json"
    path.write_text(content, encoding="utf-8")
    code, out, err = run("verify", path)
    assert (code, out) == (2, "")
    assert "answer.json" in err
    assert "--json" in err


def test_verify_of_the_index_finds_a_flipped_byte_in_any_file(run, seeds_index, tmp_path):
    assert run("verify", "--index", seeds_index)[0] == 0
    damaged = 0
    for file in sorted(path for path in seeds_index.rglob("*") if path.stat().st_size):
        relative = file.relative_to(seeds_index)
        if file.is_dir() or relative.parts[0] not in ("segments", "generations", "CURRENT"):
            continue
        copy = tmp_path / "copy"
        shutil.copytree(seeds_index, copy)
        content = bytearray((copy / relative).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / relative).write_bytes(content)
        code, _, err = run("verify", "--index", copy)
        assert code == 2, relative
        assert err.strip(), relative
        shutil.rmtree(copy)
        damaged += 1
    assert damaged >= 3


def test_eval_reader_reads_each_question_in_its_context(run, tmp_path):
    file = write_records(tmp_path / "dev.jsonl", RECORDS)
    code, out, err = run("eval", file, "--reader", "--json")
    assert code == 0
    figures = json.loads(out)
    assert set(figures) >= FIGURES
    assert (figures["n"], figures["answered"]) == (2, 1.0)
    assert figures["f1"] == figures["f1_forced"] > 50
    assert figures["recall_at_1"] is None
    assert figures["answer_recall_at_5"] is None
    assert 0 < figures["latency_ms"]["p50"] <= figures["latency_ms"]["p95"]
    assert "questions" in err


def test_eval_contexts_asks_the_files_own_articles(run, tmp_path):
    file = write_records(tmp_path / "dev.jsonl", RECORDS)
    code, out, err = run("eval", file, "--contexts")
    assert code == 0
    figures = json.loads(out)
    # Two contexts of one chunk each: the first of each question is its own or it is not.
    assert figures["recall_at_1"] == figures["recall_at_5"] == figures["mrr_at_10"] == 1.0
    assert figures["answer_recall_at_5"] == figures["answer_recall_at_20"] == 1.0
    assert figures["f1"] > 50
    assert "exact_match" in err


def test_eval_with_unanswerable_records_abstains(run, tmp_path):
    file = write_records(tmp_path / "dev.jsonl", [*RECORDS, UNANSWERABLE])
    code, out, _ = run("eval", file, "--contexts", "--json")
    assert code == 0
    figures = json.loads(out)
    assert figures["abstention"] == "on"
    assert figures["answerable"]["n"] == 2
    assert figures["unanswerable"] == {
        "n": 1, "exact_match": 100.0, "f1": 100.0, "answered": 0.0,
    }  # fmt: skip


def test_eval_of_a_given_index(run, articles, tmp_path):
    index = tmp_path / "index"
    run("index", articles, "--index", index)
    file = write_records(tmp_path / "dev.jsonl", RECORDS)
    figures = json.loads(run("eval", file, "--index", index, "--json")[1])
    assert figures["recall_at_1"] == 1.0
    bare = [{"question": r["question"], "answers": r["answers"]} for r in RECORDS]
    file = write_records(tmp_path / "bare.jsonl", bare)
    code, out, _ = run("eval", file, "--index", index, "--json")
    assert code == 0
    figures = json.loads(out)
    assert figures["recall_at_1"] is figures["mrr_at_10"] is None
    assert figures["answer_recall_at_5"] == 1.0


def test_eval_errors(run, tmp_path):
    bare = write_records(tmp_path / "bare.jsonl", [{"question": "Why?", "answers": ["x"]}])
    for flag in ("--reader", "--contexts"):
        code, out, err = run("eval", bare, flag)
        assert (code, out) == (2, "")
        assert "no context" in err
    assert run("eval", tmp_path / "none.jsonl", "--reader")[0] == 2
    code, out, err = run("eval", bare, "--reader", "--contexts")
    assert (code, out) == (2, "")
    assert "choose one" in err


def outside(*arguments, **environment):
    """Run the program, or Python code, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, env=env,
        timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip


def test_python_m_is_the_same_program(seeds_index):
    shown = outside("-m", "qa_bot", "--help")
    assert shown.returncode == 0
    for command in (
        "index",
        "ask",
        "chat",
        "eval",
        "verify",
        "info",
        "remove",
        "export",
        "rollback",
    ):
        assert f"\n  {command} " in shown.stdout
    asked = outside("-m", "qa_bot", "ask", QUESTION, "--index", seeds_index, "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["status"] == "answered"
    # A terminal that knows ASCII only still gets valid JSON.
    ascii_only = outside(
        "-m", "qa_bot", "ask", QUESTION, "--index", seeds_index, "--json",
        PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert ascii_only.stdout.isascii()
    one, other = json.loads(asked.stdout), json.loads(ascii_only.stdout)
    assert one["citations"] == other["citations"]


def test_help_and_answers_load_nothing_heavy(seeds_index):
    code = "import sys; from qa_bot.cli import main\ntry: main({0!r})\nexcept SystemExit: pass\n"
    code += "print(*sorted({1!r} & set(sys.modules)), file=sys.stderr)"
    heavy = {"numpy", "faiss", "onnxruntime", "torch", "gradio", "tqdm", "rich", "transformers"}
    for arguments in (["--help"], ["ask", "--help"]):
        told = outside("-c", code.format(arguments, heavy))
        assert told.stderr.strip() == "", told.stderr
    asking = ["ask", QUESTION, "--index", str(seeds_index)]
    heavy = {"torch", "gradio", "transformers", "sentence_transformers", "rich", "sklearn"}
    told = outside("-c", code.format(asking, heavy))
    assert "20" in told.stdout
    assert told.stderr.strip() == "", told.stderr
