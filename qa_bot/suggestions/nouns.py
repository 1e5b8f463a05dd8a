"""What kind of thing a noun means, as far as its form and a few words of the language tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_ENDINGS = ("er", "or", "ist", "man", "woman", "men", "ant", "ent", "ian", "ive", "ess", "ee")
_NOBODY = frozenset(
    {"number", "letter", "paper", "order", "offer", "power", "answer", "matter", "chapter", "river"}
    | {"water", "weather", "winter", "summer", "disaster", "computer", "center", "centre", "letter"}
    | {"error", "factor", "door", "floor", "color", "tower", "quarter", "corner", "counter"}
    | {"government", "document", "agreement", "movement", "department", "statement", "investment"}
    | {"event", "percent", "payment", "treatment", "apartment", "continent", "content", "element"}
    | {"moment", "parliament", "equipment", "environment", "amendment", "development", "amount"}
    | {"restaurant", "plant", "grant", "drive", "initiative", "objective", "perspective", "list"}
    | {"incentive", "archive", "process", "success", "access", "business", "press", "progress"}
    | {"illness", "witness", "coffee", "committee", "employment", "settlement", "tournament"}
    | {"encounter", "thriller", "cover", "layer", "sweater", "trailer", "career"}
)
_PEOPLE = frozenset(
    {"people", "child", "lady", "boy", "girl", "victim", "star", "fan", "coach", "king", "queen"}
    | {"hero", "wife", "husband", "son", "pope", "chief", "head", "captain", "graduate", "native"}
    | {"fellow", "member", "secretary", "judge", "guest", "host", "friend", "champion", "guard"}
    | {"expert", "laureate", "nominee", "diplomat", "pilot", "nurse", "cook", "prince", "duke"}
    | {"billionaire", "millionaire", "spokesperson", "chairperson", "person", "cousin", "twin"}
    | {
        "alumnus",
        "analyst",
        "athlete",
        "rookie",
        "teenager",
        "lawmaker",
        "mathematician",
        "national",
    }
)
_BODIES = frozenset(
    {"company", "country", "government", "team", "group", "party", "police", "army", "court"}
    | {"family", "nation", "state", "city", "club", "agency", "firm", "bank", "committee"}
    | {"union", "school", "university", "council", "crew", "side", "parliament", "ministry"}
    | {"jury", "board", "panel", "commission", "department", "office", "bureau", "administration"}
    | {"league", "association", "regime", "military", "navy", "majority", "crowd", "audience"}
    | {"public", "campaign", "force", "squad", "band", "duo", "trio", "pair", "couple"}
)
_MONTHS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september"}
    | {"october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep"}
    | {"sept", "oct", "nov", "dec"}
)


def is_somebody(noun: Any) -> bool:
    """Whether a noun means people: not "what" but "who"."""
    lemma = noun.lemma_.lower()
    if lemma in _PEOPLE or noun.ent_type_ == "PERSON":
        return True
    return lemma.endswith(_ENDINGS) and lemma not in _NOBODY


def tells_by_itself(phrase: Sequence[Any]) -> bool:
    """Whether a phrase is an answer to somebody who has not read the article: "the ship" and
    "its plan" are not, "a cable", "the Ukrainian invasion" and "drones" are."""
    first = phrase[0]
    if any(t.tag_ in ("PRP", "PRP$", "WP$") or t.lemma_.lower() in _BODIES for t in phrase):
        return False
    if any(t.pos_ == "PROPN" or t.ent_type_ in ("NORP", "GPE", "ORG") for t in phrase):
        return True
    if first.lower_ in ("a", "an"):
        return len(phrase) > 1
    return first.pos_ in ("ADJ", "NOUN") and first.tag_ != "PRP$" and len(phrase) > 1


def is_exact_date(date: Sequence[Any]) -> bool:
    """Whether a date names its month or its year."""
    return any(
        (t.text.isdigit() and len(t.text) == 4)
        or (t.text[0].isupper() and t.lower_.rstrip(".") in _MONTHS)
        for t in date
    )
