"""Reading fewer passages: the rest is left once a span is far better than no answer.

An option that is off unless ``early_exit_margin`` is set. Passages come best first,
and a wide margin early on mostly stays the best; what is lost is a better answer
further down, and the other sources and conflicting answers that are shown beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_bot.protocols import Reader, Reading, ReadingPassage

UNREAD = Reading((), 0.0)
"""Of a passage that was left: no candidate."""


class EarlyExitReader:
    """A :class:`~qa_bot.protocols.Reader` that stops at the first sure passage.

    Args:
        reader: reads.
        margin: reading stops at a passage with a span whose score is more than this
            above the score of no answer, in logits.
        at_a_time: passages that are read before the next look; as many as can be read
            at the same time. It decides how long reading takes, never what is returned.
    """

    def __init__(self, reader: Reader, *, margin: float, at_a_time: int) -> None:
        self._reader, self._margin, self._at_a_time = reader, margin, max(1, at_a_time)

    @property
    def fingerprint(self) -> str:
        """sha256 of the weights, in hexadecimal."""
        return self._reader.fingerprint

    def read(
        self, question: str, passages: Sequence[ReadingPassage], *, top_n: int = 5
    ) -> list[Reading]:
        """One :class:`Reading` per passage, in the order given, which is best first.

        Those up to the first sure passage are the readings of the reader itself; all
        after it are :data:`UNREAD`.
        """
        readings: list[Reading] = []
        while len(readings) < len(passages):
            begin = len(readings)
            group = passages[begin : begin + self._at_a_time]
            for reading in self._reader.read(question, group, top_n=top_n):
                readings.append(reading)
                if self._sure(reading):
                    return readings + [UNREAD] * (len(passages) - len(readings))
        return readings

    def _sure(self, reading: Reading) -> bool:
        return any(candidate.margin > self._margin for candidate in reading.candidates)
