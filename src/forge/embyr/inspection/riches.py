"""How rich the agents are that stand on each tile, on the mean of the frames that were shown."""

from __future__ import annotations

import numpy as np

from forge.blade.recording.frame import Frame
from forge.blade.society.wealth import wealth
from forge.blade.world.world import World


class Riches:
    """Adds up wealth by population and tile. `shown` and `mean` may be called from different threads.

    Args:
        side: of the map [tiles].
    """

    def __init__(self, side: int) -> None:
        self.side = side
        #: First and last tick that were counted; None before any.
        self.ticks: tuple[int, int] | None = None
        self._sums: dict[int, np.ndarray] = {}  # float64 [2, S · S] by population: gold, and agent ticks

    def shown(self, world: World, frame: Frame) -> None:
        """Counts a frame of a world with the system `items`, unless it shows a tick again."""
        if self.ticks is not None and frame.tick <= self.ticks[1]:
            return
        agents = frame.agents
        gold = wealth(world, frame.world)[agents["slot"]]
        place = agents["row"].astype(np.int64) * self.side + agents["col"]
        for p in np.unique(agents["population"]).tolist():
            sums = self._sums.setdefault(p, np.zeros((2, self.side * self.side)))
            there = agents["population"] == p
            np.add.at(sums[0], place[there], gold[there])
            np.add.at(sums[1], place[there], 1.0)
        self.ticks = (self.ticks[0] if self.ticks else frame.tick, frame.tick)

    def mean(self, population: int) -> np.ndarray:
        """The mean wealth of the agents of a population that stood on each tile, float32 [S, S]; NaN where none did."""
        gold, stood = self._sums.get(population, np.zeros((2, self.side * self.side))).copy()
        mean = np.where(stood > 0, gold / np.maximum(stood, 1), np.nan)
        return mean.astype(np.float32).reshape(self.side, self.side)
