"""Tables of comma- or tab-separated values: one article a row, read as a stream.

The first row names the columns. A cell may hold line ends when it is quoted (RFC 4180);
where a quotation mark was left open, the row that it stands in is reported and the rows
behind it are read all the same.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qa_bot.corpus.decoding import Undecodable, decode
from qa_bot.corpus.files import DAMAGED, lines
from qa_bot.corpus.rows import Row, articles_of_rows, text_column
from qa_bot.protocols import ArticleFile
from qa_bot.records import Article, Notice, Skipped

_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"
_MOST_LINES = 10_000
"""A cell of more lines than this was not closed."""

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class TableLoader:
    """Rows under a heading of ``text``, ``id``, ``title``, ``url``, ``published`` ...

    ``columns`` maps these names to the table's own. Without a ``delimiter`` the one that
    the heading uses most is taken.
    """

    suffixes: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)

    def load(
        self, file: ArticleFile, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Skipped | Notice]:
        """The articles in the table's order; ``max_bytes`` bounds one row."""
        try:
            with file.open() as stream:
                sample = stream.read(_SAMPLE)
        except DAMAGED as error:
            yield Skipped(file.shown, f"its compression is damaged: {error}")
            return
        if not sample.strip(b"\xef\xbb\xbf \t\r\n"):
            yield Skipped(file.shown, "empty")
            return
        cut = sample.rfind(b"\n") if len(sample) == _SAMPLE else -1
        try:
            _, encoding = decode(sample if cut < 0 else sample[:cut])
        except Undecodable as reason:
            yield Skipped(file.shown, str(reason))
            return
        reader = _Reader(file, encoding, max_bytes, tabs=file.name.lower().endswith(".tsv"))
        yield from articles_of_rows(
            reader.rows(self.columns),
            file,
            article_id=article_id,
            encoding=encoding,
            columns=self.columns,
        )


class _Reader:
    def __init__(self, file: ArticleFile, encoding: str, max_bytes: int, *, tabs: bool) -> None:
        self._file, self._encoding, self._max_bytes = file, encoding, max_bytes
        self._delimiter = "\t" if tabs else ""
        self._back: deque[Line] = deque()  # lines that were read and are to be read again
        self._bad: deque[Row] = deque()
        self._width = self._rows = 0

    def rows(self, columns: Mapping[str, str]) -> Iterator[Row]:
        """The rows as records by column; the heading is none."""
        source = self._lines()
        heading: list[str] | None = None
        while True:
            while self._bad:
                yield self._bad.popleft()
            first = self._next(source)
            if first is None:
                break
            number, line = first
            if heading is None:
                self._delimiter = self._delimiter or max(_DELIMITERS, key=line.count)
                heading = [name.strip() for name in self._alone(line) or []]
                if text_column(heading, columns) is None:
                    yield 0, _no_text(heading, columns)
                    return
                self._width = len(heading)
                continue
            cells = self._row(first, source)
            self._rows += 1
            if isinstance(cells, str):
                yield number, cells
            elif any(cell.strip() for cell in cells):
                yield number, dict(zip(heading, cells, strict=False))
        while self._bad:
            yield self._bad.popleft()
        if not self._rows:
            yield 0, "no rows below its heading" if heading else "empty"

    def _lines(self) -> Iterator[Line]:
        with self._file.open() as stream:
            for number, raw in lines(stream, self._max_bytes):
                if isinstance(raw, str):
                    self._bad.append((number, raw))
                    continue
                try:
                    yield number, raw.decode(self._encoding)
                except UnicodeDecodeError as error:
                    self._bad.append((number, f"not valid {self._encoding} at byte {error.start}"))

    def _next(self, source: Iterator[Line]) -> Line | None:
        return self._back.popleft() if self._back else next(source, None)

    def _row(self, first: Line, source: Iterator[Line]) -> list[str] | str:
        """The cells of the row that begins with ``first``, or why it has none.

        Lines are added as long as a quotation mark is open. When that gives no row, the
        lines behind the first go back.
        """
        cells = self._cells(first[1])
        if cells is not None:
            return self._checked(cells)
        taken, text, length = [first], first[1], len(first[1])
        while (following := self._next(source)) is not None:
            taken.append(following)
            length += len(following[1])
            text += following[1]
            if length > self._max_bytes or len(taken) > _MOST_LINES:
                break
            if '"' in following[1] and (cells := self._cells(text)) is not None:
                if len(cells) <= self._width:
                    return cells
                break
        self._back.extendleft(reversed(taken[1:]))
        alone = self._alone(first[1])
        if alone is None or len(alone) != self._width:
            return "a quotation mark is opened here and not closed"
        return alone

    def _checked(self, cells: list[str]) -> list[str] | str:
        if len(cells) > self._width:
            return f"{len(cells)} cells where the heading has {self._width}"
        return cells

    def _cells(self, text: str) -> list[str] | None:
        """The cells of exactly one row, None while a quotation mark is open."""
        csv.field_size_limit(max(csv.field_size_limit(), self._max_bytes))
        try:
            found = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return self._alone(text) if text.count('"') % 2 == 0 else None
        return found[0] if len(found) == 1 else ([] if not found else None)

    def _alone(self, line: str) -> list[str] | None:
        """The cells of one line, read as well as can be."""
        try:
            found = list(csv.reader([line.rstrip("\r\n")], delimiter=self._delimiter))
        except csv.Error:
            return None
        return found[0] if len(found) == 1 else None


def _no_text(heading: list[str], columns: Mapping[str, str]) -> str:
    wanted = columns.get("text", "text")
    return (
        f"no column {wanted!r}; its columns are: {', '.join(heading)[:200]}; "
        "name the one that holds the text: --columns text=NAME"
    )
