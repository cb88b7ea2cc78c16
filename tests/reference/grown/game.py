"""A world of further systems: which of them are there follows from the configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from forge.blade import Cause
from tests.reference.engine import Game, Place
from tests.reference.grown import tables
from tests.reference.grown.births import Births
from tests.reference.grown.body import Body, Deed
from tests.reference.grown.camps import Camps
from tests.reference.grown.creatures import Creatures
from tests.reference.grown.exchange import Exchange
from tests.reference.grown.items import Items
from tests.reference.grown.levels import Levels
from tests.reference.grown.skills import Skills
from tests.reference.grown.trades import Trades
from tests.reference.grown.work import Works
from tests.reference.sight import observe


class Grown(Skills, Items, Works, Trades, Camps, Exchange, Levels, Creatures, Births, Game):
    """One world: as `Game`, with the systems that `config.systems` names."""

    kind_of_agent = Body
    agents: dict[int, Body]

    def __init__(self, config: Any, seed: int, tiles: np.ndarray, index: int = 0) -> None:
        self.config = config
        self.ledger = Counter()
        self.mined: list[Place] = []
        self.prices = list(map(int, config.exchange.prices.split(","))) if self.on("exchange") else []
        self.orders, self.next_order, self.last_prices = [], 0, {}
        self.killers, self.deeds = {}, {}
        self.creatures, self.creatures_ever = {}, 0
        self.due = dict.fromkeys(self.creature_slots(), 0)
        self.founded = set()
        self.camp_tiles = set()
        super().__init__(config, seed, tiles, index)

    def on(self, system: str) -> bool:
        return system in self.config.systems

    def draw_cap(self) -> int:
        """Creatures are there before anything else is drawn."""
        self.find_camps()
        self.bring_creatures()
        return super().draw_cap()

    def step(self, actions: Mapping[int, Deed]) -> None:
        """One tick, phase by phase."""
        self.deeds = actions
        self.record.begin_tick()
        self.move_all(actions)
        self.move_creatures()
        self.attack_all(actions)
        self.live_all()
        self.share_out()
        self.die()
        self.regrow()
        self.close_old()
        self.bring_creatures()
        self.newborns()
        self.spawn()
        self.sights = observe(self)
        self.tick += 1

    # -- bodies

    def bodies(self) -> list[Body]:
        return [*self.agents.values(), *self.creatures.values()]

    def body(self, slot: int) -> Body:
        return self.agents[slot] if slot in self.agents else self.creatures[slot]

    def turn(self, slot: int) -> int:
        """When a slot is visited in this tick: from slot (tick mod N) on, around through those of creatures."""
        cap = self.config.spawn.cap
        return (slot - self.tick % cap) % (cap + len(self.due))

    # -- phases

    def may_enter(self, place: Place) -> bool:
        return super().may_enter(place) and self.material(place) != tables.FIRE

    def attack_all(self, actions: Mapping[int, Deed]) -> None:
        if self.on("levels"):
            self.attack_by_levels(actions)
        else:
            super().attack_all(actions)

    def live_all(self) -> None:
        for agent in self.agents.values():
            agent.word = self.deeds[agent.slot].word
        super().live_all()
        for creature in self.creatures.values():
            self.thaw(creature)
            creature.age += 1

    def live(self, agent: Body) -> Cause | None:
        cause = super().live(agent)
        if cause is None:  # who dies is not paid these
            agent.paid = {"level": agent.risen, "gold": agent.earned, "birth": agent.borne}
            agent.earned = agent.risen = agent.borne = 0
        return cause

    def reward(self, agent: Body, cause: Cause | None) -> float:
        """What systems add comes after the terms of every world."""
        paid, agent.paid = agent.paid, {}
        prices = {name: getattr(self.config.reward, name) for name in paid if hasattr(self.config.reward, name)}
        return sum((price * paid[name] for name, price in prices.items()), start=super().reward(agent, cause))

    def share_out(self) -> None:
        """What the dead held: first what their orders gave back to them, then all they had."""
        for slot in sorted(self.terminated):
            for order in sorted(self.orders_of(self.agents[slot]), key=lambda order: order.place):
                self.close(order)
        self.divide_spoils()

    def die(self) -> None:
        super().die()
        self.remove_creatures()

    def regrow(self) -> None:
        super().regrow()
        if self.on("trades"):
            self.regrow_ore()

    def enter(self, population: int, place: Place, mother: Body | None = None) -> Body:
        newborn = super().enter(population, place)
        newborn.mother = mother
        if self.on("skills"):
            self.skilled(newborn)
            newborn.health = self.most_health(newborn)
        if self.on("bodies"):
            self.gifted(newborn)
        if self.on("items"):
            newborn.gold = self.config.items.gold
            self.note(tables.BORN, tables.GOLD, newborn.gold)
        if self.on("births"):
            self.count_founded()
        return newborn
