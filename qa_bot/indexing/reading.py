"""Files to articles, and how they differ from what the index holds.

A file whose size and time stamp are those of the last run is not opened; one
whose sha256 is the same is not parsed, and so is not tried again either if its
loader failed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import qa_bot.corpus
from qa_bot.corpus.articles import host
from qa_bot.corpus.extractors import all_extractors
from qa_bot.corpus.folder import SourceFile, walk
from qa_bot.corpus.language import gathered
from qa_bot.indexing.base import KnownArticle
from qa_bot.indexing.difference import Difference
from qa_bot.indexing.isolated import Loading
from qa_bot.indexing.kept_out import KeptOut
from qa_bot.indexing.places import Labels, Place
from qa_bot.indexing.roots import Target
from qa_bot.protocols import Progress
from qa_bot.records import Article, Notice, Skipped
from qa_bot.storage.files import sha256_of
from qa_bot.storage.layout import Layout
from qa_bot.storage.manifest import Root
from qa_bot.storage.rows import record_hash
from qa_bot.storage.sources import RootSources, SourceEntry, SourceTable

_YOUNG_NS = 2_000_000_000
"""A file changed so shortly before it was read may change again within its time stamp."""

Keep = Callable[[Article, Root, str], None]
"""``keep(article, root, relative)``: what becomes of a new or changed article."""


def reading_rules(max_file_mb: int, columns: str) -> str:
    """Changes whenever a file could be read differently: the loaders' source, the libraries
    that they use, the settings."""
    digest = hashlib.sha256(f"{max_file_mb}\0{columns}\0{all_extractors()}\0".encode())
    for path in sorted(Path(qa_bot.corpus.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class FolderReader:
    """Reads targets into a :class:`Difference`."""

    def __init__(
        self,
        articles: Mapping[str, KnownArticle],
        sources: SourceTable,
        *,
        layout: Layout,
        loading: Loading,
        rules: str,
        restore: bool,
        progress: Progress,
    ) -> None:
        """``rules``: see :func:`reading_rules`; ``restore``: whether articles that were removed
        by hand come in again."""
        self._articles, self._progress = articles, progress
        self._layout, self._loading, self._restore = layout, loading, restore
        self._index = os.path.realpath(layout.index)
        self._rules = rules
        self._before, self._after = sources.roots, dict(sources.roots)
        self._places: dict[Place, list[str]] = {}
        for article_id, known in articles.items():
            self._places.setdefault((known.root, known.relative), []).append(article_id)
        self._labels = Labels({}, {})
        self._now: dict[str, set[str]] = {}
        self._out = KeptOut({})
        self.difference = Difference()

    def sources(self, roots: Iterable[Root]) -> SourceTable:
        """The table for the next run."""
        names = {root.name for root in roots}
        return SourceTable({name: table for name, table in self._after.items() if name in names})

    def read(self, targets: Sequence[Target], keep: Keep) -> None:
        """Read all targets: what is new or changed goes to ``keep``, the rest is noted."""
        walked = [(target.root, self._walk(Path(target.root.path))) for target in targets]
        self._now = {root.name: {file.relative for file in files} for root, files in walked}
        self._labels = Labels(self._before, self._now, self._barren())
        done, total = 0, sum(len(files) for _, files in walked)
        for root, files in walked:
            self._read_root(root, files, keep, done, total)
            done += len(files)
        self._progress("reading", total, total)
        found = self.difference
        found.notices = gathered(found.notices)
        for article_id, known in self._articles.items():
            if known.root in self._now and article_id not in found.seen:
                found.removed[article_id] = known.content_hash

    def _barren(self) -> set[Place]:
        """The files of the last run that no article came from, in the index or removed by hand."""
        found = set()
        for root, table in self._before.items():
            removed = KeptOut(table.removed)
            for relative, entry in table.files.items():
                label = entry.label or f"{root}/{relative}"
                if (root, relative) not in self._places and not removed.concerns(label):
                    found.add((root, relative))
        return found

    def _read_root(
        self, root: Root, files: Sequence[SourceFile], keep: Keep, done: int, total: int
    ) -> None:
        found, before = self.difference, self._before.get(root.name) or RootSources("", {})
        self._out = KeptOut({} if self._restore else before.removed)
        again = KeptOut(before.removed if self._restore else {})
        entries: dict[str, SourceEntry] = {}
        for number, file in enumerate(files):
            self._progress("reading", done + number, total)
            known = before.files.get(file.relative)
            label = self._labels.known(root.name, file.relative)
            if before.reading != self._rules or (label and again.concerns(label)):
                known = None
            entry = self._read_file(file, root, known, keep)
            entries[file.relative] = entry
            found.skipped += entry.skipped
            found.notices += entry.notices
        reread = bool(before.files) and before.reading != self._rules
        found.relearnt |= reread or bool(again) or _bad(entries) != _bad(before.files)
        if self._out:
            found.notices.append(f"{root.path}: {self._out}; --restore takes them in again")
        kept_out = {} if self._restore else dict(before.removed)
        self._after[root.name] = RootSources(self._rules, entries, kept_out)

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
        """``before``: the file as it was, if it need not be read when it is the same."""
        now = time.time_ns()
        try:
            status = file.path.stat()
            size, changed = status.st_size, status.st_mtime_ns
            if before and (size, changed) == (before.size, before.mtime_ns):
                self._all_unchanged(root, file)
                return before
            digest = sha256_of(file.path)
        except OSError:  # the loader says why
            size, changed, digest = 0, 0, ""
        if now - changed < _YOUNG_NS:
            changed = 0
        if before and digest and digest == before.sha256:
            self._all_unchanged(root, file)
            return replace(before, mtime_ns=changed)
        own = f"{root.name}/{file.relative}"
        label = (
            self._labels.known(root.name, file.relative)
            or self._labels.renamed(file.relative, digest)
            or self._labels.fresh(root.name, file.relative)
        )
        skipped, notices = [], []
        for found in self._loading.load(file.path, label):
            if isinstance(found, Skipped):
                skipped.append(found)
            elif isinstance(found, Notice):
                notices.append(f"{found.path}: {found.text}")
            elif refusal := self._compare(found, root, file, keep):
                skipped.append(refusal)
        return SourceEntry(
            size, changed, digest, tuple(skipped), tuple(notices), "" if label == own else label
        )

    def _compare(
        self, article: Article, root: Root, file: SourceFile, keep: Keep
    ) -> Skipped | None:
        found, name = self.difference, article.article_id
        if self._out.holds(article):
            return None
        known = self._articles.get(name)
        elsewhere = known is not None and (known.root, known.relative) != (root.name, file.relative)
        if name in found.seen or (known and elsewhere and not self._is_lost(known)):
            return Skipped(article.location, f"another article has the same id: {name}")
        found.seen.add(name)
        article = self._as_fetched(article, root, file)
        if known and elsewhere:
            found.moved[name] = f"{root.name}/{file.relative}"
        if known and known.record_hash == record_hash(article):
            found.unchanged.add(name)
            if not elsewhere:
                return None
        elif known:
            found.changed.add(name)
        else:
            found.added[name] = article.content_hash
        keep(article, root, file.relative)
        return None

    def _is_lost(self, known: KnownArticle) -> bool:
        """Whether the file of an article is no longer where it was."""
        return known.root in self._now and known.relative not in self._now[known.root]

    def _as_fetched(self, article: Article, root: Root, file: SourceFile) -> Article:
        """An article of a page that was fetched, with what was known before it was read."""
        if root.path != str(self._layout.fetched.absolute()):
            return article
        from qa_bot.fetching.pages import KeptPages

        record = KeptPages(self._layout.fetched).record_of(file.path)
        if record is None:
            return article
        return replace(
            article,
            url=record.cited,
            source=article.source or host(record.cited),
            published=article.published or record.published,
        )

    def _all_unchanged(self, root: Root, file: SourceFile) -> None:
        ids = self._places.get((root.name, file.relative), [])
        self.difference.seen.update(ids)
        self.difference.unchanged.update(ids)


def _bad(files: Mapping[str, SourceEntry]) -> dict[str, tuple[str, tuple[Skipped, ...]]]:
    """What could not be read, by the file that it was in."""
    return {
        relative: (entry.sha256, entry.skipped)
        for relative, entry in files.items()
        if entry.skipped and entry.sha256
    }
