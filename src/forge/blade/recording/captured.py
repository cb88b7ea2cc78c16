"""What the further tables of a frame hold, taken from a world as it is now."""

from __future__ import annotations

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.recording.frame_layout import declared_columns
from forge.blade.recording.frame_schema import FrameLayout, Table
from forge.blade.recording.further_tables import COMMON, CREATURES, DEEDS
from forge.blade.world.world import World


def further_tables(world: World, w: int, events: np.ndarray, layout: FrameLayout) -> dict[str, Table]:
    """The tables of a frame that only some worlds have.

    Args:
        world: a batch of worlds.
        w: index of the world.
        events: its log of the tick, EVENT [n]; none where it keeps no log.
        layout: of its frames.
    """
    make = {CREATURES: lambda: _creatures(world, w), DEEDS: lambda: _deeds(events)}
    return {name: make[name]() for name in layout.names if name in make}


def _creatures(world: World, w: int) -> Table:
    state = world.state
    slots = state.beasts[w, : state.beasts_count[w]]
    records = state.agents[w, slots]
    common = {field.name: slots if field.name == "slot" else records[field.name] for field in COMMON}
    return {**declared_columns(world.config.schema, records, None), **common}


def _deeds(events: np.ndarray) -> Table:
    first = len(GAME.events)
    chosen = events[events["kind"] >= first]
    taken = {"agent": "agent", "other": "other", "count": "value", "kind": "detail"}
    return {**{column: chosen[name] for column, name in taken.items()}, "what": chosen["kind"] - first}
