"""Square maps around an agent, by distance: rings of a map, and how much of a map its rings explain."""

from __future__ import annotations

import numpy as np


def distances(size: int) -> np.ndarray:
    """Chebyshev distance of each tile of a square map from its middle: int64 [size, size] [tiles].

    Raises:
        ValueError: if the map has no middle.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"a map of {size} tiles across has no middle; it needs an odd number of them")
    away = np.abs(np.arange(size) - size // 2)
    return np.maximum(away[:, None], away)


def explained(maps: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The share of the variance of a map, over its tiles, that groups of tiles explain, with chance taken off.

    Plainly, g groups of n tiles explain about (g − 1)/(n − 1) of the variance of a map of pure noise. Adjusted, that
    becomes 0 on average, and a map that is constant in each group still has 1 (Kelley 1935, "An unbiased correlation
    ratio measure", ε²): 1 − (within/(n − g)) / (total/(n − 1)) with the sums of squares within groups and in all.

    Args:
        maps: float64 [..., D, D]; NaN for tiles that don't count.
        groups: int [D, D], 0 and up.

    Returns:
        float64 [...]: 1 at most, below 0 for less than chance; NaN for a map without variance, or with no more tiles
        than groups.
    """
    values = maps.reshape(*maps.shape[:-2], -1)
    there = np.isfinite(values)
    member = groups.reshape(-1, 1) == np.arange(groups.max() + 1)
    sizes = there @ member.astype(np.float64)
    tiles, kinds = there.sum(-1), (sizes > 0).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(there, values, 0).sum(-1, keepdims=True) / tiles[..., None]
        centred = np.where(there, values - mean, 0.0)
        total = np.square(centred).sum(-1)
        within = total - np.nansum(np.square(centred @ member) / sizes, -1)
        share = 1 - np.divide(within / (tiles - kinds), total / (tiles - 1))
    # what rounding leaves of the variance of a constant map is none
    level = np.square(np.where(there, values, 0)).sum(-1)
    return np.where((tiles > kinds) & (total > 1e-12 * level), share, np.nan)
