"""Logits to spans, in plain numpy.

A span's score is its start logit plus its end logit, looked at together for all
pairs with ``start <= end``, at most ``max_tokens`` tokens, inside one segment
(Seo et al. 2017, section 2, with the length limit of Chen et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_bot.reading.windows import Window
from qa_bot.records import Span

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A span in article offsets; ``score`` is a sum of two logits, ``null_score`` its
    window's sum at [CLS]."""

    span: Span
    score: float
    null_score: float


def best_pairs(
    starts: FloatArray,
    ends: FloatArray,
    segments: npt.NDArray[np.int32],
    *,
    max_tokens: int,
    top_n: int,
) -> list[tuple[int, int, float]]:
    """The ``top_n`` best (first token, last token, score) of one window.

    Args:
        starts, ends: start and end logits of the m context tokens, shape (m,).
        segments: segment of each token, shape (m,).
        max_tokens: most tokens of a span.
        top_n: most pairs that come back.

    Best first; equal scores by first token, then by length. A pair with a logit of
    -inf is none.
    """
    count = len(starts)
    width = min(max_tokens, count)
    if count == 0:
        return []
    # band[i, k] is the score of tokens i to i + k, both included.
    places = np.arange(count)[:, None] + np.arange(width)[None, :]
    inside = places < count
    places = np.minimum(places, count - 1)
    inside &= segments[places] == segments[:, None]
    band = np.where(inside, starts[:, None].astype(np.float64) + ends[places], -np.inf).ravel()
    n = min(top_n, int((band > -np.inf).sum()))
    if n < band.size:
        # Everything at least as good as the n-th, so that ties are cut by order, not by chance.
        cut = np.partition(band, band.size - n)[band.size - n]
        order = np.flatnonzero(band >= cut)
    else:
        order = np.arange(band.size)
    order = order[np.argsort(-band[order], kind="stable")][:n]
    return [
        (int(flat // width), int(flat // width + flat % width), float(band[flat])) for flat in order
    ]


def decode_passage(
    windows: Sequence[Window],
    logits: Sequence[FloatArray],
    *,
    max_tokens: int,
    top_n: int,
) -> tuple[list[ScoredSpan], float]:
    """Spans of one passage, best first, and its null score.

    Args:
        windows: the passage's windows.
        logits: for each window its logits, shape (n tokens, 2): start, end.

    The same span seen in two overlapping windows counts once, with the window in
    which it beats null by more. The null score is the smallest of the windows'
    (a window without the answer says null loudly; the passage does so only if
    all of them do).

    Raises:
        ValueError: there is no window.
    """
    if not windows:
        raise ValueError("a passage without a window has no reading")
    best: dict[Span, ScoredSpan] = {}
    nulls = []
    for window, table in zip(windows, logits, strict=True):
        null = float(table[0, 0]) + float(table[0, 1])
        nulls.append(null)
        begin, count = window.context_start, len(window.starts)
        context = table[begin : begin + count]
        for first, last, score in best_pairs(
            context[:, 0], context[:, 1], window.segments, max_tokens=max_tokens, top_n=top_n
        ):
            span = Span(int(window.starts[first]), int(window.ends[last]))
            known = best.get(span)
            if known is None or score - null > known.score - known.null_score:
                best[span] = ScoredSpan(span, score, null)
    ranked = sorted(best.values(), key=lambda item: (-(item.score - item.null_score), item.span))
    return ranked[:top_n], min(nulls)
