"""What became of each kind of item in a world: what was made, used, and traded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from forge.blade.grown.kinds import COUNT, NAMES
from forge.blade.grown.packs import Reason
from forge.blade.society.wealth import prices_of
from forge.support.checks import ConfigError

if TYPE_CHECKING:
    from forge.blade.world.world import World


class Good(NamedTuple):
    """A kind of item, as the ledger of a world has it since the reset."""

    kind: str
    made: int  # caught, mined, cooked and smithed [items]
    found: int  # of what creatures left [items]
    used: int  # eaten, cooked, smithed, shot [items]
    traded: int  # [units: one item, of knives ten]
    price: float  # last paid for a unit [gold]; NaN where none was ever paid


def goods(world: World, w: int) -> list[Good]:
    """What became of each kind in one world since its reset, in the order of kinds.

    Args:
        world: with the system `items`.
        w: index of the world in its batch.

    Raises:
        ConfigError: if agents of this world have no items.
        IndexError: if there is no such world.
    """
    if not world.config.named("items"):
        raise ConfigError("what was made and traded is told of items: name the system 'items' in systems")
    if not 0 <= w < world.count:
        raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {world.count - 1}")
    booked = world.state.ledger[w, [Reason.MADE, Reason.FOUND, Reason.USED, Reason.TRADED], :COUNT]
    prices = prices_of(type(world.state)(*(array[w : w + 1] for array in world.state)))[0]
    return [Good(*row) for row in zip(NAMES, *booked.tolist(), prices.tolist(), strict=True)]
