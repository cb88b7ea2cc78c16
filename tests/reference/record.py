"""What is recorded of a world: events, lives, visits and totals, as plain lists and counters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forge.blade import Cause, EventKind, RewardTerm, Style

if TYPE_CHECKING:
    from tests.reference.engine import Agent, Game

NOT_ONE = -1
NO_POPULATION = 255


class Event(NamedTuple):
    """The fields of forge.blade.EVENT, in their order."""

    tick: int
    agent: int
    other: int
    row: int
    col: int
    value: int
    world: int
    kind: int
    detail: int
    population: int
    other_population: int


@dataclass
class Life:
    """What is kept of one agent while it lives."""

    birth: int
    reward: float = 0.0
    lifetime: int = 0
    ticks: Counter[int] = field(default_factory=Counter)  # by material
    tiles: Counter[int] = field(default_factory=Counter)
    visited: set[tuple[int, int]] = field(default_factory=set)
    cause: int = 0


@dataclass
class Tally:
    """Totals of one population."""

    births: int = 0
    deaths: Counter[int] = field(default_factory=Counter)  # by cause
    lifetime: int = 0
    ticks: int = 0
    deeds: Counter[RewardTerm] = field(default_factory=Counter)


class Record:
    """The notes that a game takes of itself."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.events: list[Event] = []
        self.lives: dict[int, Life] = {}
        self.finished: list[tuple[Agent, Life]] = []
        self.now = -1  # the tick that is noted; what a reset does comes before the first
        self.visits: Counter[tuple[int, int, int]] = Counter()  # by population, row, column
        self.tallies = [Tally() for _ in range(game.config.populations)]

    def begin_tick(self) -> None:
        """Forgets the events and the finished lives of the last tick; everyone alive begins another."""
        self.events, self.finished, self.now = [], [], self.game.tick
        for agent in self.game.agents.values():
            self.tallies[agent.population].ticks += 1

    def stay(self, agent: Agent) -> None:
        """An agent that no attack has killed spends the tick where it stands now."""
        life, material = self.lives[agent.id], self.game.material(agent.place)
        self.visits[agent.population, agent.row, agent.col] += 1
        life.ticks[material] += 1
        if agent.place not in life.visited:
            life.visited.add(agent.place)
            life.tiles[material] += 1

    def birth(self, agent: Agent) -> None:
        self.lives[agent.id] = Life(self.now)
        self.tallies[agent.population].births += 1
        self._event(EventKind.BIRTH, agent, 0)

    def attack(self, agent: Agent, target: Agent, style: Style, damage: int) -> None:
        self._event(EventKind.ATTACK, agent, damage, style, target.id, target.population)

    def harvest(self, agent: Agent) -> None:
        self._event(EventKind.HARVEST, agent, self.game.config.foraging.harvest)

    def drink(self, agent: Agent) -> None:
        self._event(EventKind.DRINK, agent, self.game.config.foraging.drink)

    def death(self, agent: Agent, cause: Cause) -> None:
        life = self.lives.pop(agent.id)
        life.cause = cause
        self.finished.append((agent, life))
        self.tallies[agent.population].deaths[cause] += 1
        self.tallies[agent.population].lifetime += life.lifetime
        self._event(EventKind.DEATH, agent, life.lifetime, cause)

    def reward(self, agent: Agent, reward: np.float32, survived: bool) -> None:
        self.lives[agent.id].reward += float(reward)
        self.lives[agent.id].lifetime += survived
        self.tallies[agent.population].deeds.update(agent.deeds)

    def _event(
        self,
        kind: EventKind,
        agent: Agent,
        value: int,
        detail: int = 0,
        other: int = NOT_ONE,
        theirs: int = NO_POPULATION,
    ) -> None:
        when, where, who = (self.now,), (agent.row, agent.col, value, self.game.index), (agent.id, other)
        self.events.append(Event(*when, *who, *where, kind, detail, agent.population, theirs))
