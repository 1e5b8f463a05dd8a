"""Which file has which label in article ids, and that a renamed file keeps its own.

A label is ``<root's name>/<relative path>`` as they were when the file was first
indexed. A file that is new in its place, while one of the same bytes has gone from
another place, is that one renamed, and takes over its label. A file that held no
article (empty, broken) has no id to pass on: two such files are not one renamed. A new
file whose own label is still borne by a renamed one gets a number: ``news/a.txt~2``.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from qa_bot.storage.sources import RootSources, SourceEntry

Place = tuple[str, str]
"""Root's name and relative path."""


def comes_from(article_id: str, label: str) -> bool:
    """Whether an article is of the file of that label: itself, a row, a member of it."""
    return article_id == label or article_id.startswith((f"{label}#", f"{label}!"))


class Labels:
    """The labels of one run. ``before``: the last run's files of all roots."""

    def __init__(
        self,
        before: Mapping[str, RootSources],
        roots: Mapping[str, Iterable[str]],
        barren: Container[Place] = (),
    ):
        """``roots``: for each root that is read, the relative paths that are there now;
        ``barren``: the files that held no article."""
        self._before = before
        now = {root: frozenset(files) for root, files in roots.items()}
        self._lost: dict[str, list[Place]] = {}
        self._taken: set[str] = set()
        for root, table in before.items():
            for relative, entry in table.files.items():
                lost = root in now and relative not in now[root]
                if lost and (root, relative) in barren:
                    continue
                if entry.label:
                    self._taken.add(entry.label)
                if lost and entry.sha256:
                    self._lost.setdefault(entry.sha256, []).append((root, relative))
        for places in self._lost.values():
            places.sort(reverse=True)

    def known(self, root: str, relative: str) -> str | None:
        """The label of a file that was there before; None for a new one."""
        entry = self._entry((root, relative))
        return None if entry is None else entry.label or f"{root}/{relative}"

    def renamed(self, relative: str, sha256: str) -> str | None:
        """The label of the vanished file that a new file of these bytes is, if of any.

        Of several the one of the same name is taken, else the first; each only once.
        """
        places = self._lost.get(sha256, [])
        if not places:
            return None
        name = relative.rsplit("/", 1)[-1]
        same = [place for place in places if place[1].rsplit("/", 1)[-1] == name]
        place = same[-1] if same else places[-1]
        places.remove(place)
        label = self.known(*place)
        if label is not None:
            self._taken.add(label)
        return label

    def fresh(self, root: str, relative: str) -> str:
        """The label of a new file."""
        label, number = f"{root}/{relative}", 1
        while label in self._taken:
            number += 1
            label = f"{root}/{relative}~{number}"
        self._taken.add(label)
        return label

    def _entry(self, place: Place) -> SourceEntry | None:
        table = self._before.get(place[0])
        return table.files.get(place[1]) if table else None
