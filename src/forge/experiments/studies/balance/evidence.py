"""The figures that the claims of `balance` are about, each with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta

from forge.blade.grown.kinds import COUNT
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.statistics.estimate import CONFIDENCE, Estimate, estimate, ratio

_POSITIVE = (0.0, np.inf)


def lifetime(found: Sequence[Evaluation], populations: slice = slice(None)) -> Estimate:
    """The mean lifetime in several evaluations of one society, restricted to their horizon [ticks]."""
    limits = (0.0, float(found[0].horizon))
    total, count = (_of_worlds(found, name, populations) for name in ("lifetime", "lives"))
    return ratio(total, count, 1.0, limits)


def times_as_long(one: Sequence[Evaluation], other: Sequence[Evaluation], populations: slice = slice(None)) -> Estimate:
    """The mean lifetime of one society as a multiple of another's in the same worlds."""
    parts = [_of_worlds(found, name, populations) for found in (one, other) for name in ("lifetime", "lives")]
    return estimate(lambda s: s[..., 0] / s[..., 1] / (s[..., 2] / s[..., 3]), np.stack(parts, -1), _POSITIVE)


def _of_worlds(found: Sequence[Evaluation], name: str, populations: slice) -> np.ndarray:
    return np.concatenate([getattr(each.counts, name)[:, populations].sum(1) for each in found])


def share(survives: np.ndarray) -> Estimate:
    """The share of duels that are survived, with the interval of Clopper and Pearson (1934): no duel knows of another.

    Args:
        survives: bool [times].
    """
    n, k = len(survives), int(survives.sum())
    tail = (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
    return Estimate(k / n, low, high)


def mean(values: np.ndarray) -> Estimate:
    """The mean of values that know nothing of one another, [n]."""
    return ratio(values, np.ones(len(values)))


def times_the_mean(one: np.ndarray, other: np.ndarray) -> Estimate:
    """A mean as a multiple of another, of as many values each [n]."""
    return estimate(lambda s: s[..., 0] / s[..., 1], np.stack([one, other], -1), _POSITIVE)


def dearer(
    units: np.ndarray, paid: np.ndarray, scarce_units: np.ndarray, scarce_paid: np.ndarray, kind: int
) -> Estimate:
    """The mean price of a kind where it is scarce as a multiple of that where it is not.

    Args:
        units, paid: [W, V, kinds], traded and paid for in worlds and windows.
        scarce_units, scarce_paid: the same in the same worlds where it is scarce.
        kind: whose price it is.
    """
    parts = [array[..., kind].sum(1) for array in (scarce_paid, scarce_units, paid, units)]
    return estimate(lambda s: s[..., 0] / s[..., 1] / (s[..., 2] / s[..., 3]), np.stack(parts, -1), _POSITIVE)


def apart(units: np.ndarray, paid: np.ndarray, times: int, seed: int) -> tuple[float, Estimate]:
    """Whether prices differ by place by more than chance: a permutation test, and how much more.

    A window's price of a kind in a camp is compared with those of the other camps in the same window, so that what all
    camps of a world share in a time counts for nothing. The statistic is the spread of camps' means over the windows.
    Its distribution by chance is found by shuffling in each window which camp is which, in all kinds alike.

    Args:
        units, paid: [W, V, camps, kinds], traded and paid for in worlds, windows and camps.
        times: shuffles.
        seed: of them.

    Returns:
        p, the share of shuffles with as large a spread or larger (the observed one among them); and the spread [gold]
        less its mean by chance, over worlds.
    """
    with np.errstate(invalid="ignore"):
        prices = np.where(units > 0, paid / np.maximum(units, 1), np.nan)
    several = (~np.isnan(prices)).sum(2, keepdims=True) > 1
    there = ~np.isnan(prices) & several
    known = np.where(there, np.nan_to_num(prices), 0.0)
    centred = np.where(there, known - known.sum(2, keepdims=True) / np.maximum(there.sum(2, keepdims=True), 1), 0.0)
    rng, (W, V, C, _) = np.random.default_rng(seed), units.shape
    observed = _spread(centred, there)
    by_chance = np.zeros((times, W))
    for k in range(times):
        order = rng.permuted(np.broadcast_to(np.arange(C), (W, V, C)), axis=2)[..., None]
        by_chance[k] = _spread(np.take_along_axis(centred, order, 2), np.take_along_axis(there, order, 2))
    beyond = (by_chance.sum(1) >= observed.sum() - 1e-9).sum()
    more = ratio(observed - by_chance.mean(0), np.ones(W), 1.0, (-np.inf, np.inf))
    return float(1 + beyond) / (1 + times), more


def _spread(centred: np.ndarray, there: np.ndarray) -> np.ndarray:
    """How far camps' means over windows lie apart: of [W, V, camps, kinds] the standard deviation, [W]."""
    number = there.sum(1)
    means = centred.sum(1) / np.maximum(number, 1)
    spread: np.ndarray = np.sqrt((number * means**2).sum((1, 2)) / np.maximum(number.sum((1, 2)), 1))
    return spread


def kinds_in_use(made: np.ndarray, used: np.ndarray, worn: np.ndarray) -> tuple[Estimate, np.ndarray]:
    """How many kinds are made and used in a world, and which are in none.

    Args:
        made, used, worn: [W, kinds], as `forge.experiments.studies.balance.societies.chronicled` counts them.

    Returns:
        the mean number over worlds, and bool [kinds]: which are made and used nowhere.
    """
    there = (made > 0) & ((used > 0) | (worn > 0))
    return ratio(there.sum(1), np.ones(len(made)), 1.0, (0.0, float(COUNT))), np.asarray(~there.any(0))


def swing(values: np.ndarray) -> Estimate:
    """How many times the least the most of a mean over worlds is, of its windows: of [W, V]."""
    return estimate(lambda s: s.max(-1) / s.min(-1), values, (1.0, np.inf))


def windowed(values: np.ndarray, many: int) -> np.ndarray:
    """The means of so many windows that follow one another, of [W, V]: float64 [W, V // many]."""
    W, V = values.shape
    means: np.ndarray = values[:, : V // many * many].reshape(W, -1, many).mean(2)
    return means


def last_trade(units: np.ndarray, every: int) -> np.ndarray:
    """The end of the last window in which anything was traded in each world [ticks]: of [W, V, kinds], [W]."""
    traded = units.sum(2) > 0
    V = traded.shape[1]
    return np.where(traded.any(1), every * (V - np.argmax(traded[:, ::-1], 1)), 0)
