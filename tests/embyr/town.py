"""A small world of `Guild` in which everyone trades wherever it stands, and does what a test says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forge.blade import Guild, Material, Recording, World
from forge.blade.grown.kinds import number
from forge.blade.recording.frame import Frame, FrameSource

TOWN = Guild(
    **{
        "exchange.everywhere": True,
        "exchange.prices": "1, 2, 3, 5, 8, 13",
        "creatures.chickens": 0,
        "creatures.goblins": 0,
        "items.gold": 20,
        "spawn.cap": 4,
        "spawn.populations": 2,
        "terrain.side": 24,
        "terrain.border": 3,
    }
)
CHOICES = {choice.name: choice.options(TOWN) for choice in TOWN.schema.choices if choice.options(TOWN)}


def land() -> np.ndarray:
    """Grass in a frame of lava, with a fire."""
    tiles = np.zeros((24, 24), np.uint8)
    tiles[3:-3, 3:-3] = Material.GRASS
    tiles[11, 11] = TOWN.schema.names("materials").index("fire")
    return tiles


class Town:
    """The world, played tick by tick; all four agents live from its fifth tick on."""

    def __init__(self) -> None:
        self.world = World(TOWN, seed=1, threads=1, maps=[land()], record=Recording(events=True))
        self.world.reset()
        self.source = FrameSource(self.world)
        while self.world.state.living_count[0] < TOWN.spawn.cap:
            self.play()

    def play(self, chosen: Mapping[int, Mapping[str, str]] | None = None) -> None:
        """One tick in which agents, by slot, choose options by the names of choices; all else rest and hold."""
        rows = np.zeros((1, TOWN.spawn.cap, len(CHOICES)), int)
        rows[..., list(CHOICES).index("style")] = CHOICES["style"].index("hold")
        for slot, options in (chosen or {}).items():
            for name, option in options.items():
                rows[0, slot, list(CHOICES).index(name)] = CHOICES[name].index(option)
        self.world.step(rows)

    def frame(self) -> Frame:
        """What is to be seen now; the first is a key frame."""
        return self.source.frame()

    def give(self, slot: int, kind: str, count: int = 1) -> None:
        """Puts something into a pack, as if it had been made."""
        state, of = self.world.state, number(kind)
        state.pack[0, slot, of] += count
        state.load[0, slot] += count
        self.world.refresh()

    def id(self, slot: int) -> int:
        """The id of the agent in a slot."""
        return int(self.world.state.agents["id"][0, slot])

    @property
    def tick(self) -> int:
        return int(self.world.state.tick[0])


def order(work: str, kind: str, price: int) -> dict[str, str]:
    """To sell or to buy one of a kind."""
    return {"work": work, "kind": kind, "price": str(price)}
