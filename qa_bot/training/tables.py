"""Training sets as integer tables: what a training run reads, wherever it runs.

Rows are

piece     the context part of a window: a whole context or a chunk as it is served
question  three ways of asking it: as it stands, and twice as people type
pair      a question and a piece, with the answer's tokens where the piece has it

A pair's kind says what is known of it: GOLD (the answer's place), NEGATIVE (the
piece does not answer), UNKNOWN (retrieved, unlabelled, and the answer's words
stand in it: only a teacher can tell). :mod:`qa_bot.training.make_tables` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

GOLD, NEGATIVE, UNKNOWN = 0, 1, 2
VARIANTS = 3
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tables:
    """All arrays of a run. ``*_ptr`` of length rows + 1 delimit the rows of the flat
    array beside them; pairs are sorted by question.

    Attributes:
        piece_ids, question_ids: uint16 token ids; question row q * VARIANTS + v.
        pair_piece: int32. pair_start, pair_end: int16, first and last answer token in
            the piece, -1 where there is none. pair_kind: int8.
        question_ptr_pairs: int64, the pairs of each question.
        question_set: int8, index into ``sets``. question_grouped, question_held: bool.
        sets: names, as a numpy array of str.
    """

    piece_ids: npt.NDArray[np.uint16]
    piece_ptr: IntArray
    question_ids: npt.NDArray[np.uint16]
    question_ptr: IntArray
    pair_piece: npt.NDArray[np.int32]
    pair_start: npt.NDArray[np.int16]
    pair_end: npt.NDArray[np.int16]
    pair_kind: npt.NDArray[np.int8]
    question_ptr_pairs: IntArray
    question_set: npt.NDArray[np.int8]
    question_grouped: npt.NDArray[np.bool_]
    question_held: npt.NDArray[np.bool_]
    sets: npt.NDArray[np.str_]

    def save(self, path: Path) -> None:
        """Writes all arrays, compressed."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Tables:
        """Reads what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{f.name: arrays[f.name] for f in fields(cls)})

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return len(self.question_set)

    def piece(self, row: int) -> npt.NDArray[np.uint16]:
        """Token ids of one piece."""
        return self.piece_ids[self.piece_ptr[row] : self.piece_ptr[row + 1]]

    def question(self, row: int, variant: int = 0) -> npt.NDArray[np.uint16]:
        """Token ids of one way of asking a question."""
        place = row * VARIANTS + variant
        return self.question_ids[self.question_ptr[place] : self.question_ptr[place + 1]]
