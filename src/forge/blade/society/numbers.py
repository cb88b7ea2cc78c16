"""Two numbers of a society: how unequally something is shared, and how much who one is says of what one does."""

from __future__ import annotations

import numpy as np


def gini(values: np.ndarray) -> float:
    """The Gini coefficient of what each of n has: 0 where all have the same, (n − 1) / n where one has everything.

    It is half the mean absolute difference of two of them, drawn with replacement, by the mean (Gini 1912).

    Args:
        values: [n], none below 0.

    Returns:
        The coefficient; NaN of nobody, and where nobody has anything.
    """
    rising = np.sort(np.asarray(values, np.float64))
    n, total = len(rising), rising.sum()
    if total <= 0:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ rising / (n * total))


def mutual_information(counts: np.ndarray) -> np.ndarray:
    """How many bits the row of something that was counted tells of its column (Shannon 1948).

    It is 0 where all rows have their columns in the same shares, and log2 of the number of rows where there are as many
    rows as columns, each with a column of its own, all with the same count.

    Args:
        counts: [..., rows, columns], none below 0: such as what populations did, by trade.

    Returns:
        float64 [...]: bits; NaN where nothing was counted.
    """
    counts = np.asarray(counts, np.float64)
    total = counts.sum((-2, -1), keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = counts / total
        apart = p.sum(-1, keepdims=True) * p.sum(-2, keepdims=True)
        bits = np.where(p > 0, p * np.log2(p / apart), 0.0).sum((-2, -1))
    return np.where(total[..., 0, 0] > 0, np.maximum(bits, 0.0), np.nan)
