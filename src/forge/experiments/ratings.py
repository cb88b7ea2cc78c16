"""Ratings with uncertainty from games between entrants, on a scale that frozen anchors hold in place.

The model is Plackett and Luce's, updated game by game as Weng and Lin 2011 ("A Bayesian approximation method for online
ranking") do, by the library openskill: a rating is a normal belief with mean μ and deviation σ, at first 25 and 25/3.
Between two whose ratings are known, the odds that one outlives the other are e to the difference of their ratings over
√2 β, with β = 25/6: 6 points are odds of 2.8 to 1, and 20 points 30 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import norm

from forge.experiments.bouts import NOBODY
from forge.experiments.estimate import CONFIDENCE, Estimate
from forge.experiments.evaluation import Evaluation

if TYPE_CHECKING:
    from openskill.models import PlackettLuce

LEVEL = 25.0  # of the first anchor, and of everyone before the first game
ORDERS = 10  # in which the games are gone through: the order of games means nothing, but updates depend on it
_KNOWN = 1e-6  # deviation of a rating that is known: no game moves it


class Game(NamedTuple):
    """A bout, or another contest."""

    names: tuple[str, ...]  # of those who took part
    scores: tuple[float, ...]  # how each of them fared: the higher is better, and equal ones draw


def games_of(names: Sequence[str], found: Evaluation) -> list[Game]:
    """The bouts of a meeting, scored by lifetime; who had no life in a world took no part there.

    Args:
        names: of the entrants.
        found: as `forge.experiments.meeting.meet` returns it.
    """
    assert found.bouts is not None
    rows = [(row, np.flatnonzero(row != NOBODY)) for row in found.bouts.reshape(-1, len(names))]
    return [
        Game(tuple(names[k] for k in living.tolist()), tuple(row[living].astype(float).tolist()))
        for row, living in rows
        if len(living) > 1
    ]


def rate(
    games: Sequence[Game], frozen: Mapping[str, float] | None = None, seed: int = 0, names: Sequence[str] = ()
) -> dict[str, Estimate]:
    """Ratings with 95 % intervals, μ ± 1.96 σ.

    Args:
        games: in any order: the mean of the ratings over `ORDERS` drawn orders is taken.
        frozen: ratings by name that are known and stay as they are.
        seed: of those orders.
        names: of those who are rated even if they are in no game.

    Returns:
        A rating for everyone in the games, everyone frozen and everyone named, by name.
    """
    from openskill.models import PlackettLuce

    frozen = frozen or {}
    # abilities do not drift from game to game, hence tau = 0
    model, rng = PlackettLuce(mu=LEVEL, tau=0.0), np.random.default_rng(seed)
    rated = list(dict.fromkeys([*frozen, *names, *(name for game in games for name in game.names)]))
    passes = [_pass(model, [games[k] for k in rng.permutation(len(games))], rated, frozen) for _ in range(ORDERS)]
    mu, sigma = np.mean(passes, axis=0).reshape(-1, 2).T
    margin = norm.ppf((1 + CONFIDENCE) / 2) * sigma
    found = {n: Estimate(m, m - e, m + e) for n, m, e in zip(rated, mu.tolist(), margin.tolist(), strict=True)}
    return {**found, **{name: Estimate(value, value, value) for name, value in frozen.items()}}


def _pass(
    model: PlackettLuce, games: Sequence[Game], names: Sequence[str], frozen: Mapping[str, float]
) -> list[tuple[float, float]]:
    """μ and σ of everyone after the games in this order."""
    ratings: dict[str, Any] = {name: model.rating() for name in names}
    ratings |= {name: model.rating(value, _KNOWN) for name, value in frozen.items()}
    for game in games:
        ranks = [float(sum(other > score for other in game.scores)) for score in game.scores]
        after = model.rate([[ratings[name]] for name in game.names], ranks=ranks)
        ratings.update(zip(game.names, (rating for (rating,) in after), strict=True))
    return [(rating.mu, rating.sigma) for rating in ratings.values()]


def anchor(games: Sequence[Game], anchors: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Ratings to freeze the anchors at, from the games among themselves alone, so that nobody else moves them.

    Args:
        games: of everyone.
        anchors: their names; the first is put at `LEVEL`.
        seed: as for `rate`.
    """
    among = [game for game in games if set(game.names) <= set(anchors)]
    found = rate(among, dict.fromkeys(anchors[:1], LEVEL), seed)
    return {name: found[name].value for name in anchors if name in found}
