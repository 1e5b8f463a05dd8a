"""An earlier turn as the rules see it, and which of its phrases a pronoun means.

Salience, highest first (after Lappin and Leass 1994, cut down to what capital letters
and closed lists can tell): the answer where the question asked for a thing or a person,
the names and noun phrases of the question in their order, the answer otherwise, the
names of the cited sentence that its title names too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from qa_bot.answering.followup_cues import PRONOUNS
from qa_bot.answering.followup_entities import Entities, stored_kind
from qa_bot.answering.followup_mentions import (
    Kind,
    Mention,
    is_plural,
    kind_of,
    kind_of_noun,
    names,
    singular,
    words,
)
from qa_bot.answering.followup_phrases import noun_phrases
from qa_bot.answering.followup_shape import Shape, shape
from qa_bot.answering.followup_words import (
    DETERMINERS,
    DO,
    ORGANISATION_NOUNS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    QUANTITIES,
    SAYING,
)
from qa_bot.answering.words import folded
from qa_bot.records import Answer, Turn

LONGEST_QUESTION = 400
"""Code points; what is longer says itself what it is about."""
LONGEST_ANSWER = 120
"""Code points; what is longer is no name and no phrase to put into a question."""
_MOST_ANSWER_WORDS = 8
_SENTENCE = 600
_ENTITIES = 400
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_IN = re.compile(r"\b(?:[Ii]n|[Nn]ear) $")
_AND = re.compile(r",? and |, ")


@dataclass(frozen=True, slots=True)
class Earlier:
    """One turn: its question as it stands alone, and its answer if it is a phrase.

    ``around`` is text of the passages that were found, for the pronouns in it.
    """

    question: str
    answer: Mention | None = None
    sentence: str = ""
    title: str = ""
    around: str = ""
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """The parts of the question."""
        return shape(self.question)

    def phrases(self) -> list[Mention]:
        """Names, and noun phrases that are more than one of them, in the question's order."""
        found = [self._placed(self._known(name)) for name in names(self.question)]
        for phrase in noun_phrases(self.question):
            inner = [m for m in found if m.start < phrase.end and phrase.start < m.end]
            if any(m.start <= phrase.start and phrase.end <= m.end for m in inner):
                continue
            # "the Kenyan election" takes its names in; "the trial of Derek Chauvin" does not
            # take him out of reach of "he".
            found.append(phrase)
        return sorted(found, key=lambda m: (m.start, m.end))

    def candidates(self) -> Iterator[Mention]:
        """What a pronoun may mean, most salient first."""
        asked = self.phrases()
        answer = self.answer
        if answer is not None and self.asks_for_thing:
            yield answer
            answer = None
        yield from asked
        if answer is not None:
            yield answer
        title = folded(self.title)
        for name in names(self.sentence):
            if folded(name.text) in title:
                yield self._known(name)

    def people_around(self) -> list[Mention]:
        """Whom the cited passages name, most often named first: for an answer that says who
        it was without a name ("a 17-year-old")."""
        found: dict[str, Mention] = {}
        times: dict[str, int] = {}
        for text in (self.title, self.sentence, self.around):
            for name in names(text):
                known = self._known(name)
                if known.kind in ("person", "name") and 2 <= len(known.text.split()) <= 3:
                    found.setdefault(known.text, known)
                    surname = known.text.split()[-1]
                    times[known.text] = max(self.around.count(surname), 1)
        return sorted(found.values(), key=lambda m: (-times[m.text], m.kind != "person"))

    @property
    def asks_for_thing(self) -> bool:
        """Whether the answer is what the conversation is about now: of "Who won?", "What
        illness does she have?", and not of "Where did they meet?" or "What did he say?"."""
        parts = self.shape
        head = next(iter(word.low for word in words(parts.noun)), "")
        if parts.word in ("who", "whom"):
            # "Who did Putin meet?" goes on about Putin.
            return (
                parts.build == "subject"
                or not any(m.named for m in names(parts.rest))
                or (parts.auxiliary.lower() in ("is", "was", "are", "were"))
            )
        if parts.word not in ("what", "which") or singular(head) in QUANTITIES:
            return False
        if not parts.noun and parts.build == "inverted" and parts.auxiliary.lower() in DO:
            return False  # "What does the festival celebrate?" goes on about the festival
        return not any(word.low in SAYING for word in words(parts.rest))

    def _placed(self, name: Mention) -> Mention:
        """ "Bergen" is a place after "in"."""
        after_in = _IN.search(self.question[: name.start])
        followed = self.question[name.end : name.end + 2]
        if name.kind == "name" and after_in and not followed[1:].islower():
            return replace(name, kind="place")
        return name

    def _known(self, mention: Mention) -> Mention:
        kind = stored_kind(mention.text, self.stored)
        if kind is None and mention.kind == "name" and " " not in mention.text:
            # "Musk" is a person where the passages speak of Elon Musk.
            spelt = re.compile(rf"(?:[A-Z][\w.’'-]+ ){{1,2}}{re.escape(mention.text)}\b")
            for match in spelt.finditer(f"{self.title} {self.sentence} {self.around}"):
                if kind_of(match[0]) == "person":
                    kind = "person"
        if kind is None or kind == mention.kind:
            return mention
        return replace(mention, kind=kind)


