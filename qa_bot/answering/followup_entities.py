"""The typed names that indexing stored for an article, where it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qa_bot.answering.followup_mentions import Kind
from qa_bot.answering.words import folded
from qa_bot.records import Citation

Entities = Callable[[Citation], Sequence[tuple[str, str]]]
"""A citation's article to its entities as (text, kind), kinds as spaCy names them."""

STORED_KINDS: dict[str, Kind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "DATE": "date",
    "TIME": "date",
    "EVENT": "thing",
    "PRODUCT": "thing",
    "WORK_OF_ART": "thing",
    "LAW": "thing",
}


def stored_kind(text: str, stored: Mapping[str, str]) -> Kind | None:
    """The kind of a name among an article's entities; also of a part of one."""
    key = folded(text)
    label = stored.get(key)
    if label is None:
        # A name that the pipeline cut in two ("Ursula von der", a person; "Leyen", a place) is
        # what its beginning is: people are named by their first names first.
        if any(stored[k] == "PERSON" and key.startswith(f"{k} ") for k in stored):
            return "person"
        longer = [k for k in stored if k.endswith(f" {key}") or key.endswith(f" {k}")]
        label = stored[min(longer, key=len)] if longer else None
    return STORED_KINDS.get(label or "")


def stored_entities(snapshot: Any) -> Entities | None:
    """The entities that a snapshot stores, or None where it stores none.

    Works with any snapshot: one that has ``analysis(article_id)`` gives an object whose
    ``entities`` are spans with a kind, or None.
    """
    analysis = getattr(snapshot, "analysis", None)
    if analysis is None:
        return None

    def entities(citation: Citation) -> list[tuple[str, str]]:
        found = analysis(citation.article_id)
        if found is None:
            return []
        text = snapshot.article(citation.article_id).text
        return [(entity.span.of(text), str(entity.kind)) for entity in found.entities]

    return entities
