"""What was measured of each question, kept on disk: a run that was stopped goes on.

One file of JSON lines for each part and each key; the key is a digest of all that
the rows depend on (the set, the models, settings, the code), so that rows of
another reader are never mistaken for this one's. A row is written as soon as its
question is done; a line that was cut off by a stop is measured again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import qa_bot

Row = dict[str, Any]
_ROOT = Path(qa_bot.__file__).parent


class Kept:
    """The rows of one part, by the number of their question in the evaluation file.

    Args:
        folder: where the file lies; made if need be.
        name: of the part.
        depends_on: all that the rows depend on, JSON-ready.
    """

    def __init__(self, folder: Path, name: str, depends_on: Mapping[str, Any]) -> None:
        key = hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()
        self.path = folder / f"{name}-{key[:16]}.jsonl"
        self.rows: dict[int, Row] = {}
        self.facts: Row = {}
        """What holds for all rows, such as how many passages were searched."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self._read()

    def missing(self, wanted: Iterable[int]) -> list[int]:
        """Those of ``wanted`` that are not measured yet, in their order."""
        return [number for number in wanted if number not in self.rows]

    def note(self, facts: Mapping[str, Any]) -> None:
        """Keep what holds for all rows."""
        if dict(facts) != self.facts:
            self.facts = dict(facts)
            self._write({"facts": self.facts})

    def measure(
        self,
        wanted: Sequence[int],
        ask: Callable[[int], Row],
        *,
        workers: int,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask each of ``wanted`` that is missing, ``workers`` at a time; ``done`` is
        called after each. What is finished when something is raised stays kept."""
        waiting = iter(self.missing(wanted))
        running: dict[Future[Row], int] = {}
        with ThreadPoolExecutor(workers) as pool:
            try:
                while True:
                    # Few are handed out ahead, so that a stop does not wait for many.
                    while len(running) < 2 * workers:
                        number = next(waiting, None)
                        if number is None:
                            break
                        running[pool.submit(ask, number)] = number
                    if not running:
                        return
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in sorted(finished, key=running.__getitem__):
                        self._keep(running.pop(future), future.result())
                        done()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                for future, number in running.items():
                    if not future.cancelled() and future.exception() is None:
                        self._keep(number, future.result())
                raise

    def _keep(self, number: int, row: Row) -> None:
        self.rows[number] = row
        self._write({"row": number, **row})

    def _write(self, record: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")

    def _read(self) -> None:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):  # the line that a stop cut off
            os.truncate(self.path, whole)
        for line in content[:whole].splitlines():
            record = json.loads(line)
            if "facts" in record:
                self.facts = record["facts"]
            else:
                self.rows[record.pop("row")] = record


def code_digest(*names: str) -> str:
    """sha256 over the code of modules and packages of qa_bot, docstrings and comments aside.

    ``names`` are paths below the package, such as "reading" or "bot.py".
    """
    digest = hashlib.sha256()
    for name in sorted(names):
        place = _ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                    node.body = [part for part in node.body if not _is_docstring(part)]
            digest.update(f"{path.relative_to(_ROOT).as_posix()}\0{ast.dump(tree)}\n".encode())
    return digest.hexdigest()


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
