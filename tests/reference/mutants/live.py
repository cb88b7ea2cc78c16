"""Broken vitals and deaths."""

from __future__ import annotations

from collections.abc import Mapping

from forge.blade import Cause, Material
from tests.reference.engine import Action, Agent, Game
from tests.reference.mutants.registry import found_by


@found_by("chaos")
class FreezeFallsBeforeAttacks(Game):
    def attack_all(self, actions: Mapping[int, Action]) -> None:
        for agent in self.agents.values():
            super().thaw(agent)
        super().attack_all(actions)

    def thaw(self, agent: Agent) -> None:
        pass


@found_by("alone")
class LavaIsSafe(Game):
    def live(self, agent: Agent) -> Cause | None:
        cause = super().live(agent)
        return None if cause == Cause.LAVA else cause


@found_by("law")
class ForestFeedsAllOnIt(Game):
    """Whoever comes second still eats, but only the first leaves a trace on the map."""

    def live_all(self) -> None:
        self.forests = {place for place, material in self.materials.items() if material == Material.FOREST}
        super().live_all()

    def harvest(self, agent: Agent) -> None:
        if self.material(agent.place) != Material.FOREST and agent.place in self.forests:
            agent.food = self.clip(agent.food + self.config.foraging.harvest, self.config.vitals.food)
        super().harvest(agent)


@found_by("chaos")
class TheKilledHarvestToo(Game):
    def live_all(self) -> None:
        for agent in self.in_turn():
            if agent.health == 0:
                self.harvest(agent)
        super().live_all()


@found_by("chaos")
class WaterIsReachedDiagonally(Game):
    def beside_water(self, agent: Agent) -> bool:
        near = [(agent.row + r, agent.col + c) for r in (-1, 0, 1) for c in (-1, 0, 1)]
        return any(self.material(place) == Material.WATER for place in near)


@found_by("law")
class HealsAtHalf(Game):
    def heal(self, agent: Agent) -> None:
        vitals = self.config.vitals
        if agent.food >= vitals.heal_above * vitals.food and agent.water >= vitals.heal_above * vitals.water:
            agent.health = self.clip(agent.health + vitals.heal, vitals.health)


@found_by("law")
class HealsOnFoodAlone(Game):
    def heal(self, agent: Agent) -> None:
        if agent.food > self.config.vitals.heal_above * self.config.vitals.food:
            agent.health = self.clip(agent.health + self.config.vitals.heal, self.config.vitals.health)


@found_by("law")
class UsesBeforeHealing(Game):
    def heal(self, agent: Agent) -> None:
        super().use(agent)
        super().heal(agent)

    def use(self, agent: Agent) -> None:
        pass


@found_by("law")
class HarvestsAfterUse(Game):
    def harvest(self, agent: Agent) -> None:
        pass

    def suffer(self, agent: Agent) -> None:
        super().harvest(agent)
        super().suffer(agent)


@found_by("law")
class HungerHurtsATickLate(Game):
    def use(self, agent: Agent) -> None:
        super().suffer(agent)
        super().use(agent)

    def suffer(self, agent: Agent) -> None:
        pass


@found_by("odd")
class ThirstIsNamedBeforeHunger(Game):
    def live(self, agent: Agent) -> Cause | None:
        cause = super().live(agent)
        return Cause.THIRST if cause == Cause.HUNGER and agent.water == 0 else cause


@found_by("chaos")
class TheLastTickIsRewarded(Game):
    def reward(self, agent: Agent, cause: Cause | None) -> float:
        return super().reward(agent, None)
