"""A world of a batch as a world of its own, to be looked at while the batch goes on."""

from __future__ import annotations

from forge.blade.mechanics.events import Recording
from forge.blade.snapshot import Saved
from forge.blade.state.state import saved
from forge.blade.world.world import World


def fork(batch: World, w: int = 0, events: bool = True, visits: bool = False) -> World:
    """A copy of world `w` that goes on by itself: with the same actions, to the same bits.

    Args:
        batch: is left as it is.
        w: index of the world.
        events: whether the copy records events, whatever the batch does.
        visits: whether it counts visits, from now on.

    Raises:
        IndexError: if there is no world `w`.
    """
    if not 0 <= w < batch.count:
        raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {batch.count - 1}")
    one = slice(w, w + 1)
    record = Recording(events=events, visits=visits)
    world = World(batch.configs[w], 1, threads=1, maps=batch._tiles[one], record=record)
    world.seed = None
    world._seeds = batch._seeds[one].copy()
    arrays = {name: getattr(batch.state, name)[one].copy() for name in saved(batch.config.schema)}
    if batch.configs[w].reward.explore == 0:
        del arrays["explored"]  # a batch keeps it for all its worlds if it does for one
    Saved(world.configs, record, world._seeds, world._tiles, arrays).fill(world.state)
    world.refresh()
    return world
