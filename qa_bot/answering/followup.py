"""A follow-up question to one that stands alone: "And when did they meet?".

By rules and the encoder; no language model, nothing that a person could not check.
Three ways of leaning on what was said before, each with its own repair:

pointing   "he", "it", "there", "that country": the phrase that is meant takes its place
ellipsis   "Why?", "And in 2022?", "What about Japan?": the earlier question is asked
           again with that part changed
silence    "How many people died?": the earlier question's topic is added in brackets

A question that stands alone is left as it is, and so is one that changes the topic:
what has its own names, and points nowhere, is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa_bot.answering.followup_antecedents import antecedent, same_noun
from qa_bot.answering.followup_cues import Cue, find_cues
from qa_bot.answering.followup_earlier import (
    LONGEST_QUESTION,
    Earlier,
    earlier_turn,
    words_of,
)
from qa_bot.answering.followup_entities import Entities
from qa_bot.answering.followup_mentions import names, words, words_in
from qa_bot.answering.followup_parts import put_into
from qa_bot.answering.followup_shape import Shape, asked_anew, bare, shape, with_else
from qa_bot.answering.followup_topics import fitted, with_topic
from qa_bot.answering.followup_words import (
    GENERAL,
    HAPPENING,
    NO_HEAD,
    OPENERS,
    ORDERED,
    PAST_OR_FUTURE,
    RELATIONAL,
    SMALL_TALK,
)
from qa_bot.protocols import Embedder
from qa_bot.records import Answer, Turn

TURNS = 6
"""Earlier turns that are looked at."""
MOST_WORDS = 18
"""A longer question says itself what it is about."""
NOT_AFAR = 0.1
"""Least cosine to the earlier turn of a question whose words leave its topic out."""
RELATED = 0.2
"""Least cosine to the earlier turn of a short "which" with words that were not said before."""

_ABOUT = re.compile(r"(?i)(?:(?:and|but|so|ok|okay)[, ]+)*(?:what|how) about (?P<part>.+)")
_FEW = 3
_SHORT = 5
_LONGEST_ASKING = 7
_MUCH = 3


@dataclass(frozen=True, slots=True)
class FollowUp:
    """``question`` stands alone; ``search`` has the earlier topic beside it, for retrieval."""

    question: str
    search: str


class FollowUps:
    """The rewriter of follow-up questions (:class:`qa_bot.protocols.QuestionRewriter`).

    Holds no state; safe from many threads.

    Args:
        embedder: for what words do not tell: which part of a question is like another.
        max_chars: a longer rewriting is not made.
        entities: a citation's article to its entities; None: names by rules alone.
    """

    def __init__(
        self, embedder: Embedder, *, max_chars: int, entities: Entities | None = None
    ) -> None:
        self._embedder, self._max_chars, self._entities = embedder, max_chars, entities

    def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """The stand-alone question, or None when nothing has to change."""
        found = self.resolve(question, history)
        return found.question if found else None

    def resolve(self, question: str, history: Sequence[Turn]) -> FollowUp | None:
        """Like :meth:`rewrite`, with what the retriever is to be asked."""
        asked = " ".join(question.split())
        if not history or not 0 < len(words(asked[:LONGEST_QUESTION])) <= MOST_WORDS:
            return None
        earlier = self._earlier(history)
        if not earlier:
            return None
        found = self._resolve(asked, earlier)
        if found is None:
            return None
        new, turn = found
        new = bare(new) + "?" if new.rstrip().endswith("?") else bare(new)
        new = new[:1].upper() + new[1:]
        if not new or words_in(new) == words_in(bare(asked)) or len(new) > self._max_chars:
            return None
        return FollowUp(new, f"{new} {turn.question}"[: self._max_chars])

    def _earlier(self, history: Sequence[Turn]) -> list[Earlier]:
        """The last turns, each question as it was understood then."""
        turns = [
            turn for turn in history if isinstance(turn.question, str) and turn.question.strip()
        ]
        found: list[Earlier] = []
        for turn in turns[-TURNS:]:
            question = " ".join(turn.question.split())
            if isinstance(turn.answer, Answer) and turn.answer.rewritten_question:
                question = turn.answer.rewritten_question
            elif found and len(words(question[:LONGEST_QUESTION])) <= MOST_WORDS:
                again = self._resolve(question, found)
                question = again[0] if again else question
            made = earlier_turn(question, turn, self._entities)
            if words(made.question):
                found.append(made)
        return found

    def _resolve(self, asked: str, earlier: Sequence[Earlier]) -> tuple[str, Earlier] | None:
        """The new question and the turn that it goes on from."""
        last = earlier[-1]
        part = self._part(asked)
        if part is not None:
            changed = put_into(part, last, self._near)
            return (self._pointed(changed, earlier) or (changed, last)) if changed else None
        parts = shape(asked)
        if self._is_elsewhere(asked, earlier):
            return None
        if parts.build == "asking" and len(words(bare(asked))) <= _LONGEST_ASKING:
            return self._asked_anew(asked, parts, last), last
        pointed = self._pointed(asked, earlier)
        if pointed is not None:
            return pointed
        if self._is_silent(asked, parts, earlier):
            added = with_topic(asked, earlier)
            return (added, last) if added else None
        return None

    def _part(self, asked: str) -> str | None:
        """What takes the place of a part of the earlier question: "Japan" of "What about
        Japan?", "in 2022" of "And in 2022?"; None for a whole question."""
        about = _ABOUT.fullmatch(asked.strip(" ?!."))
        if about:
            return about["part"]
        core = bare(asked)
        tokens = words(core)
        if shape(asked).build != "fragment" or not tokens or tokens[0].low in SMALL_TALK:
            return None
        opened = words(asked)[0].low in OPENERS and len(words(asked)) > len(tokens)
        if opened and len(tokens) <= 2 * _FEW:
            return core
        return core if asked.rstrip().endswith("?") and len(tokens) <= _FEW else None

    def _asked_anew(self, asked: str, parts: Shape, last: Earlier) -> str:
        core = bare(asked)
        answer = last.answer.text if last.answer else None
        if re.search(r"\belse$", core):
            again = with_else(core, last.shape)
        else:
            again = asked_anew(core, last.shape, answer)
        return again or with_topic(core, [last]) or asked

    def _pointed(self, asked: str, earlier: Sequence[Earlier]) -> tuple[str, Earlier] | None:
        """Every word that points back replaced by what it means."""
        cues = find_cues(asked)
        if not cues:
            return None
        changes: list[tuple[Cue, str]] = []
        turns: list[Earlier] = []
        lost = False
        own = {word for name in names(asked) for word in words_of(name.text)}
        for cue in cues:
            taken = own.union(
                *(words_of(phrase) for one, phrase in changes if one.kind != cue.kind)
            )
            for turn in reversed(earlier):
                phrase = self._meant(cue, turn, asked, taken)
                if phrase is not None:
                    changes.append((cue, phrase))
                    turns.append(turn)
                    break
            else:
                lost |= cue.kind != "noun"
        new = asked
        for cue, phrase in sorted(changes, key=lambda change: -change[0].start):
            new = new[: cue.start] + fitted(cue, phrase, new) + new[cue.end :]
        turn = turns[0] if turns else earlier[-1]
        if lost or (changes and not names(new)):
            # What is meant has no name here, so the topic has to say it.
            new = with_topic(new, earlier) or new
        return (new, turn) if new != asked else None

    def _meant(self, cue: Cue, turn: Earlier, asked: str, taken: set[str]) -> str | None:
        if cue.kind == "this":
            return None
        if cue.kind != "noun":
            return antecedent(cue, turn, taken)
        phrase = same_noun(cue, turn)
        if phrase is None or len(words(cue.text)) > 2:
            return None  # "the previous shows" are not the show that was spoken of
        # "the company" may be explained by names of the question's own.
        own = {word for name in names(asked) for word in words_of(name.text)}
        told = set(words_of(f"{turn.question} {turn.sentence} {turn.title}"))
        return None if own - told else phrase

    def _is_silent(self, asked: str, parts: Shape, earlier: Sequence[Earlier]) -> bool:
        """Whether the question leaves out what it is about: no name, no number, no word that
        was not said before but those that are always of something; and near to what was said."""
        if names(asked) or any(char.isdigit() or char in '"“”' for char in asked):
            return False
        content = set(words_of(bare(asked))) - NO_HEAD
        told = {word for turn in earlier for word in words_of(f"{turn.question} {turn.sentence}")}
        open_ended = content & (HAPPENING | RELATIONAL | ORDERED) or (told & content)
        near = self._near(asked, f"{earlier[-1].question} {earlier[-1].sentence}")
        if open_ended and not content - told - HAPPENING - RELATIONAL - ORDERED - GENERAL:
            return near >= NOT_AFAR
        if near < RELATED:
            return False
        new = content - told - HAPPENING - RELATIONAL - ORDERED - GENERAL
        heads = {word for cue in find_cues(asked) for word in words_of(cue.text)}
        if heads and not new - heads:  # "Who scored in the final?"
            return True
        past = any(word.low in PAST_OR_FUTURE for word in words(asked))
        if past and parts.word not in ("what", "which") and len(new) <= 1 and content & GENERAL:
            return True  # "How many people have applied?"
        return parts.word == "which" and len(words(bare(asked))) <= _SHORT

    def _is_elsewhere(self, asked: str, earlier: Sequence[Earlier]) -> bool:
        """Whether a question has so much of its own, and so far off, that what looks as if it
        pointed back does not ("When did they stop putting lead in paint?")."""
        told = {word for turn in earlier for word in words_of(f"{turn.question} {turn.sentence}")}
        if any(cue.kind in ("he", "she", "this") for cue in find_cues(asked)):
            return False  # these hardly ever mean nobody and nothing, as "they" and "it" do
        own = set(words_of(bare(asked))) - NO_HEAD - GENERAL - HAPPENING - RELATIONAL - told
        if len(own) < _MUCH:
            return False
        return all(self._near(asked, f"{t.question} {t.sentence}") < RELATED for t in earlier)

    def _near(self, one: str, other: str) -> float:
        return float(self._embedder.embed_question(one) @ self._embedder.embed_question(other))
