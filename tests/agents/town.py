"""What tests of agents that work and trade share: a small drawn world of the grown kind, and what agents do in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.agents import scripted
from forge.blade import Guild, Style
from forge.blade.grown.kinds import TRADES, Skill
from tests.blade.grown.pit import Pit

#: A fire on whose north side there is water; a camp reaches 3 tiles.
SHORE = """
    ############
    #..........#
    #..........#
    #....~~....#
    #....AB....#
    #....F.....#
    #..........#
    #..........#
    #..........#
    #..........#
    #..........#
    ############
"""


class Town:
    """A pit with all that Guild has and further systems, whose agents have a gift for one trade each.

    That is `trade` of an agent, else fishing.
    """

    def __init__(
        self, drawing: str, agents: dict[str, dict[str, Any]], systems: Sequence[str] = (), **changes: Any
    ) -> None:
        told = {letter: dict(one) for letter, one in agents.items()}
        trades = {letter: one.pop("trade", Skill.FISHING) for letter, one in told.items()}
        self.pit = Pit(
            drawing,
            told,
            systems=(*Guild().systems, *systems),
            **{"sight.radius": 7, "camps.radius": 3, "levels.agents": False, **changes},
        )
        for letter, slot in self.pit.slots.items():
            self.pit.state.gifts[0, slot] = 10
            self.pit.state.gifts[0, slot, TRADES.index(trades.get(letter, Skill.FISHING))] = 100
        self.names = [choice.name for choice in self.pit.config.schema.choices if choice.options(self.pit.config)]
        self.works = next(c for c in self.pit.config.schema.choices if c.name == "work").options(self.pit.config)

    def chosen(self, kind: str, letter: str = "A") -> dict[str, Any]:
        """What somebody chooses, if it is a scripted agent of a kind: by choice; of work the name."""
        actions = scripted(kind, self.pit.config, 0).act(self.pit.world.observe())
        return self._named(actions[0, self.pit.slots[letter]])

    def play(self, kind: str, ticks: int) -> list[tuple[str, str, int]]:
        """Who did what work with which kind, tick by tick, if all are scripted agents of a kind."""
        agent, found = scripted(kind, self.pit.config, 0), []
        for _ in range(ticks):
            actions = agent.act(self.pit.world.observe())
            for letter, slot in self.pit.slots.items():
                told = self._named(actions[0, slot])
                found.append((letter, told["work"], told["kind"]))
            self.pit.world.step(actions)
        return found

    def act(self, letter: str, work: str, kind: int = 0, gold: int = 0) -> None:
        """One tick in which somebody does some work, with a kind and for a price, and nobody else anything."""
        actions = np.zeros((1, self.pit.config.spawn.cap, len(self.names)), int)
        actions[..., self.names.index("style")] = Style.HOLD
        prices = [int(price) for price in self.pit.config.exchange.prices.split(",")]
        wanted = {"work": self.works.index(work), "kind": kind, "price": prices.index(gold) if gold else 0}
        for name, option in wanted.items():
            actions[0, self.pit.slots[letter], self.names.index(name)] = option
        self.pit.world.step(actions)

    def _named(self, row: np.ndarray) -> dict[str, Any]:
        told = {name: int(option) for name, option in zip(self.names, row, strict=True)}
        return {**told, "work": self.works[told["work"]]}

    def price(self, told: dict[str, Any]) -> int:
        """The gold that a choice names."""
        return int(self.pit.config.exchange.prices.split(",")[told["price"]])
