"""Evaluation files in every accepted shape, and what is said about all others."""

import gzip
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_bot.errors import EvaluationError
from qa_bot.evaluation.datasets import (
    EvalRecord,
    evenly_spaced,
    file_digest,
    in_fit_part,
    read_records,
    take_part,
)

ROWS = [
    {"id": "q1", "question": "Who?", "answers": ["Kim"], "context": "Kim rode.", "title": "Train"},
    {"question": "How long?", "answers": [{"text": "20 hours", "answer_start": 3}, "20"]},
    {"id": 3, "question": "Why?", "answers": [], "context": "Kim rode."},
]
RECORDS = [
    EvalRecord("q1", "Who?", ("Kim",), "Kim rode.", "Train"),
    EvalRecord("2", "How long?", ("20 hours", "20"), None, ""),
    EvalRecord("3", "Why?", (), "Kim rode.", ""),
]


def lines(rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"


def test_jsonl_plain_gzip_and_as_a_list_read_the_same(tmp_path):
    plain, zipped, listed = (tmp_path / n for n in ("a.jsonl", "a.jsonl.gz", "a.json"))
    plain.write_text("\ufeff" + lines(ROWS) + "\n\n", encoding="utf-8")
    zipped.write_bytes(gzip.compress(lines(ROWS).encode()))
    listed.write_text(json.dumps(ROWS), encoding="utf-8")
    assert read_records(plain) == read_records(zipped) == read_records(listed) == RECORDS


def test_squad_json_keeps_titles_contexts_and_unanswerable_questions(tmp_path):
    squad = {
        "version": "v2.0",
        "data": [
            {
                "title": "1973_oil_crisis",
                "paragraphs": [
                    {
                        "context": "It began in October.",
                        "qas": [
                            {"id": "x1", "question": "When?", "answers": [{"text": "October"}]},
                            {
                                "id": "x2",
                                "question": "Where?",
                                "answers": [],
                                "plausible_answers": [{"text": "October"}],
                                "is_impossible": True,
                            },
                        ],
                    }
                ],
            }
        ],
    }
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(squad), encoding="utf-8")
    first, second = read_records(path)
    title, context = "1973_oil_crisis", "It began in October."
    assert first == EvalRecord("x1", "When?", ("October",), context, title)
    assert second == EvalRecord("x2", "Where?", (), context, title)
    assert first.answerable
    assert not second.answerable


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(lines([{"question": "One\u2028two?", "answers": ["x"]}]), encoding="utf-8")
    assert read_records(path)[0].question == "One\u2028two?"


def test_blank_answers_count_as_none(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(lines([{"question": "Q?", "answers": ["", {"text": " "}]}]), encoding="utf-8")
    assert read_records(path)[0].answers == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"question": "Q?", "answers": ["x"]}\nnot json\n', "(?s)not JSON.*line 2"),
        ('{"question": "Q?"}\n', "(?s)no list of answers.*line 1.*None"),
        ('{"question": "Q?", "answers": "x"}\n', "(?s)no list of answers.*'x'"),
        ('{"question": "Q?", "answers": [1]}\n', "(?s)an answer is not a text.*found: +1"),
        ('{"question": " ", "answers": []}\n', "no question"),
        ('{"answers": []}\n', "no question"),
        ('{"question": "Q?", "answers": [], "context": 5}', "context is not a text"),
        ("[1]", "(?s)not a JSON object.*record 1"),
        ('{"data": [{"title": "t"}]}', "(?s)looks like SQuAD.*KeyError"),
        ("", "holds no record"),
        ('{"data": []}', "holds no record"),
    ],
)
def test_a_bad_file_is_named_with_the_place(tmp_path, content, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=message) as caught:
        read_records(path)
    assert "bad.jsonl" in str(caught.value)


def test_a_missing_a_binary_and_a_torn_file_are_errors(tmp_path):
    with pytest.raises(EvaluationError, match=r"(?s)cannot be read.*gone\.jsonl"):
        read_records(tmp_path / "gone.jsonl")
    with pytest.raises(EvaluationError, match="cannot be read"):
        file_digest(tmp_path / "gone.jsonl")
    binary, torn = tmp_path / "b.jsonl", tmp_path / "t.jsonl.gz"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match=r"(?s)cannot be read.*decode"):
        read_records(binary)
    torn.write_bytes(gzip.compress(lines(ROWS).encode())[:-12])
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_records(torn)


def test_the_digest_is_the_sha256_of_the_bytes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")  # the value is that of FIPS 180-2, appendix B.1
    assert file_digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text(st.characters(exclude_categories=())))
def test_the_split_is_the_parity_of_the_sha256_as_a_number(article):
    number = int(hashlib.sha256(article.encode("utf-8", "surrogatepass")).hexdigest(), 16)
    assert in_fit_part(article) == (number % 2 == 0)


def test_fit_and_report_share_out_all_records_by_article():
    records = [EvalRecord(str(i), f"Q{i}?", (), f"context {i % 9}", "") for i in range(60)]
    fit, report = (take_part(records, part, "context") for part in ("fit", "report"))
    assert sorted([*fit, *report], key=records.index) == records
    assert fit
    assert report
    assert not {r.context for r in fit} & {r.context for r in report}
    assert take_part(records, "all", "context") == records
    # Without a title the context names the article, so both splits agree here.
    assert take_part(records, "fit", "title") == fit
    assert take_part(records, "fit", "question") == [r for r in records if in_fit_part(r.question)]


def test_a_title_decides_before_the_context():
    even = next(t for t in map(str, range(99)) if in_fit_part(t))
    odd = next(t for t in map(str, range(99)) if not in_fit_part(t))
    record = EvalRecord("1", "Q?", (), context=odd, title=even)
    assert take_part([record], "fit", "title") == [record]
    assert take_part([record], "fit", "context") == []


def test_a_record_without_any_article_cannot_be_split():
    with pytest.raises(
        EvaluationError, match=r"(?s)cannot be put into a part.*--split-by question"
    ):
        take_part([EvalRecord("1", "Q?", ())], "fit", "context")


def test_a_limit_takes_evenly_spaced_records():
    records = [EvalRecord(str(i), "Q?", ()) for i in range(10)]
    assert [r.record_id for r in evenly_spaced(records, 5)] == ["0", "2", "4", "6", "8"]
    assert [r.record_id for r in evenly_spaced(records, 3)] == ["0", "3", "6"]
    assert evenly_spaced(records, 99) == evenly_spaced(records, None) == records
    with pytest.raises(EvaluationError, match="at least 1"):
        evenly_spaced(records, 0)
