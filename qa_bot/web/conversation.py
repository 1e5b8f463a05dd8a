"""The conversation of one browser tab: what was asked, what came back, what a click means."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qa_bot.records import Answer, Citation, Passage, ScoredPassage, Turn

MAX_EXCHANGES = 20
"""Older ones leave the page and the memory."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and how far its answer has come. ``number`` is never used twice.

    ``limits`` says in words what it was limited to.
    """

    number: int
    question: str
    passages: tuple[ScoredPassage, ...] | None = None
    answer: Answer | None = None
    seconds: float = 0.0
    problem: str = ""
    limits: str = ""

    @property
    def state(self) -> str:
        """``problem``, ``answered``, ``abstained``, ``reading`` or ``searching``."""
        if self.problem:
            return "problem"
        if self.answer is not None:
            return self.answer.status
        return "searching" if self.passages is None else "reading"


Conversation = tuple[Exchange, ...]


def with_question(conversation: Conversation, question: str) -> Conversation:
    """``conversation`` and a new exchange, the oldest dropped beyond MAX_EXCHANGES."""
    number = conversation[-1].number + 1 if conversation else 1
    return (*conversation, Exchange(number, question))[-MAX_EXCHANGES:]


def with_last(conversation: Conversation, **changes: object) -> Conversation:
    """``conversation`` with its newest exchange changed."""
    return (*conversation[:-1], replace(conversation[-1], **changes))  # type: ignore[arg-type]


def turns(conversation: Conversation) -> list[Turn]:
    """What was asked and answered so far, for the next question."""
    return [
        Turn(exchange.question, exchange.answer)
        for exchange in conversation
        if exchange.answer is not None
    ]


def resolve(conversation: Conversation, reference: str) -> Citation | Passage | None:
    """What a button of the conversation points at: ``<exchange>/<kind>/<i>/<j>``.

    References come back from the browser, so anything that does not fit is None.
    """
    number, _, rest = reference.partition("/")
    kind, _, rest = rest.partition("/")
    i, _, j = rest.partition("/")
    try:
        exchange = next(e for e in conversation if e.number == int(number))
        first, second = int(i), int(j)
        if first < 0 or second < 0:
            return None
        answer = exchange.answer
        if kind == "p":
            passages = (answer.passages if answer else exchange.passages) or ()
            return passages[first].passage
        if answer is None:
            return None
        if kind == "c":
            return answer.citations[first]
        if kind in ("a", "x"):
            others = answer.alternatives if kind == "a" else answer.conflicts
            return others[first].citations[second]
    except (StopIteration, ValueError, IndexError):
        pass
    return None
