"""Estimates with 95 % intervals over worlds: agents that share a world are not independent, worlds are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A value and the ends of its 95 % interval; NaN where the data don't determine them."""

    value: float
    low: float
    high: float


def estimate(
    statistic: Callable[[np.ndarray], np.ndarray],
    parts: np.ndarray,
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """Estimates a statistic of sums over worlds.

    The interval is that of the delete-one jackknife (Tukey 1958, "Bias and confidence in not-quite large samples"):
    with θ the statistic of all W worlds and θ_w that without world w, the variance of θ is (W − 1)/W · Σ (θ_w − mean
    θ_w)², and the interval is θ ± t · its root, with Student's t of W − 1 degrees of freedom. For a plain mean over
    worlds this is the usual t interval. No random numbers are drawn.

    Args:
        statistic: a function of sums along the last axis, float64 [..., K] -> [...].
        parts: float64 [W, K], what each world adds to the sums; W >= 2.
        limits: what the statistic can be; the interval is cut to them.

    Raises:
        ValueError: if there are fewer than two worlds.
    """
    parts = np.asarray(parts, np.float64)
    worlds = len(parts)
    if worlds < 2:
        raise ValueError(f"an interval over worlds needs at least 2 of them, not {worlds}")
    total = parts.sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, without = float(statistic(total)), np.asarray(statistic(total - parts))
        spread = np.sqrt((worlds - 1) / worlds * np.square(without - without.mean()).sum())
    margin = float(stdtrit(worlds - 1, (1 + CONFIDENCE) / 2) * spread)
    low, high = np.clip((value - margin, value + margin), *limits).tolist()
    return Estimate(value, low, high)


def ratio(
    total: np.ndarray, count: np.ndarray, scale: float = 1.0, limits: tuple[float, float] = (0.0, np.inf)
) -> Estimate:
    """Estimates scale · Σ total / Σ count, such as a mean over agents of several worlds.

    Args:
        total: float64 [W], sum in each world.
        count: float64 [W], number of things summed in each world.
        scale: a factor, for units.
        limits: what the ratio can be.
    """
    return estimate(lambda s: scale * s[..., 0] / s[..., 1], np.stack([total, count], -1), limits)
