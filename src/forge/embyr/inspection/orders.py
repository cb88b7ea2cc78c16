"""The open orders of a world, copied out of it at one moment."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.exchange.settings import prices_of
from forge.blade.grown.kinds import NAMES
from forge.blade.world.world import World

SIDES = ("sell", "buy")


class OpenOrders(NamedTuple):
    """All that wait, the oldest first: arrays [n]."""

    number: np.ndarray  # int64: how many rested in the world up to this one
    owner: np.ndarray  # int64: the id of its agent
    side: np.ndarray  # uint8: a place in `SIDES`
    kind: np.ndarray  # uint8: of which kind of items
    price: np.ndarray  # int64 [gold]
    book: np.ndarray  # uint16
    since: np.ndarray  # int64: the tick in which it was placed

    def of(self, owner: int) -> list[dict[str, Any]]:
        """The field `orders` of the message `agent` of docs/viewer.md: those of the agent with this id."""
        return [
            {
                "side": SIDES[self.side[k]],
                "kind": NAMES[self.kind[k]],
                "price": int(self.price[k]),
                "since": int(self.since[k]),
                "book": int(self.book[k]),
            }
            for k in np.flatnonzero(self.owner == owner)
        ]


def has_exchange(config: Config) -> bool:
    """Whether agents trade in worlds of this configuration."""
    return config.named("exchange")


def open_orders(world: World, w: int = 0) -> OpenOrders | None:
    """What waits in world `w` of a batch, in memory of its own; None where there is no exchange."""
    if not has_exchange(world.configs[w]):
        return None
    state = world.state
    slot, place = np.nonzero(state.order_number[w])
    by_age = np.argsort(state.order_number[w, slot, place])
    slot, place = slot[by_age], place[by_age]

    def told(name: str) -> np.ndarray:
        return getattr(state, f"order_{name}")[w, slot, place]

    prices = np.array(prices_of(world.configs[w]), np.int64)
    return OpenOrders(
        told("number"),
        state.agents["id"][w, slot],
        told("side"),
        told("kind"),
        prices[told("price")],
        told("book"),
        told("tick"),
    )
