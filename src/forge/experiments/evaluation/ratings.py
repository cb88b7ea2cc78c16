"""Ratings with uncertainty from bouts between entrants, on a scale that frozen anchors hold in place.

The model is Bradley and Terry's (1952, "Rank analysis of incomplete block designs"): the odds that a life of one
outlasts a life of another are e to the difference of their abilities. It is a logistic regression, and fitted as one by
statsmodels. The scale is Elo's: 400 points more are odds of 10 to 1.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from forge.experiments.evaluation.bouts import Met, tally
from forge.experiments.statistics.estimate import Estimate, estimate_table

LEVEL = 1000.0  # of the first anchor, and the middle of everyone where there are no anchors
SCALE = 400 / math.log(10)  # points for odds of e to 1


def rate(
    meetings: Sequence[Met], frozen: Mapping[str, float] | None = None, names: Sequence[str] = ()
) -> dict[str, Estimate]:
    """Ratings with 95 % intervals over worlds (delete-one jackknife, see `forge.experiments.statistics.estimate`).

    Args:
        meetings: all in the same worlds, of which there are two or more.
        frozen: ratings by name that are known and stay as they are.
        names: of those who are rated even if they have met nobody.

    Returns:
        A rating for everyone who met, everyone frozen and everyone named, by name; who has fought no bouts is at
        `LEVEL`, with NaN for the ends of the interval.
    """
    frozen = frozen or {}
    rated = list(dict.fromkeys([*frozen, *names, *(name for met in meetings for name in met.names)]))
    won = tally(rated, meetings)
    known = np.array([frozen.get(name, math.nan) for name in rated])
    whole, without = fit(won.sum(0), known), np.stack([fit(won.sum(0) - one, known) for one in won])
    found = {}
    for k, name in enumerate(rated):
        if name in frozen:
            found[name] = Estimate(*[frozen[name]] * 3)
        elif won[:, k].any() or won[:, :, k].any():
            found[name] = estimate_table(whole[k : k + 1], without[None, :, k])
        else:
            found[name] = Estimate(LEVEL, math.nan, math.nan)
    return found


def anchor(meetings: Iterable[Met], anchors: Sequence[str]) -> dict[str, float]:
    """Ratings to freeze the anchors at, from the bouts among themselves alone, so that nobody else moves them.

    Args:
        meetings: of everyone.
        anchors: their names; the first is put at `LEVEL`.
    """
    among = [met for met in meetings if set(met.names) <= set(anchors)]
    rated = [name for name in anchors if any(name in met.names for met in among)]
    known = np.array([LEVEL if name == anchors[0] else math.nan for name in rated])
    return dict(zip(rated, fit(tally(rated, among).sum(0), known).tolist(), strict=True))


def fit(won: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The ratings that make what happened most likely.

    Whoever is rated also draws one bout against somebody at `LEVEL`, as in Coulom 2008 ("Whole-history rating"): it
    bounds the rating of who wins or loses all others, and is next to nothing beside hundreds of bouts.

    Args:
        won: bouts that the first has won against the second, float64 [E, E].
        known: ratings that are known, NaN for those to be found, float64 [E].

    Returns:
        float64 [E].
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    free = np.flatnonzero(np.isnan(known))
    if not len(free):
        return known
    pairs = [(i, j) for i, j in itertools.combinations(range(len(known)), 2) if won[i, j] + won[j, i] > 0]
    one, other = np.array(pairs, int).reshape(-1, 2).T
    unit, bouts = np.eye(len(known)), won[one, other] + won[other, one]
    offset = np.nan_to_num((known - LEVEL) / SCALE)
    model = GLM(
        np.concatenate([won[one, other] / bouts, np.ones(len(free)), np.zeros(len(free))]),
        np.concatenate([unit[one] - unit[other], unit[free], unit[free]])[:, free],
        family=Binomial(),
        offset=np.append(offset[one] - offset[other], np.zeros(2 * len(free))),
        var_weights=np.append(bouts, np.full(2 * len(free), 0.5)),
    )
    found = known.copy()
    found[free] = LEVEL + SCALE * model.fit(maxiter=100).params
    return found
