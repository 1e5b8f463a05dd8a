"""Uploaded files: kept in index/uploads/ under safe names, then indexed as a folder."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from qa_bot.corpus.folder import supported_suffixes
from qa_bot.protocols import Progress
from qa_bot.records import IndexReport, Skipped

if TYPE_CHECKING:
    from qa_bot.bot import QABot

UPLOADS = "uploads"
SUFFIXES = tuple(sorted(supported_suffixes()))
"""What a loader reads; of ``.jsonl.gz`` and the like, the whole."""
PATIENCE = 10.0
"""Seconds to wait until nobody reads the generations that are to be purged."""
_LONGEST_STEM = 100
_UNSAFE = re.compile(r"[^\w .()\-]+")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")  # not file names on Windows


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one uploaded file. ``name`` is its name in index/uploads/."""

    uploaded: str
    name: str
    is_new: bool

    @property
    def renamed(self) -> bool:
        """Whether another file already had its name."""
        return self.is_new and self.name != safe_name(self.uploaded)


def safe_name(name: str) -> str:
    """The last part of ``name``, of letters, digits, blanks and ``_.()-`` alone.

    Never hidden, never empty, never a reserved name, at most 100 code points
    before the suffix, which is in lower case.
    """
    base = unicodedata.normalize("NFC", name.replace("\\", "/")).rsplit("/", 1)[-1]
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        stem, suffix = base, "txt"
    stem = re.sub(r"\s+", " ", _UNSAFE.sub("_", stem)).strip(" .")[:_LONGEST_STEM].strip(" .")
    suffix = re.sub(r"[^a-z0-9]", "", suffix.lower()) or "txt"
    if not stem or _RESERVED.match(stem):
        stem = f"article {stem}".strip()
    return f"{stem}.{suffix}"


def keep(files: Iterable[str | Path], folder: Path) -> tuple[list[Kept], list[Skipped]]:
    """Copy uploaded files into ``folder``; nothing that lies there is ever replaced.

    A file of the same name and content is kept once. One of the same name and
    other content gets ``-2``, ``-3`` and so on before its suffix. Other suffixes
    than SUFFIXES, and files that cannot be read, are returned as skipped.
    """
    kept: list[Kept] = []
    skipped: list[Skipped] = []
    folder.mkdir(parents=True, exist_ok=True)
    for file in map(Path, files):
        name = safe_name(file.name)
        if not name.endswith(SUFFIXES):
            skipped.append(Skipped(file.name, f"only {', '.join(SUFFIXES)} files can be added"))
            continue
        try:
            content = file.read_bytes()
            kept.append(_keep_one(file.name, name, content, folder))
        except OSError as error:
            skipped.append(Skipped(file.name, error.strerror or str(error)))
    return kept, skipped


def _keep_one(uploaded: str, name: str, content: bytes, folder: Path) -> Kept:
    suffix = max(filter(name.endswith, SUFFIXES), key=len)  # the whole of ".jsonl.gz"
    stem = name.removesuffix(suffix)
    number = 1
    while True:
        candidate = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
        try:
            with candidate.open("xb") as target:
                try:
                    target.write(content)
                except OSError:  # a full disk: no half file may stay behind to be indexed
                    candidate.unlink(missing_ok=True)
                    raise
            return Kept(uploaded, candidate.name, is_new=True)
        except FileExistsError:
            if candidate.is_file() and candidate.read_bytes() == content:
                return Kept(uploaded, candidate.name, is_new=False)
            number += 1


def index_uploads(bot: QABot, progress: Progress) -> IndexReport:
    """Bring index/uploads/ up to date in the index and let ``bot`` answer from it.

    Raises:
        IndexLocked: another process is writing; the files stay and can be indexed later.
        QABotError: as build_index.
    """
    return _index(bot, bot.index / UPLOADS, progress)


def index_address(bot: QABot, address: str, progress: Progress) -> IndexReport:
    """Fetch a web address (a page, a feed, a sitemap), index it, and let ``bot`` answer from it.

    Raises:
        QABotError: it cannot be fetched, or as build_index; the index is as it was.
    """
    return _index(bot, address, progress)


def remove_articles(
    bot: QABot, article_ids: Iterable[str], progress: Progress, *, purge: bool = False
) -> IndexReport:
    """Take articles out of the index; their files outside the index folder stay.

    Args:
        purge: their text too, from all that the index folder holds; see
            :func:`qa_bot.indexing.remove_articles`.

    Raises:
        QABotError: as there.
    """
    remove = partial(
        import_module("qa_bot.indexing").remove_articles,
        purge=purge,
        settings=bot.settings,
        progress=progress,
    )
    report: IndexReport = remove(bot.index, list(article_ids))
    bot.refresh()
    told = [notice for notice in report.notices if not _is_held(notice)]
    held = len(told) < len(report.notices)
    # What held an older generation was most likely this bot: it has moved on, and the questions
    # that are being answered do so in a moment.
    patience = time.monotonic() + PATIENCE
    while held and time.monotonic() < patience:
        report = replace(report, notices=remove(bot.index, []).notices)
        held = any(map(_is_held, report.notices))
        time.sleep(0.2 if held else 0.0)
    return replace(report, notices=(*told, *filter(_is_held, report.notices)))


def _is_held(notice: str) -> bool:
    """Whether a notice says that an older generation could not go yet."""
    return notice.startswith("generation ")


def _index(bot: QABot, what: str | Path, progress: Progress) -> IndexReport:
    from qa_bot.indexing import build_index

    report = build_index(
        [what],
        index=bot.index,
        settings=bot.settings,
        embedder=bot.embedder,
        progress=progress,
    )
    bot.refresh()
    return report
