"""Estimates with 95 % intervals over worlds and training runs: agents that share a world are not independent."""

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
        margin = _margin(_jackknife(without), worlds - 1)
    return _interval(value, margin, limits)


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


def estimate_runs(
    statistic: Callable[[np.ndarray], np.ndarray],
    parts: np.ndarray,
    limits: tuple[float, float] = (-np.inf, np.inf),
    corrected: bool = False,
) -> Estimate:
    """Estimates the mean over training runs of a statistic of sums over worlds, all runs having played the same worlds.

    The runs are a sample of all seeds, and the worlds of all maps, so the interval has to cover both. With the
    jackknife's pseudo-values W θ − (W − 1) θ_w of each run as the cells of a table, the variance of their mean is
    (M_runs + M_worlds − M_rest)/(R W), the mean squares of a two-way analysis of variance with random effects (Scheffé
    1959, "The analysis of variance", chapter 7). Its two parts, M_runs/(R W) and the rest, but not less than 0, each
    have a Student's t of their own, with R − 1 and W − 1 degrees of freedom, and the margin is the root of the sum of
    the squares of the two margins (Zou and Donner 2008, "Construction of confidence limits about effect measures"). Of
    one run alone, the interval is that over worlds.

    Args:
        statistic: a function of sums along the last axis, float64 [..., K] -> [...].
        parts: float64 [R, W, K], what each world adds to the sums of each run; W >= 2.
        limits: what the statistic can be; the interval is cut to them.
        corrected: the value is the mean of the pseudo-values, which is without the part of the bias that falls with the
            number of worlds (Quenouille 1956, "Notes on bias in estimation"): for statistics such as entropies.

    Raises:
        ValueError: if there is no run, or there are fewer than two worlds.
    """
    parts = np.asarray(parts, np.float64)
    runs, worlds = parts.shape[:2]
    if runs < 1 or worlds < 2:
        raise ValueError(f"an interval over runs and worlds needs 1 run and 2 worlds at least, not {runs} and {worlds}")
    sums = parts.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        each, without = np.asarray(statistic(sums)), np.asarray(statistic(sums[:, None] - parts))
    return estimate_table(each, without, limits, corrected)


def estimate_table(
    each: np.ndarray,
    without: np.ndarray,
    limits: tuple[float, float] = (-np.inf, np.inf),
    corrected: bool = False,
) -> Estimate:
    """Estimates the mean of values of runs, as `estimate_runs` does, that were found already.

    Args:
        each: float64 [R], of all worlds.
        without: float64 [R, W], of all worlds but one.
        limits, corrected: as there.
    """
    runs, worlds = without.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = worlds * each[:, None] - (worlds - 1) * without
        margin = _margin(_jackknife(without[0]), worlds - 1) if runs == 1 else _two_way_margin(cells)
    return _interval(float((cells if corrected else each).mean()), margin, limits)


def _jackknife(without: np.ndarray) -> float:
    """The variance of a statistic by its values without each world, float64 [W]."""
    return float((len(without) - 1) / len(without) * np.square(without - without.mean()).sum())


def _two_way_margin(cells: np.ndarray) -> float:
    """Half the width of the interval of the mean of a table with random rows and columns, float64 [R, W]."""
    rows, columns = cells.shape
    by_row, by_column = cells.mean(1), cells.mean(0)
    rest = cells - by_row[:, None] - by_column + cells.mean()
    rest_square = np.square(rest).sum() / ((rows - 1) * (columns - 1))
    of_columns = max(0.0, float(by_column.var(ddof=1) / columns - rest_square / cells.size))
    return float(np.hypot(_margin(by_row.var(ddof=1) / rows, rows - 1), _margin(of_columns, columns - 1)))


def _margin(variance: float, freedom: int) -> float:
    """Half the width of a t interval."""
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2) * np.sqrt(variance))


def _interval(value: float, margin: float, limits: tuple[float, float]) -> Estimate:
    low, high = np.clip((value - margin, value + margin), *limits).tolist()
    return Estimate(value, low, high)
