"""Does an exported encoder say what the model it came from says?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FP32_FLOOR = 0.999
INT8_FLOOR = 0.97
"""The smallest cosine to sentence-transformers that is let pass, over all check sentences."""

CHECK_SENTENCES = (
    "The committee met on Tuesday.",
    "Who wrote the report on the flooding of the lower valley?",
    "Prices rose by 3.4% in March, the fastest increase since 1991.",
    "“I never said that,” the minister told reporters.",
    "Café owners in Zürich and São Paulo asked for clearer rules.",
    "U.S. and U.K. negotiators signed a draft at 11:45 p.m.",
    "no capital letters here, and no full stop",
    "WARNING: DO NOT OPEN THIS DOOR",
    "x",
    "Results: 12–7, 15–9, 21–19; attendance 48,210.",
    "東京で会議が開かれました。",
    "Письмо было отправлено вчера вечером.",
    "The river, which had been rising since Friday, burst its banks near the old mill.",
    "Write to press@example.org or see https://example.org/a?b=c#d for details.",
    "A hyphen-ated, semi-automatic, so-called state-of-the-art machine",
    "Она сказала «да», and he answered: “no”.",
    "When did the first train leave, and how many passengers were on board?",
    "Line one.\nLine two.\n\nA new paragraph.",
    "Emoji are text too 🙂🚲, as are fractions ½ and degrees 21°C.",
    "He read the sentence again and again and again. " * 12,
)


def smallest_cosine(found: npt.NDArray[np.float32], expected: npt.NDArray[np.float32]) -> float:
    """The smallest cosine of two arrays' rows, both of shape (n, dim)."""
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    return float(np.min(np.sum(found * expected, axis=1) / lengths))
