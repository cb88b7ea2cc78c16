"""How much the value of an agent depends on where a second one is: sums over places in worlds, and what follows.

Letters: R training runs, M maps, C kinds of companion, P populations, D × D the places of the companion around the
agent, which is in the middle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forge.experiments.statistics.rings import distances, explained
from forge.experiments.statistics.statistic import Statistic, Sums, ratio

#: The second agent: of the next population, or of one's own.
COMPANIONS = ("stranger", "kin")
REACH = 3  # of the farthest attack, that of a mage [tiles]


@dataclass(frozen=True, eq=False)
class Responses(Sums):
    """What a companion changes, summed over the agents asked on each map; of one run, or of several: [R, M, ...]."""

    change: np.ndarray  # float64 [(R,) M, C, P, D, D]: of the value [ticks, discounted]
    squares: np.ndarray  # float64 [(R,) M, C, P]: the squares of it, over all places too
    places: np.ndarray  # int64 [(R,) M, D, D]: agents that could have a companion at the place
    values: np.ndarray  # float64 [(R,) M, P, 3]: agents, their values alone, the squares of these

    @property
    def size(self) -> int:
        """Places across, D."""
        return self.places.shape[-1]


def change(of: Responses, companion: int, at: np.ndarray) -> Statistic:
    """The mean change of the value with the companion at some of the places, bool [D, D] (discounted ticks)."""
    return Statistic(_sums_at(of, companion, at))


def contrast(of: Responses, companion: int) -> Statistic:
    """The mean change with the companion within REACH less that farther away (discounted ticks)."""
    near = distances(of.size) <= REACH
    return change(of, companion, near).less(change(of, companion, ~near))


def strength(of: Responses, companion: int) -> Statistic:
    """The root mean square change as a share of the standard deviation of the value between agents that are alone.

    The latter is what place, food and water make of the value within a population; as a variance it is averaged over
    populations. A share has no unit, so policies compare whose values have not settled yet.
    """
    populations = of.values.shape[-2]
    answers = populations * of.places.sum((-2, -1))
    parts = [of.squares[..., companion, :].sum(-1)[..., None], answers[..., None]]
    parts.append(of.values.reshape(*of.values.shape[:-2], -1))

    def share(s: np.ndarray) -> np.ndarray:
        agents, total, squares = np.moveaxis(s[..., 2:].reshape(*s.shape[:-1], populations, 3), -1, 0)
        variance = np.maximum(squares / agents - np.square(total / agents), 0).mean(-1)
        return np.sqrt(ratio(s) / variance)

    return Statistic(np.concatenate(parts, -1), share)


def pattern(of: Responses, companion: int, groups: np.ndarray) -> Statistic:
    """How much of the variance of a population's mean map groups of places explain, averaged over populations.

    Args:
        of: runs.
        companion: place in COMPANIONS.
        groups: int [D, D]; see `forge.experiments.statistics.rings.explained`.
    """
    size, changes = of.size, of.change[..., companion, :, :, :]
    populations = changes.shape[-3]
    parts = [changes.reshape(*changes.shape[:-3], -1), of.places.reshape(*of.places.shape[:-2], -1)]

    def share(s: np.ndarray) -> np.ndarray:
        total = s[..., : -size * size].reshape(*s.shape[:-1], populations, size, size)
        count = s[..., -size * size :].reshape(*s.shape[:-1], 1, size, size)
        return explained(np.where(count > 0, total / np.maximum(count, 1), np.nan), groups).mean(-1)

    return Statistic(np.concatenate(parts, -1).astype(np.float64), share)


def rings(of: Responses, companion: int) -> Statistic:
    """How much of a map the distance alone explains: 1 for a bull's eye, 0 for a map without one."""
    return pattern(of, companion, distances(of.size))


def square(of: Responses, companion: int) -> Statistic:
    """How much of a map it explains whether the companion is within REACH: 1 for a square of that size."""
    return pattern(of, companion, (distances(of.size) > REACH).astype(np.int64))


def common(of: Responses) -> Responses:
    """What the populations of a run have in common: the mean over them in place of each, for patterns."""
    return replace(of, change=of.change.mean(-3, keepdims=True))


def mean_map(of: Responses, companion: int, run: int | None = None, population: int | None = None) -> np.ndarray:
    """The mean change by the place of the companion: float64 [D, D] (discounted ticks); NaN where none could stand.

    Args:
        of: runs.
        companion: place in COMPANIONS.
        run: one of them; None for the mean over all.
        population: one of them; None for the mean over all.
    """
    changes = of.change[:, :, companion].sum(1)
    changes = changes.mean(1) if population is None else changes[:, population]
    with np.errstate(divide="ignore", invalid="ignore"):
        maps = changes / of.places.sum(1)
    return maps.mean(0) if run is None else maps[run]


def _sums_at(of: Responses, companion: int, at: np.ndarray) -> np.ndarray:
    """The change at some places, summed over them and the populations, and how many there are: float64 [R, M, 2]."""
    populations = of.change.shape[-3]
    total = of.change[..., companion, :, :, :].sum(-3)[..., at].sum(-1)
    return np.stack([total, populations * of.places[..., at].sum(-1)], -1)
