"""Broken moves."""

from __future__ import annotations

from forge.blade import Material, Move
from tests.reference.engine import Agent, Game, Place
from tests.reference.mutants.registry import found_by


@found_by("chaos")
class StoneCanBeEntered(Game):
    def may_enter(self, place: Place) -> bool:
        return self.material(place) not in {Material.WATER, Material.OREROCK}


@found_by("chaos")
class LavaCannotBeEntered(Game):
    def may_enter(self, place: Place) -> bool:
        return super().may_enter(place) and self.material(place) != Material.LAVA


@found_by("chaos")
class TakenTilesCannotBeEntered(Game):
    def move(self, agent: Agent, move: Move) -> None:
        if self.towards(agent, move) not in self.occupancy():
            super().move(agent, move)


@found_by("chaos")
class FrozenAgentsMove(Game):
    def move(self, agent: Agent, move: Move) -> None:
        freeze, agent.freeze = agent.freeze, 0
        super().move(agent, move)
        agent.freeze = freeze


@found_by("chaos")
class EastIsWest(Game):
    def towards(self, agent: Agent, move: Move) -> Place:
        return super().towards(agent, {Move.EAST: Move.WEST, Move.WEST: Move.EAST}.get(move, move))
