"""What the creatures of a tick are, so that whom they killed is told what killed it, also when they are gone."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from forge.blade.recording.captured import further_tables
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameLayout, Table
from forge.blade.recording.further_tables import CREATURES
from forge.blade.world.world import World

#: The column of creatures that says of what kind each is, and the deed with which one goes.
_KIND, _SLAY = "creature", "slay"


class Kinds(NamedTuple):
    """The kinds of the creatures that are there after a tick, and of those that were killed in it."""

    ids: np.ndarray  # uint32 [n], as in frames, ascending
    kinds: np.ndarray  # uint8 [n], by the names of the column `creature` of frames

    @classmethod
    def shown(cls, frame: Frame) -> Self:
        """Those that a frame tells of."""
        return cls._told(frame.layout, frame.creatures, frame.deeds)

    @classmethod
    def living(cls, world: World, w: int) -> Self:
        """Those of a world after its last tick.

        Args:
            world: a batch of worlds that records events.
            w: index of the world.
        """
        layout = frame_layout(world.configs[w])
        tables = further_tables(world, w, world.state.events[w, : world.state.event_count[w]], layout)
        return cls._told(layout, tables.get(CREATURES, {}), tables.get("deeds", {}))

    @classmethod
    def _told(cls, layout: FrameLayout, creatures: Table, deeds: Table) -> Self:
        if _KIND not in creatures:
            return cls(*_NONE)
        names = [deed.name for deed in layout.deeds]
        slain = np.flatnonzero(deeds["what"] == names.index(_SLAY)) if _SLAY in names else np.zeros(0, np.intp)
        ids = np.concatenate([creatures["id"].astype(np.uint32), deeds["other"][slain].astype(np.uint32)])
        kinds = np.concatenate([creatures[_KIND], deeds["kind"][slain]]) if len(slain) else creatures[_KIND]
        order = np.argsort(ids)
        return cls(ids[order], kinds[order])

    def of(self, ids: np.ndarray) -> np.ndarray:
        """The kind of each of these, uint8 [n]: 0 for an agent, and where it is not known.

        Args:
            ids: int64 [n], as frames or as events have them.
        """
        wanted = (ids & 0xFFFFFFFF).astype(np.uint32)
        if not len(self.ids):
            return np.zeros(len(wanted), np.uint8)
        place = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[place] == wanted, self.kinds[place], 0).astype(np.uint8)


_NONE = np.zeros(0, np.uint32), np.zeros(0, np.uint8)
#: Where there are no creatures.
NO_KINDS = Kinds(*_NONE)


def kind_names(layout: FrameLayout) -> tuple[str, ...]:
    """What kinds of creatures are called, by number; 0 is an agent. Empty where frames do not tell."""
    fields = (field for section in layout.sections if section.name == CREATURES for field in section.fields)
    return next((field.names for field in fields if field.name == _KIND), ())
