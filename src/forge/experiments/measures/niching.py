"""How far populations keep apart: the places they have to themselves, measured against places that all share.

The measures are those of ecology and information theory, found from how many ticks each population spends on each
tile. With I the mutual information of the population and the tile of an agent tick, 2^I is the effective number of
distinct communities (Jost 2007, "Partitioning diversity into independent alpha and beta components"): 1 where all
populations are spread alike, and the number of populations where no two share a tile and all are equally many.
"""

from __future__ import annotations

from functools import cached_property
from itertools import combinations, product

import numpy as np
from scipy.special import rel_entr

from forge.blade.society.numbers import mutual_information
from forge.experiments.evaluation.survey import Sample
from forge.experiments.measures.contrast import Quantity
from forge.experiments.measures.exploring import entropy
from forge.experiments.statistics.estimate import Estimate, estimate_table


def own_range(counts: np.ndarray) -> np.ndarray:
    """2^H of the column within the rows: over how many tiles one population spreads, float64 [..., P, T] -> [...]."""
    return np.asarray(np.exp2(_joint(counts) - entropy(counts.sum(-1))))


def _joint(counts: np.ndarray) -> np.ndarray:
    return entropy(counts.reshape(*counts.shape[:-2], -1))


def divergence(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The Jensen-Shannon divergence of two distributions [bits]: 0 if they are equal, 1 if they share nothing.

    Its root is a metric (Endres and Schindelin 2003, "A new metric for probability distributions").

    Args:
        one, other: float64 [..., T], counts.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = (counts / counts.sum(-1, keepdims=True) for counts in (one, other))
    # the square of SciPy's jensenshannon, which is NaN where counts are proportional and rounding takes this below 0
    return np.asarray((rel_entr(p, (p + q) / 2) + rel_entr(q, (p + q) / 2)).sum(-1) / (2 * np.log(2)))


def among(counts: np.ndarray) -> np.ndarray:
    """The mean divergence of two of the populations [bits]: float64 [..., P, T] -> [...]; NaN if there is one."""
    pairs = list(combinations(range(counts.shape[-2]), 2))
    return _mean([divergence(counts[..., i, :], counts[..., j, :]) for i, j in pairs], counts)


def between(counts: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The mean divergence of one of the populations and one of the others [bits]: two of [..., P, T] -> [...]."""
    pairs = product(range(counts.shape[-2]), range(others.shape[-2]))
    return _mean([divergence(counts[..., i, :], others[..., j, :]) for i, j in pairs], counts)


def _mean(found: list[np.ndarray], counts: np.ndarray) -> np.ndarray:
    return np.mean(found, 0) if found else np.full(counts.shape[:-2], np.nan)


def matrix(sample: Sample) -> np.ndarray:
    """Jensen-Shannon distances of all pairs of populations, over all worlds: float64 [R, P, P]."""
    counts = sample.visits.sum(1).astype(float)
    return np.sqrt(np.clip(divergence(counts[:, :, None], counts[:, None]), 0, 1))


def regions(visits: np.ndarray, size: int) -> np.ndarray:
    """The sums over squares of tiles, from the first row and column on: [..., S, S] -> [..., ⌈S/size⌉, ⌈S/size⌉]."""
    rows, cols = (-(-length // size) * size for length in visits.shape[-2:])
    widths = [(0, 0)] * (visits.ndim - 2) + [(0, rows - visits.shape[-2]), (0, cols - visits.shape[-1])]
    cut = np.pad(visits, widths).reshape(*visits.shape[:-2], rows // size, size, cols // size, size)
    return np.asarray(cut.sum((-3, -1)))


def quantities(most: int) -> tuple[Quantity, Quantity]:
    """The effective number of niches, and the tiles over which one population spreads.

    Args:
        most: number of populations up to which samples can be compared with one another.
    """

    def parts(sample: Sample) -> np.ndarray:
        visits = sample.visits
        seeds, worlds, populations, tiles = visits.shape
        padded = np.zeros((seeds, worlds, most, tiles))
        padded[:, :, :populations] = visits  # an empty population changes nothing
        return padded.reshape(seeds, worlds, -1)

    def tables(sums: np.ndarray) -> np.ndarray:
        return sums.reshape(*sums.shape[:-1], most, -1)

    return (
        Quantity("niches", "effective niches", parts, lambda s: np.exp2(mutual_information(tables(s))), corrected=True),
        Quantity(
            "range", "effective tiles of one population", parts, lambda s: own_range(tables(s)), (1, np.inf), True
        ),
    )


class Company:
    """How far apart populations are that share their worlds, and such as never met.

    Those who never met are populations of two runs of the same kind, each where it was trained to be, among its own.
    What they differ by is what chance makes of policies; what populations that live together differ by beyond it, they
    owe to each other.

    Args:
        sample: of a number of seeds. What the data do not determine is NaN: with one population there is nobody who
            shares its worlds, with one seed nobody it never met, and with two no saying how much that varies.
    """

    def __init__(self, sample: Sample) -> None:
        visits = sample.visits.astype(float)
        total = visits.sum(1, keepdims=True)
        self._counts = np.concatenate([total, total - visits], 1)  # [R, 1 + W, P, T]: of all worlds, of all but one

    @property
    def together(self) -> Estimate:
        """The distance of two populations that share their worlds: the root of their mean divergence."""
        return _root(_estimate(self._among))

    @property
    def strangers(self) -> Estimate:
        """The distance of two populations that never met."""
        return _root(self._doubtful(self._between))

    @property
    def excess(self) -> Estimate:
        """How much further those who share their worlds diverge than those who never met [bits]."""
        return self._doubtful(self._among - self._between)

    @cached_property
    def _among(self) -> np.ndarray:
        """Mean divergence within each run, float64 [R, 1 + W]."""
        return among(self._counts)

    @cached_property
    def _between(self) -> np.ndarray:
        """Mean divergence of two runs, as values of single runs, float64 [R, 1 + W].

        With U the mean over all pairs of runs and S_r that over the pairs of run r, it is the pseudo-value of the
        jackknife that leaves out run r, U + 2 (R − 1)/(R − 2) (S_r − U) (Arvesen 1969, "Jackknifing U-statistics"): a
        run is in several pairs, so the spread of the pairs would be too small.
        """
        runs = len(self._counts)
        pairs = np.zeros((runs, *self._counts.shape[:2]))
        for one, other in combinations(range(runs), 2):
            pairs[one, other] = pairs[other, one] = between(self._counts[one], self._counts[other])
        own = pairs.sum(1) / (runs - 1) if runs > 1 else np.full(pairs.shape[1:], np.nan)
        stretch = 2 * (runs - 1) / (runs - 2) if runs > 2 else 1.0
        return np.asarray(own.mean(0) + stretch * (own - own.mean(0)))

    def _doubtful(self, found: np.ndarray) -> Estimate:
        """An estimate that has no interval if there are less than three runs."""
        estimate = _estimate(found)
        return estimate if len(found) > 2 else Estimate(estimate.value, np.nan, np.nan)


def _estimate(found: np.ndarray) -> Estimate:
    return estimate_table(found[:, 0], found[:, 1:], corrected=True)


def _root(divergence: Estimate) -> Estimate:
    return Estimate(*np.sqrt(np.clip(divergence, 0, 1)).tolist())
