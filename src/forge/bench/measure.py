"""How things are timed: alternately, several times, with the spread told beside the median."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

Key = TypeVar("Key")
Result = TypeVar("Result")


class Spread(NamedTuple):
    """Several measurements of one thing, all in one unit."""

    median: float
    low: float  # 10th percentile
    high: float  # 90th percentile
    least: float
    most: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """Sums up measurements; percentiles are interpolated linearly.

    Raises:
        ValueError: if there are none, or one is not a finite number.
    """
    if not values or not np.isfinite(values).all():
        raise ValueError(f"measurements must be finite numbers, at least one; given: {list(values)}")
    median, low, high, least, most = np.quantile(values, (0.5, 0.1, 0.9, 0.0, 1.0)).tolist()
    return Spread(median, low, high, least, most, len(values))


def undisturbed(rounds: Sequence[np.ndarray]) -> float:
    """What a round takes on a machine that does nothing else: the sum of each part's fastest time.

    Args:
        rounds: arrays [parts] of times; a part does exactly the same work in every round.
    """
    return float(np.min(rounds, axis=0).sum())


def quotients(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """Round by round ratios: what slows the machine for a while slows both parts of a round, and drops out.

    Raises:
        ValueError: if the two have not the same number of rounds.
    """
    if len(numerators) != len(denominators):
        raise ValueError(f"{len(numerators)} and {len(denominators)} measurements do not form pairs")
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


def alternate(contestants: Mapping[Key, Callable[[], Result]], rounds: int) -> dict[Key, list[Result]]:
    """Measures each contestant once a round, so that all of them meet the same minutes of the machine.

    Every other round runs backwards, so that nobody always follows the same one.

    Args:
        contestants: each returns one measurement per call, and has been called before, so that it is warm.
        rounds: to play.

    Returns:
        The measurements of each contestant, in order.
    """
    measured: dict[Key, list[Result]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in reversed(names) if number % 2 else names:
            measured[name].append(contestants[name]())
    return measured
