"""How widely agents explore: what part of the land they see, how evenly, and how far from where they enter it.

Several, because each answers another question. *Coverage* is the paper's: how much of the map is visited, by
everybody together, in so many ticks; more agents cover more whatever they do. *Spread* does not grow by itself with
their number: it is of the distribution of the places, not of what was seen of it. *Tiles* and *pace* are of single
lives; v1.0 logs pace.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import label
from scipy.special import entr

from forge.blade import Config
from forge.blade.systems.terrain import ground
from forge.experiments.evaluation.survey import Sample
from forge.experiments.measures.contrast import Quantity


def reachable(materials: np.ndarray, config: Config) -> np.ndarray:
    """The land that agents can come to alive: all that is joined to the ring on which they enter.

    Args:
        materials: uint8 [S, S] of materials.
        config: of the world.

    Returns:
        bool [S, S].
    """
    pieces, _ = label(np.isin(materials, list(ground(config))))  # by edges, as agents move
    at_ring = np.unique(pieces[edge_distance(config) == 0])
    return np.isin(pieces, at_ring[at_ring > 0])


def edge_distance(config: Config) -> np.ndarray:
    """How many tiles each tile lies inside the ring on which agents enter: int64 [S, S]; negative outside it."""
    low, high = config.terrain.low, config.terrain.high
    at = np.arange(config.terrain.side)
    inside = np.minimum(at - low, high - at)
    return np.minimum(inside[:, None], inside)


def entropy(counts: np.ndarray) -> np.ndarray:
    """Shannon's entropy of the shares that counts have in their sum [bits]; NaN where all are 0.

    Args:
        counts: float64 [..., K].
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(entr(counts / counts.sum(-1, keepdims=True)).sum(-1) / np.log(2))


def effective(counts: np.ndarray) -> np.ndarray:
    """How many equal shares have the same entropy, the effective number of types: 2^H of the last axis, float64 [...].

    Hill 1973, "Diversity and evenness: a unifying notation and its consequences".
    """
    return np.asarray(np.exp2(entropy(counts)))


def mean_of(per_world: Callable[[Sample], np.ndarray]) -> Callable[[Sample], np.ndarray]:
    """Parts of the plain mean over worlds of float64 [R, W]."""

    def parts(sample: Sample) -> np.ndarray:
        found = np.asarray(per_world(sample), float)
        return np.stack([found, np.ones_like(found)], -1)

    return parts


def _ratio(sums: np.ndarray) -> np.ndarray:
    return np.asarray(sums[..., 0] / sums[..., 1])


def _percent(sums: np.ndarray) -> np.ndarray:
    return 100 * _ratio(sums)


def _together(sample: Sample) -> np.ndarray:
    """Visits of all populations, float64 [R, W, T]."""
    return sample.visits.sum(2).astype(float)


def _covered(sample: Sample) -> np.ndarray:
    return (_together(sample) > 0).sum(-1) / sample.sizes


def _evenness(sample: Sample) -> np.ndarray:
    return effective(_together(sample)) / sample.sizes


def _counts(over: str, under: str) -> Callable[[Sample], np.ndarray]:
    return lambda sample: np.stack([sample.count(over), sample.count(under)], -1)


COVERAGE = Quantity("coverage", "% of the land", mean_of(_covered), _percent, (0, 100))
SPREAD = Quantity("spread", "effective tiles", _together, effective, (1, np.inf), corrected=True)
EVENNESS = Quantity("evenness", "effective tiles, % of the land", mean_of(_evenness), _percent, (0, 100))
LIFETIME = Quantity("lifetime", "ticks", _counts("lifetime", "lives"), _ratio, (0, np.inf))
OUTLIVED = Quantity("reach_horizon", "share of the lives", _counts("outlived", "lives"), _ratio, (0, 1))
TILES = Quantity("tiles", "distinct tiles a life", _counts("tiles", "lives"), _ratio, (0, np.inf))
PACE = Quantity("pace", "distinct tiles in 100 ticks of life", _counts("tiles", "lifetime"), _percent, (0, 100))


def depth(config: Config, land: np.ndarray) -> Quantity:
    """How deep in the land agents are: their mean distance from the ring on which they enter.

    Args:
        config: of the worlds.
        land: bool [S, S], that of the worlds, which share a map.
    """
    distance = edge_distance(config)[land]

    def parts(sample: Sample) -> np.ndarray:
        visits = _together(sample)
        return np.stack([visits @ distance, visits.sum(-1)], -1)

    return Quantity("depth", "tiles from the edge", parts, _ratio, (0, np.inf))
