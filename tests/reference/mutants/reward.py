"""Broken rewards."""

from __future__ import annotations

from forge.blade import Cause, RewardTerm
from tests.reference.engine import Agent, Game, Strike
from tests.reference.mutants.registry import found_by


@found_by("rewards")
class KillsGoToWhoCameFirst(Game):
    """Whatever damage they did."""

    def credit(self, target: Agent, blows: list[Strike]) -> None:
        super().credit(target, blows)
        for blow in blows:
            blow.attacker.deeds[RewardTerm.KILL] = 0
        if sum(map(self.damage, blows)) >= target.health:
            first = min(blows, key=lambda s: self.turn(s.attacker.slot))
            first.attacker.deeds[RewardTerm.KILL] = 1


@found_by("rewards")
class TiesForAKillGoBySlot(Game):
    def turn(self, slot: int) -> int:
        return slot if self.crediting else super().turn(slot)

    crediting = False

    def credit(self, target: Agent, blows: list[Strike]) -> None:
        self.crediting = True
        super().credit(target, blows)
        self.crediting = False


@found_by("rewards")
class DamageCountsBeyondHealth(Game):
    def credit(self, target: Agent, blows: list[Strike]) -> None:
        super().credit(target, blows)
        for blow in blows:
            blow.attacker.deeds[RewardTerm.DAMAGE_DEALT] = self.damage(blow)


@found_by("rewards")
class EveryBlowOfAKillIsOne(Game):
    def credit(self, target: Agent, blows: list[Strike]) -> None:
        super().credit(target, blows)
        for blow in blows:
            blow.attacker.deeds[RewardTerm.KILL] = sum(map(self.damage, blows)) >= target.health


@found_by("rewards")
class TheDyingAreNotPaidForWhatTheyDid(Game):
    def reward(self, agent: Agent, cause: Cause | None) -> float:
        if cause is not None:
            agent.deeds.clear()
        return super().reward(agent, cause)


@found_by("rewards")
class TheTileOfBirthIsNew(Game):
    def spawn(self) -> None:
        before = {agent.id for agent in self.agents.values()}
        super().spawn()
        for agent in self.agents.values():
            if agent.id not in before:
                agent.explored.clear()


@found_by("rewards")
class WhatIsOfferedCounts(Game):
    def harvest(self, agent: Agent) -> None:
        eaten = len(self.harvested)
        super().harvest(agent)
        if len(self.harvested) > eaten:
            agent.deeds[RewardTerm.HARVEST] = self.config.foraging.harvest


@found_by("rewards")
class DrainedFoodCountsAsHarvest(Game):
    def drained(self, agent: Agent, strikes: list[Strike]) -> int:
        drained = super().drained(agent, strikes)
        agent.deeds[RewardTerm.HARVEST] += max(0, drained)
        return drained
