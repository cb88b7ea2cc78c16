"""Sums over worlds, and functions of them that are estimated over training runs and set against one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from forge.experiments.statistics.estimate import Estimate, estimate_runs
from forge.experiments.statistics.json_arrays import pack, unpack


def ratio(s: np.ndarray) -> np.ndarray:
    """The first of two sums over the second: float64 [..., 2] -> [...]."""
    return s[..., 0] / s[..., 1]


@dataclasses.dataclass(frozen=True, eq=False)
class Sums:
    """The base of arrays of sums with a leading axis of worlds, or of training runs and worlds."""

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data, for JSON: see `forge.experiments.statistics.json_arrays`."""
        return {field.name: pack(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote: integers as they were, other numbers with 24 bits of them left.

        Raises:
            ConfigError: if it is damaged.
        """
        arrays = {name: unpack(packed) for name, packed in data.items()}
        return cls(**{name: a if a.dtype.kind == "i" else a.astype(np.float64) for name, a in arrays.items()})

    @classmethod
    def of_runs(cls, runs: Sequence[Self]) -> Self:
        """Those of several runs, in the same worlds, as one.

        Raises:
            ValueError: if there is no run, or they differ in shape.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(**{name: np.stack([getattr(run, name) for run in runs]) for name in names})


class Statistic(NamedTuple):
    """Something about runs that is a function of what each world adds to their sums.

    Letters: R training runs, W worlds (or maps) that all of them share, K sums.
    """

    parts: np.ndarray  # float64 [R, W, K]: what each world adds to the sums of each run
    of_sums: Callable[[np.ndarray], np.ndarray] = ratio  # float64 [..., K] -> [...]

    def estimate(self, limits: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
        """Its mean over the runs, with the interval of `forge.experiments.statistics.estimate.estimate_runs`."""
        return estimate_runs(self.of_sums, self.parts, limits)

    def less(self, other: Statistic) -> Statistic:
        """This less another, run by run, each world leaving both at once.

        Args:
            other: of as many runs in as many worlds. Runs may be the same, or of the same seeds, or others altogether:
                the interval holds either way, and is narrower where what differs between runs is common to both.

        Raises:
            ValueError: if it is of other runs or worlds.
        """
        if self.parts.shape[:2] != other.parts.shape[:2]:
            raise ValueError(
                f"{self.parts.shape[0]} runs in {self.parts.shape[1]} worlds don't compare with "
                f"{other.parts.shape[0]} in {other.parts.shape[1]}"
            )
        split, one, two = self.parts.shape[-1], self.of_sums, other.of_sums
        return Statistic(
            np.concatenate([self.parts, other.parts], -1), lambda s: one(s[..., :split]) - two(s[..., split:])
        )
