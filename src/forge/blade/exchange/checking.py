"""What holds of the orders of worlds between any two ticks; what it does not hold of is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade.exchange.settings import books_of, prices_of
from forge.blade.grown.kinds import BUNDLE, COUNT, KNIVES, METALS
from forge.support.checks import ConfigError

#: Columns of an order besides its number, each 0 where there is no order.
_COLUMNS = ("tick", "book", "kind", "side", "price")
_MOST = 2**53


def check(configs: Sequence[Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Checks the saved arrays of the exchange.

    Args:
        configs: of the worlds.
        arrays: by name, those of the exchange and of agents, items and the clock.

    Raises:
        ConfigError: naming the array, the world, the slot, what is there and what is allowed.
    """
    config = configs[0]
    numbers, slots = arrays["order_number"], config.spawn.cap
    alive = arrays["agents"]["alive"][:, :slots, None] == 1
    _within("order_next", arrays["order_next"], 0, _MOST)
    _within("order_number", numbers, 0, np.where(alive, arrays["order_next"][:, None, None], 0))
    there = numbers > 0
    most: dict[str, Any] = {
        "tick": arrays["tick"][:, None, None] - 1,
        "book": books_of(config) - 1,
        "kind": COUNT - 1,
        "side": 1,
    }
    for name in _COLUMNS:
        high = most.get(name, len(prices_of(config)) - 1)
        _within(f"order_{name}", arrays[f"order_{name}"], 0, np.where(there, high, 0))
    for w in range(len(configs)):
        _check_world(w, config, arrays)
    last = arrays["exchange_last"]
    if (wrong := ~np.isin(last, [0, *prices_of(config)])).any():
        w, shelf = np.argwhere(wrong)[0].tolist()
        raise ConfigError(
            f"exchange_last of world {w}, place {shelf} is {last[w, shelf]}; allowed are 0 and exchange.prices"
        )


def _check_world(w: int, config: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Numbers are there once and rise with the ticks; nobody waits for what somebody else offers; each keeps room."""
    there = arrays["order_number"][w] > 0
    owners = np.broadcast_to(np.arange(len(there))[:, None], there.shape)[there]
    number, tick, book, kind, side, price = (
        arrays[f"order_{name}"][w][there].astype(np.int64) for name in ("number", *_COLUMNS)
    )
    values, counts = np.unique(number, return_counts=True)
    if (counts > 1).any():
        raise ConfigError(f"order_number of world {w}: {values[counts > 1][0]} is there twice; allowed is each once")
    if (np.diff(tick[np.argsort(number)]) < 0).any():
        raise ConfigError(f"order_tick of world {w} falls where order_number rises; allowed is that it rises, too")
    shelves = book * COUNT + kind
    for shelf in np.unique(shelves[side == 1]):
        sales, wishes = (np.flatnonzero((shelves == shelf) & (side == of)) for of in (0, 1))
        meet = (price[sales][:, None] <= price[wishes]) & (owners[sales][:, None] != owners[wishes])
        if meet.any():
            sale, wish = number[sales[np.argwhere(meet)[0, 0]]], number[wishes[np.argwhere(meet)[0, 1]]]
            raise ConfigError(f"orders {sale} and {wish} of world {w} would trade; allowed are orders that do not")
    load, room = arrays["load"][w].astype(np.int64), room_of_pack(arrays["pack"][w]) + there.sum(1)
    if (wrong := load != room).any():
        slot = int(np.flatnonzero(wrong)[0])
        raise ConfigError(
            f"load of world {w}, slot {slot} is {load[slot]}; allowed is {room[slot]}, the room of its pack and orders"
        )


def room_of_pack(pack: np.ndarray) -> np.ndarray:
    """The room that packs take, int64 [...]: of the counts [..., kinds] of what is in them."""
    counts = pack.astype(np.int64)
    counts[..., KNIVES : KNIVES + len(METALS)] = -(-counts[..., KNIVES : KNIVES + len(METALS)] // BUNDLE)
    return counts.sum(-1)


def _within(name: str, values: np.ndarray, low: int, high: Any) -> None:
    """Refuses values [W, ...] beyond bounds, which broadcast with them."""
    wrong = (values < low) | (values > high)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        most = np.broadcast_to(high, values.shape)[place]
        within = f", slot {place[1]}, order {place[2]}" if len(place) == 3 else ""
        allowed = f"allowed is {low}" if low == most else f"allowed are {low} .. {most}"
        raise ConfigError(f"{name} of world {place[0]}{within} is {values[place]}; {allowed}")
