"""The conversation of one browser tab: what was asked, what came back, what a click means."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace
from typing import Any

from qa_bot.records import Answer, Citation, Passage, ScoredPassage, Turn

MAX_EXCHANGES = 20
"""Older ones leave the page and the memory."""

MAX_WAITING = 4
"""Questions of one conversation that may wait for their turn at once."""

LONGEST_WAIT = 120.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and how far its answer has come. ``number`` is never used twice.

    ``limits`` says in words what it was limited to, ``verdict`` what the reader thought
    of the answer.
    """

    number: int
    question: str
    passages: tuple[ScoredPassage, ...] | None = None
    answer: Answer | None = None
    seconds: float = 0.0
    problem: str = ""
    limits: str = ""
    verdict: str = ""

    @property
    def state(self) -> str:
        """``problem``, ``answered``, ``abstained``, ``reading`` or ``searching``."""
        if self.problem:
            return "problem"
        if self.answer is not None:
            return self.answer.status
        return "searching" if self.passages is None else "reading"


Conversation = tuple[Exchange, ...]


class Talk:
    """The conversation of one browser tab while it goes on. Safe from many threads.

    A question takes its place when it is asked, and is answered when all that were
    asked before it are: one sent while another is being read is neither lost nor does
    it overtake. Gradio keeps one such object a tab (it deep-copies the first).
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._exchanges: Conversation = ()
        self._next = 1
        self._running: list[int] = []  # numbers that are not done yet, in order
        self.name = secrets.token_hex(8)  # under which the browser keeps it

    def __deepcopy__(self, memo: dict[int, Any]) -> Talk:
        return Talk()

    @property
    def exchanges(self) -> Conversation:
        """All that is shown, oldest first."""
        return self._exchanges

    def begin(self, question: str) -> int | None:
        """A new exchange's number, the oldest dropped beyond MAX_EXCHANGES; None where
        MAX_WAITING are waiting already."""
        with self._changed:
            if len(self._running) > MAX_WAITING:
                return None
            number, self._next = self._next, self._next + 1
            self._running.append(number)
            self._exchanges = (*self._exchanges, Exchange(number, question))[-MAX_EXCHANGES:]
            return number

    def wait(self, number: int) -> None:
        """Return when ``number`` is the oldest that is not done.

        After LONGEST_WAIT it returns all the same: a question whose browser has gone
        may never say that it is done.
        """
        with self._changed:
            self._changed.wait_for(lambda: number not in self._running[1:], LONGEST_WAIT)

    def change(self, number: int, **changes: Any) -> Conversation:
        """The conversation with exchange ``number`` changed, where it is still there."""
        with self._changed:
            self._exchanges = tuple(
                replace(exchange, **changes) if exchange.number == number else exchange
                for exchange in self._exchanges
            )
            return self._exchanges

    def done(self, number: int) -> None:
        """The next one's turn. May be called again."""
        with self._changed:
            if number in self._running:
                self._running.remove(number)
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget all; what is still running goes on and is not shown."""
        with self._changed:
            self._exchanges = ()
            self.name = secrets.token_hex(8)

    def restore(self, name: str, exchanges: Conversation) -> None:
        """Go on with an earlier conversation in place of this one."""
        with self._changed:
            self._exchanges = exchanges[-MAX_EXCHANGES:]
            self._next = max((self._next, *(e.number + 1 for e in exchanges)))
            self.name = name

    def find(self, number: int) -> Exchange | None:
        """The exchange of that number, where it is still there."""
        return next((e for e in self._exchanges if e.number == number), None)


def turns(conversation: Conversation) -> list[Turn]:
    """What was asked and answered so far, for the next question."""
    return [
        Turn(exchange.question, exchange.answer)
        for exchange in conversation
        if exchange.answer is not None
    ]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a citation stands among all of its answer: ``place`` of ``total``, from 1.

    ``before`` and ``after`` are the references of its neighbours, round and round.
    """

    place: int
    total: int
    before: str
    after: str


def walk(conversation: Conversation, reference: str) -> Walk | None:
    """The place of a citation among those of its answer; None for anything else."""
    for exchange in conversation:
        if reference.startswith(f"{exchange.number}/"):
            all_of_it = references(exchange)
            if reference not in all_of_it:
                return None
            i, n = all_of_it.index(reference), len(all_of_it)
            return Walk(i + 1, n, all_of_it[(i - 1) % n], all_of_it[(i + 1) % n])
    return None


def references(exchange: Exchange) -> list[str]:
    """Of all citations of an answer: its own, those of the other side, other answers."""
    answer = exchange.answer
    if answer is None:
        return []
    found = [f"{exchange.number}/c/{i}/0" for i in range(len(answer.citations))]
    for kind, others in (("x", answer.conflicts), ("a", answer.alternatives)):
        found += [
            f"{exchange.number}/{kind}/{i}/{j}"
            for i, other in enumerate(others)
            for j in range(len(other.citations))
        ]
    return found


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
