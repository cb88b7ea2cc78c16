"""Whom agents attack, and how: sums over places, of what a policy says and of what its agents do, and what follows.

Letters: R training runs, M maps or worlds, C kinds of companion, P populations, 3 styles, D × D the places of the
target around the attacker, which is in the middle. What policies say is asked as in
`forge.experiments.measures.dependence`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade import Config
from forge.experiments.statistics.rings import distances
from forge.experiments.statistics.statistic import Statistic, Sums

STYLES = ("melee", "range", "mage")


@dataclass(frozen=True, eq=False)
class Odds(Sums):
    """How likely an agent attacks a companion, summed over agents; of one run, or of several: [R, M, ...]."""

    odds: np.ndarray  # float64 [(R,) M, C, P, 3, D, D]
    places: np.ndarray  # int64 [(R,) M, D, D]: agents that could have a companion at the place

    def maps(self, companion: int) -> np.ndarray:
        """The mean odds by style and place: float64 [3, D, D]; NaN where no companion could stand."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.odds[:, :, companion].sum(1).mean(1) / self.places.sum(1)[:, None]).mean(0)


@dataclass(frozen=True, eq=False)
class Strikes(Sums):
    """The attacks that agents made, of those not immune; of one run, or of several: [R, W, ...]."""

    counts: np.ndarray  # int64 [(R,) W, P, 3, D, D]
    ticks: np.ndarray  # int64 [(R,) W, P]: that agents lived, summed over them

    def maps(self) -> np.ndarray:
        """Attacks by style and place, a thousand ticks of an agent's life: float64 [3, D, D]."""
        return 1000 * (self.counts.sum((1, 2)) / self.ticks.sum((1, 2))[:, None, None, None]).mean(0)


def reaches(config: Config) -> np.ndarray:
    """Of each of STYLES: int64 [3] [tiles]."""
    return np.array([getattr(config.combat, f"{style}_reach") for style in STYLES])


def damages(config: Config) -> np.ndarray:
    """Of each of STYLES: int64 [3] [health]."""
    return np.array([getattr(config.combat, f"{style}_damage") for style in STYLES])


def best_styles(reach: np.ndarray) -> np.ndarray:
    """Which style does most harm at each distance from 0 on: of those that reach so far, the one that reaches least.

    Args:
        reach: of the styles [tiles].

    Returns:
        int64 [the longest reach + 1].
    """
    far = np.arange(reach.max() + 1)[:, None]
    return np.where(reach >= far, reach, reach.max() + 1).argmin(1)


def odds_at(of: Odds, companion: int, style: int | None, distance: int) -> Statistic:
    """How likely an agent attacks a companion at a distance [tiles], with a style or, with None, with any."""
    at = distances(of.places.shape[-1]) == distance
    odds = of.odds[..., companion, :, :, :, :].sum(-4)[..., at].sum(-1)
    populations = of.odds.shape[-4]
    return Statistic(np.stack([_chosen(odds, style), populations * of.places[..., at].sum(-1)], -1))


def share_of_odds(of: Odds, companion: int, style: int, distance: int) -> Statistic:
    """Of the attacks to expect on a companion at a distance [tiles], the share made with a style."""
    one, every = (odds_at(of, companion, which, distance).parts[..., 0] for which in (style, None))
    return Statistic(np.stack([one, every], -1))


def best_odds(of: Odds, companion: int, reach: np.ndarray) -> Statistic:
    """How likely an agent attacks a companion with the style that harms most there, the mean over all distances."""
    each = [odds_at(of, companion, int(style), distance).parts for distance, style in enumerate(best_styles(reach))]
    return Statistic(np.concatenate(each, -1), lambda s: (s[..., 0::2] / s[..., 1::2]).mean(-1))


def harm_at(of: Odds, companion: int, damage: np.ndarray, distance: int) -> Statistic:
    """What a companion at a distance has to expect: damage a tick, given that of the styles, [3]."""
    parts = np.stack([odds_at(of, companion, style, distance).parts for style in range(len(damage))])
    return Statistic(np.stack([np.tensordot(damage, parts[..., 0], 1), parts[0, ..., 1]], -1))


def share_of_strikes(of: Strikes, style: int, distance: int) -> Statistic:
    """Of the attacks on targets at a distance [tiles], the share made with a style."""
    at = distances(of.counts.shape[-1]) == distance
    counts = of.counts.sum(-4)[..., at].sum(-1)
    return Statistic(np.stack([counts[..., style], counts.sum(-1)], -1).astype(np.float64))


def strike_rate(of: Strikes, style: int | None = None) -> Statistic:
    """Attacks a thousand ticks of an agent's life, with a style or, with None, with any."""
    counts = of.counts.sum((-1, -2)).sum(-2)
    return Statistic(np.stack([1000.0 * _chosen(counts, style), of.ticks.sum(-1)], -1))


def _chosen(by_style: np.ndarray, style: int | None) -> np.ndarray:
    return by_style.sum(-1) if style is None else by_style[..., style]
