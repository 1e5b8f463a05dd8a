"""Which articles are meant by ids, paths and addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_bot.errors import CorpusError, FetchError
from qa_bot.fetching.addresses import is_address, normalised
from qa_bot.fetching.pages import KeptPages
from qa_bot.indexing.base import Base, KnownArticle
from qa_bot.indexing.places import comes_from


@dataclass(frozen=True, slots=True)
class HoldingFile:
    """A file that articles came from. ``label`` begins their ids; ``is_kept``: it lies in the
    index folder; ``others``: how many of its articles are not meant."""

    path: Path
    label: str
    is_kept: bool
    articles: frozenset[str]
    others: int


@dataclass
class Chosen:
    """What is meant. ``articles`` are in the index, by id; ``past`` are ids that were taken out of
    it before; ``roots`` are meant as a whole; ``files`` are what they came from."""

    articles: dict[str, KnownArticle] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    files: list[HoldingFile] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted({*self.articles, *self.past})

    def __bool__(self) -> bool:
        return bool(self.articles or self.past or self.roots)


def choose(given: str | Path | Sequence[str | Path], base: Base) -> Chosen:
    """The articles that ``given`` names: an id, the path of a file or folder, an address.

    Raises:
        CorpusError: something of it names none.
    """
    several = [given] if isinstance(given, str | os.PathLike) else list(given)
    chosen = Chosen()
    removed = {name for root in base.sources.roots.values() for name in root.removed}
    for one in several:
        if isinstance(one, str) and one in base.articles:
            chosen.articles[one] = base.articles[one]
        elif isinstance(one, str) and one in removed:
            chosen.past.add(one)
        elif is_address(one):
            _by_address(str(one), base, chosen)
        else:
            _by_path(one, base, chosen)
    chosen.files += _files(base, chosen, removed)
    return chosen


def _by_path(given: str | Path, base: Base, chosen: Chosen) -> None:
    path = os.path.abspath(Path(given).expanduser())
    found = False
    for root in base.manifest.roots:
        if path == root.path:
            chosen.roots.add(root.name)
        elif not path.startswith(root.path.rstrip(os.sep) + os.sep):
            continue
        inside = Path(os.path.relpath(path, root.path)).as_posix()
        for name, known in base.articles.items():
            if known.root == root.name and (
                path == root.path
                or known.relative == inside
                or known.relative.startswith(f"{inside}/")
            ):
                chosen.articles[name] = known
                found = True
        found |= path == root.path
    if not found:
        raise _none(given)


def _by_address(given: str, base: Base, chosen: Chosen) -> None:
    try:
        address = normalised(given)
    except FetchError:
        raise _none(given) from None
    pages = KeptPages(base.layout.fetched)
    led_to = {
        (pages.file_of(record).relative_to(pages.folder).as_posix())
        for record in pages.records()
        if address in (record.url, record.cited, record.given)
    }
    kept = str(base.layout.fetched.absolute())
    roots = {root.name for root in base.manifest.roots if root.path == kept}
    found = {
        name: known
        for name, known in base.articles.items()
        if known.root in roots and known.relative in led_to
    }
    for segment in base.segments:
        for name, url in segment.passages.rows(("article_id", "url")):
            known = base.articles.get(name)
            if url in (address, given) and known and known.segment == segment.entry.name:
                found[name] = known
    if not found:
        raise _none(given)
    chosen.articles |= found


def _files(base: Base, chosen: Chosen, removed: set[str]) -> Iterator[HoldingFile]:
    """The files that the chosen articles came from, those removed before included."""
    roots = {root.name: Path(root.path) for root in base.manifest.roots}
    index = os.path.realpath(base.layout.index)
    wanted = {*chosen.articles, *chosen.past}
    held: dict[tuple[str, str], set[str]] = {}
    for name, known in base.articles.items():
        held.setdefault((known.root, known.relative), set()).add(name)
    for root, table in base.sources.roots.items():
        for relative, entry in table.files.items():
            label = entry.label or f"{root}/{relative}"
            here = held.get((root, relative), set())
            here |= {name for name in table.removed if comes_from(name, label)}
            meant = here & wanted
            if not meant or root not in roots:
                continue
            path = roots[root] / relative if roots[root].is_dir() else roots[root]
            is_kept = Path(os.path.realpath(path)).is_relative_to(index)
            others = len(here - wanted - removed)
            yield HoldingFile(path, label, is_kept, frozenset(meant), others)


def _none(given: object) -> CorpusError:
    return CorpusError(
        "no article of the index is meant by this; nothing was changed",
        where=given,
        expected="an article's id, the path of an indexed file or folder, or an address",
        found="neither",
        mend="see the ids with: qa-bot info --articles",
    )
