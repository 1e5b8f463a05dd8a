"""Evaluation files: one record a line, or SQuAD's JSON; plain or gzip.

A record is ``{question, answers, context?, title?, id?}``, where ``answers`` is
a list of texts or of ``{"text": ...}``. An empty list means that the question
cannot be answered.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa_bot.errors import EvaluationError

Part = Literal["fit", "report", "all"]
SplitBy = Literal["title", "context", "question"]

_SHAPES = "a JSON object a line with question and answers, or SQuAD's JSON (plain or .gz)"


@dataclass(frozen=True, slots=True)
class EvalRecord:
    """One question with its gold answers; none of them: it cannot be answered."""

    record_id: str
    question: str
    answers: tuple[str, ...]
    context: str | None = None
    title: str = ""

    @property
    def answerable(self) -> bool:
        """Whether there is a gold answer."""
        return bool(self.answers)


def read_records(path: str | Path) -> list[EvalRecord]:
    """The records of ``path``, in the order of the file.

    Raises:
        EvaluationError: the file cannot be read, is in no known shape, holds no
            record, or a record lacks its question or its answers.
    """
    path = Path(path)
    text = _text(path)
    records = [
        _record(row, number, where) for number, (row, where) in enumerate(_rows(text, path), 1)
    ]
    if not records:
        raise EvaluationError("the evaluation file holds no record", where=path, expected=_SHAPES)
    return records


def file_digest(path: str | Path) -> str:
    """sha256 of the file's bytes, in hexadecimal.

    Raises:
        EvaluationError: the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(Path(path), error) from None


def in_fit_part(article: str) -> bool:
    """Whether a record of ``article`` belongs to the fit part: its sha256 is even.

    One rule for every set, so that nothing fitted is ever reported on itself.
    """
    return hashlib.sha256(article.encode("utf-8", "surrogatepass")).digest()[-1] % 2 == 0


def take_part(records: Sequence[EvalRecord], part: Part, split_by: SplitBy) -> list[EvalRecord]:
    """The records whose article (title, context or the question's text) is in ``part``.

    A record without a title is split by its context.

    Raises:
        EvaluationError: a record holds nothing that names its article.
    """
    if part == "all":
        return list(records)
    return [r for r in records if in_fit_part(_article(r, split_by)) == (part == "fit")]


def evenly_spaced(records: Sequence[EvalRecord], limit: int | None) -> list[EvalRecord]:
    """``limit`` of the records, evenly spaced over the file; all where it is None.

    Raises:
        EvaluationError: ``limit`` is below 1.
    """
    if limit is not None and limit < 1:
        raise EvaluationError("a limit must be at least 1", found=limit, mend="--limit 100")
    if limit is None or limit >= len(records):
        return list(records)
    return [records[i * len(records) // limit] for i in range(limit)]


def _article(record: EvalRecord, split_by: SplitBy) -> str:
    named = {
        "title": record.title or record.context,
        "context": record.context,
        "question": record.question,
    }[split_by]
    if not named:
        raise EvaluationError(
            "a record cannot be put into a part of the split",
            where=f"record {record.record_id}",
            expected=f"a {split_by}",
            found="none",
            mend="--split-by question, or --part all",
        )
    return named


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":  # by its magic number, whatever the file is called
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> EvaluationError:
    return EvaluationError(
        "the evaluation file cannot be read",
        where=path,
        expected=_SHAPES,
        found=error,
        mend="qa-bot eval FILE with the path of such a file",
    )


def _rows(text: str, path: Path) -> Iterator[tuple[object, str]]:
    """Each raw record with where it stands, for messages."""
    whole = _whole(text)
    if isinstance(whole, Mapping) and isinstance(whole.get("data"), list):
        yield from _squad_rows(whole["data"], path)
        return
    if isinstance(whole, list):
        for number, row in enumerate(whole, 1):
            yield row, f"{path}, record {number}"
        return
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines: U+2028 is no line end
        if not line.strip():
            continue
        try:
            yield json.loads(line), f"{path}, line {number}"
        except json.JSONDecodeError as error:
            raise EvaluationError(
                "a line of the evaluation file is not JSON",
                where=f"{path}, line {number}",
                expected=_SHAPES,
                found=error,
            ) from None


def _whole(text: str) -> object:
    """The file as one JSON value; None where it is a value a line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _squad_rows(articles: Sequence[Any], path: Path) -> Iterator[tuple[object, str]]:
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    row = {
                        **question,
                        "title": article.get("title", ""),
                        "context": paragraph["context"],
                    }
                    yield row, f"{path}, question {question.get('id', '?')}"
    except (KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            "the file looks like SQuAD's JSON and is not",
            where=path,
            expected="data[].paragraphs[].context and .qas[].question",
            found=repr(error),
        ) from None


def _record(row: object, number: int, where: str) -> EvalRecord:
    if not isinstance(row, Mapping):
        raise EvaluationError("a record is not a JSON object", where=where, found=repr(row)[:80])
    question, answers, context = row.get("question"), row.get("answers"), row.get("context")
    if not isinstance(question, str) or not question.strip():
        raise EvaluationError(
            "a record has no question",
            where=where,
            expected='"question": "..."',
            found=repr(question),
        )
    if not isinstance(answers, list):
        raise EvaluationError(
            "a record has no list of answers",
            where=where,
            expected='"answers": ["..."] or [{"text": "..."}]; [] where there is no answer',
            found=repr(answers)[:80],
        )
    if context is not None and not isinstance(context, str):
        raise EvaluationError("a record's context is not a text", where=where, found=repr(context))
    texts = [_answer_text(answer, where) for answer in answers]
    return EvalRecord(
        record_id=str(row.get("id", number)),
        question=question,
        answers=tuple(text for text in texts if text.strip()),
        context=context or None,
        title=str(row.get("title") or ""),
    )


def _answer_text(answer: object, where: str) -> str:
    text = answer.get("text") if isinstance(answer, Mapping) else answer
    if not isinstance(text, str):
        raise EvaluationError(
            "an answer is not a text",
            where=where,
            expected='a text or {"text": "..."}',
            found=repr(answer)[:80],
        )
    return text
