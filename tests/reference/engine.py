"""The rules of the world, one method a rule, for one world. Every rule is where docs/rules.md says it in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from forge.blade import Cause, Config, Material, Move, RewardTerm, Style
from tests.reference.record import Record
from tests.reference.sight import Senses, Sight, distance, observe
from tests.reference.stream import Stream

Place = tuple[int, int]

BARRED = {Material.WATER, Material.STONE, Material.OREROCK}
STEPS = {Move.PASS: (0, 0), Move.NORTH: (-1, 0), Move.SOUTH: (1, 0), Move.EAST: (0, 1), Move.WEST: (0, -1)}


@dataclass(eq=False)  # who is who is a matter of identity, which is quick to tell
class Agent:
    """One agent, as the rules describe it."""

    id: int
    population: int
    slot: int
    row: int
    col: int
    health: int
    food: int
    water: int
    age: int = 0
    damage: int = 0
    freeze: int = 0
    explored: set[Place] = field(default_factory=set)  # tiles that are not new to it
    deeds: Counter[RewardTerm] = field(default_factory=Counter)  # of this tick

    def __post_init__(self) -> None:
        self.explored.add(self.place)

    @property
    def place(self) -> Place:
        return self.row, self.col


class Action(NamedTuple):
    """What one agent does in a tick."""

    move: int
    style: int
    target: int = 0


class Strike(NamedTuple):
    """One attack that reaches its target."""

    attacker: Agent
    target: Agent
    style: Style


class Game(Senses):
    """One world.

    Args:
        config: its numbers.
        seed: its own, 64 bits.
        tiles: uint8 [side, side], its map.
        index: its place in the batch, which its records mention.
    """

    #: Of what class agents are.
    kind_of_agent = Agent

    def __init__(self, config: Config, seed: int, tiles: np.ndarray, index: int = 0) -> None:
        self.config, self.index = config, index
        self.stream = Stream(seed)
        self.materials = {(r, c): int(m) for (r, c), m in np.ndenumerate(tiles)}  # systems may have more than Material
        self.harvested = [place for place, material in self.materials.items() if material == Material.SCRUB]
        self.agents: dict[int, Agent] = {}
        self.births, self.tick = 0, 0
        self.cap = self.draw_cap()
        self.rewards: dict[int, np.float32] = {}
        self.terminated: set[int] = set()
        self.record = Record(self)
        self.spawn()
        self.sights: dict[int, Sight] = observe(self)

    def step(self, actions: Mapping[int, Action]) -> None:
        """One tick; `actions` has one for every slot that holds an agent."""
        self.record.begin_tick()
        self.move_all(actions)
        self.attack_all(actions)
        self.live_all()
        self.die()
        self.regrow()
        self.spawn()
        self.sights = observe(self)
        self.tick += 1

    # -- order

    def turn(self, slot: int) -> int:
        """When a slot is visited in this tick."""
        return (slot - self.tick) % self.config.spawn.cap

    def in_turn(self) -> list[Agent]:
        """The living in rotating order."""
        return sorted(self.agents.values(), key=lambda agent: self.turn(agent.slot))

    def in_slots(self) -> list[Agent]:
        """The living by slot."""
        return [agent for _, agent in sorted(self.agents.items())]

    def bodies(self) -> list[Agent]:
        """All that can be seen beside tiles."""
        return list(self.agents.values())

    # -- tiles

    def material(self, place: Place) -> int:
        """What is there; outside the map is lava."""
        return self.materials.get(place, Material.LAVA)

    def may_enter(self, place: Place) -> bool:
        return self.material(place) not in BARRED

    def towards(self, agent: Agent, move: Move) -> Place:
        rows, cols = STEPS[move]
        return agent.row + rows, agent.col + cols

    def sides(self, agent: Agent) -> list[Place]:
        """The tiles north, south, east and west of where it stands."""
        return [self.towards(agent, side) for side in (Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST)]

    def beside_water(self, agent: Agent) -> bool:
        return any(self.material(place) == Material.WATER for place in self.sides(agent))

    # -- move

    def move_all(self, actions: Mapping[int, Action]) -> None:
        for agent in self.in_slots():
            self.move(agent, Move(actions[agent.slot].move))

    def move(self, agent: Agent, move: Move) -> None:
        there = self.towards(agent, move)
        if agent.freeze == 0 and self.may_enter(there):
            agent.row, agent.col = there

    # -- attack

    def attack_all(self, actions: Mapping[int, Action]) -> None:
        strikes = self.strikes(actions)
        for agent in self.agents.values():
            agent.deeds = Counter()
        for agent in self.agents.values():
            self.credit(agent, [s for s in strikes if s.target is agent and self.damage(s) > 0])
        for agent in self.agents.values():
            agent.damage = sum(self.damage(s) for s in strikes if s.target is agent)
            drained = self.drained(agent, strikes)
            self.harm(agent)
            agent.food = self.clip(agent.food + drained, self.config.vitals.food)
            agent.water = self.clip(agent.water + drained, self.config.vitals.water)
            if any(s.target is agent and s.style == Style.MAGE for s in strikes):
                agent.freeze = self.config.combat.mage_freeze

    def strikes(self, actions: Mapping[int, Action]) -> list[Strike]:
        """The attacks that have an effect; all are found before any is felt."""
        found = []
        for agent in self.in_slots():
            style = Style(actions[agent.slot].style)
            if style == Style.HOLD:
                continue
            target = self.target(agent, style, actions[agent.slot].target)
            if target is not None and not self.immune(target):
                found.append(Strike(agent, target, style))
                self.record.attack(agent, target, style, self.damage(found[-1]))
        return found

    def target(self, agent: Agent, style: Style, choice: int) -> Agent | None:
        if self.config.learned_targets:
            return self.chosen(agent, style, choice)
        return self.weakest(agent, style)

    def chosen(self, agent: Agent, style: Style, choice: int) -> Agent | None:
        """The agent that the action names, if it can be attacked."""
        view = self.sights[agent.slot].view
        target = self.agents[view[choice]] if choice < len(view) else None
        if target is None or target is agent or distance(agent, target) > self.reach(style):
            return None
        return target

    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        """The one in reach with the lowest health; ties go to the nearer, then by turn."""
        reached = [a for a in self.agents.values() if a is not agent and distance(agent, a) <= self.reach(style)]
        return min(reached, key=lambda a: (a.health, distance(agent, a), self.turn(a.slot)), default=None)

    def reach(self, style: Style) -> int:
        combat = self.config.combat
        return {Style.MELEE: combat.melee_reach, Style.RANGE: combat.range_reach, Style.MAGE: combat.mage_reach}[style]

    def damage(self, strike: Strike) -> int:
        combat = self.config.combat
        by_style = {Style.MELEE: combat.melee_damage, Style.RANGE: combat.range_damage, Style.MAGE: combat.mage_damage}
        return by_style[strike.style]

    def share(self, strike: Strike) -> int:
        """Food, and as much water, that one attack moves."""
        return math.floor(self.damage(strike) * self.config.combat.vampirism)

    def drained(self, agent: Agent, strikes: list[Strike]) -> int:
        """What an agent gains by its attack less what it loses by those of others."""
        gained = sum(self.share(s) for s in strikes if s.attacker is agent)
        return gained - sum(self.share(s) for s in strikes if s.target is agent)

    def credit(self, target: Agent, blows: list[Strike]) -> None:
        """Divides the health a target has among those who strike it, the strongest first, then by turn."""
        left = target.health
        for blow in sorted(blows, key=lambda s: (-self.damage(s), self.turn(s.attacker.slot))):
            dealt = min(left, self.damage(blow))
            if left == target.health and sum(map(self.damage, blows)) >= left:
                blow.attacker.deeds[RewardTerm.KILL] += 1
            blow.attacker.deeds[RewardTerm.DAMAGE_DEALT] += dealt
            target.deeds[RewardTerm.DAMAGE_TAKEN] += dealt
            left -= dealt

    def harm(self, agent: Agent) -> None:
        agent.health = max(0, agent.health - agent.damage)

    def immune(self, agent: Agent) -> bool:
        return agent.age < self.config.combat.immunity

    @staticmethod
    def clip(value: int, maximum: int) -> int:
        return min(maximum, max(0, value))

    # -- live

    def live_all(self) -> None:
        self.rewards, self.terminated = {}, set()
        for agent in self.in_turn():
            cause = Cause.ATTACK if agent.health == 0 else self.live(agent)
            self.rewards[agent.slot] = np.float32(self.reward(agent, cause))
            self.record.reward(agent, self.rewards[agent.slot], survived=cause is None)
            if cause is not None:
                self.terminated.add(agent.slot)
                self.record.death(agent, cause)

    def live(self, agent: Agent) -> Cause | None:
        self.record.stay(agent)
        self.thaw(agent)
        if self.material(agent.place) == Material.LAVA:
            return Cause.LAVA
        self.explore(agent)
        self.harvest(agent)
        self.drink(agent)
        self.work(agent)
        self.heal(agent)
        self.use(agent)
        self.suffer(agent)
        agent.age += 1
        if agent.health > 0:
            return None
        return Cause.HUNGER if agent.food == 0 else Cause.THIRST

    def thaw(self, agent: Agent) -> None:
        agent.freeze = max(0, agent.freeze - 1)

    def explore(self, agent: Agent) -> None:
        agent.deeds[RewardTerm.EXPLORE] += agent.place not in agent.explored
        agent.explored.add(agent.place)

    def harvest(self, agent: Agent) -> None:
        if self.material(agent.place) == Material.FOREST:
            self.materials[agent.place] = Material.SCRUB
            self.harvested.append(agent.place)
            before = agent.food
            agent.food = self.clip(agent.food + self.config.foraging.harvest, self.config.vitals.food)
            agent.deeds[RewardTerm.HARVEST] += agent.food - before
            self.record.harvest(agent)

    def drink(self, agent: Agent) -> None:
        if self.beside_water(agent):
            before = agent.water
            agent.water = self.clip(agent.water + self.config.foraging.drink, self.config.vitals.water)
            agent.deeds[RewardTerm.DRINK] += agent.water - before
            self.record.drink(agent)

    def work(self, agent: Agent) -> None:
        """Nothing, but in worlds of more systems."""

    def heal(self, agent: Agent) -> None:
        vitals = self.config.vitals
        if agent.food > vitals.heal_above * vitals.food and agent.water > vitals.heal_above * vitals.water:
            agent.health = self.clip(agent.health + vitals.heal, self.most_health(agent))

    def most_health(self, agent: Agent) -> int:
        return self.config.vitals.health

    def use(self, agent: Agent) -> None:
        agent.food = max(0, agent.food - self.config.vitals.food_loss)
        agent.water = max(0, agent.water - self.config.vitals.water_loss)

    def suffer(self, agent: Agent) -> None:
        if agent.food == 0:
            agent.health = max(0, agent.health - self.config.vitals.hunger)
        if agent.water == 0:
            agent.health = max(0, agent.health - self.config.vitals.thirst)

    def reward(self, agent: Agent, cause: Cause | None) -> float:
        """Every deed at its price; the terms are added in their order."""
        agent.deeds[RewardTerm.SURVIVAL if cause is None else RewardTerm.DEATH] = 1
        prices = {term: getattr(self.config.reward, term.name.lower()) for term in RewardTerm}
        return sum((prices[term] * agent.deeds[term] for term in RewardTerm), start=0.0)

    # -- die, regrow, spawn

    def die(self) -> None:
        for slot in self.terminated:
            del self.agents[slot]

    def regrow(self) -> None:
        self.grow_back(self.harvested, self.config.foraging.regrowth, Material.FOREST)

    def grow_back(self, used: list[Place], chance: float, material: int) -> None:
        """Each of the places that are used up is of its material again with a chance, and is then no longer listed."""
        position = 0
        log_miss = math.log1p(-chance) if chance < 1 else -math.inf
        while chance > 0 and position < len(used):
            skip = math.log(1 - self.stream.unit()) / log_miss
            position += math.floor(min(skip, len(used)))
            if position < len(used):
                self.materials[used[position]] = material
                used[position] = used[-1]
                used.pop()

    def draw_cap(self) -> int:
        spawn = self.config.spawn
        return 1 + self.stream.below(spawn.cap) if spawn.random_cap else spawn.cap

    def spawn(self) -> None:
        open_to = self.open_populations()
        if len(self.agents) >= self.cap or not open_to:
            return
        population = open_to[self.stream.below(len(open_to))]
        self.enter(population, self.ring()[self.stream.below(len(self.ring()))])

    def open_populations(self) -> list[int]:
        """Those that the spawn may let somebody into."""
        return [p for p in range(self.config.populations) if self.members(p) < self.config.quota]

    def enter(self, population: int, place: Place) -> Agent:
        """A newborn is in the world."""
        vitals, slot = self.config.vitals, self.free_slot(population)
        newborn = self.kind_of_agent(self.births, population, slot, *place, vitals.health, vitals.food, vitals.water)
        self.agents[slot] = newborn
        self.births += 1
        self.record.birth(newborn)
        return newborn

    def members(self, population: int) -> int:
        return sum(agent.population == population for agent in self.agents.values())

    def free_slot(self, population: int) -> int:
        """The lowest of the population's slots that holds nobody."""
        first = population * self.config.quota
        return min(slot for slot in range(first, first + self.config.quota) if slot not in self.agents)

    def ring(self) -> list[Place]:
        """The tiles agents enter on, clockwise from the north-west corner."""
        low, high = self.config.terrain.low, self.config.terrain.high
        along = range(high - low)
        north = [(low, low + i) for i in along]
        east = [(low + i, high) for i in along]
        south = [(high, high - i) for i in along]
        west = [(high - i, low) for i in along]
        return north + east + south + west
