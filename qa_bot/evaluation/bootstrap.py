"""Bootstrap intervals: how far a mean would move with another draw of questions.

The percentile bootstrap (Efron, 1979): the questions are drawn again with
replacement, as many as there are, and the mean of each measure is taken; the
middle 95% of those means is the interval. All measures of one draw share the
same questions. Questions count as independent; where many ask about one
article, the true interval is a little wider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
SEED = 20240229


def intervals(
    columns: Mapping[str, Sequence[float | None]],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, tuple[float, float] | None]:
    """[low, high] of the mean of each column, in the column's own unit.

    ``columns`` maps a measure to one value a question, all of one length; None
    where the measure does not apply to that question. A measure that applies to
    no question has no interval: None. Draws without a single value of a measure
    are left out for that measure. The same seed gives the same intervals.

    Raises:
        ValueError: the columns differ in length, or ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval is between 0 and 1, found {level}")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"the columns differ in length: {sorted(lengths)}")
    n = lengths.pop() if lengths else 0
    if not n:
        return dict.fromkeys(columns)
    table = np.array(
        [[math.nan if value is None else value for value in column] for column in columns.values()],
        dtype=np.float64,
    ).T  # (n, measures)
    means = _resampled_means(table, resamples, np.random.default_rng(seed))
    tail = (1 - level) / 2
    return {name: _middle(means[:, i], tail) for i, name in enumerate(columns)}


def _resampled_means(
    table: npt.NDArray[np.float64], resamples: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Means of shape (resamples, measures); nan where a draw holds no value."""
    present = (~np.isnan(table)).astype(np.float64)
    filled = np.nan_to_num(table)
    n, measures = table.shape
    means = np.full((resamples, measures), np.nan)
    for draw in range(resamples):
        # A draw is kept as how often each question came up, so that a mean is one product.
        times = np.bincount(random.integers(0, n, n), minlength=n).astype(np.float64)
        count = times @ present
        np.divide(times @ filled, count, out=means[draw], where=count > 0)
    return means


def _middle(means: npt.NDArray[np.float64], tail: float) -> tuple[float, float] | None:
    kept = means[~np.isnan(means)]
    if not kept.size:
        return None
    low, high = np.quantile(kept, [tail, 1 - tail])
    return float(low), float(high)


def statistic_interval(
    n: int,
    statistic: Callable[[npt.NDArray[np.float64]], float],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float] | None:
    """[low, high] of any figure of ``n`` questions.

    ``statistic(times)`` gives the figure of one draw; ``times``, float64 of shape
    (n,), says how often each question was drawn. A draw in which it has no value
    (nan) is left out; None where no draw has one.

    Raises:
        ValueError: ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval is between 0 and 1, found {level}")
    random = np.random.default_rng(seed)
    drawn = [
        statistic(np.bincount(random.integers(0, n, n), minlength=n).astype(np.float64))
        for _ in range(resamples if n else 0)
    ]
    return _middle(np.array(drawn, dtype=np.float64), (1 - level) / 2)


def paired_difference(
    changed: Sequence[float], base: Sequence[float], *, level: float = 0.95
) -> tuple[float, tuple[float, float] | None]:
    """Mean of ``changed - base`` over the same questions, with its interval.

    Both values of a question are drawn together: what a question's difficulty does
    to both falls out, so that small differences show on few questions.

    Raises:
        ValueError: the two differ in length, or are empty.
    """
    if len(changed) != len(base) or not len(base):
        raise ValueError(f"{len(changed)} values cannot be paired with {len(base)}")
    differences = [one - other for one, other in zip(changed, base, strict=True)]
    mean = sum(differences) / len(differences)
    return mean, intervals({"difference": differences}, level=level)["difference"]
