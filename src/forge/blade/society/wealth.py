"""Wealth: what agents have, what lies in their orders included, and what it is worth at the last prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade.exchange.book import BUY, SELL
from forge.blade.grown.kinds import BUNDLE, COUNT, KNIVES, METALS
from forge.support.checks import ConfigError

if TYPE_CHECKING:
    from forge.blade.world.world import World

#: How many of each kind an order is for: one, of knives ten.
UNIT = np.ones(COUNT, np.int64)
UNIT[KNIVES : KNIVES + len(METALS)] = BUNDLE


def wealth(world: World, w: int) -> np.ndarray:
    """What each agent of a world is worth [gold]: its gold, and its items at their last prices.

    What its open orders keep is its own until it changes hands. A kind that was never traded is worth nothing; with a
    book a camp, its price is the mean of the last prices of the books in which it was traded.

    Args:
        world: with the system `items`; without `exchange` gold is all that counts.
        w: index of the world in its batch.

    Returns:
        float64 [N], 0 in empty slots.

    Raises:
        ConfigError: if agents of this world have neither gold nor items.
        IndexError: if there is no such world.
    """
    if not world.config.named("items"):
        raise ConfigError("wealth is what agents have: name the system 'items' in systems")
    if not 0 <= w < world.count:
        raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {world.count - 1}")
    state = type(world.state)(*(array[w : w + 1] for array in world.state))
    return worth(gold_of(state), items_of(state), prices_of(state))[0]


def worth(gold: np.ndarray, items: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Gold and items in gold: [W, N], [W, N, kinds] and the prices of units [W, kinds], NaN where there is none."""
    each = np.nan_to_num(prices) / UNIT
    total: np.ndarray = gold + np.einsum("wnk,wk->wn", items.astype(np.float64), each)
    return total


def gold_of(state: Any) -> np.ndarray:
    """The gold of each agent, what its orders to buy keep included: int64 [W, N], of a state with `items`."""
    gold = state.gold.astype(np.int64)
    if "order_number" in state._fields:
        named = np.take_along_axis(state.rules["prices"][:, None], state.order_price.astype(np.int64), -1)
        gold += np.where(_open(state, BUY), named, 0).sum(-1)
    return gold


def items_of(state: Any) -> np.ndarray:
    """The items of each agent, what its orders to sell keep included: int64 [W, N, kinds], of a state with `items`."""
    items = state.pack.astype(np.int64)
    if "order_number" in state._fields:
        w, slot, k = np.nonzero(_open(state, SELL))
        kind = state.order_kind[w, slot, k]
        np.add.at(items, (w, slot, kind), UNIT[kind])
    return items


def _open(state: Any, side: int) -> np.ndarray:
    there: np.ndarray = (state.order_number > 0) & (state.order_side == side)
    return there


def prices_of(state: Any) -> np.ndarray:
    """The last price of a unit of each kind [gold]: float64 [W, kinds], NaN where none was ever paid.

    With a book a camp it is the mean of the last prices of the books that have one.
    """
    if "exchange_last" not in state._fields:
        return np.full((len(state.tick), COUNT), np.nan)
    last = state.exchange_last.reshape(len(state.tick), -1, COUNT).astype(np.float64)
    paid = (last > 0).sum(1)
    return np.where(paid > 0, last.sum(1) / np.maximum(paid, 1), np.nan)