def earlier_turn(question: str, turn: Turn, entities: Entities | None) -> Earlier:
    """``turn`` with its question as it stands alone. Anything at all may be in it."""
    answer = turn.answer
    question = _plain(question, LONGEST_QUESTION)
    if isinstance(answer, Answer):
        first = answer.citations[0] if answer.citations else None
        stored: dict[str, str] = {}
        if first is not None and entities is not None:
            stored = {folded(text): kind for text, kind in list(entities(first))[:_ENTITIES]}
        made = Earlier(
            question,
            sentence=_plain(first.sentence, _SENTENCE) if first else "",
            title=_plain(first.title, _SENTENCE) if first else "",
            around=" ".join(p.passage.chunk.text for p in answer.passages[:2]),
            stored=stored,
        )
        return replace(made, answer=_answer_mention(made, answer.text))
    made = Earlier(question)
    return replace(made, answer=_answer_mention(made, answer if isinstance(answer, str) else None))


def _answer_mention(earlier: Earlier, text: str | None) -> Mention | None:
    """The answer as a phrase, or None where it is none."""
    if not text or len(text) > LONGEST_ANSWER:
        return None
    shown = _plain(text, LONGEST_ANSWER).strip(" .,;:“”\"'‘’")
    tokens = words(shown)
    if not tokens or len(tokens) > _MOST_ANSWER_WORDS:
        return None
    parts = earlier.shape
    kind = stored_kind(shown, earlier.stored) or kind_of(shown)
    named = names(shown)
    if kind == "name":
        kind = _asked_kind(parts, has_name=bool(named))
    first = named[0] if named else None
    plural = bool(_AND.search(shown)) or (not named and is_plural(tokens[-1].low))
    return Mention(shown, kind, gender=first.gender if first else None, plural=plural)


def _asked_kind(parts: Shape, *, has_name: bool) -> Kind:
    head = next(iter(word.low for word in words(parts.noun)), "")
    if parts.word in ("who", "whom"):
        return "person"
    if parts.word == "where":
        return "place"
    if parts.word in ("when", "how", "why"):
        return "date" if parts.word == "when" else "other"
    if singular(head) in PERSON_NOUNS | ORGANISATION_NOUNS | PLACE_NOUNS:
        return kind_of_noun(head)
    return "name" if has_name and not head else "thing"


def words_of(text: str) -> list[str]:
    """The words of a phrase in the singular, without determiners and pronouns."""
    return [
        singular(word.low)
        for word in words(text)
        if word.low not in DETERMINERS and word.low not in PRONOUNS
    ]


def _plain(text: str, longest: int) -> str:
    return " ".join(_CONTROL.sub(" ", text[: 4 * longest]).split())[:longest]
