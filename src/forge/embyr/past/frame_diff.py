"""Frames of worlds that record no events: who lives and what the land is made of, births and deaths by comparison."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.captured import further_tables
from forge.blade.recording.frame import Frame, draw_tiles, typed
from forge.blade.recording.frame_layout import declared_columns, frame_layout, shown_columns
from forge.blade.world.world import World

_NONE = np.zeros(0, np.int64)


class FrameDiffSource:
    """Captures frames of one world of a batch that need not record anything, any number of ticks apart.

    Births are of those who were not there before, deaths of those who are there no more, where they were last seen and
    of an unknown cause. There are no attacks, and what each has done is not known.

    Args:
        world: a batch of worlds, reset.
        w: index of the world to watch.
    """

    def __init__(self, world: World, w: int = 0) -> None:
        self.world, self.w = world, w
        self._materials: np.ndarray | None = None
        self._agents = np.zeros(0, world.state.agents.dtype)

    def frame(self) -> Frame:
        """What is to be seen now; the first is a key frame."""
        state, w, side = self.world.state, self.w, self.world.config.terrain.side
        materials = self.world.materials()[w]
        slots = state.living[w, : state.living_count[w]].copy()
        agents = state.agents[w, slots]
        first = self._materials is None
        if self._materials is None:
            self._materials = materials.copy()
        index = np.flatnonzero(materials != self._materials)
        born = agents[~np.isin(agents["id"], self._agents["id"])]
        died = self._agents[~np.isin(self._agents["id"], agents["id"])]
        layout = frame_layout(self.world.configs[w])
        tables: dict[str, Mapping[str, np.ndarray]] = {
            **further_tables(self.world, w, state.events[w, :0], layout),
            "agents": {
                **_columns(agents),
                "slot": slots,
                **_constant(("move", "style"), UNKNOWN, len(agents)),
                **declared_columns(self.world.config.schema, agents, None),
                **shown_columns(self.world.config.schema, state, w, slots),
            },
            "tiles": {"index": index, "material": materials.ravel()[index]},
            "plane": {"material": materials.ravel() if first else _NONE},
            "attacks": dict.fromkeys(("attacker", "target", "damage", "style"), _NONE),
            "births": _columns(born[:0] if first else born),
            "deaths": _columns(died) | _constant(("cause",), UNKNOWN, len(died)),
        }
        columns = {s.name: typed(s, tables[s.name]) for s in layout.sections}
        frame = Frame(int(state.tick[w]), w, side, **columns, layout=layout)
        draw_tiles(self._materials, frame.tiles)
        self._agents = agents
        return frame


def _columns(agents: np.ndarray) -> dict[str, np.ndarray]:
    return {name: agents[name] for name in agents.dtype.names or ()}


def _constant(names: tuple[str, ...], value: int, count: int) -> dict[str, np.ndarray]:
    return {name: np.full(count, value) for name in names}
