"""How the files of a run differ from what the index holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from qa_bot.records import Skipped


@dataclass
class Difference:
    """What a run found. ``seen`` are all ids met; added and removed map id to content hash.

    ``moved`` maps the id of an article whose file was renamed to where it lies now; its text is
    that of before, or it is in ``changed`` too. ``relearnt``: a
    file is known to be bad or no longer, or all were read by other rules than before.
    """

    added: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    removed: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    relearnt: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the index holds these articles already, and knows what cannot be read."""
        found = (self.added, self.changed, self.removed, self.moved, self.relearnt)
        return not any(found)

    @property
    def outdated(self) -> set[str]:
        """Ids whose stored article no longer counts."""
        return self.changed | self.removed.keys() | self.moved.keys()
