"""A census: what there is to say of the agents of worlds with goods, skills and births, by world and population.

Some of it is how things are, some of it totals since the reset, of which two censuses give what happened between them.
Only what the systems of the worlds know is told: arrays of the others have no columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from forge.blade.grown.kinds import COUNT, TRADES
from forge.blade.grown.packs import Reason
from forge.blade.society.numbers import gini
from forge.blade.society.wealth import gold_of, items_of, prices_of, worth

#: The columns of `Census.goods`.
GOODS = ("gold", "items", "wealth")
#: What of a census is counted since the reset.
TOTALS = ("crafts", "children", "traded")


class Census(NamedTuple):
    """Letters: W worlds, P populations; an axis of a system that is not there is of length 0."""

    members: np.ndarray  # int64 [W, P]: alive
    levels: np.ndarray  # int64 [W, P, skills]: sums of their levels
    goods: np.ndarray  # float64 [W, P, 3]: sums of their gold, their items and their wealth, as `GOODS` names them
    gini: np.ndarray  # float64 [W, 1]: of the wealth of all who live; NaN where there is none
    median: np.ndarray  # float64 [W, 1]: the median of that wealth [gold]; NaN of nobody
    prices: np.ndarray  # float64 [W, kinds]: last paid for a unit [gold]; NaN where none ever was
    families: np.ndarray  # int64 [W, P, 2]: mothers alive who have children alive, and these children
    # totals since the reset
    crafts: np.ndarray  # int64 [W, P, trades]: successes of work
    children: np.ndarray  # int64 [W, P, 1]: borne
    traded: np.ndarray  # int64 [W, kinds]: units sold

    def since(self, before: Census) -> Census:
        """The same with totals since an earlier census of the same worlds."""
        return self._replace(**{name: getattr(self, name) - getattr(before, name) for name in TOTALS})

    def and_then(self, later: Census) -> Census:
        """How things are later, and what happened in both times: of two that follow one another in the same worlds."""
        return later._replace(**{name: getattr(self, name) + getattr(later, name) for name in TOTALS})

    def only(self, populations: slice) -> Census:
        """Of some of the populations, where it is told by population."""
        by_population = ("members", "levels", "goods", "families", "crafts", "children")
        return self._replace(**{name: getattr(self, name)[:, populations] for name in by_population})


def of_all(found: Sequence[Census]) -> Census:
    """The census of the worlds of several batches together, one batch behind the other."""
    return Census(*map(np.concatenate, zip(*found, strict=True)))


def census(state: Any) -> Census:
    """Counts the worlds of a state, as they are between two ticks."""
    W, P = state.members.shape
    N = state.actions.shape[1]
    agents = state.agents[:, :N]
    alive, has = agents["alive"] == 1, set(state._fields)

    def by_population(values: np.ndarray) -> np.ndarray:
        """Sums of what those alive have, [W, N, n], over populations, whose slots follow one another."""
        total: np.ndarray = np.where(alive[..., None], values, 0).reshape(W, P, N // P, -1).sum(2)
        return total

    nothing = np.zeros((W, 0))
    none_each = np.zeros((W, P, 0), np.int64)
    found = Census(
        state.members.astype(np.int64), none_each, np.zeros((W, P, 0)), nothing, nothing, nothing, none_each,
        _total(state, "crafts", len(TRADES)), _total(state, "children", 1), np.zeros((W, 0), np.int64),
    )  # fmt: skip
    if "level" in has:
        found = found._replace(levels=by_population(state.level[:, :N].astype(np.int64)))
    if "pack" in has:
        gold, items = gold_of(state), items_of(state)
        worths = worth(gold, items, prices_of(state))
        of_living = [worths[w, alive[w]] for w in range(W)]
        found = found._replace(
            goods=by_population(np.stack([gold, items.sum(-1), worths], -1)),
            gini=np.array([[gini(each)] for each in of_living]),
            median=np.array([[np.median(each) if len(each) else np.nan] for each in of_living]),
        )
    if "exchange_last" in has:
        found = found._replace(prices=prices_of(state), traded=state.ledger[:, Reason.TRADED, :COUNT].copy())
    if "mother" in has:
        found = found._replace(families=by_population(_families(agents["id"], alive, state.mother)))
    return found


def _total(state: Any, name: str, columns: int) -> np.ndarray:
    """A running total of populations, [W, P, columns]; without columns where nothing counts it."""
    if name not in (state.tally.dtype.names or ()):
        return np.zeros((*state.tally.shape, 0), np.int64)
    return np.array(state.tally[name]).reshape(*state.tally.shape, columns)


def _families(ids: np.ndarray, alive: np.ndarray, mothers: np.ndarray) -> np.ndarray:
    """Of each agent, whether it has children alive, and how many: int64 [W, N, 2]."""
    found = np.zeros((*ids.shape, 2), np.int64)
    for w, there in enumerate(alive):
        known, count = np.unique(mothers[w, there & (mothers[w] > 0)] - 1, return_counts=True)
        borne = dict(zip(known.tolist(), count.tolist(), strict=True))
        found[w, there, 1] = [borne.get(ident, 0) for ident in ids[w, there].tolist()]
    found[..., 0] = found[..., 1] > 0
    return found
