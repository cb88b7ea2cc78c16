"""Quantities of samples of players, and contrasts between them: differences, factors and slopes with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from forge.experiments.evaluation.survey import Sample
from forge.experiments.statistics.estimate import Estimate, estimate_runs


class Quantity(NamedTuple):
    """Something to say of a sample of players, found from sums over worlds."""

    name: str
    unit: str
    parts: Callable[[Sample], np.ndarray]  # float64 [R, W, K]: what each world adds to the sums, by seed
    value: Callable[[np.ndarray], np.ndarray]  # of the sums, float64 [..., K] -> [...]
    limits: tuple[float, float] = (-np.inf, np.inf)  # what it can be
    corrected: bool = False  # for a bias that falls with the number of worlds: see `estimate_runs`


def level(quantity: Quantity, sample: Sample) -> Estimate:
    """The mean of a quantity over seeds."""
    return estimate_runs(quantity.value, quantity.parts(sample), quantity.limits, quantity.corrected)


def difference(quantity: Quantity, one: Sample, other: Sample) -> Estimate:
    """How much more there is in `one` than in `other`, which played the same worlds with as many seeds."""
    return _contrast(quantity, quantity.value, [one, other], (1, -1))


def factor(quantity: Quantity, samples: Sequence[Sample], weights: Sequence[float]) -> Estimate:
    """How many times as much there is, for weights 1 and −1, in the first sample as in the second.

    It is exp Σ weight · log quantity.

    Args:
        quantity: positive.
        samples: that played the same worlds, or worlds of the same number, with as many seeds.
        weights: of each.
    """
    found = _contrast(quantity, lambda sums: np.log(quantity.value(sums)), samples, weights)
    return Estimate(*np.exp(found).tolist())


def per_doubling(numbers: Sequence[float]) -> list[float]:
    """The weights that make of values at these numbers the slope of the least-squares line against log2 number.

    Raises:
        ValueError: if there are not two different numbers, all positive.
    """
    if min(numbers, default=0) <= 0 or len(set(numbers)) < 2:
        raise ValueError(f"a slope needs two different positive numbers at least, not {list(numbers)}")
    logs = np.log2(numbers)
    away = logs - logs.mean()
    return (away / np.square(away).sum()).tolist()


def _contrast(
    quantity: Quantity, value: Callable[[np.ndarray], np.ndarray], samples: Sequence[Sample], weights: Sequence[float]
) -> Estimate:
    parts = [quantity.parts(sample) for sample in samples]
    ends = np.cumsum([part.shape[-1] for part in parts])[:-1]

    def statistic(sums: np.ndarray) -> np.ndarray:
        pieces = np.split(sums, ends, axis=-1)
        return np.asarray(sum(w * value(piece) for w, piece in zip(weights, pieces, strict=True)))

    return estimate_runs(statistic, np.concatenate(parts, -1), corrected=quantity.corrected)
