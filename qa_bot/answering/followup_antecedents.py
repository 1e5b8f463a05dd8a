"""Which phrase of an earlier turn a pronoun, "there" or "the company" means."""

from __future__ import annotations

from collections.abc import Sequence, Set

from qa_bot.answering.followup_cues import Cue
from qa_bot.answering.followup_earlier import Earlier, words_of
from qa_bot.answering.followup_mentions import (
    Mention,
    gender_around,
    kind_of_noun,
    names,
    singular,
)


def antecedent(cue: Cue, earlier: Earlier, taken: Set[str] = frozenset()) -> str | None:
    """The phrase of ``earlier`` that a pronoun, "there" or "then" means, or None.

    ``taken``: words of what other words of the question mean; nobody is two of them.
    """
    candidates = [m for m in earlier.candidates() if not set(words_of(m.text)) <= taken]
    rivals = [m for m in candidates[1:] if m.kind == "person" or (m.plural and cue.kind == "they")]
    asked_who = earlier.shape.build == "subject" and earlier.answer in candidates[:1]
    if cue.is_object and asked_who and rivals:
        # "Who shot him?" and "Where did he shoot him?": object goes with object.
        candidates = [*candidates[1:], candidates[0]]
    if cue.kind in ("he", "she"):
        return _person(cue, candidates, earlier)
    if cue.kind == "they":
        return _several(candidates, earlier)
    if cue.kind == "it":
        return _thing(candidates, earlier)
    if cue.kind == "there":
        places = [m for m in earlier.phrases() if m.kind == "place"]
        answer = earlier.answer
        if answer is not None and (answer.kind == "place" or earlier.shape.word == "where"):
            return answer.text
        return places[-1].text if places else None
    if cue.kind == "then":
        dated = earlier.answer
        return dated.text if dated is not None and dated.kind == "date" else None
    return None


def _person(cue: Cue, candidates: Sequence[Mention], earlier: Earlier) -> str | None:
    wanted = "m" if cue.kind == "he" else "f"
    people = [m for m in candidates if m.kind in ("person", "name") and m.gender in (wanted, None)]
    single = [m for m in people if not m.plural]
    if not any(m.named for m in single) and earlier.answer in single:
        around = [m for m in earlier.people_around() if m.gender in (wanted, None)]
        single = around[:1] or single
    likely = [m for m in single if m.named and (m.kind == "person" or " " in m.text)]
    people = likely or [m for m in single if m.named] or [m for m in single if m.kind == "person"]
    if not people:
        return None
    first = people[0]
    sure = [m for m in people if m.gender == wanted]
    if first.gender is None and sure and gender_around(earlier.around) not in (wanted, None):
        first = sure[0]
    return _longest(first.text, earlier)


def _longest(name: str, earlier: Earlier) -> str:
    """ "Putin" as the answer or the question spells it out: "Vladimir Putin"."""
    spelt = [m.text for m in (*names(earlier.question), *names(earlier.sentence))]
    longer = [one for one in spelt if one.split()[-1:] == [name] and len(one.split()) <= 4]
    return max(longer, key=len, default=name) if len(name.split()) == 1 else name


def _several(candidates: Sequence[Mention], earlier: Earlier) -> str | None:
    first = candidates[0] if candidates else None
    if first is not None and first is earlier.answer and first.plural and not _numeric(first.text):
        return first.text
    people = [m for m in candidates if m.kind in ("person", "name") and m.named]
    asked = _different([m for m in people if m is not earlier.answer])
    if len(asked) >= 2:
        return f"{asked[0].text} and {asked[1].text}"
    answer = earlier.answer if earlier.answer in people else None
    if asked and answer is not None and earlier.shape.build == "inverted":
        two = _different([asked[0], answer])
        return " and ".join(m.text for m in two) if len(two) == 2 else None
    for kinds in (("people",), ("organisation",), ("place",), ("person", "name")):
        for mention in candidates:
            several = kinds == ("people",) and mention.plural and not _numeric(mention.text)
            if mention.kind in kinds or several:
                return mention.text
    return None


def _different(people: Sequence[Mention]) -> list[Mention]:
    """Each person once: "Kim" and "Kim Jong Un" are not two."""
    found: list[Mention] = []
    for mention in people:
        told = set(words_of(mention.text))
        same = (set(words_of(other.text)) for other in found)
        if not any(told <= other or other <= told for other in same):
            found.append(mention)
    return found


def _thing(candidates: Sequence[Mention], earlier: Earlier) -> str | None:
    things = [m for m in candidates if m.kind in ("thing", "organisation", "place", "name")]
    things = [m for m in things if not m.plural and not _numeric(m.text)]
    if earlier.answer in things and earlier.asks_for_thing:
        return earlier.answer.text
    owners = [m for m in things if any(o.start == m.start and o.end > m.end for o in things)]
    things = [m for m in things if m not in owners]
    return things[0].text if things else None


def _numeric(text: str) -> bool:
    return any(char.isdigit() for char in text) and not names(text)


def same_noun(cue: Cue, earlier: Earlier) -> str | None:
    """What "the company" or "that meeting" stands for in ``earlier``: a phrase of that noun,
    a name of its kind, or None."""
    kind = kind_of_noun(cue.head)
    head = singular(cue.head)
    inside = set(words_of(cue.text))
    phrases = earlier.phrases()
    for mention in phrases:
        told = words_of(mention.text)
        if head in told and len(told) > len(inside):
            return mention.text
    if kind == "thing":
        return None
    candidates = earlier.candidates()
    alike = [m for m in candidates if m.kind == kind and (m.named or m is earlier.answer)]
    return alike[0].text if alike else None
