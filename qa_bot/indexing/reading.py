"""Files to articles, and how they differ from what the index holds.

A file whose size and time stamp are those of the last run is not opened; one
whose sha256 is the same is not parsed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import qa_bot.corpus
from qa_bot.corpus.folder import SourceFile, load_file, walk
from qa_bot.indexing.base import KnownArticle
from qa_bot.indexing.roots import Target
from qa_bot.protocols import Progress
from qa_bot.records import Article, Notice, Skipped
from qa_bot.storage.files import sha256_of
from qa_bot.storage.manifest import Root
from qa_bot.storage.rows import record_hash
from qa_bot.storage.sources import RootSources, SourceEntry, SourceTable

_YOUNG_NS = 2_000_000_000
"""A file changed so shortly before it was read may change again within its time stamp."""

Keep = Callable[[Article, Root, str], None]
"""``keep(article, root, relative)``: what becomes of a new or changed article."""


@dataclass
class Difference:
    """What a run found. ``seen`` are all ids met; added and removed map id to content hash."""

    added: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    removed: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether the index holds these articles already."""
        return not (self.added or self.changed or self.removed)

    def renamed(self) -> dict[str, str]:
        """Old id to new id, for texts that vanished in one place and turned up in another."""
        places: dict[str, list[str]] = {}
        for article_id in sorted(self.added, reverse=True):
            places.setdefault(self.added[article_id], []).append(article_id)
        return {
            old: places[self.removed[old]].pop()
            for old in sorted(self.removed)
            if places.get(self.removed[old])
        }


def reading_rules(max_file_mb: int) -> str:
    """Changes whenever a file could be read differently: the loaders' source, the size limit."""
    digest = hashlib.sha256(f"{max_file_mb}\0".encode())
    for path in sorted(Path(qa_bot.corpus.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class FolderReader:
    """Reads targets one by one into a :class:`Difference`."""

    def __init__(
        self,
        articles: Mapping[str, KnownArticle],
        sources: SourceTable,
        *,
        index: Path,
        max_file_mb: int,
        progress: Progress,
    ) -> None:
        self._articles, self._progress = articles, progress
        self._index, self._max_file_mb = os.path.realpath(index), max_file_mb
        self._rules = reading_rules(max_file_mb)
        self._before, self._after = sources.roots, dict(sources.roots)
        self._places: dict[tuple[str, str], list[str]] = {}
        for article_id, known in articles.items():
            self._places.setdefault((known.root, known.relative), []).append(article_id)
        self.difference = Difference()

    def sources(self, roots: Iterable[Root]) -> SourceTable:
        """The table for the next run."""
        names = {root.name for root in roots}
        return SourceTable({name: table for name, table in self._after.items() if name in names})

    def read(self, target: Target, keep: Keep) -> None:
        """Read one target: what is new or changed goes to ``keep``, the rest is noted."""
        root, found = target.root, self.difference
        before = self._before.get(root.name)
        trusted = before.files if before and before.reading == self._rules else {}
        files = self._walk(Path(root.path))
        entries: dict[str, SourceEntry] = {}
        for done, file in enumerate(files):
            self._progress("reading", done, len(files))
            entry = self._read_file(file, root, trusted.get(file.relative), keep)
            entries[file.relative] = entry
            found.skipped += entry.skipped
            found.notices += entry.notices
        self._progress("reading", len(files), len(files))
        self._after[root.name] = RootSources(self._rules, entries)
        labels = {root.name, target.replaces}
        for article_id, known in self._articles.items():
            if known.root in labels and article_id not in found.seen:
                found.removed[article_id] = known.content_hash

    def _walk(self, root: Path) -> list[SourceFile]:
        """The files of a root; the index's own are passed over, unless the root lies in it."""
        own = not Path(os.path.realpath(root)).is_relative_to(self._index)
        files = []
        for found in walk(root):
            if own and Path(os.path.realpath(found.path)).is_relative_to(self._index):
                continue
            if isinstance(found, Skipped):
                self.difference.skipped.append(found)
            else:
                files.append(found)
        return files

    def _read_file(
        self, file: SourceFile, root: Root, before: SourceEntry | None, keep: Keep
    ) -> SourceEntry:
        now = time.time_ns()
        try:
            status = file.path.stat()
            size, changed = status.st_size, status.st_mtime_ns
            if before and (size, changed) == (before.size, before.mtime_ns):
                self._all_unchanged(root, file)
                return before
            digest = sha256_of(file.path)
        except OSError:  # load_file says why
            size, changed, digest = 0, 0, ""
        if now - changed < _YOUNG_NS:
            changed = 0
        if before and digest and digest == before.sha256:
            self._all_unchanged(root, file)
            return replace(before, mtime_ns=changed)
        skipped, notices = [], []
        for found in load_file(file, root_name=root.name, max_file_mb=self._max_file_mb):
            if isinstance(found, Skipped):
                skipped.append(found)
            elif isinstance(found, Notice):
                notices.append(f"{found.path}: {found.text}")
            elif found.article_id in self.difference.seen:
                skipped.append(
                    Skipped(found.location, f"another article has the same id: {found.article_id}")
                )
            else:
                self._compare(found, root, file.relative, keep)
        return SourceEntry(size, changed, digest, tuple(skipped), tuple(notices))

    def _compare(self, article: Article, root: Root, relative: str, keep: Keep) -> None:
        found, known = self.difference, self._articles.get(article.article_id)
        found.seen.add(article.article_id)
        if known and known.record_hash == record_hash(article):
            found.unchanged.add(article.article_id)
            return
        if known:
            found.changed.add(article.article_id)
        else:
            found.added[article.article_id] = article.content_hash
        keep(article, root, relative)

    def _all_unchanged(self, root: Root, file: SourceFile) -> None:
        ids = self._places.get((root.name, file.relative), [])
        self.difference.seen.update(ids)
        self.difference.unchanged.update(ids)
